//! Everything that can go wrong, all the time.

use std::{
    collections::HashMap, fmt::Write as _, iter, ops::Range, panic::resume_unwind, time::Duration,
};

use fastrand::Rng;
use jobstore::{
    Job, JobId, Level, NewJob, Status, Worker,
    worker::{Context, Drained, Failed, Handler},
};
use serde_json::Value;
use tokio::time::{Instant, sleep};

use crate::support::{Fault, Notes, QUEUE, Running, Verb, World, millis, secs, start};

/// How many random lives are played. A seed decides what goes wrong and when; the jitter of the worker's
/// own pauses is not in its hand. `JOBSTORE_CHAOS_SEED=17` plays the one of that seed.
const SEEDS: Range<u64> = 0..25;

/// Some jobs take longer.
const TIMEOUT: Duration = millis(25_500);

#[test]
fn whatever_goes_wrong_no_job_is_lost_and_no_two_handlers_have_the_same_job() {
    let seeds = match std::env::var("JOBSTORE_CHAOS_SEED") {
        Ok(seed) => {
            let seed = seed.parse().expect("the seed is a number");
            seed..seed + 1
        }
        Err(_) => SEEDS,
    };
    for seed in seeds {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_time()
            .start_paused(true)
            .build()
            .unwrap();
        runtime.block_on(play(seed));
    }
}

async fn play(seed: u64) {
    let mut rng = Rng::with_seed(seed);
    let world = World::new();
    let visits = Notes::new();
    let mut ids = Vec::new();
    let mut workers: Vec<_> = (0..3).map(|_| hire(&world, &mut rng, &visits)).collect();
    for _ in 0..60 {
        for _ in 0..rng.usize(0..3) {
            ids.push(world.enqueue(new_job(&mut rng)).await);
        }
        go_wrong(&world, &mut rng);
        if rng.u8(0..8) == 0 {
            let worker = workers.swap_remove(rng.usize(0..3));
            dismiss(worker, rng.bool()).await;
            workers.push(hire(&world, &mut rng, &visits));
        }
        sleep(millis(rng.u64(0..20_000))).await;
    }
    world.store.mend();
    for &id in &ids {
        world.ended(id).await;
    }
    for worker in workers {
        assert_eq!(worker.stop().await, Drained::default(), "seed {seed}");
    }
    check(&world, &ids, &visits.all(), seed).await;
}

fn new_job(rng: &mut Rng) -> NewJob {
    let what = rng.choice(["works", "fails", "panics", "writes"]).unwrap();
    NewJob::new(QUEUE, what)
        .payload(rng.u64(0..30).to_string())
        .delay(millis(rng.u64(0..10_000)))
        .max_attempts(3)
        .max_lost(1_000)
}

fn go_wrong(world: &World, rng: &mut Rng) {
    world.store.mend();
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
            world.store.break_verb(verb, rng.choice(faults).unwrap());
        }
    }
}

fn hire(world: &World, rng: &mut Rng, visits: &Notes<Visit>) -> Running {
    start(
        Worker::new(world.jobs.clone(), QUEUE, visited(visits))
            .concurrency(rng.usize(1..4))
            .prefetch(rng.usize(0..3))
            .lease(secs(rng.u64(2..20)))
            .timeout(TIMEOUT)
            .drain_within(secs(5)),
    )
}

async fn dismiss(worker: Running, politely: bool) {
    if politely {
        worker.stop().await;
    } else {
        worker.crash().await;
    }
}

/// One run of a handler, from its first moment to its last.
#[derive(Clone, Debug)]
struct Visit {
    job: JobId,
    fence: u64,
    began: Instant,
    ended: Instant,
}

/// Notes the visit when it is dropped: however the handler ends.
struct Guest {
    context: Context,
    began: Instant,
    visits: Notes<Visit>,
}

impl Drop for Guest {
    fn drop(&mut self) {
        self.visits.add(Visit {
            job: self.context.job(),
            fence: self.context.fence().get(),
            began: self.began,
            ended: Instant::now(),
        });
    }
}

fn visited(visits: &Notes<Visit>) -> impl Handler {
    let visits = visits.clone();
    move |job: Job, context: Context| {
        let guest = Guest {
            context: context.clone(),
            began: Instant::now(),
            visits: visits.clone(),
        };
        async move {
            let _guest = guest;
            obey(job, context).await
        }
    }
}

async fn obey(job: Job, context: Context) -> Result<Option<Value>, Failed> {
    let time = time(&job);
    sleep(time / 2).await;
    match &*job.kind {
        "writes" => context.log(Level::Info, "half way").await?,
        // As a panic, but without a word on the terminal.
        "panics" if context.attempt() == 1 => resume_unwind(Box::new("as it was told")),
        _ => {}
    }
    sleep(time / 2).await;
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

async fn check(world: &World, ids: &[JobId], visits: &[Visit], seed: u64) {
    let mut by_job: HashMap<JobId, Vec<&Visit>> = HashMap::new();
    for visit in visits {
        by_job.entry(visit.job).or_default().push(visit);
    }
    for id in ids {
        let job = world.job(*id).await;
        let mut visits = by_job.remove(id).unwrap_or_default();
        visits.sort_by_key(|visit| visit.began);
        let story = story(&job, &visits, seed);
        assert!(!visits.is_empty(), "it never ran: {story}");
        for (one, next) in iter::zip(&visits, &visits[1..]) {
            assert!(one.ended <= next.began, "two at a time: {story}");
            assert!(
                one.fence < next.fence,
                "a fence that does not rise: {story}"
            );
        }
        let expected = match &*job.kind {
            _ if time(&job) > TIMEOUT => (Status::Dead, 3),
            "fails" => (Status::Dead, 3),
            "panics" => (Status::Done, 2),
            // The time for which it waits for the store counts, and may be too long.
            "writes" => (job.status, job.attempts),
            _ => (Status::Done, 1),
        };
        assert_eq!((job.status, job.attempts), expected, "{story}");
    }
    assert!(by_job.is_empty(), "nobody enqueued {by_job:?}");
}

fn story(job: &Job, visits: &[&Visit], seed: u64) -> String {
    let mut story = format!("JOBSTORE_CHAOS_SEED={seed}\n{job:#?}\n");
    for visit in visits {
        writeln!(story, "{visit:?}").unwrap();
    }
    story
}
