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
        #[pin]
        stage: Stage<F, T::Sleep>,
        progress: Progress<O, E, C, N, T, G>,
    }
}

pin_project! {
    #[project = StageProjection]
    enum Stage<F, S> {
        /// An attempt is to begin.
        Ready,
        /// An attempt is made, and may last as long as the limit says, which begins when it first waits.
        Attempt {
            #[pin]
            attempt: F,
            allowed: Option<Duration>,
            #[pin]
            limit: Option<S>,
        },
        /// Another attempt is waited for.
        Wait {
            #[pin]
            sleep: S,
        },
        /// All has been said.
        Ended,
    }
}

/// What is known of a call between two polls, apart from what is waited for.
struct Progress<O, E, C, N, T, G: Guard> {
    how: Retry<O, C, N, T, G>,
    /// When the call began, if anybody wants to know.
    began: Option<Duration>,
    /// There is none until something has failed: a call that works at once needs none.
    call: Option<Call>,
    error: Option<E>,
    leave: Option<G::Leave>,
    admission: Option<G::Admission>,
}

impl<O, F, E, C, N, T: Timer, G: Guard> Run<O, F, E, C, N, T, G> {
    pub(super) const fn new(how: Retry<O, C, N, T, G>) -> Self {
        Self {
            stage: Stage::Ready,
            progress: Progress {
                how,
                began: None,
                call: None,
                error: None,
                leave: None,
                admission: None,
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
    /// It has given its answer before.
    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        let mut this = self.project();
        loop {
            let next = match this.stage.as_mut().project() {
                StageProjection::Ready => this.progress.begin(),
                StageProjection::Wait { sleep } => {
                    ready!(sleep.poll(context));
                    this.progress.begin()
                }
                StageProjection::Attempt {
                    attempt,
                    allowed,
                    limit,
                } => match ready!(ended(
                    attempt,
                    *allowed,
                    limit,
                    this.progress.timer(),
                    context
                )) {
                    Ok(answer) => {
                        this.progress.worked();
                        this.stage.set(Stage::Ended);
                        return Poll::Ready(Ok(answer));
                    }
                    Err(error) => {
                        // What the attempt holds is let go before anybody sleeps.
                        this.stage.set(Stage::Ready);
                        this.progress.failed(error)
                    }
                },
                StageProjection::Ended => panic!("a call is polled that has ended"),
            };
            match next {
                Ok(stage) => this.stage.set(stage),
                Err(gave_up) => {
                    this.stage.set(Stage::Ended);
                    return Poll::Ready(Err(gave_up));
                }
            }
        }
    }
}

/// The end of an attempt; no error if it ran out of time.
fn ended<A, E, T: Timer>(
    attempt: Pin<&mut impl Future<Output = Result<A, E>>>,
    allowed: Option<Duration>,
    mut limit: Pin<&mut Option<T::Sleep>>,
    timer: &T,
    context: &mut Context<'_>,
) -> Poll<Result<A, Option<E>>> {
    let within = Within::enter();
    if let Poll::Ready(result) = attempt.poll(context) {
        return Poll::Ready(result.map_err(Some));
    }
    drop(within);
    let Some(allowed) = allowed else {
        return Poll::Pending;
    };
    if limit.is_none() {
        limit.set(Some(timer.sleep(allowed)));
    }
    if let Some(limit) = limit.as_pin_mut() {
        ready!(limit.poll(context));
    }
    Poll::Ready(Err(None))
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
    fn begin(&mut self) -> Result<Stage<F, T::Sleep>, GaveUp<E>> {
        let now = self.now_if(G::TIMED || self.how.policy.is_timed());
        self.began = self.began.or(now);
        let now = now.unwrap_or_default();
        let admission = self.how.guard.admit(self.leave.take(), now);
        self.admission = Some(admission.map_err(|reason| self.give_up(reason, now))?);
        let allowed = match &self.call {
            Some(call) => call.attempt_timeout(now),
            None => self.how.policy.attempt_timeout_after(Duration::ZERO),
        };
        let _within = Within::enter();
        Ok(Stage::Attempt {
            attempt: (self.how.operation)(),
            allowed,
            limit: None,
        })
    }

    fn worked(&mut self) {
        let now = self.now_if(G::TIMED).unwrap_or_default();
        self.report(Ok(()), now);
    }

    fn failed(&mut self, error: Option<E>) -> Result<Stage<F, T::Sleep>, GaveUp<E>> {
        let now = self.how.timer.now();
        let failure = error
            .as_ref()
            .map_or_else(Failure::transient, &self.how.classify);
        self.report(Err(failure), now);
        let timed_out = error.is_none();
        self.error = error.or_else(|| self.error.take());
        match self.wait(failure, timed_out, now) {
            Ok(wait) => Ok(Stage::Wait {
                sleep: self.how.timer.sleep(wait),
            }),
            Err(reason) => Err(self.give_up(reason, now)),
        }
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

    fn give_up(&mut self, reason: Reason, now: Duration) -> GaveUp<E> {
        let history = match &self.call {
            Some(call) => *call.history(),
            None => History::new(now),
        };
        GaveUp::new(self.error.take(), reason, history)
    }

    /// The time, if anybody wants to know.
    fn now_if(&self, is_wanted: bool) -> Option<Duration> {
        is_wanted.then(|| self.how.timer.now())
    }
}

impl<O, E, C, N, T, G: Guard> Progress<O, E, C, N, T, G> {
    const fn timer(&self) -> &T {
        &self.how.timer
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
