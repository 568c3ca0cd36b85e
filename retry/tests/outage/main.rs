//! What clients do to a server that is down, or has more to do than it can, in virtual time.
//! `cargo run --example retry_herd` shows the same as tables and pictures.
#![cfg(not(loom))]

use std::sync::Arc;
use std::time::Duration;

use retry::{Backoff, Breaker, BreakerPolicy, Budget, Bulkhead, Guard, Jitter, Policy};

use goodput::{AFTER, BEFORE, Caller, DURING, Second, amplification, goodput};

mod events;
mod goodput;
mod herd;

const SEEDS: [u64; 3] = [1, 2, 3];

fn until_it_works(backoff: Backoff) -> Policy {
    Policy::new(backoff.retries(u32::MAX))
}

#[test]
fn clients_that_come_back_are_not_a_herd() {
    for seed in SEEDS {
        let herd = herd::run(until_it_works(Backoff::exponential()), seed);
        // As many as can be let in, and by chance a few more.
        assert!(herd.peak() < 1.5, "{}", herd.peak());
        assert!(
            herd.attempts() < 9 * herd::CLIENTS as u64,
            "{}",
            herd.attempts()
        );
        let connected = herd.all_connected.expect("all are let in");
        assert!(connected < herd::DOWN * 4, "{connected:?}");
    }
}

#[test]
fn without_jitter_they_are_one() {
    for backoff in [
        Backoff::constant(Duration::from_secs(1)),
        Backoff::exponential(),
    ] {
        let herd = herd::run(until_it_works(backoff.jitter(Jitter::None)), SEEDS[0]);
        assert!(herd.peak() > 50.0, "{}", herd.peak());
    }
}

#[test]
fn a_server_that_is_asked_for_three_times_as_much_does_what_it_can() {
    for seed in SEEDS {
        let breaker = Arc::new(Breaker::new(BreakerPolicy::usual()).seeded(seed));
        let seconds = goodput::run(
            Caller {
                policy: Policy::new(Backoff::exponential()),
                guard: (breaker, Arc::new(Budget::new())),
                bulkhead: Arc::new(Bulkhead::new(100, 0)),
            },
            seed,
        );
        // One answer in twenty is an error, and so 95 in 100 is all that can be.
        for five in too_much(&seconds).windows(5) {
            assert!(goodput(five) >= 0.9, "{five:?}");
        }
        for ten in seconds.windows(10) {
            assert!(amplification(ten) <= 1.1, "{ten:?}");
        }
        assert!(goodput(afterwards(&seconds)) > 0.48);
    }
}

#[test]
fn retries_keep_a_server_down_that_had_too_much_to_do() {
    let at_once = Policy::new(Backoff::constant(Duration::ZERO));
    let seconds = goodput::run(unlimited(at_once, ()), SEEDS[0]);
    assert!(goodput(too_much(&seconds)) < 0.01);
    assert!(amplification(too_much(&seconds)) > 6.0);
    // Half of what it can do is asked of it now, and seven times of that arrives.
    assert!(goodput(afterwards(&seconds)) < 0.01);
}

#[test]
fn a_budget_lets_it_come_back() {
    for seed in SEEDS {
        let policy = Policy::new(Backoff::exponential());
        let seconds = goodput::run(unlimited(policy, Arc::new(Budget::new())), seed);
        let sent: u64 = seconds.iter().map(|second| second.sent).sum();
        let attempts: u64 = seconds.iter().map(|second| second.attempts).sum();
        // A tenth, and what had been saved.
        assert!(attempts - sent <= sent / 10 + 100, "{attempts} of {sent}");
        assert!(goodput(afterwards(&seconds)) > 0.45);
    }
}

/// Calls that nothing limits but a guard.
fn unlimited<G: Guard>(policy: Policy, guard: G) -> Caller<G> {
    Caller {
        policy,
        guard,
        bulkhead: Arc::new(Bulkhead::new(usize::MAX, 0)),
    }
}

/// The time in which it is too much, but for the beginning.
fn too_much(seconds: &[Second]) -> &[Second] {
    &seconds[(BEFORE + 5) as usize..(BEFORE + DURING) as usize]
}

/// The time after that, but for the beginning.
fn afterwards(seconds: &[Second]) -> &[Second] {
    &seconds[(BEFORE + DURING + 30) as usize..(BEFORE + DURING + AFTER) as usize]
}
