//! A world with virtual time, a store that fails on command, and workers to start and stop.

mod faulty;

use std::{
    sync::{Arc, LazyLock, Mutex},
    time::Duration,
};

use event_listener::Event;
use jobstore::{
    Clock, Job, JobId, Jobs, NewJob, Timestamp, Worker,
    worker::{Context, Drained, Handler},
};
use tokio::{
    sync::oneshot,
    task::JoinHandle,
    time::{Instant, timeout},
};
use tracing::{
    Dispatch, Subscriber,
    subscriber::{DefaultGuard, NoSubscriber},
};

pub(crate) use self::faulty::{Fault, Faulty, Verb};

pub(crate) const QUEUE: &str = "queue";

pub(crate) const fn secs(secs: u64) -> Duration {
    Duration::from_secs(secs)
}

pub(crate) const fn millis(millis: u64) -> Duration {
    Duration::from_millis(millis)
}

/// Timers of the runtime fire at whole milliseconds, up to one late.
pub(crate) const TICK: Duration = millis(2);

/// A store, and the time since the world began.
pub(crate) struct World {
    pub(crate) jobs: Jobs,
    pub(crate) store: Arc<Faulty>,
    began: Instant,
}

impl World {
    pub(crate) fn new() -> Self {
        let began = Instant::now();
        let store = Arc::new(Faulty::new(RuntimeClock(began)));
        Self {
            jobs: Jobs::new(Arc::clone(&store)),
            store,
            began,
        }
    }

    pub(crate) fn now(&self) -> Duration {
        self.began.elapsed()
    }

    pub(crate) async fn enqueue(&self, job: NewJob) -> JobId {
        self.jobs.enqueue(job).await.unwrap().accepted().unwrap()
    }

    pub(crate) async fn job(&self, id: JobId) -> Job {
        self.jobs.get(id).await.unwrap().unwrap()
    }

    /// The job, once it has ended.
    pub(crate) async fn ended(&self, id: JobId) -> Job {
        within_a_week(async {
            loop {
                let changed = self.store.changed.listen();
                let job = self.job(id).await;
                if job.status.is_final() {
                    return job;
                }
                changed.await;
            }
        })
        .await
    }

    pub(crate) fn worker<H: Handler>(&self, handler: H) -> Worker<H> {
        Worker::new(self.jobs.clone(), QUEUE, handler)
    }
}

/// What the future gives, unless it takes longer than anything here should.
async fn within_a_week<T>(future: impl Future<Output = T>) -> T {
    timeout(secs(7 * 24 * 60 * 60), future)
        .await
        .expect("it happens within a week of virtual time")
}

/// A worker that runs until it is stopped.
pub(crate) struct Running {
    shutdown: oneshot::Sender<()>,
    task: JoinHandle<Drained>,
}

/// How often a job was claimed.
pub(crate) const fn claims(job: &Job) -> u32 {
    job.attempts + job.lost + job.interrupted
}

pub(crate) fn start<H: Handler>(worker: Worker<H>) -> Running {
    let (shutdown, told) = oneshot::channel::<()>();
    let told = async {
        let _ = told.await;
    };
    Running {
        shutdown,
        task: tokio::spawn(worker.run(told)),
    }
}

impl Running {
    pub(crate) async fn stop(self) -> Drained {
        let _ = self.shutdown.send(());
        self.task.await.unwrap()
    }

    /// Ends it as a crash of the process would: at once, and nothing is written.
    pub(crate) async fn crash(self) {
        self.task.abort();
        let _ = self.task.await;
    }
}

/// Lets `subscriber` hear what is traced on this thread.
///
/// While there is but one subscriber, whether anybody wants to hear of a place in the code is asked of the thread
/// that comes by first, and a thread without a subscriber says no for all. So there is a second one for good.
pub(crate) fn subscribe(subscriber: impl Subscriber + Send + Sync + 'static) -> DefaultGuard {
    static SECOND: LazyLock<Dispatch> = LazyLock::new(|| Dispatch::new(NoSubscriber::default()));
    LazyLock::force(&SECOND);
    tracing::subscriber::set_default(subscriber)
}

/// Notes what happened, in order.
#[derive(Clone)]
pub(crate) struct Notes<T>(Arc<(Mutex<Vec<T>>, Event)>);

impl<T: Clone> Notes<T> {
    pub(crate) fn new() -> Self {
        Self(Arc::new((Mutex::default(), Event::new())))
    }

    pub(crate) fn add(&self, note: T) {
        self.0.0.lock().unwrap().push(note);
        self.0.1.notify(usize::MAX);
    }

    pub(crate) fn all(&self) -> Vec<T> {
        self.0.0.lock().unwrap().clone()
    }

    pub(crate) fn len(&self) -> usize {
        self.0.0.lock().unwrap().len()
    }

    /// All notes, once there are this many.
    pub(crate) async fn reach(&self, count: usize) -> Vec<T> {
        within_a_week(async {
            loop {
                let added = self.0.1.listen();
                if self.len() >= count {
                    return self.all();
                }
                added.await;
            }
        })
        .await
    }
}

/// Notes the time when it is dropped, and whether the attempt knew that it was over.
pub(crate) struct OnDrop {
    pub(crate) context: Context,
    pub(crate) notes: Notes<(Instant, bool)>,
}

impl Drop for OnDrop {
    fn drop(&mut self) {
        self.notes
            .add((Instant::now(), self.context.is_lease_lost()));
    }
}

/// Runs for ever.
pub(crate) fn for_ever<T>() -> impl Future<Output = T> {
    std::future::pending()
}

/// The virtual time of the runtime, as a calendar.
#[derive(Debug)]
struct RuntimeClock(Instant);

impl Clock for RuntimeClock {
    fn now(&self) -> Timestamp {
        Timestamp::from_micros(1_700_000_000_000_000).unwrap() + self.0.elapsed()
    }
}
