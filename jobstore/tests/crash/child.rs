//! The process that is killed.

use std::{
    env,
    path::Path,
    process::{Child, Command, Stdio},
    sync::Arc,
    time::Duration,
};

use jobstore::{
    Applied, Category, Claim, Event, Job, NewJob, Retry, Store, StoreError, WorkerId,
    conformance::history::{Answer, Step},
};

use crate::{Result, backend, chance::Chance, diary::Diary};

/// The first argument of the process.
pub(crate) const MARK: &str = "child";

/// The queue of all jobs.
pub(crate) const QUEUE: &str = "queue";

/// Short, so that jobs of a killed process come back, and some are lost by a living one.
const LEASE: Duration = Duration::from_millis(30);

/// Starts a process that works until it is killed. `number` is used for one process only.
pub(crate) fn start(address: &str, diary: &Path, number: u64) -> Result<Child> {
    let child = Command::new(env::current_exe()?)
        .args([MARK, address])
        .arg(diary)
        .arg(number.to_string())
        .stdin(Stdio::null())
        .spawn()?;
    Ok(child)
}

/// The main function of the process.
pub(crate) fn run(mut arguments: impl Iterator<Item = String>) {
    let mut next = || arguments.next().expect("all arguments are given");
    let (address, diary, number) = (next(), next(), next());
    let number: u64 = number.parse().expect("a number");
    let diary = Diary::open(Path::new(&diary), number << 32).expect("the diary can be opened");
    tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .expect("threads can be started")
        .block_on(async {
            work(open(&address).await, Arc::new(diary), number).await;
        });
}

/// The server may be killed just now; whoever waits for this process knows how long that may take.
async fn open(address: &str) -> Arc<dyn Store> {
    loop {
        match backend::open(address).await {
            Ok(store) => return store,
            Err(error) => eprintln!("{address} cannot be opened yet: {error}"),
        }
        tokio::time::sleep(LEASE).await;
    }
}

async fn work(store: Arc<dyn Store>, diary: Arc<Diary>, number: u64) {
    let mut tasks = tokio::task::JoinSet::new();
    for place in 0..3 {
        let client = Client {
            store: Arc::clone(&store),
            diary: Arc::clone(&diary),
            chance: Chance(number << 8 | place),
            name: format!("{number}-{place}"),
        };
        let other = Client {
            store: Arc::clone(&store),
            diary: Arc::clone(&diary),
            chance: Chance(number << 8 | place | 0x80),
            name: format!("{number}-{place}"),
        };
        tasks.spawn(client.produce());
        tasks.spawn(other.consume());
    }
    tasks.spawn(async move {
        loop {
            // Where a store cannot say, it is asked again.
            let _ = store.reap(10).await;
            tokio::time::sleep(LEASE / 3).await;
        }
    });
    tasks.join_next().await;
}

/// One who asks the store, and notes what was answered. An answer that does not come is not noted: it may
/// have happened or not.
struct Client {
    store: Arc<dyn Store>,
    diary: Arc<Diary>,
    chance: Chance,
    name: String,
}

impl Client {
    /// Enqueues each job until it is acknowledged, and some of them again, as a sender does who has
    /// missed the answer.
    async fn produce(mut self) {
        for n in 0_u64.. {
            let key = format!("{}-{n}", self.name);
            let again = self.chance.below(3) == 0;
            while self.enqueue(&key).await.is_err() {
                tokio::time::sleep(LEASE / 10).await;
            }
            if again {
                let _ = self.enqueue(&key).await;
            }
        }
    }

    async fn enqueue(&self, key: &str) -> Result<(), StoreError> {
        let job = NewJob::new(QUEUE, "kind")
            .payload(key.repeat(20))
            .max_lost(1_000)
            .dedupe(key, Duration::from_secs(3_600));
        let number = self.diary.began(Step::Enqueue(key.into()));
        let enqueued = self.store.enqueue(job).await?;
        self.diary.ended(number, Answer::Enqueued(enqueued.first()));
        Ok(())
    }

    async fn consume(mut self) {
        let claim = Claim {
            queue: QUEUE.into(),
            worker: WorkerId::new(&self.name),
            lease: LEASE,
            limit: 3,
        };
        loop {
            let number = self.diary.began(Step::Claim);
            let Ok(claimed) = self.store.claim(&claim).await else {
                tokio::time::sleep(LEASE / 10).await;
                continue;
            };
            let held = claimed.jobs.iter().map(|job| (job.id, job.fence));
            self.diary.ended(number, Answer::Claimed(held.collect()));
            for job in claimed.jobs {
                if self.chance.below(20) == 0 {
                    // A pause that is longer than the lease.
                    tokio::time::sleep(LEASE * 2).await;
                }
                let event = self.some_end(&job);
                self.write(&job, event).await;
            }
        }
    }

    async fn write(&self, job: &Job, event: Event) {
        let number = self.diary.began(Step::Write(job.id, job.fence));
        let answer = match self.store.apply(job.id, event).await {
            Ok(Applied::Now(status)) => Answer::Wrote(status),
            Ok(Applied::Refused(_) | Applied::Unknown) => Answer::Refused,
            Err(_) => return,
        };
        self.diary.ended(number, answer);
    }

    fn some_end(&mut self, job: &Job) -> Event {
        let fence = job.fence;
        match self.chance.below(8) {
            0 => Event::Release { fence },
            1 => Event::Fail {
                fence,
                category: Category::Unknown,
                message: "by intent".into(),
                retry: Retry::After(Duration::ZERO),
            },
            _ => Event::Complete {
                fence,
                result: None,
            },
        }
    }
}
