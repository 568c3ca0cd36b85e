//! Buckets that a rule has from a quota which it no longer has.

use crate::bucket::Bucket;
use crate::rule::Rule;
use crate::table::{Address, Locked, Table};
use crate::time::Time;

/// Changes the bucket that a key has under a rule, as [`update`] does, and no other with it.
#[inline]
pub(super) fn update_one<T>(
    table: &Table,
    rule: &Rule,
    address: Address,
    now: Time,
    change: impl FnMut(Bucket) -> (Bucket, T),
) -> Option<T> {
    if rule.former().is_empty() {
        let current = address.in_generation(rule.generation());
        return table.update(current, rule.quota(), now, change);
    }
    update(&table.lock(address), rule, address, now, change)
}

/// Changes the bucket that a key has under a rule, and says what came of it; a bucket that it has
/// from a former quota of the rule becomes its bucket first. None, and nothing is changed, if there is
/// no room for it.
pub(super) fn update<T>(
    shard: &Locked<'_>,
    rule: &Rule,
    address: Address,
    now: Time,
    change: impl FnOnce(Bucket) -> (Bucket, T),
) -> Option<T> {
    let current = address.in_generation(rule.generation());
    if rule.former().is_empty() {
        return shard.update(current, rule.quota(), now, change);
    }
    let inherited = inherit(shard, rule, address, now);
    // What was inherited has left a slot, so there is room for it.
    shard.update(current, rule.quota(), now, |own| {
        change(inherited.unwrap_or(own))
    })
}

/// Takes out the bucket that a key has from a former quota, unless it has one that is not full under
/// the present quota; and takes it through all changes that there have been since.
fn inherit(shard: &Locked<'_>, rule: &Rule, address: Address, now: Time) -> Option<Bucket> {
    let current = address.in_generation(rule.generation());
    let own = shard.update(current, rule.quota(), now, |bucket| (bucket, bucket));
    if own.is_some_and(|bucket| !bucket.is_full(rule.quota(), now)) {
        return None;
    }
    let former = rule.former();
    (0..former.len()).rev().find_map(|place| {
        let ago = (former.len() - place) as u32;
        let left = address.in_generation(rule.generation().wrapping_sub(ago));
        let quota = former[place].quota;
        let bucket = shard.update(left, quota, now, |bucket| (Bucket::FULL, bucket))?;
        (!bucket.is_full(quota, now)).then(|| migrated(bucket, rule, place, now))
    })
}

/// A bucket under the present quota of a rule, that has been made under the former one at a place.
fn migrated(mut bucket: Bucket, rule: &Rule, place: usize, now: Time) -> Bucket {
    let changes = &rule.former()[place..];
    let present = [rule.quota()];
    let next = changes[1..]
        .iter()
        .map(|change| change.quota)
        .chain(present);
    for (change, next) in changes.iter().zip(next) {
        // A full bucket is kept nowhere, so it must not matter where it is from.
        if bucket.is_full(change.quota, now) {
            return Bucket::FULL;
        }
        bucket = change.migration.apply(bucket, change.quota, next, now);
    }
    bucket
}

#[cfg(test)]
mod tests {
    use core::time::Duration;
    use std::collections::HashMap;
    use std::string::String;
    use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
    use std::sync::{Arc, RwLock};
    use std::vec::Vec;
    use std::{format, thread};

    use proptest::prelude::*;

    use crate::{Ask, Bucket, Decision, Memory, Migration, Quota, Rule, Time, WhenFull};

    const MIGRATIONS: [Migration; 4] = [
        Migration::AsIs,
        Migration::Additive,
        Migration::Proportional,
        Migration::Reset,
    ];

    fn memory(keys: usize, when_full: WhenFull) -> (Memory, Arc<AtomicU64>) {
        let time = Arc::new(AtomicU64::new(1));
        let clock = Arc::clone(&time);
        let memory = Memory::for_keys(keys, when_full)
            .with_clock(move || Time::from_micros(clock.load(Ordering::Relaxed)));
        (memory, time)
    }

    /// Rules as they are asked one after the other, and what they should say.
    struct Model {
        quotas: Vec<(Quota, Migration)>,
        buckets: HashMap<String, (usize, Bucket)>,
    }

