//! Two copies of a call, of which the first that works is the answer.

use core::future::Future;
use core::pin::Pin;
use core::task::{Context, Poll};
use core::time::Duration;

use pin_project_lite::pin_project;

use crate::failure::Failure;
use crate::guard::Guard;

pin_project! {
    /// A call, and perhaps a second copy of it.
    pub(super) struct Race<O, F, S, G>
    where
        G: Guard,
    {
        operation: O,
        guard: G,
        #[pin]
        first: Option<F>,
        // Until a second copy may be sent; none if none may.
        #[pin]
        delay: Option<S>,
        #[pin]
        second: Option<F>,
        admission: Option<G::Admission>,
    }
}

impl<O, F, S, G, A, E> Race<O, F, S, G>
where
    O: FnMut() -> F,
    F: Future<Output = Result<A, E>>,
    S: Future,
    G: Guard,
{
    pub(super) fn new(mut operation: O, guard: G) -> Self {
        Self {
            first: Some(operation()),
            operation,
            guard,
            delay: None,
            second: None,
            admission: None,
        }
    }

    /// Sends a second copy when a delay is over.
    pub(super) fn allow_second(self: Pin<&mut Self>, delay: S) {
        self.project().delay.set(Some(delay));
    }

    /// The answer of the copy that works first; or the error of the last.
    pub(super) fn poll(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        now: impl Fn() -> Duration,
    ) -> Poll<Result<A, E>> {
        if let Poll::Ready(answer) = poll_copy(self.as_mut().project().first, context)
            && (answer.is_ok() || self.second.is_none())
        {
            return Poll::Ready(answer);
        }
        self.as_mut().send_second(context, &now);
        let Poll::Ready(answer) = poll_copy(self.as_mut().project().second, context) else {
            return Poll::Pending;
        };
        self.as_mut().report(answer.is_ok(), now());
        if answer.is_err() && self.first.is_some() {
            return Poll::Pending;
        }
        Poll::Ready(answer)
    }

    fn send_second(self: Pin<&mut Self>, context: &mut Context<'_>, now: impl Fn() -> Duration) {
        let mut this = self.project();
        let delay = this.delay.as_mut().as_pin_mut();
        if !delay.is_some_and(|delay| delay.poll(context).is_ready()) {
            return;
        }
        this.delay.set(None);
        let now = now();
        let leave = this.guard.retry(now);
        if let Ok(admission) = leave.and_then(|leave| this.guard.admit(Some(leave), now)) {
            *this.admission = Some(admission);
            this.second.set(Some((this.operation)()));
        }
    }

    fn report(self: Pin<&mut Self>, has_worked: bool, now: Duration) {
        let this = self.project();
        let outcome = if has_worked {
            Ok(())
        } else {
            Err(Failure::transient())
        };
        if let Some(admission) = this.admission.take() {
            this.guard.report(admission, outcome, now);
        }
    }
}

/// The answer of a copy that is under way, which is dropped then.
fn poll_copy<F: Future>(
    mut copy: Pin<&mut Option<F>>,
    context: &mut Context<'_>,
) -> Poll<F::Output> {
    let Some(running) = copy.as_mut().as_pin_mut() else {
        return Poll::Pending;
    };
    let answer = running.poll(context);
    if answer.is_ready() {
        copy.set(None);
    }
    answer
}
