//! A call that a breaker let through.

use core::fmt;
use core::ops::Deref;
use core::time::Duration;

use super::Breaker;
use super::circuit::{Report, Ticket};

/// The right to make a call, and the duty to say what became of it.
///
/// To drop it says nothing, neither good nor bad: it is what happens to a call that is cancelled. If it was
/// a probe, another may take its place.
#[must_use = "what became of the call is to be reported"]
pub struct Admission<B: Deref<Target = Breaker>> {
    breaker: B,
    ticket: Ticket,
    generation: u16,
    began: Duration,
}

impl<B: Deref<Target = Breaker>> Admission<B> {
    pub(super) const fn new(breaker: B, ticket: Ticket, generation: u16, began: Duration) -> Self {
        Self {
            breaker,
            ticket,
            generation,
            began,
        }
    }

    /// Whether much depends on it, because the breaker is half open.
    pub const fn is_probe(&self) -> bool {
        matches!(self.ticket, Ticket::Probe)
    }

    /// The far side is well. Also if it said that the call was wrong (404), because it said something.
    pub fn succeed(mut self, now: Duration) {
        match self.use_ticket() {
            Ticket::Call if !self.was_slow(now) => self.breaker.succeed(self.generation, now),
            Ticket::Call | Ticket::Probe => self.report(false, None, now),
            Ticket::Unwatched | Ticket::None { .. } => {}
        }
    }

    /// The far side is not well: it cannot be reached, does not answer in time, or says so (503), perhaps
    /// with how long it wants to be left alone.
    pub fn fail(mut self, now: Duration, retry_after: Option<Duration>) {
        match self.use_ticket() {
            Ticket::Call | Ticket::Probe => self.report(true, retry_after, now),
            Ticket::Unwatched | Ticket::None { .. } => {}
        }
    }

    /// What is used is not given back.
    const fn use_ticket(&mut self) -> Ticket {
        core::mem::replace(&mut self.ticket, Ticket::Unwatched)
    }

    fn was_slow(&self, now: Duration) -> bool {
        self.breaker.policy.is_slow(now.saturating_sub(self.began))
    }

    fn report(&self, has_failed: bool, retry_after: Option<Duration>, now: Duration) {
        let report = Report {
            has_failed,
            was_slow: self.was_slow(now),
            retry_after,
            now,
        };
        self.breaker.note(self.generation, report);
    }
}

impl<B: Deref<Target = Breaker>> Drop for Admission<B> {
    fn drop(&mut self) {
        if self.is_probe() {
            self.breaker.give_back_probe(self.generation);
        }
    }
}

impl<B: Deref<Target = Breaker>> fmt::Debug for Admission<B> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Admission")
            .field("ticket", &self.ticket)
            .field("began", &self.began)
            .finish_non_exhaustive()
    }
}
