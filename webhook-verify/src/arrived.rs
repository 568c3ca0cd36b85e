//! A genuine delivery whose body came in pieces.

use core::fmt;

use crate::coverage::Coverage;
use crate::fingerprint::Fingerprint;
use crate::id::EventId;
use crate::proof::Proof;
use crate::unix_time::{Skew, UnixTime};
use crate::verdict::Verdict;

/// A genuine delivery whose body came in pieces: all that a [`Verified`](crate::Verified) knows,
/// but the body, of which whoever received it has the pieces. Only
/// [`Arriving::finish`](crate::Arriving::finish) makes one.
#[derive(Clone)]
pub struct Arrived<'a> {
    pub(crate) verdict: Verdict<'a>,
    pub(crate) event_id: Option<EventId<'a>>,
    pub(crate) body_len: u64,
}

impl<'a> Arrived<'a> {
    /// The length of the body that was verified, in bytes.
    pub const fn body_len(&self) -> u64 {
        self.body_len
    }

    /// As [`Verified::secret_label`](crate::Verified::secret_label).
    pub const fn secret_label(&self) -> &'a str {
        self.verdict.secret_label
    }

    /// As [`Verified::sent_at`](crate::Verified::sent_at).
    pub const fn sent_at(&self) -> Option<UnixTime> {
        self.verdict.sent_at
    }

    /// How far that was from the time when the delivery was complete; none if the scheme signs no
    /// time.
    pub const fn skew(&self) -> Option<Skew> {
        self.verdict.skew
    }

    /// As [`Verified::coverage`](crate::Verified::coverage).
    pub fn coverage(&self) -> Coverage {
        self.verdict.coverage()
    }

    /// As [`Verified::event_id`](crate::Verified::event_id).
    pub const fn event_id(&self) -> Option<&EventId<'a>> {
        self.event_id.as_ref()
    }

    /// As [`Verified::fingerprint`](crate::Verified::fingerprint).
    pub fn fingerprint(&self) -> Fingerprint {
        self.verdict.fingerprint()
    }

    /// As [`Verified::to_proof`](crate::Verified::to_proof).
    pub fn to_proof(&self) -> Proof {
        Proof::of(&self.verdict, self.event_id.clone())
    }
}

impl fmt::Debug for Arrived<'_> {
    /// Without the body, and without the signature.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut debug = f.debug_struct("Arrived");
        self.verdict.describe(&mut debug);
        debug.field("body_len", &self.body_len).finish()
    }
}
