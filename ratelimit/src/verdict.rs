//! What several rules say together.

use core::time::Duration;

use arrayvec::ArrayVec;
use thiserror::Error;

use crate::bucket::Bucket;
use crate::decision::Decision;
use crate::rule::Rule;
use crate::time::Time;

/// How many rules can be asked at once.
pub const MAX_ASKS: usize = 8;

/// What is asked for: so many tokens of one key's bucket of a rule.
#[derive(Clone, Copy, Debug)]
pub struct Ask<'a> {
    /// The rule.
    pub rule: &'a Rule,
    /// Whose bucket.
    pub key: &'a str,
    /// How many tokens. To ask for none is to look.
    pub tokens: u64,
}

impl<'a> Ask<'a> {
    /// One token.
    pub const fn one(rule: &'a Rule, key: &'a str) -> Self {
        Self {
            rule,
            key,
            tokens: 1,
        }
    }

    /// Whether both ask the same bucket.
    fn shares_bucket_with(&self, other: &Self) -> bool {
        self.key == other.key && self.rule.name() == other.rule.name()
    }
}

/// More was asked at once than [`MAX_ASKS`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("{given} rules were asked at once, and at most {MAX_ASKS} can be")]
pub struct TooManyAsks {
    /// How many were asked.
    pub given: usize,
}

impl TooManyAsks {
    pub(crate) const fn check(asks: &[Ask<'_>]) -> Result<(), Self> {
        if asks.len() > MAX_ASKS {
            return Err(Self { given: asks.len() });
        }
        Ok(())
    }
}

/// What several rules say together: the tokens of all of them were taken, or of none.
#[derive(Clone, Debug)]
pub struct Verdict<'a> {
    answers: ArrayVec<(&'a Rule, Decision), MAX_ASKS>,
}

impl<'a> Verdict<'a> {
    /// Decides what is asked at once: the core of a store that keeps buckets. It is given the bucket of
    /// each ask, in their order, as it was before; a bucket that is asked twice is asked one after the
    /// other, and what was given for the second is of no account.
    ///
    /// If the verdict is a yes, the [bucket](Decision::bucket) of the last decision on it is to be
    /// kept. If it is a no, nothing was taken.
    ///
    /// ```
    /// use ratelimit::{Ask, Bucket, Quota, Rule, Time, Verdict};
    ///
    /// static BURST: Rule = Rule::new("burst", Quota::per_second(2));
    /// static DAILY: Rule = Rule::new("daily", Quota::per_day(1_000));
    ///
    /// let asks = [Ask::one(&BURST, "alice"), Ask::one(&DAILY, "alice")];
    /// let now = Time::from_micros(1);
    /// let verdict = Verdict::decide(&asks, now, |_| Bucket::FULL)?;
    /// assert!(verdict.is_allowed());
    ///
    /// let kept: Vec<_> = verdict.decisions().map(|(_, decision)| decision.bucket()).collect();
    /// assert_eq!(kept[1].peek(DAILY.quota(), now).remaining(), 999);
    /// # Ok::<(), ratelimit::TooManyAsks>(())
    /// ```
    ///
    /// # Errors
    ///
    /// There are more than [`MAX_ASKS`].
    pub fn decide(
        asks: &[Ask<'a>],
        now: Time,
        mut bucket: impl FnMut(&Ask<'a>) -> Bucket,
    ) -> Result<Self, TooManyAsks> {
        TooManyAsks::check(asks)?;
        let mut verdict = Self::empty();
        for (place, ask) in asks.iter().enumerate() {
            let given = bucket(ask);
            let same = |other: &Ask<'a>| other.shares_bucket_with(ask);
            let before = match asks[..place].iter().rposition(same) {
                Some(earlier) => verdict.answers[earlier].1.bucket(),
                None => given,
            };
            verdict.push(ask.rule, before.take(ask.rule.quota(), now, ask.tokens));
        }
        if !verdict.is_allowed() {
            for place in 0..asks.len() {
                verdict.untake(place);
            }
        }
        Ok(verdict)
    }

    pub(crate) const fn empty() -> Self {
        Self {
            answers: ArrayVec::new_const(),
        }
    }

    /// Adds what another rule says. There is room for [`MAX_ASKS`].
    pub(crate) fn push(&mut self, rule: &'a Rule, decision: Decision) {
        self.answers.push((rule, decision));
    }

    /// Makes the decision at a place one by which nothing was taken, and gives the bucket as it was
    /// before; none if nothing was taken by it.
    pub(crate) fn untake(&mut self, place: usize) -> Option<Bucket> {
        let (_, decision) = &mut self.answers[place];
        decision.is_allowed().then(|| {
            *decision = decision.untaken();
            decision.bucket()
        })
    }

    /// Whether the tokens were taken.
    pub fn is_allowed(&self) -> bool {
        self.refusals().next().is_none()
    }

    /// What each rule says, in the order in which they were asked. If the verdict is a refusal, the
    /// ones that would have allowed it were left as they were.
    pub fn decisions(&self) -> impl ExactSizeIterator<Item = (&'a Rule, &Decision)> {
        self.answers
            .iter()
            .map(|(rule, decision)| (*rule, decision))
    }

    /// The rules that refuse.
    pub fn refusals(&self) -> impl Iterator<Item = (&'a Rule, &Decision)> {
        self.decisions()
            .filter(|(rule, decision)| !decision.is_allowed() && !rule.is_shadow())
    }

    /// The rules that would refuse, if they did not only watch.
    pub fn shadow_refusals(&self) -> impl Iterator<Item = (&'a Rule, &Decision)> {
        self.decisions()
            .filter(|(rule, decision)| !decision.is_allowed() && rule.is_shadow())
    }

    /// How long to wait before the same will be allowed, if nobody else takes anything; none if it
    /// was allowed, or if one of the rules never will.
    pub fn retry_after(&self) -> Option<Duration> {
        let waits = self.refusals().map(|(_, decision)| decision.retry_after());
        waits.reduce(|one, other| Some(one?.max(other?))).flatten()
    }

    /// The rule with the fewest tokens left in proportion to its burst, and what it says: the one to
    /// tell a client of, if it is to be told of one.
    pub fn tightest(&self) -> Option<(&'a Rule, &Decision)> {
        let share = |decision: &Decision| {
            let burst = u128::from(decision.quota().burst());
            (u128::from(decision.remaining()) << 64) / burst
        };
        self.decisions()
            .filter(|(rule, _)| !rule.is_shadow())
            .min_by_key(|(_, decision)| share(decision))
    }
}
