//! What is held, and what the store has said.

use alloc::boxed::Box;
use alloc::sync::Arc;
use alloc::vec::Vec;
use core::hash::BuildHasher;
use core::time::Duration;
use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::hash::RandomState;

use arrayvec::ArrayVec;
use event_listener::{Event, EventListener};

use super::LeaseTerms;
use crate::bucket::Bucket;
use crate::rule::Rule;
use crate::time::Time;
use crate::verdict::{Ask, MAX_ASKS, Verdict};

/// What is held of each key and rule.
pub(super) struct Slots {
    /// By a keyed hash, which is computed once.
    slots: HashMap<u64, Slot>,
    hasher: RandomState,
    terms: LeaseTerms,
    /// When room was last looked for.
    tidied_at: Option<Time>,
}

/// What is held of one key and rule.
struct Slot {
    rule: Rule,
    key: Box<str>,
    /// Taken and not used.
    tokens: u64,
    /// How many are taken beside those that are needed.
    more: u64,
    /// How many were used since the store was last asked.
    used: u64,
    /// What the store has said; none if that is good no more.
    said: Option<Said>,
    /// Whether somebody asks the store, for whom the others wait.
    is_asking: bool,
    answered: Arc<Event>,
}

/// What the store has said of a bucket, and when.
#[derive(Clone, Copy)]
struct Said {
    bucket: Bucket,
    at: Time,
}

/// What is to be done next about a question.
#[expect(
    clippy::large_enum_variant,
    reason = "it is looked at at once and never kept"
)]
pub(super) enum Step<'a> {
    /// It is answered.
    Answer(Verdict<'a>),
    /// Somebody else asks the store about it.
    Wait(EventListener),
    /// The store is to be asked.
    Ask(Order<'a>),
    /// There are no leases for this one.
    Pass,
}

/// What the store is asked for.
pub(super) struct Order<'a> {
    pub(super) asks: ArrayVec<Ask<'a>, MAX_ASKS>,
    ids: ArrayVec<u64, MAX_ASKS>,
}

/// What is given back.
pub(super) struct Held {
    pub(super) rule: Rule,
    pub(super) key: Box<str>,
    pub(super) tokens: u64,
}

impl Order<'_> {
    pub(super) fn ids(&self) -> &[u64] {
        &self.ids
    }
}

impl Slots {
    pub(super) fn new(terms: LeaseTerms) -> Self {
        Self {
            slots: HashMap::new(),
            hasher: RandomState::new(),
            terms,
            tidied_at: None,
        }
    }

    pub(super) fn held(&self) -> u64 {
        self.slots.values().map(|slot| slot.tokens).sum()
    }

