//! Whoever invents keys makes the process no larger, and nobody is forgiven for it. What the process takes is read
//! from `/proc`, which only Linux has.
#![cfg(all(feature = "memory", target_os = "linux"))]

use std::fs;

use ratelimit::{Memory, Quota, Rule, WhenFull};

static SLOW: Rule = Rule::new("slow", Quota::per_hour(5));
/// Full again so soon that its buckets are cleared away all the time.
static FAST: Rule = Rule::new("fast", Quota::per_second(10_000));

const ROOM: usize = 10_000;
const INVENTED: usize = 1_000_000;
const MOST_GROWTH: u64 = 16 << 20;

#[test]
fn a_million_invented_keys_are_refused_in_the_same_memory() {
    attack(&SLOW, WhenFull::Refuse);
}

#[test]
fn a_million_invented_keys_share_the_same_memory() {
    attack(&SLOW, WhenFull::Share);
}

#[test]
fn a_million_buckets_that_give_way_take_the_same_memory() {
    attack(&FAST, WhenFull::Refuse);
}

fn attack(rule: &Rule, when_full: WhenFull) {
    let limiter = Memory::for_keys(ROOM, when_full);
    limiter.take(&SLOW, "mallory", 5);
    let (bytes, before) = (limiter.bytes(), resident());

    let mut allowed = 0;
    for invented in 0..INVENTED {
        let decision = limiter.take(rule, &format!("invented {invented}"), 1);
        allowed += usize::from(decision.is_allowed());
    }

    let after = resident();
    assert_eq!(limiter.bytes(), bytes);
    assert!(after < before + MOST_GROWTH, "{before} B, then {after} B");
    assert!(allowed >= ROOM, "there was room for so many");
    let mallory = limiter.take(&SLOW, "mallory", 1);
    assert!(!mallory.is_allowed() && !mallory.is_crowded_out());
}

/// What of the process is in memory, in bytes.
fn resident() -> u64 {
    let status = fs::read_to_string("/proc/self/status").expect("this is Linux");
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    let kibibytes = line.and_then(|line| line.trim().strip_suffix(" kB"));
    let kibibytes = kibibytes.and_then(|number| number.parse::<u64>().ok());
    kibibytes.expect("a number of kibibytes") * 1024
}
