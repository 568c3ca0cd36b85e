//! Whether the far side is worth calling at all.

use alloc::boxed::Box;
use core::fmt;
use core::ops::Deref;
use core::time::Duration;

use crate::random::fresh_seed;
use crate::sync::Mutex;
use crate::sync::atomic::{AtomicU64, Ordering};

use circuit::{Circuit, Report, Ticket};
use published::Published;
use window::{Head, Window};

pub use admission::Admission;
pub use policy::BreakerPolicy;
pub use window::Counts;

mod admission;
mod circuit;
mod guard;
#[cfg(all(test, loom))]
mod models;
mod policy;
mod published;
#[cfg(all(test, not(loom)))]
mod tests;
mod window;

/// A circuit breaker: calls that would fail anyway are refused at once, until the far side is back.
///
/// Closed, it lets every call through and watches what becomes of them. When [too many](BreakerPolicy) fail or
/// are slow it opens, and refuses all of them for a while. Then it is half open: a few calls are made as
/// probes, and it closes if they succeed. The pattern is that of [Release It!][pattern]; what is here
/// besides is this:
///
/// * **Every call has an [`Admission`]**, which knows from when it is. What a call of an earlier time
///   reports, one that began before the breaker opened, counts for nothing: it neither closes nor opens it.
/// * **A half-open breaker is no flood.** There are never more probes than have to succeed.
/// * **It cannot get stuck.** A probe that is cancelled lets another go, and one of which nothing is heard
///   is forgotten.
/// * **It waits as long as the server asks**, if that is longer than it would have.
/// * **It is cheap.** A call through a closed breaker that succeeds is two atomic operations, and no lock.
///
/// There is no clock in it: `now` is the time since a moment of the host's choice, which is the same each
/// time.
///
/// [pattern]: https://martinfowler.com/bliki/CircuitBreaker.html
///
/// ```
/// use std::time::Duration;
/// use retry::{Breaker, BreakerPolicy};
///
/// let breaker = Breaker::new(BreakerPolicy::usual().failures(50, 4));
/// let now = Duration::from_secs(100);
///
/// for _ in 0..4 {
///     let call = breaker.admit(now).expect("closed");
///     call.fail(now, None);
/// }
/// let refused = breaker.admit(now).expect_err("four of four failed");
/// assert!(refused.retry_after.is_some_and(|wait| wait <= Duration::from_secs(5)));
///
/// // Three probes at once, which succeed.
/// let later = now + Duration::from_secs(5);
/// let probes = [(); 3].map(|()| breaker.admit(later).expect("half open"));
/// assert!(breaker.admit(later).is_err());
/// for probe in probes {
///     probe.succeed(later);
/// }
/// assert!(breaker.state().is_closed());
/// ```
pub struct Breaker {
    policy: BreakerPolicy,
    /// [`Published`], written under the lock only.
    published: AtomicU64,
    window: Window,
    circuit: Mutex<Circuit>,
    on_change: Option<Listener>,
}

type Listener = Box<dyn Fn(Transition) + Send + Sync>;

/// What a breaker does with calls.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BreakerState {
    /// Lets all of them through.
    Closed,
    /// Refuses all of them.
    Open {
        /// Until then, and until somebody asks after that.
        until: Duration,
    },
    /// Lets a few through, to see what becomes of them.
    HalfOpen,
    /// Refuses all of them, because somebody [says so](Breaker::force_open).
    ForcedOpen,
    /// Lets all of them through, whatever becomes of them, because somebody [says so](Breaker::force_closed).
    ForcedClosed,
}

/// That a breaker went from one state to another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Transition {
    /// The state before.
    pub from: BreakerState,
    /// The state now.
    pub to: BreakerState,
    /// One that happened later has a higher number. Threads may tell of them in another order.
    pub number: u64,
}

/// That a call was refused, because the far side is known to be down.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BreakerOpen {
    /// After how long the next calls may be let through. Unknown if that depends on those that are under
    /// way, or on somebody.
    pub retry_after: Option<Duration>,
}

impl Breaker {
    /// A closed breaker.
    #[must_use]
    pub fn new(policy: BreakerPolicy) -> Self {
        Self {
            policy,
            published: AtomicU64::new(Published::of(BreakerState::Closed, 0).to_word()),
            window: Window::new(policy.span),
            circuit: Mutex::new(Circuit::new(policy, fresh_seed())),
            on_change: None,
        }
    }

