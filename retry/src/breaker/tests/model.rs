//! A breaker beside a plain one, which remembers every result and looks at all of them each time.

use std::collections::HashMap;

use proptest::prelude::*;

use super::super::policy::Span;
use super::*;

#[derive(Clone, Debug)]
enum Step {
    /// Begins a call.
    Admit,
    /// Ends one of those that are under way: it succeeds, fails or is dropped.
    Succeed(usize),
    Fail(usize),
    Drop(usize),
    Pass(u64),
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        8 => Just(Step::Admit),
        4 => any::<usize>().prop_map(Step::Succeed),
        4 => any::<usize>().prop_map(Step::Fail),
        1 => any::<usize>().prop_map(Step::Drop),
        3 => (0_u64..3_000).prop_map(Step::Pass),
        1 => (0_u64..30_000).prop_map(Step::Pass),
    ]
}

fn policy() -> impl Strategy<Value = BreakerPolicy> {
    let span = prop_oneof![
        (1_u32..30).prop_map(Span::Calls),
        (10_u64..20_000).prop_map(|millis| Span::Time(Duration::from_millis(millis))),
    ];
    (span, 1_u8..=100, 0_u32..10, 1_u16..4, any::<bool>()).prop_map(
        |(span, percent, least, probes, is_slow_watched)| {
            let policy = match span {
                Span::Calls(calls) => BreakerPolicy::usual().over_calls(calls),
                Span::Time(time) => BreakerPolicy::usual().over_time(time),
            };
            let policy = policy.failures(percent, least).probes(probes);
            let policy = policy.cooldown(TEN_SECONDS).probe_timeout(SECOND * 20);
            match is_slow_watched {
                true => policy.slow_calls(SECOND * 2, percent),
                false => policy,
            }
        },
    )
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    Closed,
    Open(Duration),
    HalfOpen,
}

struct Model {
    policy: BreakerPolicy,
    state: State,
    /// Since when it is in this state, as the number of the change.
    era: u32,
    /// Of this era: when, whether it failed, whether it was slow.
    results: Vec<(Duration, bool, bool)>,
    probes: Vec<usize>,
    succeeded: u16,
    last_probe: Duration,
    eras: HashMap<usize, u32>,
}

impl Model {
    fn new(policy: BreakerPolicy) -> Self {
        Self {
            policy,
            state: State::Closed,
            era: 0,
            results: Vec::new(),
            probes: Vec::new(),
            succeeded: 0,
            last_probe: START,
            eras: HashMap::new(),
        }
    }

    fn enter(&mut self, state: State) {
        self.state = state;
        self.era += 1;
        self.results.clear();
        self.probes.clear();
    }

    fn admit(&mut self, call: usize, now: Duration) -> bool {
        if let State::Open(until) = self.state {
            if now < until {
                return false;
            }
            self.enter(State::HalfOpen);
            self.succeeded = 0;
        }
        if self.state == State::HalfOpen {
            let taken = self.probes.len() + usize::from(self.succeeded);
            if taken >= usize::from(self.policy.probes) {
                if now < self.last_probe + self.policy.probe_timeout {
                    return false;
                }
                self.enter(State::HalfOpen);
            }
            self.probes.push(call);
            self.last_probe = now;
        }
        self.eras.insert(call, self.era);
        true
    }

    /// Ends a call. Whether it still counts.
    fn end(&mut self, call: usize) -> bool {
        self.probes.retain(|probe| *probe != call);
        self.eras.remove(&call) == Some(self.era)
    }

    fn report(&mut self, call: usize, has_failed: bool, was_slow: bool, now: Duration) {
        if !self.end(call) {
            return;
        }
        if self.state == State::HalfOpen {
            if has_failed || was_slow {
                self.enter(State::Open(now + SECOND * 10));
                return;
            }
            self.succeeded += 1;
            if self.succeeded == self.policy.probes {
                self.enter(State::Closed);
            }
            return;
        }
        self.results.push((now, has_failed, was_slow));
        self.judge(has_failed || was_slow, now);
    }

