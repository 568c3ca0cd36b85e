//! A call that is under way.

use core::fmt;
use core::future::Future;
use core::pin::Pin;
use core::task::{Context, Poll, ready};
use core::time::Duration;

use pin_project_lite::pin_project;

use super::{Retry, Retrying};
use crate::call::{Call, Next};
use crate::failure::Failure;
use crate::gave_up::GaveUp;
use crate::guard::Guard;
use crate::history::History;
use crate::nesting::Within;
use crate::random::fresh_seed;
use crate::reason::Reason;
use crate::timer::Timer;

pin_project! {
    /// A call that is under way: what awaiting a [`Retry`] runs.
    #[must_use = "futures do nothing unless polled"]
    pub struct Run<O, F, E, C, N, T, G>
    where
        T: Timer,
        G: Guard,
    {
        // None before each attempt. One that has worked stays, and says so if it is polled again.
        #[pin]
        attempt: Option<F>,
        // The end of the time for an attempt, once it is known to take some, or of the wait for one.
        #[pin]
        sleep: Option<T::Sleep>,
        progress: Progress<O, E, C, N, T, G>,
    }
}

/// What is known of a call between two polls, apart from what is waited for.
struct Progress<O, E, C, N, T, G: Guard> {
    how: Retry<O, C, N, T, G>,
    /// When the call began, if anybody wants to know.
    began: Option<Duration>,
    /// There is none until something has failed: a call that works at once needs none.
    call: Option<Call>,
    /// The time for the attempt that is made.
    allowed: Option<Duration>,
    error: Option<E>,
    leave: Option<G::Leave>,
    admission: Option<G::Admission>,
    has_given_up: bool,
}

impl<O, F, E, C, N, T: Timer, G: Guard> Run<O, F, E, C, N, T, G> {
    pub(super) const fn new(how: Retry<O, C, N, T, G>) -> Self {
        Self {
            attempt: None,
            sleep: None,
            progress: Progress {
                how,
                began: None,
                call: None,
                allowed: None,
                error: None,
                leave: None,
                admission: None,
                has_given_up: false,
            },
        }
    }
}

impl<O, F, A, E, C, N, T, G> Future for Run<O, F, E, C, N, T, G>
where
    O: FnMut() -> F,
    F: Future<Output = Result<A, E>>,
    C: Fn(&E) -> Failure,
    N: FnMut(&Retrying<'_, E>),
    T: Timer,
    G: Guard,
{
    type Output = Result<A, GaveUp<E>>;

    /// # Panics
    ///
    /// It has given up before.
    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        let mut this = self.project();
        loop {
            if let Some(attempt) = this.attempt.as_mut().as_pin_mut() {
                let within = Within::enter();
                let polled = attempt.poll(context);
                drop(within);
                let ended = match polled {
                    Poll::Ready(Ok(answer)) => {
                        this.progress.worked();
                        return Poll::Ready(Ok(answer));
                    }
                    Poll::Ready(Err(error)) => Some(error),
                    Poll::Pending => {
                        ready!(this.progress.poll_limit(this.sleep.as_mut(), context));
                        None
                    }
                };
                // What the attempt holds is let go before anybody sleeps.
                this.attempt.set(None);
                this.sleep.set(None);
                let wait = this.progress.failed(ended)?;
                this.sleep.set(Some(this.progress.how.timer.sleep(wait)));
            }
            if let Some(sleep) = this.sleep.as_mut().as_pin_mut() {
                ready!(sleep.poll(context));
                this.sleep.set(None);
            }
            let attempt = this.progress.begin()?;
            this.attempt.set(Some(attempt));
        }
    }
}

impl<O, F, A, E, C, N, T, G> Progress<O, E, C, N, T, G>
where
    O: FnMut() -> F,
    F: Future<Output = Result<A, E>>,
    C: Fn(&E) -> Failure,
    N: FnMut(&Retrying<'_, E>),
    T: Timer,
    G: Guard,
{
    fn begin(&mut self) -> Result<F, GaveUp<E>> {
        assert!(!self.has_given_up, "a call is polled that has given up");
        let mut now = Duration::ZERO;
        if G::TIMED || self.how.policy.is_timed() {
            now = self.how.timer.now();
            self.began.get_or_insert(now);
        }
        match self.how.guard.admit(self.leave.take(), now) {
            Ok(admission) => self.admission = Some(admission),
            Err(reason) => return Err(self.give_up(reason, now)),
        }
        self.allowed = match &self.call {
            Some(call) => call.attempt_timeout(now),
            None => self.how.policy.attempt_timeout_after(Duration::ZERO),
        };
        let _within = Within::enter();
        Ok((self.how.operation)())
    }

    fn worked(&mut self) {
        let now = if G::TIMED {
            self.how.timer.now()
        } else {
            Duration::ZERO
        };
        self.report(Ok(()), now);
    }

    /// The wait after an attempt that has failed, or has run out of time. Apart from what works at once, so
    /// that this is short enough to become a part of the caller.
    #[cold]
    #[inline(never)]
    fn failed(&mut self, error: Option<E>) -> Result<Duration, GaveUp<E>> {
        let now = self.how.timer.now();
        let failure = error
            .as_ref()
            .map_or_else(Failure::transient, &self.how.classify);
        self.report(Err(failure), now);
        let timed_out = error.is_none();
        self.error = error.or_else(|| self.error.take());
        self.wait(failure, timed_out, now)
            .map_err(|reason| self.give_up(reason, now))
    }

    fn wait(
        &mut self,
        failure: Failure,
        timed_out: bool,
        now: Duration,
    ) -> Result<Duration, Reason> {
        let how = &mut self.how;
        let call = self.call.get_or_insert_with(|| {
            let began = self.began.unwrap_or(now);
            how.policy.start(began, how.seed.unwrap_or_else(fresh_seed))
        });
        let wait = match call.next(failure, now) {
            Next::Wait(wait) => wait,
            Next::GiveUp(reason) => return Err(reason),
        };
        if how.policy.leaves_it_to_others() {
            return Err(Reason::Nested);
        }
        self.leave = Some(how.guard.retry(now)?);
        (how.on_retry)(&Retrying {
            error: self.error.as_ref().filter(|_| !timed_out),
            failure,
            wait,
            history: call.history(),
        });
        Ok(wait)
    }

    fn report(&mut self, outcome: Result<(), Failure>, now: Duration) {
        if let Some(admission) = self.admission.take() {
            self.how.guard.report(admission, outcome, now);
        }
    }

    #[cold]
    #[inline(never)]
    fn give_up(&mut self, reason: Reason, now: Duration) -> GaveUp<E> {
        self.has_given_up = true;
        let history = match &self.call {
            Some(call) => *call.history(),
            None => History::new(now),
        };
        GaveUp::new(self.error.take(), reason, history)
    }

    /// Sleeps until the time for an attempt is up, if there is an end to it.
    fn poll_limit(
        &self,
        mut sleep: Pin<&mut Option<T::Sleep>>,
        context: &mut Context<'_>,
    ) -> Poll<()> {
        let Some(allowed) = self.allowed else {
            return Poll::Pending;
        };
        if sleep.is_none() {
            sleep.set(Some(self.how.timer.sleep(allowed)));
        }
        match sleep.as_pin_mut() {
            Some(sleep) => sleep.poll(context).map(drop),
            None => Poll::Pending,
        }
    }
}

impl<O, F, E, C, N, T: Timer, G: Guard> fmt::Debug for Run<O, F, E, C, N, T, G> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Run")
            .field("how", &self.progress.how)
            .field("call", &self.progress.call)
            .finish_non_exhaustive()
    }
}
