//! Everything that can go wrong, all the time.

mod recorded;
mod visit;

use std::{ops::Range, panic::resume_unwind, sync::Arc, time::Duration};

use fastrand::Rng;
use jobstore::{
    By, Job, JobId, Jobs, Level, NewJob, Status, Worker,
    worker::{Context, Drained, Failed},
};
use serde_json::Value;
use tokio::time::{Instant, advance, sleep, sleep_until};

use self::{
    recorded::Recorded,
    visit::{Visits, visited},
};
use crate::support::{Fault, QUEUE, Running, Verb, World, millis, secs, start};

/// How many random lives are played. A seed decides what goes wrong and when; the jitter of the worker's
/// own pauses is not in its hand. `JOBSTORE_CHAOS_SEED=17` plays the one of that seed.
const SEEDS: Range<u64> = 0..300;

/// How many workers there are at a time.
const WORKERS: usize = 3;

/// How many things happen in a life.
const STEPS: usize = 40;

const LONGEST_LEASE: Duration = secs(20);

/// Some jobs take longer, and all others less.
const TIMEOUT: Duration = millis(25_500);
const OVERLONG: u64 = 3_600;

#[test]
fn whatever_goes_wrong_no_job_is_lost_and_no_two_handlers_have_the_same_job() {
    if let Ok(seed) = std::env::var("JOBSTORE_CHAOS_SEED") {
        play(seed.parse().expect("the seed is a number"));
        return;
    }
    let all: Damage = SEEDS.map(play).sum();
    // Else there would be nothing to survive.
    let kinds = [all.lost, all.interrupted, all.cancelled];
    assert!(kinds.iter().all(|&count| count > 200), "{all:?}");
}

fn play(seed: u64) -> Damage {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_time()
        .start_paused(true)
        .build();
    runtime.unwrap().block_on(Life::new(seed).run())
}

struct Life {
    seed: u64,
    rng: Rng,
    world: World,
    recorded: Arc<Recorded>,
    visits: Visits,
    workers: Vec<Running>,
    /// The kind and the payload of each job, so that it can be enqueued again, and its id.
    jobs: Vec<(NewJob, JobId)>,
}

impl Life {
    fn new(seed: u64) -> Self {
        let world = World::new();
        Self {
            seed,
            rng: Rng::with_seed(seed),
            recorded: Arc::new(Recorded::new(Arc::clone(&world.store))),
            world,
            visits: Visits::new(),
            workers: Vec::new(),
            jobs: Vec::new(),
        }
    }

    async fn run(mut self) -> Damage {
        for _ in 0..WORKERS {
            self.hire();
        }
        for _ in 0..STEPS {
            for _ in 0..self.rng.usize(0..3) {
                self.enqueue().await;
            }
            self.go_wrong();
            match self.rng.u8(0..12) {
                0 => self.dismiss().await,
                1 => self.crash().await,
                2 => self.stand_still().await,
                3 => self.cancel().await,
                _ => {}
            }
            sleep(millis(self.rng.u64(0..20_000))).await;
        }
        self.come_to_an_end().await;
        self.check().await
    }

    /// A sender delivers something new, or something again.
    async fn enqueue(&mut self) {
        let again = self.rng.u8(0..4) == 0;
        let place = if again && !self.jobs.is_empty() {
            self.rng.usize(0..self.jobs.len())
        } else {
            self.jobs.len()
        };
        let key = format!("key-{place}");
        match self.jobs.get(place) {
            Some((job, id)) => assert_eq!(self.recorded.offer(&key, job.clone()).await, *id),
            None => {
                let job = new_job(&mut self.rng);
                let id = self.recorded.offer(&key, job.clone()).await;
                self.jobs.push((job, id));
            }
        }
    }

    fn go_wrong(&mut self) {
        let (rng, store) = (&mut self.rng, &self.world.store);
        store.mend();
        for verb in Verb::ALL {
            let slow = Fault::Slow(millis(rng.u64(0..6_000)));
            let faults = [
                Fault::Fails,
                Fault::Lies,
                Fault::Hangs,
                Fault::HangsOnce,
                slow,
            ];
            if rng.u8(0..3) == 0 {
                store.break_verb(verb, rng.choice(faults).unwrap());
            }
        }
    }

    fn hire(&mut self) {
        let (rng, longest) = (&mut self.rng, LONGEST_LEASE.as_secs());
        let worker = Worker::new(
            Jobs::new(Arc::clone(&self.recorded)),
            QUEUE,
            visited(&self.visits, obey),
        );
        let worker = worker
            .concurrency(rng.usize(1..4))
            .prefetch(rng.usize(0..3))
            .lease(secs(rng.u64(2..=longest)))
            .timeout(TIMEOUT)
            .drain_within(secs(5));
        self.workers.push(start(worker));
    }

