//! A decision costs no allocation, whether the key is known or not.
#![cfg(feature = "memory")]

use allocation_counter::measure;
use ratelimit::{Ask, Memory, Quota, Rule, WhenFull};

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