    /// What to do next. If it is exact, no more is asked for than is needed.
    pub(super) fn step<'a>(&mut self, asks: &[Ask<'a>], now: Time, is_exact: bool) -> Step<'a> {
        let Some(ids) = self.find_or_make(asks, now) else {
            return Step::Pass;
        };
        if let Some(verdict) = self.answer(asks, &ids, now) {
            return Step::Answer(verdict);
        }
        for id in &ids {
            if let Some(slot) = self.slots.get(id).filter(|slot| slot.is_asking) {
                return Step::Wait(slot.answered.listen());
            }
        }
        let mut order = Order {
            asks: ArrayVec::new(),
            ids,
        };
        for (ask, id) in asks.iter().zip(&order.ids) {
            let wanted = self.slots.get_mut(id).map(|slot| {
                slot.is_asking = true;
                slot.wanted(ask.tokens, self.terms, now, is_exact)
            });
            order.asks.push(Ask {
                tokens: wanted.unwrap_or(ask.tokens),
                ..*ask
            });
        }
        Step::Ask(order)
    }

    /// The store has answered.
    pub(super) fn hear(
        &mut self,
        order: &Order<'_>,
        verdict: &Verdict<'_>,
        sent_at: Time,
        now: Time,
    ) {
        let answers = order.asks.iter().zip(verdict.decisions());
        for (id, (ask, (_, decision))) in order.ids.iter().zip(answers) {
            let Some(slot) = self.slots.get_mut(id) else {
                continue;
            };
            if verdict.is_allowed() && decision.is_allowed() {
                slot.tokens += ask.tokens;
            }
            slot.used = 0;
            // Nothing comes back later than it seems to from here, where the question was sent.
            slot.said = Some(Said {
                bucket: decision.bucket_at(sent_at),
                at: now,
            });
        }
    }

    /// Lets go on who waits for an answer, whatever it was.
    pub(super) fn let_others_ask(&mut self, order: &Order<'_>) {
        for id in &order.ids {
            if let Some(slot) = self.slots.get_mut(id) {
                slot.is_asking = false;
                slot.answered.notify(usize::MAX);
            }
        }
    }

    /// What the store has said of these is good no more.
    pub(super) fn forget(&mut self, asks: &[Ask<'_>]) {
        for ask in asks {
            let id = self.id(ask.rule, ask.key);
            if let Some(slot) = self.slots.get_mut(&id) {
                slot.said = None;
            }
        }
    }

    /// What is held of this is not to be used.
    pub(super) fn give_up(&mut self, rule: &Rule, key: &str) {
        let id = self.id(rule, key);
        if let Some(slot) = self.slots.get_mut(&id) {
            slot.said = None;
            slot.tokens = 0;
        }
    }

    /// Where something is held for which the store was not asked within a term.
    pub(super) fn idle(&mut self, now: Time) -> Vec<u64> {
        self.tidy(now);
        let term = self.terms.term;
        self.holding(|slot| !slot.is_known(now, term))
    }

    /// Where something is held.
    pub(super) fn all(&self) -> Vec<u64> {
        self.holding(|_| true)
    }

    fn holding(&self, is_wanted: impl Fn(&Slot) -> bool) -> Vec<u64> {
        let slots = self.slots.iter();
        let holding = slots.filter(|(_, slot)| slot.tokens > 0 && is_wanted(slot));
        holding.map(|(id, _)| *id).collect()
    }

    /// Takes what is held there, if there still is something.
    pub(super) fn take(&mut self, id: u64) -> Option<Held> {
        let slot = self.slots.get_mut(&id)?;
        (slot.tokens > 0).then(|| slot.take())
    }

    /// Answers without the store, if that can be done.
    pub(super) fn answer<'a>(
        &mut self,
        asks: &[Ask<'a>],
        ids: &[u64],
        now: Time,
    ) -> Option<Verdict<'a>> {
        let term = self.terms.term;
        let mut buckets: ArrayVec<Bucket, MAX_ASKS> = ArrayVec::new();
        for id in ids {
            let slot = self.slots.get(id)?;
            if !slot.is_known(now, term) {
                return None;
            }
            buckets.push(slot.bucket(now)?);
        }
        let mut next = buckets.into_iter();
        let verdict = Verdict::decide(asks, now, |_| next.next().unwrap_or(Bucket::FULL)).ok()?;
        if !verdict.is_allowed() {
            return Some(verdict);
        }
        let taken: ArrayVec<(u64, u64), MAX_ASKS> = verdict
            .decisions()
            .zip(ids)
            .filter(|((_, decision), _)| decision.is_allowed())
            .map(|((_, decision), id)| (*id, decision.tokens()))
            .collect();
        let is_held = |(id, tokens): &(u64, u64)| self.slots[id].tokens >= *tokens;
        if !taken.iter().all(is_held) {
            return None;
        }
        for (id, tokens) in taken {
            self.slots.entry(id).and_modify(|slot| slot.spend(tokens));
        }
        Some(verdict)
    }

    /// Finds the slots of these, or makes them. None if there is no room, or one is there twice.
    fn find_or_make(&mut self, asks: &[Ask<'_>], now: Time) -> Option<ArrayVec<u64, MAX_ASKS>> {
        let mut ids = ArrayVec::new();
        for ask in asks {
            let id = self.id(ask.rule, ask.key);
            if ids.contains(&id) || !self.has_room_for(id, now) {
                return None;
            }
            match self.slots.entry(id) {
                Entry::Vacant(vacant) => {
                    vacant.insert(Slot::new(ask));
                }
                Entry::Occupied(mut occupied) => {
                    if !occupied.get_mut().is_of(ask) {
                        return None;
                    }
                }
            }
            ids.push(id);
        }
        Some(ids)
    }

    fn has_room_for(&mut self, id: u64, now: Time) -> bool {
        if self.slots.len() < self.terms.keys || self.slots.contains_key(&id) {
            return true;
        }
        let term = self.terms.term;
        let was_tidied = |at: Time| now <= at.saturating_add(term);
        if self.tidied_at.is_some_and(was_tidied) {
            return false;
        }
        self.tidied_at = Some(now);
        self.tidy(now);
        self.slots.len() < self.terms.keys
    }

    /// Drops what is no more than a memory of something that is good no more.
    fn tidy(&mut self, now: Time) {
        let term = self.terms.term;
        self.slots
            .retain(|_, slot| slot.is_in_use() || slot.is_known(now, term));
    }

    fn id(&self, rule: &Rule, key: &str) -> u64 {
        self.hasher.hash_one((rule.name(), key))
    }
}

