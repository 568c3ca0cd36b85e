//! One attempt at one job.

use std::{pin::pin, sync::Arc, time::Duration};

use serde_json::Value;
use tokio::{
    sync::SemaphorePermit,
    time::{Instant, sleep},
};
use tracing::{Instrument, debug, info_span, warn};

use super::{
    Context, Failed, Handler, chance,
    failed::Again,
    hold::{Hold, Loss},
    shift::Shift,
    unwind,
};
use crate::{Applied, Category, Event, Job, Retry, Status};

/// A claimed job that this worker has to bring to an end.
#[derive(Debug)]
pub(super) struct Attempt<H> {
    shift: Arc<Shift<H>>,
    hold: Arc<Hold>,
    number: u32,
    claimed: Instant,
}

impl<H: Handler> Attempt<H> {
    /// The attempt at `job`, which was claimed by asking the store at `asked`.
    pub(super) fn new(shift: &Arc<Shift<H>>, job: &Job, asked: Instant) -> Self {
        let hold = Hold::new(job.id, job.fence, shift.worker.lease, asked);
        Self {
            shift: Arc::clone(shift),
            hold: Arc::new(hold),
            number: job.attempts,
            claimed: asked,
        }
    }

    pub(super) const fn hold(&self) -> &Arc<Hold> {
        &self.hold
    }

    /// Runs the handler and writes down how it ended. All of it happens in a span of its own.
    pub(super) async fn run(self, job: Job) -> Ended {
        let span = info_span!(
            "job",
            id = %job.id,
            queue = job.queue,
            kind = job.kind,
            attempt = self.number,
            fence = %job.fence,
        );
        self.bring_to_an_end(job).instrument(span).await
    }

    async fn bring_to_an_end(self, job: Job) -> Ended {
        let outcome = match self.slot().await {
            Ok(_slot) => self.handle(job).await,
            Err(outcome) => outcome,
        };
        self.shift.holds.let_go(&self.hold);
        let fence = self.hold.fence;
        let (event, ended) = match outcome {
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

    /// Waits for its turn. Only what was claimed ahead finds no free slot.
    async fn slot(&self) -> Result<SemaphorePermit<'_>, Outcome> {
        if let Ok(slot) = self.shift.slots.try_acquire() {
            return Ok(slot);
        }
        tokio::select! {
            biased;
            () = self.shift.closing.wait() => Err(Outcome::CalledOff),
            loss = self.hold.lost() => Err(Outcome::Lost(loss)),
            slot = self.shift.slots.acquire() => slot.map_err(|_| Outcome::CalledOff),
        }
    }

    async fn handle(&self, job: Job) -> Outcome {
        let shift = &*self.shift;
        let handler = &shift.worker.handler;
        let timeout = shift.worker.timeout;
        let (hold, link) = (Arc::clone(&self.hold), Arc::clone(&shift.link));
        let context = Context::new(self.number, hold, link);
        let mut handling = pin!(Some(async move { handler.handle(job, context).await }));
        // Raised before the handler is dropped, also when this task is: what it drops can ask.
        let over = self.hold.over.raise_on_drop();
        // In this order: most handlers are done when first polled, and then cost no timer.
        let outcome = tokio::select! {
            biased;
            answer = unwind::catch(handling.as_mut()) => Outcome::from(answer),
            loss = self.hold.lost() => Outcome::Lost(loss),
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
        let Hold { job, fence, .. } = &*self.hold;
        let (queue, attempt) = (&*self.shift.worker.queue, self.number);
        if status == Status::Dead {
            warn!(%job, queue, attempt, %fence, "the job is dead; a person must look");
        }
        let claimed = self.claimed;
        debug!(%job, queue, attempt, %fence, %status, took = ?claimed.elapsed(), "an attempt ended");
    }

    fn report_lost(&self, reason: &str) {
        let Hold { job, fence, .. } = &*self.hold;
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
