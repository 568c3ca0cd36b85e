//! The delays of one call, one after the other.

use core::iter::FusedIterator;
use core::time::Duration;

use crate::backoff::Backoff;
use crate::random::Random;

/// The delays before each retry of one call: what [`Backoff::delays`] returns.
///
/// Ends when there are no retries left. The same seed gives the same delays.
#[derive(Clone, Debug)]
pub struct Delays {
    backoff: Backoff,
    retry: u32,
    /// The latest delay, in nanoseconds.
    latest: u64,
    random: Random,
}

impl Delays {
    pub(crate) const fn new(backoff: Backoff, seed: u64) -> Self {
        Self {
            backoff,
            retry: 0,
            latest: backoff.least(),
            random: Random::new(seed),
        }
    }

    /// The stream that the delays are drawn from, for what is drawn besides.
    pub(crate) const fn random(&mut self) -> &mut Random {
        &mut self.random
    }
}

impl Iterator for Delays {
    type Item = Duration;

    fn next(&mut self) -> Option<Duration> {
        let random = self.random.bits();
        let delay = self.backoff.delay_after(self.latest, self.retry, random)?;
        self.latest = delay;
        self.retry = self.retry.saturating_add(1);
        Some(Duration::from_nanos(delay))
    }
}

impl FusedIterator for Delays {}