impl Slot {
    fn new(ask: &Ask<'_>) -> Self {
        Self {
            rule: ask.rule.clone(),
            key: ask.key.into(),
            tokens: 0,
            more: 0,
            used: 0,
            said: None,
            is_asking: false,
            answered: Arc::new(Event::new()),
        }
    }

    /// Whether it is that of the ask, whose rule may have another quota by now.
    fn is_of(&mut self, ask: &Ask<'_>) -> bool {
        if *self.key != *ask.key || self.rule.name() != ask.rule.name() {
            return false;
        }
        if self.rule != *ask.rule {
            self.rule = ask.rule.clone();
            self.said = None;
        }
        true
    }

    /// Whether it is more than a memory.
    const fn is_in_use(&self) -> bool {
        self.tokens > 0 || self.is_asking
    }

    /// Whether what the store has said is good.
    fn is_known(&self, now: Time, term: Duration) -> bool {
        let is_good = |said: Said| said.at <= now && now <= said.at.saturating_add(term);
        self.said.is_some_and(is_good)
    }

    /// The bucket as this process sees it: with what is held in it.
    fn bucket(&self, now: Time) -> Option<Bucket> {
        let said = self.said?;
        Some(said.bucket.refund(self.rule.quota(), now, self.tokens))
    }

    const fn spend(&mut self, tokens: u64) {
        self.tokens -= tokens;
        self.used = self.used.saturating_add(tokens);
    }

    /// How many to ask the store for, so that there are as many as needed and some more.
    fn wanted(&mut self, needed: u64, terms: LeaseTerms, now: Time, is_exact: bool) -> u64 {
        let quota = self.rule.quota();
        let missing = needed.saturating_sub(self.tokens);
        if is_exact {
            return missing;
        }
        let most = terms.most.min(quota.burst());
        self.more = match self.is_known(now, terms.term) {
            true if missing == 0 => self.more,
            true => self.more.saturating_mul(2).clamp(1, most.max(1)).min(most),
            false => self.more.min(self.used),
        };
        // What is not there need not be asked for.
        let there = self
            .said
            .map_or(0, |said| said.bucket.peek(quota, now).remaining());
        let more = self.more.saturating_sub(self.tokens - (needed - missing));
        missing.saturating_add(more.min(there.saturating_sub(missing)))
    }

    fn take(&mut self) -> Held {
        Held {
            rule: self.rule.clone(),
            key: self.key.clone(),
            tokens: core::mem::take(&mut self.tokens),
        }
    }
}
