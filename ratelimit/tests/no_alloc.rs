//! A decision costs no allocation, whether the key is known or not.
#![cfg(feature = "memory")]

use allocation_counter::measure;
use ratelimit::{Ask, Memory, Migration, Quota, Reserved, Rule, WhenFull};

static SECOND: Rule = Rule::new("second", Quota::per_second(10));
static HOUR: Rule = Rule::new("hour", Quota::per_hour(15));

#[test]
fn deciding_allocates_nothing() {
    let limiter = Memory::for_keys(1_000, WhenFull::Share);
    let keys: Vec<_> = (0..100).map(|key| format!("key {key}")).collect();
    let mut allowed = 0;
    let cost = measure(|| {
        for key in keys.iter().cycle().take(2_000) {
            let asks = [Ask::one(&SECOND, key), Ask::one(&HOUR, key)];
            let verdict = limiter.take_all(&asks).expect("two");
            allowed += u32::from(verdict.is_allowed());
            allowed += u32::from(limiter.take(&SECOND, key, 1).is_allowed());
        }
    });
    assert_eq!(
        allowed, 1_000,
        "five by both rules and five by one, of each key"
    );
    assert_eq!(cost.count_total, 0);
}

#[test]
fn reserving_and_going_over_to_another_quota_allocate_nothing() {
    let limiter = Memory::for_keys(1_000, WhenFull::Share);
    let keys: Vec<_> = (0..100).map(|key| format!("key {key}")).collect();
    for key in &keys {
        limiter.take(&HOUR, key, 5);
    }
    let changed = HOUR
        .clone()
        .changed_to(Quota::per_hour(20), Migration::Additive);
    let mut granted = 0;
    let cost = measure(|| {
        for key in keys.iter().cycle().take(1_000) {
            if let Reserved::Granted(reservation) = limiter.reserve(&changed, key, 6) {
                reservation.commit(5);
                granted += 1;
            }
        }
    });
    assert_eq!(
        granted, 200,
        "6 of 15 and 6 of 10 are there, and 6 of 5 are not"
    );
    assert_eq!(cost.count_total, 0);
}
