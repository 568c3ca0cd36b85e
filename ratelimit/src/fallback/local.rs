//! A share of every quota, for a process that is by itself.

use core::num::NonZeroU32;

use arrayvec::ArrayVec;

use crate::memory::Memory;
use crate::migration::Migration;
use crate::quota::Quota;
use crate::rule::Rule;
use crate::verdict::{Ask, MAX_ASKS, TooManyAsks, Verdict};

/// What a process allows by itself: of every quota, its share, in buckets of its own.
///
/// The buckets are warm: each answer of the store is kept in them, in proportion. So a key that has used its
/// quota up has not got it back when the store goes away, as far as this process knows. If there are as many
/// processes as shares, together they allow no more than the quota, but for keys and tokens that they did not
/// know each other to have taken. A rule of which the share is less than one token still allows one at a time.
///
/// For a key that has no bucket here, and for which there is no room, the memory's own
/// [rule](crate::WhenFull) holds.
#[derive(Debug)]
pub struct Local {
    /// Where the buckets are.
    pub memory: Memory,
    /// Of how many shares this process has one: how many processes there are.
    pub one_in: NonZeroU32,
}

impl Local {
    /// Keeps what the store has said.
    pub(super) fn learn(&self, asks: &[Ask<'_>], verdict: &Verdict<'_>) {
        for (ask, (rule, decision)) in asks.iter().zip(verdict.decisions()) {
            let own = self.own(rule);
            let (all, share) = (rule.quota(), own.quota());
            self.memory.put(&own, ask.key, |now| {
                Migration::Proportional.apply(decision.bucket_at(now), all, share, now)
            });
        }
    }

    /// Answers instead of the store.
    pub(super) fn take_all<'a>(&self, asks: &[Ask<'a>]) -> Result<Verdict<'a>, TooManyAsks> {
        TooManyAsks::check(asks)?;
        let rules: ArrayVec<Rule, MAX_ASKS> = asks.iter().map(|ask| self.own(ask.rule)).collect();
        let own: ArrayVec<Ask<'_>, MAX_ASKS> = asks
            .iter()
            .zip(&rules)
            .map(|(ask, rule)| Ask { rule, ..*ask })
            .collect();
        let answer = self.memory.take_all(&own)?;
        let mut verdict = Verdict::empty();
        for (ask, (_, decision)) in asks.iter().zip(answer.decisions()) {
            verdict.push(ask.rule, *decision);
        }
        Ok(verdict)
    }

    pub(super) fn refund_all(&self, asks: &[Ask<'_>]) {
        for ask in asks {
            let own = self.own(ask.rule);
            self.memory.refund(&own, ask.key, ask.tokens);
        }
    }

    pub(super) fn charge_all(&self, asks: &[Ask<'_>]) {
        for ask in asks {
            let own = self.own(ask.rule);
            self.memory.charge(&own, ask.key, ask.tokens);
        }
    }

    pub(super) fn reset(&self, rule: &Rule, key: &str) {
        self.memory.reset(&self.own(rule), key);
    }

    /// The rule with the share of its quota.
    fn own(&self, rule: &Rule) -> Rule {
        rule.with_each_quota(|quota| share(quota, self.one_in))
    }
}

/// One share of a quota: as many tokens, in a period that is so many times longer.
fn share(quota: Quota, one_in: NonZeroU32) -> Quota {
    let shares = u64::from(one_in.get());
    let longer = quota.period().checked_mul(one_in.get());
    let slower = longer.and_then(|period| Quota::new(quota.tokens(), period).ok());
    // The period may be longer than any quota has.
    let fewer = || Quota::new(quota.tokens() / shares, quota.period()).ok();
    let slowest = || Quota::new(1, Quota::LONGEST_REFILL).ok();
    let rate = slower.or_else(fewer).or_else(slowest).unwrap_or(quota);
    let burst = (quota.burst() / shares).max(1);
    rate.try_with_burst(burst).unwrap_or(rate)
}

#[cfg(test)]
mod tests {
    use core::time::Duration;

    use proptest::prelude::*;

    use super::*;

    fn one_in(shares: u32) -> NonZeroU32 {
        NonZeroU32::new(shares).expect("it is not zero")
    }

    #[test]
    fn a_share_is_as_exact_as_the_quota() {
        let quota = Quota::per_second(100).with_burst(50);
        let third = share(quota, one_in(3));
        assert_eq!(third.period(), Duration::from_secs(3));
        assert_eq!((third.tokens(), third.burst()), (100, 16));
        assert_eq!(share(quota, one_in(1)), quota);
        let rare = share(Quota::per_day(1), one_in(7));
        assert_eq!(rare.time_to_refill(), Duration::from_secs(7 * 86_400));
    }

    #[test]
    fn a_share_of_what_is_very_slow_is_one_in_four_years_at_least() {
        let year = Quota::new(1, Duration::from_secs(365 * 86_400)).expect("it can be had");
        let slowest = share(year, one_in(1_000));
        assert_eq!(slowest.time_to_refill(), Quota::LONGEST_REFILL);
        let many = Quota::new(5_000, Duration::from_secs(365 * 86_400)).expect("it can be had");
        assert_eq!(share(many, one_in(1_000)).tokens(), 5);
    }

    proptest! {
        #[test]
        fn all_shares_together_are_no_more_than_the_quota(
            tokens in 1..1_000_000_u64,
            secs in 1..100_000_u64,
            shares in 1..1_000_u32,
        ) {
            if let Ok(quota) = Quota::new(tokens, Duration::from_secs(secs)) {
                let one = share(quota, one_in(shares));
                let all_tokens = u128::from(one.tokens()) * u128::from(shares);
                let rate = all_tokens * quota.period().as_micros();
                prop_assert!(rate <= u128::from(tokens) * one.period().as_micros());
                let all_bursts = one.burst() * u64::from(shares);
                prop_assert!(all_bursts <= quota.burst().max(shares.into()));
            }
        }
    }
}
