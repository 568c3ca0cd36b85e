use std::collections::HashMap;
use std::string::ToString;
use std::vec::Vec;

use proptest::prelude::*;

use super::*;

const QUOTA: Quota = Quota::per_second(1).with_burst(1_000);
static RULE: Rule = Rule::new("rule", QUOTA);

fn take(table: &Table, key: u64, now: Time) -> Option<u64> {
    let address = table.address(&RULE, &key.to_string());
    table.update(address, QUOTA, now, |bucket| {
        let decision = bucket.take(QUOTA, now, 1);
        (decision.bucket(), decision.remaining())
    })
}

#[test]
fn a_slot_takes_16_bytes_and_a_shard_two_kilobytes() {
    assert_eq!(size_of::<Slots>(), SLOTS * 16);
    let million = Table::for_keys(1_000_000).bytes();
    assert!(million < 26 * 1_000_000, "{million}");
}

#[test]
fn it_holds_what_it_was_made_for() {
    for keys in [1, 100, 10_000, 300_000] {
        let table = Table::for_keys(keys);
        let now = Time::from_micros(1);
        let held = (0..keys as u64)
            .filter(|&key| take(&table, key, now).is_some())
            .count();
        assert_eq!(held, keys);
        assert_eq!(table.len(), keys);
    }
}

#[test]
fn invented_keys_do_not_make_it_grow_and_go_when_they_are_full() {
    let table = Table::for_keys(1_000);
    let (now, capacity) = (Time::from_micros(1), table.heads.len() * SLOTS);
    for key in 0..100_000 {
        take(&table, key, now);
    }
    assert!(table.len() <= capacity);
    assert!(table.len() > capacity * 9 / 10, "nearly every slot is used");

    // One token takes a second to come back.
    let later = Time::from_micros(1_000_001);
    for key in 100_000..101_000 {
        assert!(take(&table, key, later).is_some());
    }
    assert!(
        table.len() < capacity,
        "those that are full went out of the way"
    );
}

#[test]
fn the_only_bucket_that_is_full_makes_room_wherever_it_is() {
    // Each table hashes in its own way, so each puts it elsewhere.
    for _ in 0..1_000 {
        let table = Table::for_keys(1);
        let start = Time::from_micros(1);
        for key in 0..SLOTS as u64 {
            take(&table, key, start).expect("there is room");
            if key != 0 {
                take(&table, key, start).expect("it has room");
            }
        }
        assert_eq!(take(&table, 1_000, start), None);
        let later = Time::from_micros(1_000_001);
        assert_eq!(take(&table, 1_000, later), Some(999));
    }
}

#[test]
fn locks_of_one_shard_are_one() {
    let table = Table::for_keys(1);
    let addresses: Vec<_> = (0..8)
        .map(|key: u64| table.address(&RULE, &key.to_string()))
        .collect();
    let locked = table.lock_all(&addresses);
    for &address in &addresses {
        let charged = |bucket: Bucket| (bucket.charge(QUOTA, Time::EPOCH, 1), ());
        let shard = locked.shard(address).expect("locked");
        let update = shard.update(address, QUOTA, Time::EPOCH, charged);
        assert_eq!(update, Some(()));
    }
    drop(locked);
    assert_eq!(table.len(), 8);
}

proptest! {
    #[test]
    fn it_is_a_map_that_forgets_what_is_full(
        steps in proptest::collection::vec((0..200_u64, 0..3_000_000_u64), 1..600),
    ) {
        let table = Table::for_keys(1);
        let mut model: HashMap<u64, Bucket> = HashMap::new();
        let mut now = Time::from_micros(1);
        for (key, pause) in steps {
            now = Time::from_micros(now.as_micros() + pause / 100);
            let bucket = model.entry(key).or_insert(Bucket::FULL);
            match take(&table, key, now) {
                Some(remaining) => {
                    let decision = bucket.take(QUOTA, now, 1);
                    prop_assert_eq!(remaining, decision.remaining());
                    *bucket = decision.bucket();
                }
                None => prop_assert!(bucket.is_full(QUOTA, now) && table.len() == SLOTS),
            }
        }
    }
}
