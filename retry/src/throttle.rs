//! Asking for less of whoever has accepted little.

use core::fmt;
use core::time::Duration;

use alloc::sync::Arc;

use crate::failure::{Failure, FailureKind};
use crate::guard::Guard;
use crate::random::{Random, fresh_seed};
use crate::reason::Reason;
use crate::sync::Mutex;

/// Adaptive throttling, as in the [SRE book][sre]: of the calls to a server that refuses many, a client refuses as many
/// itself, by chance, so that the server need not spend its time on refusals.
///
/// It counts what was asked for and what was accepted in the last two minutes, and refuses with the probability
/// `(requests - 2 * accepts) / (requests + 1)`, if that is positive: nothing as long as half is accepted, and as much
/// as would be refused anyway when less is. So the server is asked for twice as much as it accepts, which is how the
/// client notices that it accepts more. It never refuses more than 95 of 100: by that formula alone a server that was
/// down for a while would be asked so rarely that nobody noticed for many minutes that it is back. A call counts when it is asked for, before it is sent, and whether or not it is
/// refused here; else there would be a flood each time that a server hangs.
///
/// A [`Breaker`](crate::Breaker) is for a server that is down, this is for one that can do some of the work. `now` is
/// the time since a moment of the host's choice, the same one each time; and nothing is rounded.
///
/// [sre]: https://sre.google/sre-book/handling-overload/#eq2101
///
/// ```
/// use std::time::Duration;
/// use retry::Throttle;
///
/// let throttle = Throttle::new();
/// let now = Duration::from_secs(100);
/// for _ in 0..50 {
///     // Chance has no say as long as half is accepted.
///     assert!(throttle.admit(now, 0));
///     throttle.accept(now);
///     assert!(throttle.admit(now, 0));
/// }
/// assert!(throttle.admit(now, 0));
/// // 50 of 101 were: one in 102 is refused.
/// assert!(throttle.admit(now, u64::MAX / 101));
/// assert!(!throttle.admit(now, u64::MAX / 103));
/// ```
pub struct Throttle {
    factor: Factor,
    most_percent: u8,
    bucket: Duration,
    state: Mutex<State>,
}

/// How many calls are made for each that is accepted.
#[derive(Clone, Copy, Debug)]
struct Factor {
    calls: u8,
    accepts: u8,
}

struct State {
    buckets: [Bucket; BUCKETS as usize],
    random: Random,
}

#[derive(Clone, Copy, Default)]
struct Bucket {
    number: u64,
    requests: u64,
    accepts: u64,
}

impl Throttle {
    /// A throttle with a window of two minutes, which lets twice as many calls through as are accepted.
    #[must_use]
    pub fn new() -> Self {
        Self {
            factor: Factor {
                calls: 2,
                accepts: 1,
            },
            most_percent: 95,
            bucket: TWO_MINUTES / BUCKETS as u32,
            state: Mutex::new(State::new(fresh_seed())),
        }
    }

    /// How many calls are let through for how many that are accepted. Fewer calls than accepts count as as many.
    #[must_use]
    pub const fn factor(mut self, calls: u8, accepts: u8) -> Self {
        let calls = if calls < accepts { accepts } else { calls };
        self.factor = Factor { calls, accepts };
        self
    }

    /// How many of a hundred calls are refused at most.
    #[must_use]
    pub const fn refuse_at_most(mut self, percent: u8) -> Self {
        self.most_percent = percent;
        self
    }

    /// For how long a call counts: between eleven twelfths of it and all of it, because a twelfth is forgotten at
    /// a time. Less than 12 ms counts as that.
    #[must_use]
    pub fn over(mut self, window: Duration) -> Self {
        self.bucket = (window / BUCKETS as u32).max(SHORTEST_BUCKET);
        self
    }

    /// With chance that can be had again for those who leave it to the throttle, for tests.
    #[must_use]
    pub fn seeded(mut self, seed: u64) -> Self {
        self.state = Mutex::new(State::new(seed));
        self
    }

