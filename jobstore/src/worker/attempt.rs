//! One attempt at one job.

use std::{pin::pin, sync::Arc, time::Duration};

use serde_json::Value;
use tokio::{
    sync::{OwnedSemaphorePermit, SemaphorePermit},
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
use crate::{Answer, Applied, Category, Event, Job, Outcome, Retry, Run, Status};

/// A claimed job that this worker has to bring to an end.
#[derive(Debug)]
pub(super) struct Attempt<H> {
    shift: Arc<Shift<H>>,
    hold: Arc<Hold>,
    number: u32,
}

impl<H: Handler> Attempt<H> {
    /// The attempt at `job`, which was claimed by asking the store at `asked`.
    pub(super) fn new(shift: &Arc<Shift<H>>, job: &Job, asked: Instant) -> Self {
        let hold = Hold::new(job.id, job.fence, shift.worker.lease, asked);
        Self {
            shift: Arc::clone(shift),
            hold: Arc::new(hold),
            number: job.attempts,
        }
    }

    pub(super) const fn hold(&self) -> &Arc<Hold> {
        &self.hold
    }

    /// Runs the handler and writes down how it ended. All of it happens in a span of its own. The job has its place,
    /// if the store gave no more than it was asked for, until the handler is done.
    pub(super) async fn run(self, job: Job, place: Option<OwnedSemaphorePermit>) -> Outcome {
        let span = info_span!(
            "job",
            id = %job.id,
            queue = job.queue,
            kind = job.kind,
            attempt = self.number,
            fence = %job.fence,
        );
        self.bring_to_an_end(job, place).instrument(span).await
    }

    async fn bring_to_an_end(self, job: Job, place: Option<OwnedSemaphorePermit>) -> Outcome {
        let received = Instant::now();
        let mut run = self.begun(&job);
        let slot = self.slot().await;
        let began = Instant::now();
        let end = match slot {
            Ok(_slot) => self.handle(job).await,
            Err(end) => end,
        };
        run.waited += began - received;
        run.took = began.elapsed();
        self.shift.holds.let_go(&self.hold);
        drop(place);

        let (meant, category) = end.means();
        run.outcome = match self.write_down(end, run.took).await {
            Some(Status::Dead) => Outcome::Dead,
            Some(_) => meant,
            None => Outcome::Lost,
        };
        run.category =
            category.filter(|_| matches!(run.outcome, Outcome::Retrying | Outcome::Dead));
        run.at = self.shift.link.store().now();
        self.shift.link.watch.ran(&run);
        run.outcome
    }

    /// What is known of the run when it begins.
    fn begun(&self, job: &Job) -> Run {
        let started = job.started_at.unwrap_or(job.run_at);
        Run {
            job: job.id,
            queue: job.queue.clone(),
            kind: job.kind.clone(),
            attempt: self.number,
            outcome: Outcome::Lost,
            category: None,
            waited: started.since(job.run_at),
            took: Duration::ZERO,
            at: started,
        }
    }

    /// Waits for its turn. Only what was claimed ahead finds no free slot.
    async fn slot(&self) -> Result<SemaphorePermit<'_>, End> {
        if let Ok(slot) = self.shift.slots.try_acquire() {
            return Ok(slot);
        }
        tokio::select! {
            biased;
            () = self.shift.closing.wait() => Err(End::CalledOff),
            loss = self.hold.lost() => Err(End::Lost(loss)),
            slot = self.shift.slots.acquire() => slot.map_err(|_| End::CalledOff),
        }
    }

    async fn handle(&self, job: Job) -> End {
        let shift = &*self.shift;
        let (handler, classify) = (&shift.worker.handler, &*shift.worker.classify);
        let timeout = shift.worker.timeout;
        let (hold, link) = (Arc::clone(&self.hold), Arc::clone(&shift.link));
        let context = Context::new(self.number, hold, link);
        // Like the handler, a classifier is the host's, and may panic.
        let mut handling = pin!(Some(async move {
            let answer = handler.handle(job, context).await;
            answer.map_err(|failed| failed.settle(classify))
        }));
        // Raised before the handler is dropped, also when this task is: what it drops can ask.
        let over = self.hold.over.raise_on_drop();
        // In this order: most handlers are done when first polled, and then cost no timer.
        let end = tokio::select! {
            biased;
            answer = unwind::catch(handling.as_mut()) => End::from(answer),
            loss = self.hold.lost() => End::Lost(loss),
            () = async { sleep(timeout).await } => End::Failed(overlong(timeout)),
            () = shift.called_off.wait() => End::CalledOff,
        };
        drop(over);
        unwind::clear(handling);
        end
    }

    /// The status that the job has now; `None` if the lease is lost.
    async fn write_down(&self, end: End, took: Duration) -> Option<Status> {
        let fence = self.hold.fence;
        let event = match end {
            End::Done(result) => Event::Complete { fence, result },
            End::Failed(failed) => self.failure(failed),
            End::CalledOff => Event::Release { fence },
            End::Lost(loss) => return self.report_lost(&loss.to_string()),
        };
        match self.hold.write(&self.shift.link, event).await {
            Some(Applied::Now(status)) => {
                self.report(status, took);
                Some(status)
            }
            Some(Applied::Refused(refused)) => self.report_lost(&refused.to_string()),
            Some(Applied::Unknown) => self.report_lost("there is no such job any more"),
            None => self.report_lost("the store could not be reached to write the outcome"),
        }
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

    fn report(&self, status: Status, took: Duration) {
        let Hold { job, fence, .. } = &*self.hold;
        let (queue, attempt) = (&*self.shift.worker.queue, self.number);
        if status == Status::Dead {
            warn!(%job, queue, attempt, %fence, "the job is dead; a person must look");
        }
        debug!(%job, queue, attempt, %fence, %status, ?took, "an attempt ended");
    }

    fn report_lost(&self, reason: &str) -> Option<Status> {
        let Hold { job, fence, .. } = &*self.hold;
        let (queue, attempt) = (&*self.shift.worker.queue, self.number);
        warn!(%job, queue, attempt, %fence, reason, "the lease is lost");
        None
    }
}

/// How an attempt came to its end.
enum End {
    Done(Option<Answer>),
    Failed(Failed),
    Lost(Loss),
    /// The worker stops.
    CalledOff,
}

impl End {
    /// What it comes to if the store takes it and the job does not die of it, and the category of failure
    /// if it is one or the job dies.
    const fn means(&self) -> (Outcome, Option<Category>) {
        match self {
            Self::Done(_) => (Outcome::Done, None),
            Self::Failed(failed) if matches!(failed.again, Again::Postponed(_)) => {
                (Outcome::Postponed, None)
            }
            Self::Failed(failed) => (Outcome::Retrying, Some(failed.category)),
            Self::Lost(_) => (Outcome::Lost, None),
            Self::CalledOff => (Outcome::Released, Some(Category::Timeout)),
        }
    }
}

impl From<Result<Result<Option<Value>, Failed>, String>> for End {
    fn from(answer: Result<Result<Option<Value>, Failed>, String>) -> Self {
        match answer {
            Ok(Ok(result)) => match result.map(Answer::new).transpose() {
                Ok(result) => Self::Done(result),
                Err(invalid) => {
                    Self::Failed(Failed::for_good(invalid).category(Category::Validation))
                }
            },
            Ok(Err(failed)) => Self::Failed(failed),
            Err(panic) => Self::Failed(Failed::transient(panic).category(Category::Panic)),
        }
    }
}

fn overlong(timeout: Duration) -> Failed {
    Failed::transient(format_args!("the handler took longer than {timeout:?}"))
        .category(Category::Timeout)
}
