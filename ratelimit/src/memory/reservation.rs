//! Tokens that are held until it is known how many of them are needed.

use core::fmt;
use core::time::Duration;

use super::Memory;
use crate::bucket::{Bucket, grains};
use crate::decision::Decision;
use crate::rule::Rule;
use crate::time::Time;

/// Tokens that are held until it is known how many of them are needed: for a cost that only the work
/// itself shows, as the tokens of a language model, or the bytes of an answer.
///
/// They are taken when they are reserved, so nobody else has them meanwhile. Then
/// [`commit`](Reservation::commit) says how many were used: the rest is given back, and what was used
/// beyond is charged. A reservation that is dropped is [cancelled](Reservation::cancel).
///
/// # Expiry
///
/// Tokens come back by themselves, reserved or not, and what has come back is not given back once more:
/// at most as many are as would still be missing from the bucket if nobody had taken anything since.
/// So a reservation [expires](Reservation::expires_after) by itself, with nothing running in the
/// background; and one that is never settled costs no more than its tokens.
///
/// # What is promised
///
/// From any moment at which nothing is reserved, no more is used than the quota allows, however many
/// reservations there are from then on; unless more is used than was reserved.
///
/// ```
/// use ratelimit::{Memory, Quota, Reserved, Rule, WhenFull};
///
/// static TOKENS: Rule = Rule::new("tokens", Quota::per_hour(10_000));
///
/// let limiter = Memory::for_keys(1_000, WhenFull::Refuse);
/// let Reserved::Granted(reservation) = limiter.reserve(&TOKENS, "alice", 4_000) else {
///     panic!("there are 10 000");
/// };
/// assert_eq!(limiter.peek(&TOKENS, "alice").remaining(), 6_000);
///
/// // The answer was shorter than it could have been.
/// let left = reservation.commit(1_500).remaining();
/// assert_eq!(left, 8_500);
/// ```
#[must_use = "tokens that are reserved are given back when this is dropped"]
pub struct Reservation<'a> {
    memory: &'a Memory,
    rule: &'a Rule,
    key: &'a str,
    tokens: u64,
    /// The bucket as it was when the tokens had just been taken.
    taken_from: Bucket,
    is_shared: bool,
    is_settled: bool,
}

/// What became of a wish to reserve.
#[derive(Debug)]
#[must_use]
pub enum Reserved<'a> {
    /// The tokens are held.
    Granted(Reservation<'a>),
    /// They are not there, and nothing was taken.
    Refused(Decision),
}

impl Memory {
    /// Reserves tokens: all that are asked for, or none.
    pub fn reserve<'a>(&'a self, rule: &'a Rule, key: &'a str, tokens: u64) -> Reserved<'a> {
        let now = self.now();
        let take = |bucket: Bucket| {
            let decision = bucket.take(rule.quota(), now, tokens);
            (decision.bucket(), decision)
        };
        let own = self.with_own_bucket(rule, key, now, take);
        let is_shared = own.is_none();
        let decision = own
            .or_else(|| self.with_shared_bucket(rule, now, take))
            .unwrap_or_else(|| Decision::crowded_out(rule.quota(), now, tokens));
        if !decision.is_allowed() {
            return Reserved::Refused(decision);
        }
        Reserved::Granted(Reservation {
            memory: self,
            rule,
            key,
            tokens,
            taken_from: decision.bucket(),
            is_shared,
            is_settled: false,
        })
    }
}

impl Reservation<'_> {
    /// The tokens that are held.
    pub const fn tokens(&self) -> u64 {
        self.tokens
    }

    /// How long until nothing is given back any more: not longer than
    /// [`Quota::time_to_refill`](crate::Quota::time_to_refill).
    pub fn expires_after(&self) -> Duration {
        let quota = self.rule.quota();
        quota.duration_of(self.taken_from.debt(quota, self.memory.now()))
    }

    /// Says how many tokens were used, and answers what is left. The rest is given back. If more were
    /// used than reserved, what is missing is taken whether or not it is there, as by
    /// [`Memory::charge`].
    ///
    /// If the quota of the rule [has changed](Rule::changed_to), and the bucket gone over to the new
    /// one, this is of no account there.
    pub fn commit(mut self, used: u64) -> Decision {
        self.settle(used)
    }

    /// Gives all tokens back.
    pub fn cancel(self) {
        drop(self);
    }

    fn settle(&mut self, used: u64) -> Decision {
        self.is_settled = true;
        let now = self.memory.now();
        let settled = |bucket| {
            let bucket = self.settled(bucket, now, used);
            (bucket, bucket.peek(self.rule.quota(), now))
        };
        // Those who share a bucket must not be given what somebody took from his own.
        let kept = if self.is_shared {
            self.memory.with_shared_bucket(self.rule, now, settled)
        } else {
            self.memory
                .with_own_bucket(self.rule, self.key, now, settled)
        };
        kept.unwrap_or_else(|| settled(Bucket::FULL).1)
    }

    /// The bucket as it is after so many tokens were used.
    fn settled(&self, bucket: Bucket, now: Time, used: u64) -> Bucket {
        let quota = self.rule.quota();
        let Some(unused) = self.tokens.checked_sub(used) else {
            return bucket.charge(quota, now, used - self.tokens);
        };
        let missing = self.taken_from.debt(quota, now);
        bucket.repaid(quota, now, missing.min(grains(quota, unused)))
    }
}

impl Drop for Reservation<'_> {
    fn drop(&mut self) {
        if !self.is_settled {
            self.settle(0);
        }
    }
}

impl fmt::Debug for Reservation<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Reservation")
            .field("rule", &self.rule.name())
            .field("key", &self.key)
            .field("tokens", &self.tokens)
            .field("expires_after", &self.expires_after())
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests;