    /// Whether to make a call, with 64 random bits to decide by.
    #[must_use = "a call that is not admitted is not to be made"]
    pub fn admit(&self, now: Duration, random: u64) -> bool {
        self.decide(now, |_| random)
    }

    /// The server has accepted a call: whatever came of it, it was not too much.
    pub fn accept(&self, now: Duration) {
        let number = self.number_at(now);
        self.state.lock().bucket(number).accepts += 1;
    }

    /// How many calls were asked for, and how many of them were accepted.
    pub fn counts(&self, now: Duration) -> (u64, u64) {
        self.state.lock().counts(self.number_at(now))
    }

    fn decide(&self, now: Duration, random: impl FnOnce(&mut Random) -> u64) -> bool {
        let number = self.number_at(now);
        let mut state = self.state.lock();
        let (requests, accepts) = state.counts(number);
        state.bucket(number).requests += 1;
        let random = random(&mut state.random);
        let is_tried_anyway = u128::from(random) * 100 >= u128::from(self.most_percent) << 64;
        is_tried_anyway || !self.factor.refuses(requests, accepts, random)
    }

    const fn number_at(&self, now: Duration) -> u64 {
        (now.as_nanos() / self.bucket.as_nanos()) as u64
    }
}

impl Default for Throttle {
    fn default() -> Self {
        Self::new()
    }
}

impl Factor {
    /// Whether a random number, as a part of 2^64, is below
    /// `(requests - accepts * self.calls / self.accepts) / (requests + 1)`.
    fn refuses(self, requests: u64, accepts: u64, random: u64) -> bool {
        let requests = u128::from(requests);
        let per_accept = u128::from(self.accepts);
        let earned = u128::from(accepts) * u128::from(self.calls);
        let excess = (requests * per_accept).saturating_sub(earned);
        // 2^48 calls in a window are more than can be: nothing here overflows.
        u128::from(random) * (requests + 1) * per_accept < excess << 64
    }
}

impl State {
    fn new(seed: u64) -> Self {
        Self {
            buckets: [Bucket::default(); BUCKETS as usize],
            random: Random::new(seed),
        }
    }

    /// The bucket of that number, or, for a thread that comes late, the one that has taken its place.
    fn bucket(&mut self, number: u64) -> &mut Bucket {
        let bucket = &mut self.buckets[(number % BUCKETS) as usize];
        if bucket.number < number {
            *bucket = Bucket {
                number,
                ..Bucket::default()
            };
        }
        bucket
    }

    fn counts(&self, number: u64) -> (u64, u64) {
        let mut counts = (0, 0);
        for bucket in &self.buckets {
            if bucket.number + BUCKETS > number {
                counts.0 += bucket.requests;
                counts.1 += bucket.accepts;
            }
        }
        counts
    }
}

/// Counts attempts. What a server answers to a call that is [wrong](FailureKind::Permanent) it has accepted.
impl Guard for &Throttle {
    type Leave = ();
    type Admission = ();

    fn retry(&self, _: Duration) -> Result<(), Reason> {
        Ok(())
    }

    fn admit(&self, _: Option<()>, now: Duration) -> Result<(), Reason> {
        let is_admitted = self.decide(now, Random::bits);
        is_admitted.then_some(()).ok_or(Reason::Overloaded)
    }

    fn report(&self, (): (), outcome: Result<(), Failure>, now: Duration) {
        let was_wrong = |failure: Failure| failure.kind() == FailureKind::Permanent;
        if outcome.map_or_else(was_wrong, |()| true) {
            self.accept(now);
        }
    }
}

/// The same, for what has to own it.
impl Guard for Arc<Throttle> {
    type Leave = ();
    type Admission = ();

    fn retry(&self, now: Duration) -> Result<(), Reason> {
        Guard::retry(&&**self, now)
    }

    fn admit(&self, leave: Option<()>, now: Duration) -> Result<(), Reason> {
        Guard::admit(&&**self, leave, now)
    }

    fn report(&self, admission: (), outcome: Result<(), Failure>, now: Duration) {
        Guard::report(&&**self, admission, outcome, now);
    }
}