    impl Model {
        fn quota(&self) -> Quota {
            self.quotas[self.quotas.len() - 1].0
        }

        fn take(&mut self, key: &str, now: Time, tokens: u64) -> Decision {
            let latest = self.quotas.len() - 1;
            let (made, mut bucket) = self.buckets.remove(key).unwrap_or((latest, Bucket::FULL));
            for at in made..latest {
                let ((old, _), (new, migration)) = (self.quotas[at], self.quotas[at + 1]);
                let is_forgotten = latest - made > Rule::REMEMBERED_CHANGES;
                if is_forgotten || bucket.is_full(old, now) {
                    bucket = Bucket::FULL;
                    break;
                }
                bucket = migration.apply(bucket, old, new, now);
            }
            let decision = bucket.take(self.quota(), now, tokens);
            self.buckets.insert(key.into(), (latest, decision.bucket()));
            decision
        }
    }

    fn quotas() -> impl Strategy<Value = Quota> {
        let period = prop_oneof![1..1_000_u64, 1..10_000_000_u64];
        (1..100_u64, period, 1..20_u64).prop_map(|(tokens, period, burst)| {
            let quota = Quota::new(tokens, Duration::from_micros(period)).expect("small");
            quota.with_burst(burst)
        })
    }

    #[derive(Clone, Debug)]
    enum Step {
        Take { key: u32, tokens: u64 },
        Wait(u64),
        Change(Quota, Migration),
    }

    fn steps() -> impl Strategy<Value = Vec<Step>> {
        let take = (0..6_u32, 0..8_u64).prop_map(|(key, tokens)| Step::Take { key, tokens });
        let wait = prop_oneof![1..1_000_u64, 1..3_000_000_u64].prop_map(Step::Wait);
        let migration = proptest::sample::select(&MIGRATIONS[..]);
        let change = (quotas(), migration).prop_map(|(to, by)| Step::Change(to, by));
        proptest::collection::vec(prop_oneof![6 => take, 3 => wait, 1 => change], 1..80)
    }

    proptest! {
        #[test]
        fn it_answers_as_if_each_key_were_taken_over_when_it_is_asked(
            first in quotas(),
            steps in steps(),
        ) {
            let (memory, time) = memory(1_000, WhenFull::Refuse);
            let mut rule = Rule::new("rule", first);
            let mut model = Model {
                quotas: Vec::from([(first, Migration::Reset)]),
                buckets: HashMap::new(),
            };
            for step in steps {
                match step {
                    Step::Wait(micros) => {
                        time.fetch_add(micros, Ordering::Relaxed);
                    }
                    Step::Change(quota, migration) => {
                        if quota != rule.quota() || migration == Migration::Reset {
                            model.quotas.push((quota, migration));
                        }
                        rule = rule.changed_to(quota, migration);
                    }
                    Step::Take { key, tokens } => {
                        let key = format!("{key}");
                        let now = Time::from_micros(time.load(Ordering::Relaxed));
                        let expected = model.take(&key, now, tokens);
                        let ask = [Ask { rule: &rule, key: &key, tokens }];
                        let decision = if tokens % 2 == 0 {
                            memory.take(&rule, &key, tokens)
                        } else {
                            let verdict = memory.take_all(&ask).expect("one");
                            *verdict.decisions().next().expect("one").1
                        };
                        prop_assert_eq!(decision, expected);
                    }
                }
            }
        }
    }

    #[test]
    fn a_raised_rate_does_not_keep_the_waiting_times_of_the_slow_one() {
        let (memory, _) = memory(1_000, WhenFull::Refuse);
        let slow = Rule::new("rule", Quota::per_hour(1));
        assert!(memory.take(&slow, "a", 1).is_allowed());
        for migration in MIGRATIONS {
            let fast = slow.clone().changed_to(Quota::per_second(1), migration);
            let wait = memory.take(&fast, "a", 1).retry_after();
            let most = (migration != Migration::Reset).then(|| Duration::from_secs(1));
            assert_eq!(wait, most, "{migration:?}");
            // As it was before, for the next one.
            memory.reset(&fast, "a");
            memory.charge(&slow, "a", 1);
        }
    }