    fn judge(&mut self, is_bad: bool, now: Duration) {
        let seen = self.seen(now);
        let count = seen.len();
        let failed = seen.iter().filter(|result| result.1).count();
        let slow = seen.iter().filter(|result| result.2).count();
        let (least, is_looked_at) = match self.policy.span {
            // A success is looked at when it fills a tenth.
            Span::Calls(calls) => {
                let tenth = calls.div_ceil(10) as usize;
                let most = tenth * (calls as usize).div_ceil(tenth);
                let is_full = self.results.len().is_multiple_of(tenth);
                (
                    most.min(self.policy.least_results as usize),
                    is_bad || is_full,
                )
            }
            Span::Time(_) => (self.policy.least_results as usize, is_bad),
        };
        let reaches = |part: usize, percent: u8| part * 100 >= count * usize::from(percent);
        let is_slow = self
            .policy
            .slow
            .is_some_and(|rule| reaches(slow, rule.percent));
        let has_failed = reaches(failed, self.policy.failure_percent);
        if is_looked_at && count >= least && (has_failed || is_slow) {
            self.enter(State::Open(now + SECOND * 10));
        }
    }

    /// What is in the window.
    fn seen(&self, now: Duration) -> &[(Duration, bool, bool)] {
        let first = match self.policy.span {
            Span::Calls(calls) => {
                let tenth = calls.div_ceil(10) as usize;
                let tenths = (calls as usize).div_ceil(tenth);
                // The last tenth may be full, or begun.
                let full = self.results.len().saturating_sub(1) / tenth;
                (full + 1).saturating_sub(tenths) * tenth
            }
            Span::Time(time) => {
                let tenth = (time / 10).max(Duration::from_millis(1)).as_nanos();
                let oldest = (now.as_nanos() / tenth).saturating_sub(9);
                self.results
                    .partition_point(|(then, ..)| then.as_nanos() / tenth < oldest)
            }
        };
        &self.results[first..]
    }
}

proptest! {
    #[test]
    fn a_breaker_does_as_a_plain_one(
        policy in policy(),
        steps in prop::collection::vec(step(), 0..400),
    ) {
        let breaker = Breaker::new(policy);
        let mut model = Model::new(policy);
        let mut calls: Vec<(usize, Duration, Admission<&Breaker>)> = Vec::new();
        let mut now = START;
        for (number, step) in steps.into_iter().enumerate() {
            let pick = |calls: &Vec<_>, which: usize| {
                (!calls.is_empty()).then(|| which % calls.len())
            };
            match step {
                Step::Pass(millis) => now += Duration::from_millis(millis),
                Step::Admit => {
                    let admission = breaker.admit(now);
                    prop_assert_eq!(admission.is_ok(), model.admit(number, now));
                    calls.extend(admission.ok().map(|admission| (number, now, admission)));
                }
                Step::Succeed(which) => if let Some(place) = pick(&calls, which) {
                    let (call, began, admission) = calls.swap_remove(place);
                    admission.succeed(now);
                    model.report(call, false, policy.is_slow(now - began), now);
                },
                Step::Fail(which) => if let Some(place) = pick(&calls, which) {
                    let (call, began, admission) = calls.swap_remove(place);
                    admission.fail(now, None);
                    model.report(call, true, policy.is_slow(now - began), now);
                },
                Step::Drop(which) => if let Some(place) = pick(&calls, which) {
                    let (call, _, admission) = calls.swap_remove(place);
                    drop(admission);
                    model.end(call);
                },
            }
            let state = match breaker.state() {
                BreakerState::Closed => State::Closed,
                BreakerState::Open { until } => State::Open(until),
                BreakerState::HalfOpen => State::HalfOpen,
                forced => panic!("nobody forces it: {forced:?}"),
            };
            prop_assert_eq!(state, model.state);
        }
    }
}
