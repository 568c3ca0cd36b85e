//! Buckets in memory.

use core::fmt;

use arrayvec::ArrayVec;

use crate::bucket::Bucket;
use crate::clock::Clock;
use crate::decision::Decision;
use crate::rule::Rule;
use crate::table::{Address, Locked, LockedAll, MAX_LOCKED, Table};
use crate::time::Time;
use crate::verdict::{Ask, MAX_ASKS, TooManyAsks, Verdict};

mod inheritance;
pub(crate) mod reservation;
#[cfg(feature = "store")]
mod store;
#[cfg(feature = "fallback")]
mod warm;

// Every bucket of a verdict is locked until it is given.
const _: () = assert!(MAX_ASKS <= MAX_LOCKED);

/// The buckets of any number of rules and keys, in memory of a fixed size.
///
/// Whoever invents keys makes it no larger: it has room for as many as it was made for, and there is a
/// [rule](WhenFull) for when it has not. A bucket that is full again takes no room for long, and
/// nothing has to run in the background. Nothing is allocated for a key, and nothing awaited.
///
/// ```
/// use ratelimit::{Ask, Memory, Quota, Rule, WhenFull};
///
/// static BURST: Rule = Rule::new("burst", Quota::per_second(2));
/// static DAILY: Rule = Rule::new("daily", Quota::per_day(1_000));
///
/// let limiter = Memory::for_keys(10_000, WhenFull::Refuse);
/// let ask = || limiter.take_all(&[Ask::one(&BURST, "alice"), Ask::one(&DAILY, "alice")]);
///
/// assert!(ask()?.is_allowed());
/// assert!(ask()?.is_allowed());
///
/// let verdict = ask()?;
/// let refused: Vec<_> = verdict.refusals().map(|(rule, _)| rule.name()).collect();
/// assert_eq!(refused, ["burst"]);
///
/// // What one rule refuses is not taken from another.
/// assert_eq!(limiter.peek(&DAILY, "alice").remaining(), 998);
/// # Ok::<(), ratelimit::TooManyAsks>(())
/// ```
pub struct Memory {
    table: Table,
    /// One bucket for each rule, for all keys for which there is no room.
    crowd: Table,
    when_full: WhenFull,
    clock: Clock,
}

/// What happens to a new key when there is no room for it. Buckets that are in use are never given up
/// for it: that would forgive whoever they belong to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum WhenFull {
    /// It is refused.
    Refuse,
    /// It shares one bucket of the rule with all others for which there is no room.
    Share,
}

impl Memory {
    /// Room for the buckets of so many keys, each of which takes 26 bytes, used or not. A key takes
    /// one for each rule that it is asked of.
    pub fn for_keys(keys: usize, when_full: WhenFull) -> Self {
        Self {
            table: Table::for_keys(keys),
            crowd: Table::for_keys(1),
            when_full,
            clock: Clock::monotonic(),
        }
    }

    /// With another clock than the system's monotonic one, for tests.
    #[must_use]
    pub fn with_clock(mut self, clock: impl Fn() -> Time + Send + Sync + 'static) -> Self {
        self.clock = Clock::given(clock);
        self
    }

    /// Takes tokens from a bucket: all of them, or none. It is of no account here whether the rule
    /// [only watches](Rule::in_shadow): it is asked alone.
    pub fn take(&self, rule: &Rule, key: &str, tokens: u64) -> Decision {
        let now = self.now();
        let quota = rule.quota();
        // It is changed where it stands: to hand it up through the calls takes longer than to decide.
        let mut decision = Decision::crowded_out(quota, now, tokens);
        let _no_room = self.with_bucket(rule, key, now, |bucket| {
            decision = bucket.take(quota, now, tokens);
            (decision.bucket(), ())
        });
        decision
    }

