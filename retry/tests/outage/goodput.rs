//! More is asked of a server than it can do.
//!
//! It answers 200 calls a second, ten at a time, and makes the others wait in a line. Callers wait for a second, and then
//! go away; the server does not know that, and works for them all the same. One answer in twenty is an error. For a minute
//! three times as much is asked as it can do.

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Duration;

use retry::{Bulkhead, Call, Failure, Guard, Next, Permit, Policy};

use crate::events::Events;

/// Calls that the server can answer in a second.
pub(crate) const CAPACITY: u64 = WORKERS as u64 * 1_000 / SERVICE_MILLIS;

const WORKERS: usize = 10;
const SERVICE_MILLIS: u64 = 50;

/// How many wait in line; others are refused.
const LINE: usize = 1_000;

/// How long a caller waits for an answer.
const PATIENCE: Duration = Duration::from_secs(1);

/// Of a hundred answers, how many are errors.
const ERRORS: u32 = 5;

/// Seconds: before it is too much, while it is, and after that.
pub(crate) const BEFORE: u64 = 30;
pub(crate) const DURING: u64 = 60;
pub(crate) const AFTER: u64 = 60;

/// What became of the calls that began, or of the attempts that were made, in a second.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Second {
    pub(crate) calls: u64,
    /// Calls of which a first attempt was made.
    pub(crate) sent: u64,
    pub(crate) attempts: u64,
    /// Calls that had an answer in time.
    pub(crate) answered: u64,
}

/// How calls are made.
pub(crate) struct Caller<G> {
    pub(crate) policy: Policy,
    pub(crate) guard: G,
    pub(crate) bulkhead: Arc<Bulkhead>,
}

enum Event<G: Guard> {
    /// Somebody wants something.
    Call,
    Attempt(Box<Attempt<G>>),
    /// A worker is done.
    Done(usize),
    /// Somebody has waited for as long as they would.
    Away(usize),
}

struct Attempt<G: Guard> {
    call: Call,
    is_first: bool,
    leave: Option<G::Leave>,
}

/// An attempt that is waited for.
struct Waiting<G: Guard> {
    call: Call,
    admission: G::Admission,
    _permit: Permit<Arc<Bulkhead>>,
}

/// Who asks, who answers, and what came of it.
struct World<G: Guard> {
    caller: Caller<G>,
    events: Events<Event<G>>,
    chance: fastrand::Rng,
    /// By number; none once it is answered or has gone away.
    waiting: Vec<Option<Waiting<G>>>,
    line: VecDeque<usize>,
    idle: usize,
    seconds: Vec<Second>,
}

/// What becomes of all calls that are made in such a way, second by second.
pub(crate) fn run<G: Guard>(caller: Caller<G>, seed: u64) -> Vec<Second> {
    let length = BEFORE + DURING + AFTER;
    let mut world = World {
        caller,
        events: Events::new(),
        chance: fastrand::Rng::with_seed(seed),
        waiting: Vec::new(),
        line: VecDeque::new(),
        idle: WORKERS,
        seconds: vec![Second::default(); length as usize],
    };
    world.events.after(Duration::ZERO, Event::Call);
    let end = Duration::from_secs(length) - Duration::from_nanos(1);
    while let Some(event) = world.events.next_until(end) {
        world.happens(event);
    }
    world.seconds
}

/// Of which part of its capacity the server has made answers that somebody waited for.
pub(crate) fn goodput(seconds: &[Second]) -> f64 {
    let answered: u64 = seconds.iter().map(|second| second.answered).sum();
    answered as f64 / (CAPACITY * seconds.len() as u64) as f64
}

/// How often a call was made that was made at all.
pub(crate) fn amplification(seconds: &[Second]) -> f64 {
    let (sent, attempts) = seconds.iter().fold((0, 0), |(sent, attempts), second| {
        (sent + second.sent, attempts + second.attempts)
    });
    attempts as f64 / sent as f64
}

impl<G: Guard> World<G> {
    fn happens(&mut self, event: Event<G>) {
        match event {
            Event::Call => self.call(),
            Event::Attempt(attempt) => self.attempt(*attempt),
            Event::Done(number) => self.answer(number),
            Event::Away(number) => self.end(number, Err(Failure::transient())),
        }
    }

    fn call(&mut self) {
        self.second().calls += 1;
        let call = self
            .caller
            .policy
            .start(self.events.now(), self.chance.u64(..));
        self.attempt(Attempt {
            call,
            is_first: true,
            leave: None,
        });
        // Half of what it can do, or three times as much; anything up to twice the interval, by chance.
        let rate = if self.is_too_much() {
            3 * CAPACITY
        } else {
            CAPACITY / 2
        };
        let interval = Duration::from_secs(2) / rate as u32;
        self.events
            .after(interval.mul_f64(self.chance.f64()), Event::Call);
    }

    fn is_too_much(&self) -> bool {
        (BEFORE..BEFORE + DURING).contains(&self.events.now().as_secs())
    }

    fn attempt(&mut self, attempt: Attempt<G>) {
        let now = self.events.now();
        let Some(permit) = Bulkhead::try_enter_by(Arc::clone(&self.caller.bulkhead)) else {
            return;
        };
        let Ok(admission) = self.caller.guard.admit(attempt.leave, now) else {
            return;
        };
        self.second().attempts += 1;
        self.second().sent += u64::from(attempt.is_first);
        let number = self.waiting.len();
        self.waiting.push(Some(Waiting {
            call: attempt.call,
            admission,
            _permit: permit,
        }));
        if self.line.len() == LINE {
            self.end(number, Err(Failure::throttled()));
            return;
        }
        self.events.after(PATIENCE, Event::Away(number));
        self.line.push_back(number);
        self.work();
    }

    /// Begins with the next in line, if somebody is idle.
    fn work(&mut self) {
        if self.idle == 0 {
            return;
        }
        if let Some(number) = self.line.pop_front() {
            self.idle -= 1;
            self.events
                .after(Duration::from_millis(SERVICE_MILLIS), Event::Done(number));
        }
    }

    fn answer(&mut self, number: usize) {
        let is_error = self.chance.u32(..100) < ERRORS;
        self.end(
            number,
            if is_error {
                Err(Failure::transient())
            } else {
                Ok(())
            },
        );
        self.idle += 1;
        self.work();
    }

    /// What a caller hears who is still there.
    fn end(&mut self, number: usize, outcome: Result<(), Failure>) {
        let Some(waiting) = self.waiting[number].take() else {
            return;
        };
        let now = self.events.now();
        self.caller.guard.report(waiting.admission, outcome, now);
        let Err(failure) = outcome else {
            self.second().answered += 1;
            return;
        };
        let mut call = waiting.call;
        let Next::Wait(wait) = call.next(failure, now) else {
            return;
        };
        if let Ok(leave) = self.caller.guard.retry(now) {
            let attempt = Attempt {
                call,
                is_first: false,
                leave: Some(leave),
            };
            self.events.after(wait, Event::Attempt(Box::new(attempt)));
        }
    }

    fn second(&mut self) -> &mut Second {
        &mut self.seconds[self.events.now().as_secs() as usize]
    }
}
