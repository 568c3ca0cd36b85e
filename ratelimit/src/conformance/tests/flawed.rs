//! A store that is wrong in one way; most of them are ways in which some limiter has been.

use alloc::boxed::Box;
use alloc::string::{String, ToString as _};
use alloc::sync::Arc;
use alloc::vec::Vec;
use std::collections::HashMap;

use async_trait::async_trait;
use parking_lot::Mutex;

use crate::conformance::ManualClock;
use crate::{Ask, Bucket, MAX_ASKS, Quota, Rule, Store, StoreError, Time, TooManyAsks, Verdict};

/// What is wrong with a store.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Flaw {
    /// Every bucket is full.
    RemembersNothing,
    /// What is kept is read in one step and written in another.
    LooksBeforehand,
    /// What some of several rules allow is taken also if another refuses.
    TakesOneByOne,
    /// Whoever is refused has taken something all the same.
    ChargesRefusals,
    /// All keys are one.
    IgnoresKeys,
    /// All rules are one.
    IgnoresRules,
    /// Nothing stands between rule and key.
    RunsTogether,
    /// Texts that differ in case are the same.
    FoldsCase,
    /// The end of a long key does not count.
    CutsLongKeys,
    /// What is less than a microsecond is given away.
    CutsParts,
    /// What is less than a microsecond is lost.
    RoundsUp,
    /// Times lose what is less than a millisecond.
    KeepsMillis,
    /// A bucket that was never asked is empty.
    StartsEmpty,
    /// Whoever looks takes something.
    ChargesLooks,
    /// Asking starts the wait for the next token anew.
    StartsAnew,
    /// The first 32 bits of a cost count.
    WrapsCosts,
    /// Of two questions to one bucket the first counts.
    ForgetsSecondAsks,
    /// A rule in shadow stops what the others allow.
    ShadowsStop,
    /// Nothing is given back.
    RefundsNothing,
    /// Whoever gives something back is forgiven everything.
    RefundsAll,
    /// What is given back beyond the burst is kept for later.
    RefundsBeyond,
    /// What is not there cannot be charged.
    ChargesWhatIsThere,
    /// What is owed has no bound.
    OwesForEver,
    /// Of several that are settled the last is.
    SettlesTheLast,
    /// What is reset is not.
    ResetsNothing,
    /// With one bucket all are reset.
    ResetsAll,
    /// Time that goes back is taken for a long time.
    TrustsAnyTime,
    /// Time stands still until a clock that was set back has caught up.
    StandsStill,
    /// Fewer can be asked at once.
    AsksSeven,
    /// What is too much is not looked at.
    AsksWhatItCan,
    /// Nobody may ask nobody.
    RefusesNobody,
    /// It says that it is ill.
    IsIll,
}

/// A plain store with at most one flaw.
#[derive(Debug)]
pub(super) struct Flawed {
    flaw: Option<Flaw>,
    kept: Mutex<Kept>,
    clock: Arc<ManualClock>,
}

#[derive(Debug, Default)]
struct Kept {
    buckets: HashMap<Vec<String>, Bucket>,
    latest: u64,
    /// Tokens that no bucket has room for.
    beyond: u64,
}

impl Flawed {
    pub(super) fn new(flaw: Option<Flaw>, clock: Arc<ManualClock>) -> Self {
        Self {
            flaw,
            kept: Mutex::default(),
            clock,
        }
    }

    fn has(&self, flaw: Flaw) -> bool {
        self.flaw == Some(flaw)
    }

    fn place(&self, rule: &Rule, key: &str) -> Vec<String> {
        let (mut name, mut key) = (rule.name().to_string(), key.to_string());
        match self.flaw {
            Some(Flaw::IgnoresKeys) => key.clear(),
            Some(Flaw::IgnoresRules) => name.clear(),
            Some(Flaw::RunsTogether) => return [name + &key].into(),
            Some(Flaw::FoldsCase) => {
                name.make_ascii_lowercase();
                key.make_ascii_lowercase();
            }
            Some(Flaw::CutsLongKeys) => key = key.chars().take(1_000).collect(),
            _ => {}
        }
        [name, key].into()
    }