    /// A deploy.
    async fn dismiss(&mut self) {
        self.some_worker().stop().await;
        self.hire();
    }

    async fn crash(&mut self) {
        self.some_worker().crash().await;
        self.hire();
    }

    fn some_worker(&mut self) -> Running {
        self.workers.swap_remove(self.rng.usize(0..WORKERS))
    }

    /// The machine is suspended, and what was to happen meanwhile happens when it wakes up.
    async fn stand_still(&mut self) {
        advance(millis(self.rng.u64(0..60_000))).await;
    }

    async fn cancel(&mut self) {
        let some = self.rng.choice(&self.jobs).map(|(_, id)| *id);
        if let Some(id) = some {
            let jobs = Jobs::new(Arc::clone(&self.recorded));
            let _ = jobs.cancel(id, By::new("ada")).await.unwrap();
        }
    }

    async fn come_to_an_end(&mut self) {
        self.world.store.mend();
        for (_, id) in &self.jobs {
            self.world.ended(*id).await;
        }
        // By then the next heartbeat has told who still runs what was cancelled.
        sleep(LONGEST_LEASE).await;
        for worker in self.workers.drain(..) {
            assert_eq!(worker.stop().await, Drained::default());
        }
    }

    async fn check(&self) -> Damage {
        let mut left = Vec::new();
        for (_, id) in &self.jobs {
            left.push(self.world.job(*id).await);
        }
        self.recorded.check(&left).unwrap();
        self.visits.check(&left);
        left.iter().for_each(check_end);
        left.iter().map(Damage::of).sum()
    }
}

/// Says how to play it again.
impl Drop for Life {
    fn drop(&mut self) {
        if std::thread::panicking() {
            let seed = self.seed;
            eprintln!(
                "play it again with: JOBSTORE_CHAOS_SEED={seed} cargo test -p jobstore --all-features \
                 --test worker chaos"
            );
        }
    }
}

fn new_job(rng: &mut Rng) -> NewJob {
    let what = rng.choice(["works", "fails", "panics", "writes"]).unwrap();
    let seconds = match rng.u8(0..8) {
        0 => OVERLONG,
        _ => rng.u64(0..=25),
    };
    NewJob::new(QUEUE, what)
        .payload(seconds.to_string())
        .delay(millis(rng.u64(0..10_000)))
        .max_attempts(3)
        .max_lost(1_000)
        .max_interrupted(1_000)
}

async fn obey(job: Job, context: Context) -> Result<Option<Value>, Failed> {
    let (began, time) = (Instant::now(), time(&job));
    sleep_until(began + time / 2).await;
    match &*job.kind {
        "writes" => context.log(Level::Info, "half way").await?,
        // As a panic, but without a word on the terminal.
        "panics" if context.attempt() == 1 => resume_unwind(Box::new("as it was told")),
        _ => {}
    }
    sleep_until(began + time).await;
    match &*job.kind {
        "fails" => Err(Failed::transient("as it was told")),
        _ => Ok(None),
    }
}

/// How long the job takes if it is let.
fn time(job: &Job) -> Duration {
    let text = str::from_utf8(job.payload.as_bytes()).unwrap();
    secs(text.parse().unwrap())
}

fn check_end(job: &Job) {
    let expected = match &*job.kind {
        _ if job.status == Status::Cancelled => return,
        _ if time(job) > TIMEOUT => (Status::Dead, 3),
        "fails" => (Status::Dead, 3),
        "panics" => (Status::Done, 2),
        // The time for which it waits for the store counts, and may be too long.
        "writes" => return,
        _ => (Status::Done, 1),
    };
    assert_eq!((job.status, job.attempts), expected, "{job:#?}");
}

/// What jobs have been through.
#[derive(Debug, Default)]
struct Damage {
    lost: usize,
    interrupted: usize,
    cancelled: usize,
}

impl Damage {
    fn of(job: &Job) -> Self {
        Self {
            lost: job.lost as usize,
            interrupted: job.interrupted as usize,
            cancelled: usize::from(job.status == Status::Cancelled),
        }
    }
}

impl std::iter::Sum for Damage {
    fn sum<I: Iterator<Item = Self>>(all: I) -> Self {
        all.fold(Self::default(), |sum, one| Self {
            lost: sum.lost + one.lost,
            interrupted: sum.interrupted + one.interrupted,
            cancelled: sum.cancelled + one.cancelled,
        })
    }
}
