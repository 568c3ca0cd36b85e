//! The machine that says what is next, against tables, a model, and what went wrong in comparable
//! libraries.

use std::time::Duration;

use proptest::prelude::*;
use retry::{Backoff, Call, Delays, Failure, FailureKind, Hint, Jitter, Next, Policy, Reason};

const SECOND: Duration = Duration::from_secs(1);
const MILLI: Duration = Duration::from_millis(1);
const EXACT: Backoff = Backoff::exponential().jitter(Jitter::None);

fn start(policy: impl Into<Policy>) -> Call {
    policy.into().start(Duration::ZERO, 42)
}

/// All failures of a call, each as soon as the last wait is over: the waits, and why it ends.
fn run(call: &mut Call, failure: Failure) -> (Vec<Duration>, Reason) {
    let mut now = call.history().latest();
    let mut waits = Vec::new();
    loop {
        match call.next(failure, now) {
            Next::Wait(wait) => {
                waits.push(wait);
                now = now.saturating_add(wait);
            }
            Next::GiveUp(reason) => return (waits, reason),
        }
    }
}

#[test]
fn the_default_ladder_has_seven_attempts_in_31_and_a_half_seconds() {
    let mut call = start(EXACT);
    let (waits, reason) = run(&mut call, Failure::transient());
    let millis: Vec<_> = waits.iter().map(Duration::as_millis).collect();
    assert_eq!(millis, [500, 1_000, 2_000, 4_000, 8_000, 16_000]);
    assert_eq!(reason, Reason::RetriesSpent);
    assert_eq!(call.history().attempts(), 7);
    assert_eq!(call.history().waited(), 31_500 * MILLI);
    assert_eq!(call.history().to_string(), "7 attempts in 31.5 s");
}

#[test]
fn each_failure_leads_to_its_end() {
    for (failure, expected) in [
        (Failure::transient(), Next::Wait(500 * MILLI)),
        (Failure::throttled(), Next::Wait(500 * MILLI)),
        (Failure::permanent(), Next::GiveUp(Reason::Permanent)),
        (
            Failure::permanent().after(SECOND),
            Next::GiveUp(Reason::Permanent),
        ),
        (
            Failure::not_repeatable(),
            Next::GiveUp(Reason::NotRepeatable),
        ),
        (
            Failure::throttled().hinted(Some(Hint::Stop)),
            Next::GiveUp(Reason::ToldToStop),
        ),
        (
            Failure::throttled().after(Duration::ZERO),
            Next::Wait(500 * MILLI),
        ),
        (Failure::throttled().after(MILLI), Next::Wait(500 * MILLI)),
        (
            Failure::throttled().after(7 * SECOND),
            Next::Wait(7 * SECOND),
        ),
        (
            Failure::transient().after(60 * SECOND),
            Next::Wait(60 * SECOND),
        ),
        (
            Failure::transient().after(60 * SECOND + MILLI),
            Next::GiveUp(Reason::HintTooLong),
        ),
        (
            Failure::transient().after(Duration::MAX),
            Next::GiveUp(Reason::HintTooLong),
        ),
    ] {
        assert_eq!(start(EXACT).next(failure, SECOND), expected, "{failure:?}");
    }
}

#[test]
fn a_hint_beyond_the_limit_is_handed_on_and_not_cut_short() {
    let mut call = start(Policy::new(EXACT).longest_hint(5 * SECOND));
    let next = call.next(Failure::throttled().after(6 * SECOND), SECOND);
    assert_eq!(next, Next::GiveUp(Reason::HintTooLong));
    assert_eq!(call.history().hint(), Some(Hint::Wait(6 * SECOND)));
}

/// One library goes on for as long as the server keeps sending `Retry-After`.
#[test]
fn a_hinted_attempt_counts_as_an_attempt() {
    let (waits, reason) = run(&mut start(EXACT), Failure::throttled().after(SECOND));
    assert_eq!(waits.len(), 6);
    assert_eq!(reason, Reason::RetriesSpent);
}

/// The same library lets hints pass its limit of time.
#[test]
fn a_hint_does_not_pass_the_deadline() {
    let mut call = start(Policy::new(EXACT).deadline(Duration::ZERO));
    let next = call.next(Failure::throttled().after(SECOND), Duration::ZERO);
    assert_eq!(next, Next::GiveUp(Reason::DeadlineWouldPass));
}

/// Libraries that draw jitter around a hint come back before the server is there.
#[test]
fn jitter_over_a_hint_is_only_added() {
    for seed in 0..1_000 {
        let mut call = Policy::new(Backoff::exponential()).start(Duration::ZERO, seed);
        let Next::Wait(wait) = call.next(Failure::throttled().after(30 * SECOND), SECOND) else {
            panic!("a hint below the limit is followed");
        };
        assert!((30 * SECOND..=45 * SECOND).contains(&wait), "{wait:?}");
    }
}

