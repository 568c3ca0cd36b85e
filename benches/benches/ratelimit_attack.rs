//! An attacker who invents a key for each request: how large does the process become, and whom does it help?
//!
//! `cargo bench -p benches --bench ratelimit_attack` (`KEYS=1000000` for a quick one). The size of the process is read
//! from `/proc`, so this runs on Linux.

use std::fmt::Write as _;
use std::time::Instant;
use std::{env, fs};

use ratelimit::{Memory, Quota, Rule, WhenFull};

/// What comes back is a token in twelve minutes: what the attacker has taken is not cleared away meanwhile.
static SLOW: Rule = Rule::new("slow", Quota::per_hour(5));
/// Buckets that are full again in 10 ms, and give way to others all the time.
static FAST: Rule = Rule::new("fast", Quota::per_second(100));

/// How many keys the limiter has room for.
const ROOM: usize = 1_000_000;
/// By how much the process may grow: what printing and the allocator need.
const MOST_GROWTH: u64 = 2 << 20;

fn main() {
    // `cargo test --benches` passes this; there is nothing to test here, only to measure.
    if env::args().any(|argument| argument == "--test") {
        return;
    }
    let keys = match env::var("KEYS") {
        Err(_) => 50_000_000,
        Ok(text) => text.parse().expect("KEYS is a whole number"),
    };
    println!("room for {ROOM} keys, {keys} invented ones");
    for when_full in [WhenFull::Refuse, WhenFull::Share] {
        for rule in [&SLOW, &FAST] {
            attack(rule, when_full, keys);
        }
    }
}

fn attack(rule: &Rule, when_full: WhenFull, keys: u64) {
    let limiter = Memory::for_keys(ROOM, when_full);
    for _ in 0..SLOW.quota().burst() {
        assert!(limiter.take(&SLOW, "mallory", 1).is_allowed());
    }
    let wait = limiter.take(&SLOW, "mallory", 1).retry_after();
    let bytes = limiter.bytes();

    let before = resident();
    let start = Instant::now();
    let (mut key, mut allowed) = (String::with_capacity(32), 0);
    for invented in 0..keys {
        key.clear();
        write!(key, "invented {invented}").expect("a string takes anything");
        allowed += u64::from(limiter.take(rule, &key, 1).is_allowed());
        if (invented + 1) % 5_000_000 == 0 {
            eprint!("\r{:>11} keys, {} MiB", invented + 1, resident() >> 20);
        }
    }
    let took = start.elapsed();
    let after = resident();

    assert_eq!(limiter.bytes(), bytes, "it has no other size");
    assert!(after < before + MOST_GROWTH, "{before} B, then {after} B");
    let still = limiter.take(&SLOW, "mallory", 1);
    assert!(!still.is_allowed() && !still.is_crowded_out(), "{still:?}");
    let came_back = wait.zip(still.retry_after());
    let came_back = came_back.and_then(|(wait, still)| wait.checked_sub(still));
    assert!(
        came_back.is_some_and(|time| time >= took),
        "the clock went on, and nothing else"
    );
    if rule == &SLOW && when_full == WhenFull::Refuse {
        let others = limiter.len() as u64 - 1;
        assert_eq!(
            allowed, others,
            "one for each bucket that there was room for"
        );
    }
    println!(
        "\r{:<5} {when_full:<8?} {:>6.1} MiB before {:>6.1} MiB after {:>11} allowed {:>6.1} million keys/s",
        rule.name(),
        mebibytes(before),
        mebibytes(after),
        allowed,
        keys as f64 / took.as_secs_f64() / 1e6,
    );
}

/// What of the process is in memory, in bytes.
fn resident() -> u64 {
    let status = fs::read_to_string("/proc/self/status").expect("this is Linux");
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    let kibibytes = line.and_then(|line| line.trim().strip_suffix(" kB"));
    let kibibytes = kibibytes.and_then(|number| number.parse::<u64>().ok());
    kibibytes.expect("a number of kibibytes") * 1024
}

fn mebibytes(bytes: u64) -> f64 {
    bytes as f64 / f64::from(1 << 20)
}
