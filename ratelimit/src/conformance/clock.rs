//! Clocks that are set, forward and back.

use core::sync::atomic::{AtomicU64, Ordering};
use core::time::Duration;

use super::world::{HOURLY, ONE, SECOND, THREE, TICK, TWO, World};
use crate::time::Time;

/// A clock that stands still until it is moved: virtual time for tests.
#[derive(Debug)]
pub struct ManualClock {
    /// Microseconds since the epoch of the store.
    micros: AtomicU64,
}

impl ManualClock {
    /// Some hours after the epoch, with digits in every place, so that what is cut off in a store shows;
    /// and not more than that, because the epoch of a store in memory is when it was made.
    const START: u64 = 98_765_432_107;

    pub(super) const fn new() -> Self {
        Self {
            micros: AtomicU64::new(Self::START),
        }
    }

    /// The time.
    pub fn now(&self) -> Time {
        Time::from_micros(self.micros.load(Ordering::Relaxed))
    }

    /// Moves the clock forward, by whole microseconds.
    pub fn advance(&self, by: Duration) {
        self.set(self.now().saturating_add(by));
    }

    /// Sets the clock, forward or back.
    pub fn set(&self, time: Time) {
        self.micros.store(time.as_micros(), Ordering::Relaxed);
    }
}

/// A clock that is set back gives nothing to anybody. If it was set back by little, nothing is won either
/// when it is set right again.
pub async fn time_that_goes_back_grants_nothing(world: World) {
    world.spend(&THREE, "a", 2).await;
    let now = world.clock().now();
    for back in [1, 333_333, 1_000_000] {
        world.clock().set(earlier(now, back));
        assert!(world.remaining(&THREE, "a").await <= 1, "{back}");
        world.clock().set(now);
        assert_eq!(world.remaining(&THREE, "a").await, 1, "{back}");
    }
    // What is taken while it is behind is taken.
    world.clock().set(earlier(now, 200_000));
    world.charge(&THREE, "a", 1).await;
    world.clock().set(now);
    assert_eq!(world.remaining(&THREE, "a").await, 0);
    world.clock().set(earlier(now, 50_000_000_000));
    assert_eq!(world.remaining(&THREE, "a").await, 0);
}

/// A clock that is set back by an hour does not close a bucket for an hour.
pub async fn time_that_goes_back_closes_nothing_for_long(world: World) {
    for (rule, longest) in [(&ONE, SECOND * 2), (&TWO, SECOND * 2)] {
        world.spend(rule, "a", rule.quota().burst()).await;
        let now = world.clock().now();
        world.clock().set(earlier(now, 3_600_000_000));
        let refused = world.take(rule, "a", 1).await;
        assert!(!refused.is_allowed());
        assert!(refused.reset_after() <= longest, "{refused:?}");
        // It is not only said: after so long it is full.
        world.advance(longest);
        world.spend(rule, "a", rule.quota().burst()).await;
    }
}

/// However far it is set ahead, a bucket holds its burst.
pub async fn a_jump_ahead_fills_a_bucket_and_no_more(world: World) {
    world.spend(&HOURLY, "a", 1_000).await;
    world.advance(Duration::from_secs(30_000_000));
    world.spend(&HOURLY, "a", 1_000).await;
    let refused = world.take(&HOURLY, "a", 1).await;
    assert!(!refused.is_allowed());
    world.advance(refused.retry_after().expect("an hour has a thousand") - TICK);
    assert!(!world.take(&HOURLY, "a", 1).await.is_allowed());
}

fn earlier(now: Time, micros: u64) -> Time {
    Time::from_micros(now.as_micros() - micros)
}
