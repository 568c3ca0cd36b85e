//! A breaker that a runner asks before each attempt.

use alloc::sync::Arc;
use core::ops::Deref;
use core::time::Duration;

use crate::failure::{Failure, FailureKind};
use crate::guard::Guard;
use crate::hint::Hint;
use crate::reason::Reason;

use super::{Admission, Breaker};

/// Counts attempts, not calls: what a policy repeats does not change when it opens.
impl Guard for &Breaker {
    type Leave = ();
    type Admission = Admission<Self>;

    fn retry(&self, _: Duration) -> Result<(), Reason> {
        Ok(())
    }

    fn admit(&self, _: Option<()>, now: Duration) -> Result<Self::Admission, Reason> {
        Breaker::admit(self, now).map_err(|_| Reason::BreakerOpen)
    }

    fn report(&self, admission: Self::Admission, outcome: Result<(), Failure>, now: Duration) {
        admission.report_outcome(outcome, now);
    }
}

/// The same, for what has to own it.
impl Guard for Arc<Breaker> {
    type Leave = ();
    type Admission = Admission<Self>;

    fn retry(&self, _: Duration) -> Result<(), Reason> {
        Ok(())
    }

    fn admit(&self, _: Option<()>, now: Duration) -> Result<Self::Admission, Reason> {
        Breaker::admit_by(Self::clone(self), now).map_err(|_| Reason::BreakerOpen)
    }

    fn report(&self, admission: Self::Admission, outcome: Result<(), Failure>, now: Duration) {
        admission.report_outcome(outcome, now);
    }
}

impl<B: Deref<Target = Breaker>> Admission<B> {
    /// What became of the call, as a runner knows it. A [permanent](FailureKind::Permanent) failure is a
    /// success to the breaker, because the far side answers.
    fn report_outcome(self, outcome: Result<(), Failure>, now: Duration) {
        let Err(failure) = outcome else {
            return self.succeed(now);
        };
        match failure.kind() {
            FailureKind::Permanent => self.succeed(now),
            FailureKind::Transient | FailureKind::Throttled | FailureKind::NotRepeatable => {
                self.fail(now, failure.hint().and_then(wait));
            }
        }
    }
}

/// For how long the server wants to be left alone. One that wants no attempt of this call any more says
/// nothing about other calls.
const fn wait(hint: Hint) -> Option<Duration> {
    match hint {
        Hint::Wait(wait) => Some(wait),
        Hint::Stop => None,
    }
}

#[cfg(all(test, not(loom)))]
mod tests {
    use super::super::BreakerPolicy;
    use super::*;

    const NOW: Duration = Duration::from_secs(1);

    /// What a breaker makes of an outcome that it sees four times.
    fn closed_after(outcome: Result<(), Failure>) -> bool {
        let breaker = Arc::new(Breaker::new(BreakerPolicy::usual().failures(50, 4)));
        for _ in 0..4 {
            let call = Guard::admit(&breaker, None, NOW).expect("closed");
            breaker.report(call, outcome, NOW);
        }
        breaker.state().is_closed()
    }

    #[test]
    fn what_only_says_that_the_call_was_wrong_does_not_open_it() {
        assert!(closed_after(Ok(())));
        assert!(closed_after(Err(Failure::permanent())));
        assert!(!closed_after(Err(Failure::transient())));
        assert!(!closed_after(Err(Failure::throttled())));
        assert!(!closed_after(Err(Failure::not_repeatable())));
    }

    #[test]
    fn a_hint_of_the_server_reaches_it() {
        let breaker = Breaker::new(BreakerPolicy::usual().failures(50, 1));
        let hour = Duration::from_secs(3_600);
        let call = Guard::admit(&&breaker, None, NOW).expect("closed");
        (&breaker).report(call, Err(Failure::throttled().after(hour)), NOW);
        assert_eq!(
            Guard::admit(&&breaker, None, hour).err(),
            Some(Reason::BreakerOpen)
        );
    }
}
