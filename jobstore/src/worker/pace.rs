//! How fast jobs may be begun.

use std::time::Duration;

use parking_lot::Mutex;
use ratelimit::{Bucket, Quota, Time};
use tokio::time::{Instant, sleep};

/// The tokens of one run of a worker: each attempt takes one.
#[derive(Debug)]
pub(super) struct Pace {
    quota: Quota,
    bucket: Mutex<Bucket>,
    began: Instant,
}

impl Pace {
    /// With all tokens there.
    pub(super) fn new(quota: Quota) -> Self {
        Self {
            quota,
            bucket: Mutex::new(Bucket::FULL),
            began: Instant::now(),
        }
    }

    /// Takes as many tokens as there are, at most so many, as soon as there is one.
    pub(super) async fn take(&self, most: usize) -> usize {
        loop {
            match self.try_take(most) {
                Ok(tokens) => return tokens,
                Err(wait) => sleep(wait).await,
            }
        }
    }

    pub(super) fn give_back(&self, tokens: usize) {
        let mut bucket = self.bucket.lock();
        *bucket = bucket.refund(self.quota, self.now(), tokens as u64);
    }

    /// # Errors
    ///
    /// How long it takes until there is a token.
    fn try_take(&self, most: usize) -> Result<usize, Duration> {
        let now = self.now();
        let mut bucket = self.bucket.lock();
        let there = bucket.peek(self.quota, now).remaining();
        let tokens = there.min(most as u64).max(1);
        let decision = bucket.take(self.quota, now, tokens);
        *bucket = decision.bucket();
        decision.retry_after().map_or(Ok(tokens as usize), Err)
    }

    fn now(&self) -> Time {
        Time::EPOCH.saturating_add(self.began.elapsed())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn what_is_there_is_taken_and_what_is_not_is_waited_for() {
        let pace = Pace::new(Quota::per_second(4));
        assert_eq!(pace.take(3).await, 3);
        assert_eq!(pace.take(3).await, 1);
        assert_eq!(pace.try_take(3), Err(Duration::from_millis(250)));
        assert_eq!(pace.take(3).await, 1);
        assert_eq!(pace.began.elapsed(), Duration::from_millis(250));
    }

    #[tokio::test(start_paused = true)]
    async fn what_is_given_back_is_there_again_and_no_more_than_that() {
        let pace = Pace::new(Quota::per_second(4));
        assert_eq!(pace.take(4).await, 4);
        pace.give_back(2);
        assert_eq!(pace.take(9).await, 2);
        pace.give_back(100);
        assert_eq!(pace.take(9).await, 4);
    }
}
