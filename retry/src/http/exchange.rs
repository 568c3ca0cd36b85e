//! A request, sent until there is an answer worth having.

use core::fmt;
use core::time::Duration;

use http::{Request, Response};
use http_body::Body;

use super::drain::drain;
use super::fault::Fault;
use super::repeat::Sent;
use super::replay::Sending;
use super::retrying::Retrying;
use super::terms::Terms;
use crate::{Failure, GaveUp, Guard, History, Next, Reason, Timer, nesting};

mod copies;
mod course;
mod idempotency_key;
mod judged;
mod within;

use self::copies::Copies;
use self::course::Course;
use self::judged::{Got, Judged};
pub(crate) use self::within::within;

/// What sends one request once.
pub(crate) trait Transport<B> {
    /// The body of answers.
    type Out: Body + Send;
    /// Why there is none.
    type Error: fmt::Display + Send;

    /// Sends a request.
    fn send(
        &mut self,
        request: Request<Sending<B>>,
    ) -> impl Future<Output = Result<Response<Self::Out>, Lost<Self::Error>>> + Send;
}

/// A request that brought no answer.
#[derive(Debug)]
pub(crate) struct Lost<E> {
    pub(crate) error: E,
    pub(crate) failure: Failure,
    pub(crate) sent: Sent,
}

/// By what requests are sent: all that is the same for each of them.
pub(crate) struct Exchange<'a, T, G, N: ?Sized> {
    pub(crate) terms: &'a Terms,
    pub(crate) timer: &'a T,
    pub(crate) guard: &'a G,
    pub(crate) on_retry: &'a N,
}

impl<T, G, N> Exchange<'_, T, G, N>
where
    T: Timer,
    G: Guard,
    N: Fn(&Retrying<'_>) + ?Sized,
{
    /// Sends a request until there is an answer worth having, or no point in sending it again. Then
    /// the last answer is the answer.
    ///
    /// Its time counts from when it began, if that is known.
    pub(crate) async fn run<B, S>(
        &self,
        request: Request<B>,
        began: Option<Duration>,
        transport: &mut S,
    ) -> Result<Response<S::Out>, GaveUp<Fault<S::Error>>>
    where
        B: Body,
        S: Transport<B>,
    {
        let is_timed = G::TIMED || self.terms.policy.is_timed();
        let began = began.or_else(|| self.now_if(is_timed));
        let mut course = Course::new(&self.terms.policy, began);
        let mut copies = Copies::of(request, self.terms);
        let mut leave = None;
        let mut last = None;
        while let Some(request) = copies.next(course.history().attempts()) {
            let now = self.now_if(is_timed).unwrap_or_default();
            let admission = match self.guard.admit(leave.take(), now) {
                Ok(admission) => admission,
                Err(reason) => return Err(GaveUp::new(last, reason, course.history())),
            };
            // What is behind may repeat requests, too: this is where it is done.
            let sending = nesting::within(transport.send(request));
            let result = within(self.timer, course.attempt_timeout(now), sending).await;
            let judged = Judged::of(result);
            let now = self.now_if(is_timed || judged.outcome().is_err());
            let now = now.unwrap_or_default();
            self.guard.report(admission, judged.outcome(), now);
            let (got, failure, sent) = match judged {
                Judged::Good(response) => return Ok(told(response, None, &course.history())),
                Judged::Bad { got, failure, sent } => (got, failure, sent),
            };
            let next = course.next(copies.restrict(failure, sent), now);
            let wait = match self.ask(next, now) {
                Ok((wait, given)) => {
                    leave = Some(given);
                    wait
                }
                Err(reason) => return conclude(got, reason, &course.history()),
            };
            let fault = self.dispose(got).await;
            (self.on_retry)(&Retrying {
                head: copies.head(),
                history: &course.history(),
                failure,
                fault: &fault,
                wait,
            });
            last = Some(fault);
            let until = now.saturating_add(wait);
            let left = until.saturating_sub(self.timer.now());
            self.timer.sleep(left).await;
        }
        // The body has been read further than it is kept, after it was seen that it could be sent again.
        let history = course.history();
        Err(GaveUp::new(last, Reason::NotRepeatable, history))
    }

    /// The time, if anybody wants to know.
    fn now_if(&self, is_wanted: bool) -> Option<Duration> {
        is_wanted.then(|| self.timer.now())
    }

    fn ask(&self, next: Next, now: Duration) -> Result<(Duration, G::Leave), Reason> {
        match next {
            Next::GiveUp(reason) => Err(reason),
            Next::Wait(_) if self.terms.policy.leaves_it_to_others() => Err(Reason::Nested),
            Next::Wait(wait) => Ok((wait, self.guard.retry(now)?)),
        }
    }

    /// Lets go of an answer, so that nothing of it is held while nobody does anything.
    async fn dispose<Out: Body, E>(&self, got: Got<Out, E>) -> Fault<E> {
        match got {
            Got::Answer(response) => {
                let status = response.status();
                let draining = drain(response.into_body(), self.terms.drain_bytes);
                within(self.timer, Some(self.terms.drain_time), draining).await;
                Fault::Status(status)
            }
            Got::Fault(fault) => fault,
        }
    }
}

/// The end, with what the last attempt brought.
fn conclude<Out, E>(
    got: Got<Out, E>,
    reason: Reason,
    history: &History,
) -> Result<Response<Out>, GaveUp<Fault<E>>> {
    match got {
        Got::Answer(response) => Ok(told(response, Some(reason), history)),
        Got::Fault(fault) => Err(GaveUp::new(Some(fault), reason, *history)),
    }
}

/// The answer, with what has been before it in its extensions.
fn told<Out>(
    mut response: Response<Out>,
    reason: Option<Reason>,
    history: &History,
) -> Response<Out> {
    if history.attempts() > 0 {
        response.extensions_mut().insert(*history);
    }
    if let Some(reason) = reason {
        response.extensions_mut().insert(reason);
    }
    response
}