    /// Takes tokens from several buckets: from all of them, or from none. They are looked at and
    /// changed at one moment, whatever other threads do.
    ///
    /// # Errors
    ///
    /// There are more than [`MAX_ASKS`].
    pub fn take_all<'a>(&self, asks: &[Ask<'a>]) -> Result<Verdict<'a>, TooManyAsks> {
        let now = self.now();
        let (mut held, addresses) = self.hold(asks)?;
        let mut verdict = Verdict::empty();
        for (ask, &address) in asks.iter().zip(&addresses) {
            let quota = ask.rule.quota();
            let decision = held.update(ask.rule, address, now, |bucket| {
                let decision = bucket.take(quota, now, ask.tokens);
                (decision.bucket(), decision)
            });
            verdict.push(
                ask.rule,
                decision.unwrap_or_else(|| Decision::crowded_out(quota, now, ask.tokens)),
            );
        }
        if !verdict.is_allowed() {
            // Nobody has seen what was taken. The last first, because a bucket may be there twice.
            for (place, ask) in asks.iter().enumerate().rev() {
                let untaken = verdict.untake(place);
                held.update(ask.rule, addresses[place], now, |bucket| {
                    (untaken.unwrap_or(bucket), ())
                });
            }
        }
        Ok(verdict)
    }

    /// Looks into a bucket, and takes nothing.
    pub fn peek(&self, rule: &Rule, key: &str) -> Decision {
        self.take(rule, key, 0)
    }

    /// Gives tokens back, which were taken and not needed. A bucket never holds more than its burst.
    pub fn refund(&self, rule: &Rule, key: &str, tokens: u64) {
        self.change(rule, key, |bucket, now| {
            bucket.refund(rule.quota(), now, tokens)
        });
    }

    /// Takes tokens whether or not they are there, for what has been used already:
    /// [`Bucket::charge`].
    pub fn charge(&self, rule: &Rule, key: &str, tokens: u64) {
        self.change(rule, key, |bucket, now| {
            bucket.charge(rule.quota(), now, tokens)
        });
    }

    /// Fills a bucket.
    pub fn reset(&self, rule: &Rule, key: &str) {
        self.change(rule, key, |_, _| Bucket::FULL);
    }

    /// How many buckets are kept. Among them are some that are full, and that nobody has come past
    /// since they were.
    pub fn len(&self) -> usize {
        self.table.len()
    }

    /// Whether no bucket is kept.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// What it takes in memory, in bytes, whatever is in it.
    pub fn bytes(&self) -> usize {
        self.table.bytes() + self.crowd.bytes()
    }

    fn change(&self, rule: &Rule, key: &str, change: impl Fn(Bucket, Time) -> Bucket) {
        // Where there is no room for a bucket there is none to change.
        let now = self.now();
        let _no_room = self.with_bucket(rule, key, now, |bucket| (change(bucket, now), ()));
    }

    /// Changes one bucket, and says what came of it. None if there is no room for it.
    #[inline]
    fn with_bucket<T>(
        &self,
        rule: &Rule,
        key: &str,
        now: Time,
        mut change: impl FnMut(Bucket) -> (Bucket, T),
    ) -> Option<T> {
        match self.with_own_bucket(rule, key, now, &mut change) {
            Some(outcome) => Some(outcome),
            None => self.with_shared_bucket(rule, now, change),
        }
    }

    /// Changes the bucket that a key has for itself, if there is room for one.
    #[inline]
    fn with_own_bucket<T>(
        &self,
        rule: &Rule,
        key: &str,
        now: Time,
        change: impl FnMut(Bucket) -> (Bucket, T),
    ) -> Option<T> {
        let address = self.table.address(rule, key);
        inheritance::update_one(&self.table, rule, address, now, change)
    }

    /// Changes the bucket of all who have none of their own, if they share one.
    fn with_shared_bucket<T>(
        &self,
        rule: &Rule,
        now: Time,
        change: impl FnMut(Bucket) -> (Bucket, T),
    ) -> Option<T> {
        if self.when_full == WhenFull::Refuse {
            return None;
        }
        let address = self.crowd.address(rule, "");
        inheritance::update_one(&self.crowd, rule, address, now, change)
    }

    /// Locks the buckets of several asks, and says where they are.
    fn hold(&self, asks: &[Ask<'_>]) -> Result<(Held<'_>, Addresses), TooManyAsks> {
        TooManyAsks::check(asks)?;
        let addresses: Addresses = asks
            .iter()
            .map(|ask| self.table.address(ask.rule, ask.key))
            .collect();
        let held = Held {
            memory: self,
            own: self.table.lock_all(&addresses),
            crowd: None,
        };
        Ok((held, addresses))
    }

    pub(crate) fn now(&self) -> Time {
        self.clock.now()
    }
}

impl fmt::Debug for Memory {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Memory")
            .field("buckets", &self.len())
            .field("bytes", &self.bytes())
            .field("when_full", &self.when_full)
            .finish_non_exhaustive()
    }
}

/// Where the buckets of several asks are.
type Addresses = ArrayVec<Address, MAX_ASKS>;

/// The buckets of a verdict, locked until it is given.
struct Held<'m> {
    memory: &'m Memory,
    own: LockedAll<'m>,
    /// Locked last, and only if somebody has no room.
    crowd: Option<Locked<'m>>,
}

impl Held<'_> {
    /// Changes one of the buckets, if there is room for it.
    fn update<T>(
        &mut self,
        rule: &Rule,
        address: Address,
        now: Time,
        change: impl Fn(Bucket) -> (Bucket, T),
    ) -> Option<T> {
        let shard = self.own.shard(address)?;
        let own = inheritance::update(shard, rule, address, now, &change);
        if own.is_some() || self.memory.when_full == WhenFull::Refuse {
            return own;
        }
        let address = self.memory.crowd.address(rule, "");
        let crowd = self
            .crowd
            .get_or_insert_with(|| self.memory.crowd.lock(address));
        inheritance::update(crowd, rule, address, now, &change)
    }
}

#[cfg(test)]
mod tests;
