//! What a claim is, and how the verbs are answered.

use core::time::Duration;

use super::entry::{Entry, State};
use super::key::ReplayKey;
use super::route::Route;
use super::windows::Windows;
use crate::unix_time::UnixTime;

/// The right to work a delivery off, until its lease is over.
///
/// When it is dropped without being settled, the key is in flight until then.
#[derive(Clone, Debug, PartialEq, Eq)]
#[must_use = "commit it when the work is done, release it when the work failed"]
pub struct Claim {
    /// Where the delivery arrived.
    pub route: Route,
    /// What it is recognised by.
    pub key: ReplayKey,
    /// Higher than that of any claim of this store before.
    pub fence: u64,
    /// The end of the lease, by the clock of the store.
    pub until: UnixTime,
    /// For how long it is remembered once it is done.
    pub keep: Duration,
}

impl Claim {
    /// The claim that was just kept as `entry`; for those who write a store.
    pub fn new(route: &Route, key: &ReplayKey, entry: &Entry, windows: Windows) -> Self {
        let (State::InFlight { until } | State::Done { at: until }) = entry.state;
        Self {
            route: route.clone(),
            key: key.clone(),
            fence: entry.fence,
            until,
            keep: windows.keep(),
        }
    }
}

/// What became of a wish to claim.
#[derive(Clone, Debug, PartialEq, Eq)]
#[must_use]
pub enum Claimed {
    /// Nobody works on it and nobody has: it is yours.
    Fresh(Claim),
    /// Somebody works on it. Answer so that the provider tries again: the work may yet fail.
    InFlight {
        /// The end of the lease, by the clock of the store.
        until: UnixTime,
    },
    /// It has been worked off. Answer so that the provider stops.
    Done {
        /// When it was committed, by the clock of the store.
        at: UnixTime,
    },
}

/// The answer to who claims a key that is not free.
impl From<State> for Claimed {
    fn from(held: State) -> Self {
        match held {
            State::InFlight { until } => Self::InFlight { until },
            State::Done { at } => Self::Done { at },
        }
    }
}

/// What became of a commit or a release.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[must_use]
pub enum Settled {
    /// It is as was asked for.
    Accepted,
    /// The claim does not hold the key any more: somebody else has claimed it since, or it was released
    /// or forgotten, or a release came after the commit. Nothing has changed.
    NotHeld,
}

/// What became of a wish to forget.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[must_use]
pub enum Forgotten {
    /// The key is free again.
    Forgotten,
    /// Somebody works on it. Nothing has changed.
    InFlight {
        /// The end of the lease, by the clock of the store.
        until: UnixTime,
    },
    /// Nothing was remembered.
    Unknown,
}
