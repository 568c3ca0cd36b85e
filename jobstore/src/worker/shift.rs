//! One run of a worker, from its start until it has drained.

use std::{
    pin::pin,
    process,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use event_listener::EventListener;
use tokio::{
    sync::{OwnedSemaphorePermit, Semaphore},
    task::JoinSet,
    time::{Instant, sleep, timeout, timeout_at},
};
use tracing::info;

use super::{
    Drained, Handler, SHORTEST_WAIT, Worker, attempt::Attempt, chance, holds::Holds, link::Link,
    pace::Pace, signal::Signal, watch::Watch,
};
use crate::{Claim, Job, Outcome, Timestamp, WorkerId};

/// What all attempts of one run share.
#[derive(Debug)]
pub(super) struct Shift<H> {
    pub(super) worker: Worker<H>,
    pub(super) link: Arc<Link>,
    pub(super) holds: Holds,
    /// One for each handler that may run at once.
    pub(super) slots: Semaphore,
    /// One for each job that may run or wait for a slot. It is free when the handler is done: what became of one
    /// job is written while the next one is claimed.
    places: Arc<Semaphore>,
    pace: Option<Pace>,
    /// Raised when the worker is told to stop: what has not begun by then does not begin.
    pub(super) closing: Signal,
    /// Whether the queue was paused when it was asked last.
    paused: AtomicBool,
    /// Raised when the time to drain is over.
    pub(super) called_off: Signal,
}

impl<H: Handler> Shift<H> {
    pub(super) fn new(worker: Worker<H>) -> Self {
        // The random part makes it unique to this start, which a process id alone is not.
        let name = format!("{}.{}.{:016x}", worker.queue, process::id(), chance::bits());
        let watch = Watch::new(&worker.queue, worker.observers.clone());
        let link = Link::new(worker.jobs.clone(), WorkerId::new(&name), watch);
        // What is claimed ahead begins when a slot is free, and not when the rate allows it.
        let ahead = match worker.rate {
            Some(_) => 0,
            None => worker.prefetch,
        };
        Self {
            link: Arc::new(link),
            holds: Holds::new(worker.lease),
            slots: Semaphore::new(worker.concurrency),
            places: Arc::new(Semaphore::new(worker.concurrency + ahead)),
            pace: worker.rate.map(Pace::new),
            closing: Signal::default(),
            paused: AtomicBool::new(false),
            worker,
            called_off: Signal::default(),
        }
    }

    /// Claims and runs jobs until `shutdown` resolves, then drains.
    pub(super) async fn serve(self: &Arc<Self>, shutdown: impl Future<Output = ()>) -> Drained {
        let mut shutdown = pin!(shutdown);
        let mut attempts = JoinSet::new();
        let stopped = loop {
            let room = tokio::select! {
                biased;
                () = &mut shutdown => break Instant::now(),
                room = self.room(&mut attempts) => room,
            };
            let mut claiming = pin!(self.claim(room, &mut attempts));
            let next = tokio::select! {
                biased;
                next = &mut claiming => next,
                () = &mut shutdown => {
                    let stopped = Instant::now();
                    // The store may have leased jobs to us by now. Hear it out: else their leases
                    // would have to run out before anyone else gets them.
                    let _ = timeout_at(stopped + self.worker.drain_within, claiming).await;
                    break stopped;
                }
            };
            tokio::select! {
                biased;
                () = &mut shutdown => break Instant::now(),
                () = next.due() => {}
            }
        };
        self.drain(attempts, stopped).await
    }

    /// Waits until there is room for another job, and takes all the places that there are.
    async fn room(&self, attempts: &mut JoinSet<Outcome>) -> OwnedSemaphorePermit {
        // As many more as may run may wait for the store to take what became of them.
        let most = 2 * (self.worker.concurrency + self.worker.prefetch);
        while attempts.len() >= most {
            let _ = attempts.join_next().await;
        }
        while attempts.try_join_next().is_some() {}
        let mut room = self.take_places(1).await;
        let more = self.places.available_permits();
        room.merge(self.take_places(more.min(most - attempts.len() - 1)).await);
        if let Some(pace) = &self.pace {
            let allowed = pace.take(room.num_permits()).await;
            drop(room.split(room.num_permits() - allowed));
        }
        room
    }

    async fn take_places(&self, places: usize) -> OwnedSemaphorePermit {
        let places = u32::try_from(places).unwrap_or(u32::MAX);
        let taken = Arc::clone(&self.places).acquire_many_owned(places).await;
        taken.expect("nobody closes it")
    }

    /// Claims up to as many jobs as there is room for, starts them, and says when to claim again.
    async fn claim(
        self: &Arc<Self>,
        room: OwnedSemaphorePermit,
        attempts: &mut JoinSet<Outcome>,
    ) -> Next {
        let places = room.num_permits();
        let claim = Claim {
            queue: self.worker.queue.clone(),
            worker: self.link.worker.clone(),
            lease: self.worker.lease,
            limit: places,
        };
        // Listening first and claiming second misses no job that this process enqueues.
        let bell = self.link.store().listen();
        let asked = Instant::now();
        // What comes after the lease is of no use: it is over by then.
        let verb = self.link.store().claim(&claim);
        let Some(claimed) = self.link.ask(asked + self.worker.lease, verb).await else {
            self.not_begun(places);
            return Next::After(self.link.pause());
        };
        self.not_begun(places.saturating_sub(claimed.jobs.len()));
        self.note_pause(claimed.paused);
        let all = claimed.jobs.len() < places;
        self.begin(claimed.jobs, room, asked, attempts);
        if all {
            Next::Bell(bell, self.patience(claimed.next_due))
        } else {
            Next::Now
        }
    }

    fn not_begun(&self, jobs: usize) {
        if let Some(pace) = &self.pace {
            pace.give_back(jobs);
        }
    }

    fn begin(
        self: &Arc<Self>,
        jobs: Vec<Job>,
        mut room: OwnedSemaphorePermit,
        asked: Instant,
        attempts: &mut JoinSet<Outcome>,
    ) {
        let begun: Vec<_> = jobs
            .into_iter()
            .map(|job| (Attempt::new(self, &job, asked), job))
            .collect();
        self.holds
            .keep(begun.iter().map(|(attempt, _)| Arc::clone(attempt.hold())));
        for (attempt, job) in begun {
            attempts.spawn(attempt.run(job, room.split(1)));
        }
    }

    fn note_pause(&self, paused: bool) {
        if self.paused.swap(paused, Ordering::Relaxed) == paused {
            return;
        }
        let (worker, queue) = (&self.link.worker, &*self.worker.queue);
        if paused {
            info!(%worker, queue, "the queue is paused");
        } else {
            info!(%worker, queue, "the queue is served again");
        }
    }

    /// How long to wait for the bell, with the next job due at `due`.
    fn patience(&self, due: Option<Timestamp>) -> Duration {
        let longest = self.worker.poll_every;
        due.map_or(longest, |due| {
            due.since(self.link.store().now())
                .clamp(SHORTEST_WAIT, longest)
        })
    }

    async fn drain(&self, mut attempts: JoinSet<Outcome>, stopped: Instant) -> Drained {
        self.closing.raise();
        while attempts.try_join_next().is_some() {}
        let mut drained = Drained::default();
        if attempts.is_empty() {
            return drained;
        }
        info!(worker = %self.link.worker, jobs = attempts.len(), "draining");
        drained
            .collect(&mut attempts, stopped + self.worker.drain_within)
            .await;
        self.called_off.raise();
        drained
            .collect(&mut attempts, Instant::now() + GIVING_BACK)
            .await;
        drained.lost += attempts.len();
        info!(worker = %self.link.worker, ?drained, "drained");
        drained
    }
}

/// When to claim again.
enum Next {
    /// At once: there may be more.
    Now,
    /// When the bell rings, or after this long.
    Bell(EventListener, Duration),
    /// After this long, whatever happens.
    After(Duration),
}

impl Next {
    async fn due(self) {
        match self {
            Self::Now => {}
            // Whether the bell rang or not, it is time to look.
            Self::Bell(bell, patience) => drop(timeout(patience, bell).await),
            Self::After(pause) => sleep(pause).await,
        }
    }
}

/// How long the store has to take back what is given back; what it has not taken by then is lost.
const GIVING_BACK: Duration = Duration::from_secs(2);