#[test]
fn those_who_are_told_the_same_do_not_come_back_at_once() {
    let wait = |seed| {
        let mut call = Policy::new(Backoff::exponential()).start(Duration::ZERO, seed);
        call.next(Failure::throttled().after(30 * SECOND), SECOND)
    };
    let first = wait(0);
    assert_eq!((0..1_000).filter(|seed| wait(*seed) == first).count(), 1);
}

#[test]
fn the_last_wait_leaves_time_for_an_attempt() {
    let policy = Policy::new(EXACT)
        .deadline(10 * SECOND)
        .least_attempt(SECOND);
    for (failed_at, expected) in [
        (8_500, Next::Wait(500 * MILLI)),
        (8_501, Next::GiveUp(Reason::DeadlineWouldPass)),
        (9_500, Next::GiveUp(Reason::DeadlineWouldPass)),
        (10_000, Next::GiveUp(Reason::DeadlineWouldPass)),
        (60_000, Next::GiveUp(Reason::DeadlineWouldPass)),
    ] {
        let next = start(policy).next(Failure::transient(), failed_at * MILLI);
        assert_eq!(next, expected, "failed at {failed_at} ms");
    }
}

#[test]
fn an_attempt_at_the_very_deadline_is_none() {
    let policy = Policy::new(EXACT).deadline(500 * MILLI);
    let next = start(policy).next(Failure::transient(), Duration::ZERO);
    assert_eq!(next, Next::GiveUp(Reason::DeadlineWouldPass));
}

#[test]
fn a_hint_that_just_fits_has_no_jitter() {
    let policy = Policy::new(Backoff::exponential())
        .deadline(31 * SECOND)
        .least_attempt(SECOND);
    let next = start(policy).next(Failure::throttled().after(30 * SECOND), Duration::ZERO);
    assert_eq!(next, Next::Wait(30 * SECOND));
}

#[test]
fn an_attempt_gets_its_timeout_or_what_is_left() {
    let policy = Policy::new(EXACT);
    let both = policy.deadline(10 * SECOND).attempt_timeout(3 * SECOND);
    for (policy, now, expected) in [
        (policy, 0, None),
        (policy.attempt_timeout(3 * SECOND), 100, Some(3)),
        (policy.deadline(10 * SECOND), 4, Some(6)),
        (both, 0, Some(3)),
        (both, 7, Some(3)),
        (both, 8, Some(2)),
        (both, 11, Some(0)),
    ] {
        let timeout = start(policy).attempt_timeout(now * SECOND);
        assert_eq!(
            timeout,
            expected.map(Duration::from_secs),
            "at {now} s of {policy:?}"
        );
    }
}

#[test]
fn a_clock_that_goes_back_gives_no_time_back() {
    let policy = Policy::new(EXACT).deadline(10 * SECOND);
    let mut call = policy.start(100 * SECOND, 42);
    assert_eq!(call.attempt_timeout(SECOND), Some(10 * SECOND));
    assert_eq!(
        call.next(Failure::transient(), 109 * SECOND),
        Next::Wait(500 * MILLI)
    );
    assert_eq!(call.attempt_timeout(50 * SECOND), Some(SECOND));
    let next = call.next(Failure::transient(), 50 * SECOND);
    assert_eq!(next, Next::GiveUp(Reason::DeadlineWouldPass));
    assert_eq!(call.history().elapsed(), 9 * SECOND);
}

#[test]
fn the_latest_hint_is_remembered() {
    let mut call = start(EXACT);
    let _ = call.next(Failure::throttled().after(SECOND), SECOND);
    let _ = call.next(Failure::transient(), 2 * SECOND);
    assert_eq!(call.history().hint(), Some(Hint::Wait(SECOND)));
    assert_eq!(call.history().began(), Duration::ZERO);
    assert_eq!(call.history().latest(), 2 * SECOND);
}

#[test]
fn a_policy_can_be_a_constant_and_its_limits_can_be_absurd() {
    const ABSURD: Policy = Policy::new(Backoff::exponential().cap(Duration::MAX).retries(u32::MAX))
        .deadline(Duration::MAX)
        .attempt_timeout(Duration::MAX)
        .least_attempt(Duration::MAX)
        .longest_hint(Duration::MAX);
    let next = start(ABSURD).next(Failure::transient().after(Duration::MAX), Duration::MAX);
    assert_eq!(next, Next::GiveUp(Reason::DeadlineWouldPass));

    let patient = ABSURD.least_attempt(Duration::ZERO);
    let next = start(patient).next(
        Failure::transient().after(Duration::MAX / 2),
        Duration::ZERO,
    );
    assert!(
        matches!(next, Next::Wait(wait) if wait >= Duration::MAX / 2),
        "{next:?}"
    );
}

fn any_failure() -> impl Strategy<Value = Failure> {
    let hint = prop_oneof![
        3 => Just(None),
        3 => (0..100_000_u32).prop_map(|millis| Some(Hint::Wait(millis * MILLI))),
        1 => Just(Some(Hint::Wait(Duration::MAX))),
        1 => Just(Some(Hint::Stop)),
    ];
    let kind = prop_oneof![
        8 => Just(Failure::transient()),
        8 => Just(Failure::throttled()),
        1 => Just(Failure::permanent()),
        1 => Just(Failure::not_repeatable()),
    ];
    (kind, hint).prop_map(|(failure, hint)| failure.hinted(hint))
}