    /// With chance that can be had again, for tests.
    #[must_use]
    pub fn seeded(mut self, seed: u64) -> Self {
        self.circuit = Mutex::new(Circuit::new(self.policy, seed));
        self
    }

    /// Tells of each change of state: for logs, metrics and alarms. It is called by the thread that made
    /// the call which brought it about, and with nothing locked.
    #[must_use]
    pub fn on_change(mut self, tell: impl Fn(Transition) + Send + Sync + 'static) -> Self {
        self.on_change = Some(Box::new(tell));
        self
    }

    /// Asks to make a call. It is made while the admission is held, and reported to it.
    ///
    /// # Errors
    ///
    /// If it is refused.
    pub fn admit(&self, now: Duration) -> Result<Admission<&Self>, BreakerOpen> {
        Self::admit_by(self, now)
    }

    /// Asks to make a call, of which the admission holds a handle of any kind, such as an `Arc`.
    ///
    /// # Errors
    ///
    /// If it is refused.
    pub fn admit_by<B>(breaker: B, now: Duration) -> Result<Admission<B>, BreakerOpen>
    where
        B: Deref<Target = Self>,
    {
        // The first of the two atomic operations of a call while it is closed.
        let published = Published::from_word(breaker.published.load(Ordering::Acquire));
        let (ticket, generation) = match published.ticket(now) {
            Some(ticket) => (ticket, published.generation()),
            None => breaker.change(|circuit| {
                let ticket = circuit.admit(&breaker.window, now);
                (ticket, circuit.generation() as u16)
            }),
        };
        match ticket {
            Ticket::None { retry_after } => Err(BreakerOpen { retry_after }),
            ticket => Ok(Admission::new(breaker, ticket, generation, now)),
        }
    }

    /// What it does with calls.
    pub fn state(&self) -> BreakerState {
        self.circuit.lock().state()
    }

    /// What it looks at when it decides whether to open. Nothing while it is not closed.
    pub fn counts(&self) -> Counts {
        self.circuit.lock().counts(&self.window)
    }

    /// Refuses all calls from now on.
    pub fn force_open(&self, now: Duration) {
        self.force(BreakerState::ForcedOpen, now);
    }

    /// Lets all calls through from now on, and does not watch them.
    pub fn force_closed(&self, now: Duration) {
        self.force(BreakerState::ForcedClosed, now);
    }

    /// Begins anew, closed, whatever it was and whoever forced it.
    pub fn reset(&self, now: Duration) {
        self.force(BreakerState::Closed, now);
    }

    fn force(&self, state: BreakerState, now: Duration) {
        self.change(|circuit| circuit.force(&self.window, state, now));
    }

    /// Counts a success of when it was closed.
    fn succeed(&self, generation: u16, now: Duration) {
        // The second of the two.
        if let Some(counted) = self.window.succeed(generation, now) {
            self.settle(generation, counted, now);
        }
    }

    #[cold]
    fn settle(&self, generation: u16, counted: Head, now: Duration) {
        self.change(|circuit| circuit.settle(&self.window, generation, counted, now));
    }

    fn note(&self, generation: u16, report: Report) {
        self.change(|circuit| circuit.report(&self.window, generation, report));
    }

    fn give_back_probe(&self, generation: u16) {
        self.change(|circuit| circuit.give_back_probe(generation));
    }

    /// Does something under the lock, and lets those who do not take it see what came of it.
    fn change<T>(&self, change: impl FnOnce(&mut Circuit) -> T) -> T {
        let mut circuit = self.circuit.lock();
        let (from, before) = (circuit.state(), circuit.generation());
        let answer = change(&mut circuit);
        let (to, number) = (circuit.state(), circuit.generation());
        if number != before {
            let published = Published::of(to, number as u16);
            // The window was made ready for the generation before it is published.
            self.published.store(published.to_word(), Ordering::Release);
        }
        drop(circuit);
        if let Some(tell) = &self.on_change
            && from != to
        {
            tell(Transition { from, to, number });
        }
        answer
    }
}

impl BreakerState {
    /// Whether calls are let through.
    #[must_use]
    pub const fn is_closed(self) -> bool {
        matches!(self, Self::Closed | Self::ForcedClosed)
    }
}

impl fmt::Display for BreakerOpen {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the circuit breaker is open")
    }
}

impl core::error::Error for BreakerOpen {}

impl fmt::Debug for Breaker {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Breaker")
            .field("state", &self.state())
            .field("counts", &self.counts())
            .field("policy", &self.policy)
            .finish_non_exhaustive()
    }
}
