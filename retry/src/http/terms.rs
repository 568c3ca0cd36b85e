//! On which terms requests are sent again.

use core::time::Duration;

use crate::Policy;

/// On which terms requests are sent again: how often and when, what is kept of them for it, and what is
/// done about answers that nobody wants.
///
/// If nothing else is said:
///
/// * kept of the body of a request: 1 MiB
/// * read of an answer that is not wanted: 64 KiB, for at most 250 ms
/// * keys: none are made
///
/// ```
/// use core::time::Duration;
/// use retry::http::Terms;
/// use retry::{Backoff, Policy};
///
/// const ORDERS: Terms = Terms::new(
///     Policy::new(Backoff::exponential().retries(3))
///         .attempt_timeout(Duration::from_secs(5))
///         .deadline(Duration::from_secs(30)),
/// )
/// .idempotency_keys();
/// # let _ = ORDERS;
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Terms {
    pub(crate) policy: Policy,
    pub(crate) replay_bytes: usize,
    pub(crate) drain_bytes: usize,
    pub(crate) drain_time: Duration,
    pub(crate) makes_keys: bool,
}

impl Terms {
    /// Terms with such a policy.
    #[must_use]
    pub const fn new(policy: Policy) -> Self {
        Self {
            policy,
            replay_bytes: 1024 * 1024,
            drain_bytes: 64 * 1024,
            drain_time: Duration::from_millis(250),
            makes_keys: false,
        }
    }

    /// How many bytes of the body of a request are kept, to be sent again. A longer body is sent once.
    #[must_use]
    pub const fn replay(mut self, max_bytes: usize) -> Self {
        self.replay_bytes = max_bytes;
        self
    }

    /// How many bytes of an answer that is not wanted are read, and for how long, so that its
    /// connection can be used again. After that it is dropped, and with it the connection if that is
    /// of HTTP/1. It is gone in either case before the wait begins.
    #[must_use]
    pub const fn drain(mut self, max_bytes: usize, max_time: Duration) -> Self {
        self.drain_bytes = max_bytes;
        self.drain_time = max_time;
        self
    }

    /// Makes an `Idempotency-Key` for every request that needs one to be repeated and has none. It
    /// stays the same however often the request is sent.
    ///
    /// Do this only for servers that know the field: others do what they are asked for twice.
    #[must_use]
    pub const fn idempotency_keys(mut self) -> Self {
        self.makes_keys = true;
        self
    }
}