impl fmt::Debug for Throttle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Throttle")
            .field("factor", &self.factor)
            .field("bucket", &self.bucket)
            .finish_non_exhaustive()
    }
}

const BUCKETS: u64 = 12;

const TWO_MINUTES: Duration = Duration::from_secs(120);

const SHORTEST_BUCKET: Duration = Duration::from_millis(1);

#[cfg(all(test, not(loom)))]
mod tests {
    use super::*;

    const SECOND: Duration = Duration::from_secs(1);

    /// How many of a thousand calls a second are sent to a server that accepts so many of them.
    fn sent(throttle: &Throttle, accepted: u64, seconds: core::ops::Range<u64>) -> u64 {
        let mut random = Random::new(7);
        let mut sent = 0;
        for second in seconds {
            let mut room = accepted;
            for call in 0..1_000 {
                let now = SECOND * second as u32 + Duration::from_millis(call);
                if !throttle.admit(now, random.bits()) {
                    continue;
                }
                sent += 1;
                if room > 0 {
                    room -= 1;
                    throttle.accept(now);
                }
            }
        }
        sent
    }

    #[test]
    fn nothing_is_refused_as_long_as_half_is_accepted() {
        let throttle = Throttle::new();
        assert_eq!(sent(&throttle, 1_000, 0..10), 10_000);
        assert_eq!(sent(&throttle, 500, 10..20), 10_000);
    }

    #[test]
    fn twice_as_much_is_sent_as_is_accepted() {
        let throttle = Throttle::new();
        sent(&throttle, 100, 0..300);
        let sent = sent(&throttle, 100, 300..400);
        assert!((19_000..21_000).contains(&sent), "{sent}");
    }

    /// By the formula alone, one call is sent in two minutes when as many were refused as are here, and it takes
    /// more than ten to notice that all of them would be accepted.
    #[test]
    fn a_server_that_is_back_is_noticed() {
        let throttle = Throttle::new();
        let down = sent(&throttle, 0, 0..300);
        assert!((14_000..17_000).contains(&down), "{down}");
        sent(&throttle, 1_000, 300..600);
        assert_eq!(sent(&throttle, 1_000, 600..610), 10_000);
    }

    /// Where a call is counted only when it has ended, those of a server that hangs are not counted at all.
    #[test]
    fn calls_count_before_they_are_sent() {
        let throttle = Throttle::new();
        let hang = (0..10_000).filter(|_| throttle.admit(SECOND, u64::MAX / 2));
        assert!(hang.count() < 5);
    }

    #[test]
    fn the_first_call_is_never_refused() {
        assert!(Throttle::new().admit(SECOND, 0));
    }

    #[test]
    fn the_chance_of_a_refusal_is_exact() {
        for (requests, accepts, calls, of) in [(1, 0, 2, 1), (10, 4, 3, 2), (1_000_000, 1, 2, 1)] {
            let factor = Factor { calls, accepts: of };
            let numerator = requests * u64::from(of) - accepts * u64::from(calls);
            let denominator = (requests + 1) * u64::from(of);
            // The least random number that is not below the chance.
            let chance = (u128::from(numerator) << 64).div_ceil(u128::from(denominator)) as u64;
            assert!(!factor.refuses(requests, accepts, chance));
            assert!(factor.refuses(requests, accepts, chance - 1));
        }
    }

    #[test]
    fn a_runner_is_told_why() {
        let throttle = Arc::new(Throttle::new().seeded(1));
        let refused = (0..100).find_map(|_| throttle.admit(None, SECOND).err());
        assert_eq!(refused, Some(Reason::Overloaded));
        let (requests, accepts) = throttle.counts(SECOND);
        assert!(requests > 0 && accepts == 0);
        throttle.report((), Err(Failure::permanent()), SECOND);
        throttle.report((), Err(Failure::throttled()), SECOND);
        throttle.report((), Ok(()), SECOND);
        assert_eq!(throttle.counts(SECOND), (requests, 2));
        assert_eq!(throttle.counts(SECOND * 121), (0, 0));
    }
}
