//! The steps of a simulation.

use std::time::Duration;

use super::worker::Worker;
use crate::{
    Applied, Category, Claim, Event, Fence, Job, JobId, NewJob, Priority, Progress, Query, Retry,
    Status,
    conformance::{
        events,
        history::{Answer, History, Line, Step},
        random::Random,
        world::{LEASE, QUEUE, World},
    },
};

/// How many workers there are at a time.
const WORKERS: usize = 4;
/// More than any life leaves to be done.
const PATIENCE: usize = 10_000;

pub(super) struct Play {
    seed: u64,
    world: World,
    random: Random,
    history: History,
    asked: u64,
    keys: u64,
    generation: u64,
    workers: Vec<Worker>,
    jobs: Vec<JobId>,
}

impl Play {
    pub(super) fn new(world: World, seed: u64) -> Self {
        Self {
            seed,
            world,
            random: Random(seed),
            history: History::default(),
            asked: 0,
            keys: 0,
            generation: 0,
            workers: (0..WORKERS).map(|place| Worker::new(place, 0)).collect(),
            jobs: Vec::new(),
        }
    }

    pub(super) async fn run(mut self, steps: usize) {
        for _ in 0..steps {
            match self.random.below(32) {
                0..6 => self.enqueue().await,
                6..12 => self.claim().await,
                12..24 => self.write().await,
                24 => self.crash(),
                25 => self.sleep(),
                26 => self.cancel().await,
                27..29 => self.reap().await,
                29 => self.look().await,
                _ => self.pass_time(),
            }
        }
        self.finish().await;
        let left = self.left().await;
        if let Err(violation) = self.history.check(&left) {
            panic!("{violation}");
        }
    }

    /// A sender delivers something new, or something again.
    async fn enqueue(&mut self) {
        let again = self.keys > 0 && self.one_in(3);
        if !again {
            self.keys += 1;
        }
        let key = if again {
            self.random.below(usize::try_from(self.keys).unwrap_or(1)) as u64
        } else {
            self.keys - 1
        };
        let key = format!("key-{key}");
        let new = NewJob::new(QUEUE, "kind")
            .payload(key.clone())
            .priority(self.random.pick(&Priority::ALL))
            .max_attempts(self.random.pick(&[1, 3, 7]))
            .max_lost(self.random.pick(&[1, 3, 10]))
            .max_interrupted(self.random.pick(&[2, 100]))
            .delay(self.random.pick(&[Duration::ZERO, LEASE]))
            .dedupe(key.clone(), Duration::MAX);
        let number = self.began(Step::Enqueue(key));
        let id = self.world.offer(new).await.first();
        self.ended(number, Answer::Enqueued(id));
        if !self.jobs.contains(&id) {
            self.jobs.push(id);
        }
    }

    async fn claim(&mut self) {
        let Some(place) = self.someone_awake() else {
            return;
        };
        let claim = Claim {
            queue: QUEUE.into(),
            worker: self.workers[place].id.clone(),
            lease: self.random.pick(&[Duration::from_millis(1), LEASE]),
            limit: self.random.pick(&[1, 3]),
        };
        let number = self.began(Step::Claim);
        let claimed = self.world.store().claim(&claim).await;
        let claimed = claimed.expect("claim answers").jobs;
        let held: Vec<_> = claimed.iter().map(|job| (job.id, job.fence)).collect();
        // Whoever misses the answer does not know what it holds.
        if self.ended(number, Answer::Claimed(held.clone())) {
            self.workers[place].held.extend(held);
        }
    }

    /// A worker writes for one of the jobs that it takes to be its own.
    async fn write(&mut self) {
        let Some(place) = self.someone_awake() else {
            return;
        };
        let held = self.workers[place].held.clone();
        if held.is_empty() {
            return;
        }
        let (job, fence) = self.random.pick(&held);
        let event = self.some_event(fence);
        let number = self.began(Step::Write(job, fence));
        let applied = self.world.apply(job, event).await;
        let told = self.ended(number, answer(applied));
        // Who is refused gives up; who misses the answer asks again, some day.
        if told && applied != Applied::Now(Status::Running) {
            self.workers[place]
                .held
                .retain(|held| *held != (job, fence));
        }
    }

