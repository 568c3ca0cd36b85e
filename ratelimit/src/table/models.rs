//! Every order in which threads can come to a table, by loom:
//! `RUSTFLAGS="--cfg loom" cargo test -p ratelimit --lib --release models`.

use alloc::vec::Vec;
use std::format;
use std::string::String;

use loom::sync::Arc;
use loom::thread;

use super::*;

const QUOTA: Quota = Quota::per_second(1).with_burst(2);
static RULE: Rule = Rule::new("rule", QUOTA);

/// No token comes back before this is over.
const START: Time = Time::from_micros(1);

/// Takes a token, and says whether it was there.
fn take(table: &Table, key: &str, now: Time) -> Option<bool> {
    let address = table.address(&RULE, key);
    table.update(address, QUOTA, now, |bucket| {
        let decision = bucket.take(QUOTA, now, 1);
        (decision.bucket(), decision.is_allowed())
    })
}

fn left(table: &Table, key: &str, now: Time) -> Option<u64> {
    let address = table.address(&RULE, key);
    table.update(address, QUOTA, now, |bucket| {
        (bucket, bucket.peek(QUOTA, now).remaining())
    })
}

/// So many keys, as far from each other as the table is small.
fn keys(count: usize) -> Vec<String> {
    (0..count).map(|key| format!("{key}")).collect()
}

#[test]
fn who_comes_first_puts_the_bucket_in_and_it_is_there_once() {
    loom::model(|| {
        let table = Arc::new(Table::for_keys(1));
        let other = Arc::clone(&table);
        let taker = thread::spawn(move || take(&other, "a", START));
        let own = take(&table, "a", START);
        assert_eq!((own, taker.join().ok()), (Some(true), Some(Some(true))));
        assert_eq!((left(&table, "a", START), table.len()), (Some(0), 1));
    });
}

#[test]
fn no_token_of_a_bucket_that_is_there_is_taken_twice() {
    loom::model(|| {
        let table = Arc::new(Table::for_keys(1));
        take(&table, "a", START);
        let other = Arc::clone(&table);
        let taker = thread::spawn(move || take(&other, "a", START));
        let own = take(&table, "a", START);
        let others = taker.join().expect("no panic");
        assert_ne!(own, others, "one token was left");
    });
}

#[test]
fn a_bucket_that_moves_up_is_not_lost_to_who_looks_for_it() {
    loom::model(|| {
        // The first of them fills up and is cleared away by whoever comes past it.
        let table = Arc::new(Table::for_keys(1));
        let keys = keys(3);
        take(&table, &keys[0], START);
        let later = Time::from_micros(1_000_002);
        for key in &keys[1..] {
            take(&table, key, later);
        }
        let (other, moved) = (Arc::clone(&table), keys[2].clone());
        let taker = thread::spawn(move || take(&other, &moved, later));
        take(&table, "another", later);
        assert_eq!(taker.join().ok(), Some(Some(true)));
        assert_eq!(left(&table, &keys[2], later), Some(0));
        assert_eq!(left(&table, &keys[1], later), Some(1));
    });
}

#[test]
fn a_refusal_that_holds_nothing_is_one_of_its_own_bucket() {
    loom::model(|| {
        // One bucket is empty. Another, which is not, is moved to and fro beside it.
        let table = Arc::new(Table::for_keys(1));
        let keys = keys(3);
        take(&table, &keys[0], START);
        let later = Time::from_micros(1_000_002);
        take(&table, &keys[1], later);
        for _ in 0..2 {
            take(&table, &keys[2], later);
        }
        let (other, empty) = (Arc::clone(&table), keys[2].clone());
        let taker = thread::spawn(move || take(&other, &empty, later));
        take(&table, "another", later);
        assert_eq!(take(&table, &keys[1], later), Some(true));
        assert_eq!(taker.join().ok(), Some(Some(false)));
    });
}

#[test]
fn what_is_taken_back_under_the_lock_was_seen_by_nobody() {
    loom::model(|| {
        let table = Arc::new(Table::for_keys(1));
        take(&table, "a", START);
        let other = Arc::clone(&table);
        let taker = thread::spawn(move || take(&other, "a", START));
        {
            let address = table.address(&RULE, "a");
            let locked = table.lock(address);
            let mut before = Bucket::FULL;
            locked.update(address, QUOTA, START, |bucket| {
                before = bucket;
                (bucket.charge(QUOTA, START, 1), ())
            });
            locked.update(address, QUOTA, START, |_| (before, ()));
        }
        // There was one token, whichever of the two came first.
        assert_eq!(taker.join().ok(), Some(Some(true)));
    });
}