    #[test]
    fn what_is_taken_over_is_left_nowhere() {
        let (memory, _) = memory(1_000, WhenFull::Refuse);
        let old = Rule::new("rule", Quota::per_hour(10));
        memory.take(&old, "a", 10);
        let new = old.changed_to(Quota::per_hour(20), Migration::Additive);
        assert_eq!(memory.peek(&new, "a").remaining(), 10);
        memory.reset(&new, "a");
        assert_eq!(memory.peek(&new, "a").remaining(), 20);
    }

    #[test]
    fn who_still_asks_by_the_old_rule_forgives_nothing_under_the_new() {
        let (memory, _) = memory(1_000, WhenFull::Refuse);
        let old = Rule::new("rule", Quota::per_hour(10));
        let new = old.clone().changed_to(Quota::per_hour(20), Migration::AsIs);
        memory.take(&new, "a", 15);
        memory.take(&old, "a", 1);
        assert_eq!(memory.peek(&new, "a").remaining(), 5);
    }

    #[test]
    fn a_quota_that_returns_does_not_bring_back_what_was_forgiven() {
        let (memory, _) = memory(1_000, WhenFull::Refuse);
        let quota = Quota::per_hour(10);
        let rule = Rule::new("rule", quota);
        memory.take(&rule, "a", 10);
        let other = rule.changed_to(Quota::per_hour(20), Migration::Reset);
        let again = other.changed_to(quota, Migration::AsIs);
        assert_eq!(memory.peek(&again, "a").remaining(), 10);
    }

    #[test]
    fn a_shard_without_room_keeps_what_it_takes_over() {
        let (memory, _) = memory(1, WhenFull::Refuse);
        let old = Rule::new("rule", Quota::per_hour(2));
        let keys: Vec<_> = (0..126).map(|key| format!("{key}")).collect();
        for key in &keys {
            assert!(memory.take(&old, key, 1).is_allowed());
        }
        let new = old.changed_to(Quota::per_hour(4), Migration::Additive);
        for key in &keys {
            let decision = memory.take(&new, key, 0);
            assert_eq!(
                (decision.is_crowded_out(), decision.remaining()),
                (false, 3),
                "{key}"
            );
        }
        assert!(memory.take(&new, "another", 1).is_crowded_out());
    }

    #[test]
    fn those_who_share_a_bucket_take_it_with_them() {
        let (memory, _) = memory(1, WhenFull::Share);
        let filler = Rule::new("filler", Quota::per_hour(1));
        for key in 0..126 {
            memory.take(&filler, &format!("{key}"), 1);
        }
        let old = Rule::new("rule", Quota::per_hour(2));
        assert!(memory.take(&old, "a", 2).is_allowed());
        let new = old.changed_to(Quota::per_hour(4), Migration::AsIs);
        assert!(!memory.take(&new, "b", 1).is_allowed());
    }

    #[test]
    fn a_change_in_the_middle_of_a_race_gives_no_tokens_away() {
        let old = Rule::new("rule", Quota::per_hour(1_000));
        let new = old
            .clone()
            .changed_to(Quota::per_hour(1_500), Migration::Additive);
        let memory = Memory::for_keys(100, WhenFull::Refuse).with_clock(|| Time::from_micros(1));
        let rule = RwLock::new(old);
        let allowed = AtomicUsize::new(0);
        thread::scope(|scope| {
            for _ in 0..4 {
                scope.spawn(|| {
                    for _ in 0..1_000 {
                        // Whoever asks holds the rule, so nobody asks by the old one later.
                        let rule = rule.read().expect("no panic");
                        let decision = memory.take(&rule, "a", 1);
                        allowed.fetch_add(usize::from(decision.is_allowed()), Ordering::Relaxed);
                    }
                });
            }
            scope.spawn(|| *rule.write().expect("no panic") = new);
        });
        let allowed = allowed.into_inner();
        // Some are left if the change came after the last try.
        let last = memory
            .peek(&rule.into_inner().expect("no panic"), "a")
            .remaining();
        assert_eq!(allowed + last as usize, 1_500);
    }
}
