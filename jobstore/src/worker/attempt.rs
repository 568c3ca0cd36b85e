//! One attempt at one job.

use std::{pin::pin, sync::Arc, time::Duration};

use serde_json::Value;
use tokio::time::{Instant, sleep};
use tracing::{debug, warn};

use super::{
    Context, Failed, Handler, chance,
    failed::Again,
    hold::{Hold, Loss},
    shift::Shift,
    signal::Signal,
    unwind,
};
use crate::{Applied, Category, Event, Job, Retry, Status};

/// A claimed job that this worker has to bring to an end.
#[derive(Debug)]
pub(super) struct Attempt<H> {
    shift: Arc<Shift<H>>,
    hold: Hold,
    number: u32,
    claimed: Instant,
}

impl<H: Handler> Attempt<H> {
    /// The attempt at `job`, which was claimed by asking the store at `asked`.
    pub(super) fn new(shift: &Arc<Shift<H>>, job: &Job, asked: Instant) -> Self {
        Self {
            shift: Arc::clone(shift),
            hold: Hold::new(job.id, job.fence, shift.worker.lease, asked),
            number: job.attempts,
            claimed: asked,
        }
    }

    /// Runs the handler and writes down how it ended.
    pub(super) async fn run(mut self, job: Job) -> Ended {
        let fence = self.hold.fence;
        let (event, ended) = match self.handle(job).await {
            Outcome::Done(result) => (Event::Complete { fence, result }, Ended::Finished),
            Outcome::Failed(failed) => (self.failure(failed), Ended::Finished),
            Outcome::CalledOff => (Event::Release { fence }, Ended::Released),
            Outcome::Lost(loss) => {
                self.report_lost(&loss.to_string());
                return Ended::Lost;
            }
        };
        match self.hold.settle(&self.shift.link, event).await {
            Some(Applied::Now(status)) => {
                self.report(status);
                return ended;
            }
            Some(Applied::Refused(refused)) => self.report_lost(&refused.to_string()),
            Some(Applied::Unknown) => self.report_lost("there is no such job any more"),
            None => self.report_lost("the store could not be reached to write the outcome"),
        }
        Ended::Lost
    }

    async fn handle(&mut self, job: Job) -> Outcome {
        let shift = &*self.shift;
        let handler = &shift.worker.handler;
        let timeout = shift.worker.timeout;
        let over = Arc::new(Signal::default());
        let context = Context::new(self.number, self.hold.fence, Arc::clone(&over));
        let mut handling = pin!(Some(async move { handler.handle(job, context).await }));
        // Raised before the handler is dropped, also when this task is: what it drops can ask.
        let over = over.raise_on_drop();
        // In this order: most handlers are done when first polled, and then cost no timer.
        let outcome = tokio::select! {
            biased;
            answer = unwind::catch(handling.as_mut()) => Outcome::from(answer),
            loss = self.hold.keep(&shift.link) => Outcome::Lost(loss),
            () = async { sleep(timeout).await } => Outcome::Failed(overlong(timeout)),
            () = shift.called_off.wait() => Outcome::CalledOff,
        };
        drop(over);
        unwind::clear(handling);
        outcome
    }

    fn failure(&self, failed: Failed) -> Event {
        let fence = self.hold.fence;
        let retry = match failed.again {
            Again::Postponed(delay) => {
                let (job, reason) = (&self.hold.job, &*failed.message);
                debug!(%job, reason, ?delay, "the job is postponed");
                return Event::Postpone { fence, delay };
            }
            Again::Never => Retry::Never,
            Again::After(delay) => Retry::After(delay),
            Again::NotBefore(delay) => Retry::After(self.backoff().max(delay)),
            Again::Backoff => Retry::After(self.backoff()),
        };
        Event::Fail {
            fence,
            category: failed.category,
            message: failed.message,
            retry,
        }
    }

    fn backoff(&self) -> Duration {
        let backoff = self.shift.worker.backoff.retries(u32::MAX);
        let retry = self.number.saturating_sub(1);
        backoff.delay(retry, chance::bits()).unwrap_or_default()
    }

    fn report(&self, status: Status) {
        let Hold { job, fence, .. } = &self.hold;
        let (queue, attempt) = (&*self.shift.worker.queue, self.number);
        if status == Status::Dead {
            warn!(%job, queue, attempt, %fence, "the job is dead; a person must look");
        }
        let claimed = self.claimed;
        debug!(%job, queue, attempt, %fence, %status, took = ?claimed.elapsed(), "an attempt ended");
    }

    fn report_lost(&self, reason: &str) {
        let Hold { job, fence, .. } = &self.hold;
        let (queue, attempt) = (&*self.shift.worker.queue, self.number);
        warn!(%job, queue, attempt, %fence, reason, "the lease is lost");
    }
}

/// What became of an attempt, as this worker knows it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Ended {
    /// The handler's outcome is written.
    Finished,
    /// It was stopped and given back.
    Released,
    /// Nothing could be written: the job has moved on, or will when the lease runs out.
    Lost,
}

enum Outcome {
    Done(Option<Value>),
    Failed(Failed),
    Lost(Loss),
    CalledOff,
}

impl From<Result<Result<Option<Value>, Failed>, String>> for Outcome {
    fn from(answer: Result<Result<Option<Value>, Failed>, String>) -> Self {
        match answer {
            Ok(Ok(result)) => Self::Done(result),
            Ok(Err(failed)) => Self::Failed(failed),
            Err(panic) => Self::Failed(Failed::transient(panic).category(Category::Panic)),
        }
    }
}

fn overlong(timeout: Duration) -> Failed {
    Failed::transient(format_args!("the handler took longer than {timeout:?}"))
        .category(Category::Timeout)
}
