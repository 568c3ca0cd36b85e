//! What is asked before an attempt, and told what became of it.

use core::time::Duration;

use crate::failure::Failure;
use crate::reason::Reason;

/// What is asked before an attempt, and told what became of it: a budget, a circuit breaker, or several
/// in a tuple.
///
/// The runners ask it in this order:
///
/// 1. [`admit`](Guard::admit), right before the first attempt;
/// 2. [`report`](Guard::report), when it has ended;
/// 3. if it failed and the policy has another attempt for it: [`retry`](Guard::retry), before the wait,
///    so that nobody waits in vain;
/// 4. after the wait, `admit` again, with what `retry` gave.
///
/// # Contract
///
/// What is given out and dropped is given back: a call whose future is dropped while it waits has not
/// been made again, and an attempt that is dropped while it runs says nothing about the far side.
///
/// A guard is used through a shared handle, such as `&Budget` or `Arc<Breaker>`, for which it is
/// implemented; [`()`](unit) is the one that allows everything.
pub trait Guard {
    /// Whether it looks at the time. A call that works at once reads no clock for one that does not.
    const TIMED: bool = true;

    /// Leave to make a call again, until the attempt begins.
    type Leave;

    /// What an attempt holds while it runs.
    type Admission;

    /// Asks to make a call again.
    ///
    /// # Errors
    ///
    /// Why it may not be.
    fn retry(&self, now: Duration) -> Result<Self::Leave, Reason>;

    /// Asks to begin an attempt: the first, which has no leave, or another.
    ///
    /// # Errors
    ///
    /// Why it may not begin.
    fn admit(&self, leave: Option<Self::Leave>, now: Duration) -> Result<Self::Admission, Reason>;

    /// Says that an attempt has ended.
    fn report(&self, admission: Self::Admission, outcome: Result<(), Failure>, now: Duration);
}

/// Allows everything.
impl Guard for () {
    const TIMED: bool = false;

    type Leave = ();
    type Admission = ();

    fn retry(&self, _: Duration) -> Result<(), Reason> {
        Ok(())
    }

    fn admit(&self, _: Option<()>, _: Duration) -> Result<(), Reason> {
        Ok(())
    }

    fn report(&self, (): (), _: Result<(), Failure>, _: Duration) {}
}

/// Asks both, the first one first. If the second refuses, the first gets back what it gave.
impl<A: Guard, B: Guard> Guard for (A, B) {
    const TIMED: bool = A::TIMED || B::TIMED;

    type Leave = (A::Leave, B::Leave);
    type Admission = (A::Admission, B::Admission);

    fn retry(&self, now: Duration) -> Result<Self::Leave, Reason> {
        Ok((self.0.retry(now)?, self.1.retry(now)?))
    }

    fn admit(&self, leave: Option<Self::Leave>, now: Duration) -> Result<Self::Admission, Reason> {
        let (first, second) = leave.unzip();
        Ok((self.0.admit(first, now)?, self.1.admit(second, now)?))
    }

    fn report(&self, admission: Self::Admission, outcome: Result<(), Failure>, now: Duration) {
        self.0.report(admission.0, outcome, now);
        self.1.report(admission.1, outcome, now);
    }
}