    /// The ask as the store understands it.
    fn wrapped<'a>(&self, ask: &Ask<'a>) -> Ask<'a> {
        let tokens = match self.flaw {
            Some(Flaw::WrapsCosts) => u64::from(ask.tokens as u32),
            Some(Flaw::RefundsBeyond) => ask.tokens.saturating_sub(self.kept.lock().beyond),
            Some(Flaw::ChargesLooks) => ask.tokens.max(1),
            _ => ask.tokens,
        };
        Ask { tokens, ..*ask }
    }

    fn now(&self, kept: &mut Kept) -> Time {
        let now = self.clock.now().as_micros();
        let is_back = now < kept.latest;
        kept.latest = match self.flaw {
            Some(Flaw::StandsStill) => kept.latest.max(now),
            _ => now,
        };
        if is_back && self.has(Flaw::TrustsAnyTime) {
            kept.buckets.clear();
        }
        if self.has(Flaw::KeepsMillis) {
            return Time::from_micros(now / 1_000 * 1_000);
        }
        Time::from_micros(kept.latest)
    }

    fn put(&self, kept: &mut Kept, ask: &Ask<'_>, bucket: Bucket) {
        let quota = ask.rule.quota();
        let (micros, left_over) = bucket.to_parts(quota);
        let bucket = match self.flaw {
            Some(Flaw::RemembersNothing) => return,
            Some(Flaw::CutsParts) => Bucket::from_parts(quota, micros, 0),
            Some(Flaw::RoundsUp) => Bucket::from_parts(quota, micros + u64::from(left_over > 0), 0),
            _ => bucket,
        };
        kept.buckets.insert(self.place(ask.rule, ask.key), bucket);
    }

    fn bucket(&self, kept: &Kept, ask: &Ask<'_>) -> Bucket {
        let place = self.place(ask.rule, ask.key);
        let quota = ask.rule.quota();
        kept.buckets
            .get(&place)
            .copied()
            .unwrap_or_else(|| match self.flaw {
                Some(Flaw::StartsEmpty) => {
                    Bucket::FULL.charge(quota, self.clock.now(), quota.burst())
                }
                _ => Bucket::FULL,
            })
    }

    fn look(&self, asks: &[Ask<'_>]) -> Result<Vec<Bucket>, StoreError> {
        let ill = || StoreError::Unavailable("it is ill".into());
        let most = if self.has(Flaw::AsksSeven) {
            7
        } else {
            MAX_ASKS
        };
        if asks.len() > most && !self.has(Flaw::AsksWhatItCan) {
            return Err(TooManyAsks { given: asks.len() }.into());
        }
        if asks.is_empty() && self.has(Flaw::RefusesNobody) {
            return Err(ill());
        }
        let kept = self.kept.lock();
        Ok(asks.iter().map(|ask| self.bucket(&kept, ask)).collect())
    }

    async fn wait(&self) {
        if self.has(Flaw::LooksBeforehand) {
            for _ in 0..8 {
                tokio::task::yield_now().await;
            }
        }
    }

    /// The buckets that are changed: what was seen of them beforehand is of no account in a store that is
    /// right.
    fn read(&self, kept: &Kept, asks: &[Ask<'_>], seen: &[Bucket]) -> Vec<Bucket> {
        match self.flaw {
            Some(Flaw::LooksBeforehand) => seen.into(),
            _ => asks.iter().map(|ask| self.bucket(kept, ask)).collect(),
        }
    }

    fn keep(&self, kept: &mut Kept, asks: &[Ask<'_>], verdict: &Verdict<'_>, now: Time) {
        let stops = match self.flaw {
            Some(Flaw::ShadowsStop) => verdict.shadow_refusals().next().is_some(),
            Some(Flaw::OwesForEver) => !verdict.is_allowed(),
            _ => false,
        };
        let mut put = Vec::new();
        for (ask, (rule, decision)) in asks.iter().zip(verdict.decisions()) {
            let mut bucket = decision.bucket();
            if self.has(Flaw::ChargesRefusals) && !decision.is_allowed() {
                bucket = bucket.charge(rule.quota(), now, 1);
            }
            if self.has(Flaw::StartsAnew) && !decision.is_allowed() {
                bucket = Bucket::FULL.charge(rule.quota(), now, rule.quota().burst());
            }
            if self.has(Flaw::TakesOneByOne) && !verdict.is_allowed() && decision.is_allowed() {
                bucket = bucket.charge(rule.quota(), now, ask.tokens);
            }
            let place = self.place(rule, ask.key);
            // Of a refusal the first decision on a bucket has it as it was.
            let first_counts = !verdict.is_allowed() || self.has(Flaw::ForgetsSecondAsks);
            if stops || (first_counts && put.contains(&place)) {
                continue;
            }
            put.push(place);
            self.put(kept, ask, bucket);
        }
    }

    async fn settle(
        &self,
        asks: &[Ask<'_>],
        change: impl Fn(Bucket, Quota, Time, u64) -> Bucket,
    ) -> Result<(), StoreError> {
        let seen = self.look(asks)?;
        self.wait().await;
        let mut kept = self.kept.lock();
        let now = self.now(&mut kept);
        let last = asks.len().saturating_sub(1);
        for (place, ask) in asks.iter().enumerate() {
            if self.has(Flaw::SettlesTheLast) && place < last {
                continue;
            }
            let before = match self.flaw {
                Some(Flaw::LooksBeforehand) => seen[place],
                _ => self.bucket(&kept, ask),
            };
            let after = change(before, ask.rule.quota(), now, ask.tokens);
            kept.beyond = ask.tokens.saturating_sub(ask.rule.quota().burst());
            self.put(&mut kept, ask, after);
        }
        Ok(())
    }
}

#[async_trait]
impl Store for Flawed {
    async fn take_all<'a>(&self, asks: &[Ask<'a>]) -> Result<Verdict<'a>, StoreError> {
        let seen = self.look(asks)?;
        self.wait().await;
        let wrapped: Vec<_> = asks
            .iter()
            .take(MAX_ASKS)
            .map(|ask| self.wrapped(ask))
            .collect();
        let mut kept = self.kept.lock();
        let now = self.now(&mut kept);
        let mut before = self.read(&kept, asks, &seen).into_iter();
        let next = |_: &Ask<'a>| before.next().unwrap_or(Bucket::FULL);
        let verdict = Verdict::decide(&wrapped, now, next)?;
        self.keep(&mut kept, asks, &verdict, now);
        Ok(verdict)
    }

    async fn refund_all(&self, asks: &[Ask<'_>]) -> Result<(), StoreError> {
        self.settle(asks, |bucket, quota, now, tokens| match self.flaw {
            Some(Flaw::RefundsNothing) => bucket,
            Some(Flaw::RefundsAll) => Bucket::FULL,
            _ => bucket.refund(quota, now, tokens),
        })
        .await
    }

    async fn charge_all(&self, asks: &[Ask<'_>]) -> Result<(), StoreError> {
        self.settle(asks, |bucket, quota, now, tokens| match self.flaw {
            Some(Flaw::ChargesWhatIsThere) => {
                let there = bucket.peek(quota, now).remaining();
                bucket.charge(quota, now, tokens.min(there))
            }
            Some(Flaw::OwesForEver) => {
                let (micros, left_over) = bucket.charge(quota, now, tokens).to_parts(quota);
                Bucket::from_parts(quota, micros + (tokens >> 8), left_over)
            }
            _ => bucket.charge(quota, now, tokens),
        })
        .await
    }

    async fn reset(&self, rule: &Rule, key: &str) -> Result<(), StoreError> {
        let mut kept = self.kept.lock();
        match self.flaw {
            Some(Flaw::ResetsNothing) => {}
            Some(Flaw::ResetsAll) => kept.buckets.clear(),
            _ => {
                kept.buckets.remove(&self.place(rule, key));
            }
        }
        Ok(())
    }

    async fn check(&self) -> Result<(), StoreError> {
        match self.flaw {
            Some(Flaw::IsIll) => Err(StoreError::Unavailable("it is ill".into())),
            _ => Ok(()),
        }
    }
}
