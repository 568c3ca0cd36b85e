//! A replay log in memory.

use core::fmt;
use std::boxed::Box;
use std::sync::Arc;

use async_trait::async_trait;
use parking_lot::Mutex;

use self::state::State;
use super::claim::{Claim, Claimed, Forgotten, Settled};
use super::clock::{Clock, SystemClock};
use super::key::ReplayKey;
use super::route::Route;
use super::store::{Store, StoreError};
use super::windows::Windows;
use crate::unix_time::UnixTime;

mod state;
#[cfg(test)]
mod tests;

/// A store in memory, for one process. Cheap to clone; clones share what is remembered.
///
/// **What an `Ok` survives:** nothing; when the process ends, everything is forgotten, and what the
/// verifier still accepts can be replayed once more.
///
/// Memory is bounded: it remembers so many deliveries and no more, and one takes less than a kilobyte.
/// What is no longer to be kept makes room by itself. When there is none left, [`WhenFull`] says what
/// happens.
#[derive(Clone)]
pub struct Memory {
    inner: Arc<Inner>,
}

struct Inner {
    state: Mutex<State>,
    clock: Box<dyn Clock>,
}

/// What a [`Memory`] does with a new delivery when it is full of those that are to be kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WhenFull {
    /// Refuses it with [`StoreError::Full`]: nothing is ever forgotten early.
    Refuse,
    /// Forgets the one that was done first, and refuses only if all are in flight. What is forgotten can
    /// be replayed for as long as the verifier accepts it, so choose a capacity that lasts for longer.
    ForgetOldestDone,
}

impl Memory {
    /// How many deliveries are remembered when nothing else is said.
    pub const DEFAULT_CAPACITY: usize = 1_000_000;

    /// An empty store of the default capacity, which refuses when it is full.
    pub fn new() -> Self {
        Self::with_clock(SystemClock::default())
    }

    /// An empty store that remembers so many deliveries at most.
    pub fn with_capacity(capacity: usize, when_full: WhenFull) -> Self {
        Self::with(capacity, when_full, SystemClock::default())
    }

    /// As [`new`](Self::new), with the time read from `clock`.
    pub fn with_clock(clock: impl Clock + 'static) -> Self {
        Self::with(Self::DEFAULT_CAPACITY, WhenFull::Refuse, clock)
    }

    fn with(capacity: usize, when_full: WhenFull, clock: impl Clock + 'static) -> Self {
        Self {
            inner: Arc::new(Inner {
                state: Mutex::new(State::new(capacity, when_full)),
                clock: Box::new(clock),
            }),
        }
    }

    /// How many deliveries are remembered, including some that need not be any more.
    pub fn len(&self) -> usize {
        self.inner.state.lock().len()
    }

    /// Whether nothing is remembered.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Runs one step. The time is read under the lock, so steps happen in the order of their times.
    fn step<T>(&self, step: impl FnOnce(&mut State, UnixTime) -> T) -> T {
        let mut state = self.inner.state.lock();
        step(&mut state, self.inner.clock.now())
    }
}

impl Default for Memory {
    fn default() -> Self {
        Self::new()
    }
}

impl fmt::Debug for Memory {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Memory")
            .field("len", &self.len())
            .finish_non_exhaustive()
    }
}

#[async_trait]
impl Store for Memory {
    async fn claim(
        &self,
        route: &Route,
        key: &ReplayKey,
        windows: Windows,
    ) -> Result<Claimed, StoreError> {
        self.step(|state, now| state.claim(route, key, windows, now))
    }

    async fn commit(&self, claim: &Claim) -> Result<Settled, StoreError> {
        Ok(self.step(|state, now| state.commit(claim, now)))
    }

    async fn release(&self, claim: &Claim) -> Result<Settled, StoreError> {
        Ok(self.step(|state, now| state.release(claim, now)))
    }

    async fn forget(&self, route: &Route, key: &ReplayKey) -> Result<Forgotten, StoreError> {
        Ok(self.step(|state, now| state.forget(route, key, now)))
    }

    async fn check(&self) -> Result<(), StoreError> {
        Ok(())
    }

    fn now(&self) -> UnixTime {
        self.inner.clock.now()
    }
}