fn any_backoff() -> impl Strategy<Value = Backoff> {
    let kind = prop_oneof![
        Just(Backoff::exponential()),
        Just(Backoff::decorrelated()),
        Just(Backoff::constant(3 * SECOND)),
    ];
    let jitter = prop_oneof![Just(Jitter::Full), Just(Jitter::Equal), Just(Jitter::None)];
    (kind, jitter, 0..20_u32)
        .prop_map(|(kind, jitter, retries)| kind.jitter(jitter).retries(retries))
}

/// What a policy is made of, which answers as the rules are written down.
#[derive(Clone, Debug)]
struct Settings {
    backoff: Backoff,
    deadline: Option<Duration>,
    least: Duration,
    longest_hint: Duration,
}

impl Settings {
    fn policy(&self) -> Policy {
        let policy = Policy::new(self.backoff)
            .least_attempt(self.least)
            .longest_hint(self.longest_hint);
        match self.deadline {
            Some(deadline) => policy.deadline(deadline),
            None => policy,
        }
    }

    /// The answer to a failure, if there is no jitter.
    fn next(&self, failure: Failure, elapsed: Duration, delays: &mut Delays) -> Next {
        let reason = match (failure.kind(), failure.hint()) {
            (FailureKind::Permanent, _) => Reason::Permanent,
            (FailureKind::NotRepeatable, _) => Reason::NotRepeatable,
            (_, Some(Hint::Stop)) => Reason::ToldToStop,
            (_, hint) => match (delays.next(), asked(hint)) {
                (None, _) => Reason::RetriesSpent,
                (Some(_), asked) if asked > self.longest_hint => Reason::HintTooLong,
                (Some(delay), asked) if self.fits(elapsed + delay.max(asked)) => {
                    return Next::Wait(delay.max(asked));
                }
                (Some(_), _) => Reason::DeadlineWouldPass,
            },
        };
        Next::GiveUp(reason)
    }

    fn fits(&self, attempt_at: Duration) -> bool {
        let end = attempt_at + self.least;
        self.deadline
            .is_none_or(|deadline| attempt_at < deadline && end <= deadline)
    }
}

fn asked(hint: Option<Hint>) -> Duration {
    match hint {
        Some(Hint::Wait(wait)) => wait,
        _ => Duration::ZERO,
    }
}

prop_compose! {
    fn any_settings()(
        backoff in any_backoff(),
        deadline in prop::option::of(0..120_000_u32),
        least in 0..5_000_u32,
        longest_hint in 0..90_000_u32,
    ) -> Settings {
        Settings {
            backoff,
            deadline: deadline.map(|millis| millis * MILLI),
            least: least * MILLI,
            longest_hint: longest_hint * MILLI,
        }
    }
}

proptest! {
    /// Without jitter the model knows every answer.
    #[test]
    fn it_answers_as_the_model_does(
        mut settings in any_settings(),
        failures in prop::collection::vec((any_failure(), 0..20_000_u32), 1..20),
    ) {
        settings.backoff = settings.backoff.jitter(Jitter::None);
        let mut delays = settings.backoff.delays(0);
        let mut call = settings.policy().start(SECOND, 7);
        let mut now = SECOND;
        for (failure, took) in failures {
            now += took * MILLI;
            let next = call.next(failure, now);
            prop_assert_eq!(next, settings.next(failure, now - SECOND, &mut delays));
            match next {
                Next::Wait(wait) => now += wait,
                Next::GiveUp(_) => break,
            }
        }
    }

    /// With jitter it knows their bounds.
    #[test]
    fn no_wait_ends_past_the_deadline_or_before_the_hint(
        settings in any_settings(),
        failures in prop::collection::vec((any_failure(), 0..20_000_u32), 1..20),
        seed: u64,
    ) {
        let mut call = settings.policy().start(Duration::ZERO, seed);
        let mut now = Duration::ZERO;
        let mut waited = Duration::ZERO;
        for (failure, took) in failures {
            now += took * MILLI;
            let next = call.next(failure, now);
            prop_assert_eq!(call.history().waited(), waited);
            let Next::Wait(wait) = next else { break };
            let asked = asked(failure.hint());
            prop_assert!(wait >= asked);
            prop_assert!(wait <= Duration::from_secs(60).max(asked + asked / 2));
            waited += wait;
            now += wait;
            if let Some(deadline) = settings.deadline {
                prop_assert!(waited <= deadline);
                prop_assert!(now + settings.least <= deadline);
                prop_assert!(call.attempt_timeout(now) >= Some(settings.least));
                prop_assert!(call.attempt_timeout(now) > Some(Duration::ZERO));
            }
        }
    }

    #[test]
    fn a_seed_gives_the_same_call_again(settings in any_settings(), seed: u64) {
        let answers = || run(&mut settings.policy().start(Duration::ZERO, seed), Failure::transient());
        prop_assert_eq!(answers(), answers());
    }
}