    fn some_event(&mut self, fence: Fence) -> Event {
        let lease = LEASE;
        match self.random.below(8) {
            0..3 => Event::Heartbeat { fence, lease },
            3 => Event::Progress {
                fence,
                progress: Progress::so_far(1),
            },
            4 => Event::Release { fence },
            5 => Event::Fail {
                fence,
                category: Category::Unknown,
                message: "by intent".into(),
                retry: self.random.pick(&[Retry::After(LEASE), Retry::Never]),
            },
            _ => Event::Complete {
                fence,
                result: None,
            },
        }
    }

    /// A worker is gone with all that it knew, and another one starts in its place.
    fn crash(&mut self) {
        let place = self.random.below(WORKERS);
        self.generation += 1;
        self.workers[place] = Worker::new(place, self.generation);
    }

    fn sleep(&mut self) {
        let place = self.random.below(WORKERS);
        let long = self.random.pick(&[LEASE / 2, LEASE * 2, LEASE * 20]);
        self.workers[place].asleep_until = self.world.now() + long;
    }

    async fn cancel(&mut self) {
        if self.jobs.is_empty() {
            return;
        }
        let job = self.random.pick(&self.jobs.clone());
        let number = self.began(Step::Cancel(job));
        let applied = self.world.apply(job, events::cancel()).await;
        self.ended(number, answer(applied));
    }

    async fn reap(&mut self) {
        let limit = self.random.pick(&[1, 100]);
        self.world.reap(limit).await;
    }

    /// Nothing that an examination would find comes of all this.
    async fn look(&self) {
        let findings = self.world.store().examine(false).await;
        let findings = findings.expect("examine answers");
        let bad = findings
            .iter()
            .filter(|finding| finding.severity > crate::Severity::Warning);
        assert_eq!(bad.count(), 0, "{findings:?}");
    }

    /// Most of the time little passes, and sometimes the clock of the machine is set.
    fn pass_time(&mut self) {
        let by = self.random.below(10);
        self.world.advance(match by {
            0..7 => Duration::from_millis(1 + by as u64),
            7..9 => LEASE,
            _ => LEASE * 1_000,
        });
    }

    /// Lets one good worker bring all to its end.
    async fn finish(&mut self) {
        for _ in 0..PATIENCE {
            self.world.advance(LEASE);
            while !self.world.reap(100).await.is_empty() {}
            let number = self.began(Step::Claim);
            let claimed = self.world.claim(100).await;
            let held = claimed.iter().map(|job| (job.id, job.fence)).collect();
            self.history
                .push(Line::Ended(number, Answer::Claimed(held)));
            for job in &claimed {
                let number = self.began(Step::Write(job.id, job.fence));
                let applied = self.world.apply(job.id, events::complete(job)).await;
                self.history.push(Line::Ended(number, answer(applied)));
            }
            let unfinished = |queue: &crate::QueueState| queue.tally.unfinished() > 0;
            if !self.world.queues().await.iter().any(unfinished) {
                return;
            }
        }
    }

    async fn left(&self) -> Vec<Job> {
        let mut left = Vec::new();
        let mut query = Query::default().limit(Query::MAX_LIMIT);
        loop {
            let page = self.world.list(&query).await;
            for summary in &page.jobs {
                left.push(self.world.get(summary.id).await);
            }
            let Some(next) = page.next else {
                return left;
            };
            query = query.before(next);
        }
    }

    fn someone_awake(&mut self) -> Option<usize> {
        let place = self.random.below(WORKERS);
        let awake = self.workers[place].asleep_until <= self.world.now();
        awake.then_some(place)
    }

    fn began(&mut self, step: Step) -> u64 {
        self.asked += 1;
        self.history.push(Line::Began(self.asked, step));
        self.asked
    }

    /// Writes the answer down, unless it gets lost on its way. Says whether it arrived.
    fn ended(&mut self, number: u64, answer: Answer) -> bool {
        let arrives = !self.one_in(10);
        if arrives {
            self.history.push(Line::Ended(number, answer));
        }
        arrives
    }

    fn one_in(&mut self, of: usize) -> bool {
        self.random.below(of) == 0
    }
}

fn answer(applied: Applied) -> Answer {
    match applied {
        Applied::Now(status) => Answer::Wrote(status),
        Applied::Refused(_) | Applied::Unknown => Answer::Refused,
    }
}

/// Says how to play it again.
impl Drop for Play {
    fn drop(&mut self) {
        if std::thread::panicking() {
            let seed = self.seed;
            eprintln!(
                "play it again with: SIMULATION_SEED={seed} cargo test -p jobstore --all-features \
                 --lib simulated"
            );
        }
    }
}
