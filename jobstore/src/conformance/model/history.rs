//! Random histories, played to a store and to the model at once.

use std::time::Duration;

use super::{plain::Model, random::Random};
use crate::{
    Category, Claim, Enqueued, Event, Fence, Job, NewJob, Query, Retry, Status, Timestamp,
    WorkerId,
    conformance::world::{LEASE, TICK, World},
};

/// More than a history has jobs. What a store picks when it may not take all is its own choice, so the
/// model lets it take all.
const ALL: usize = 1_000_000;

const QUEUES: [&str; 2] = ["mail", "webhook"];
const KINDS: [&str; 2] = ["first", "second"];
const SECOND: Duration = Duration::from_secs(1);
const WAITS: [Duration; 5] = [Duration::ZERO, TICK, SECOND, Duration::from_secs(7), LEASE];

pub(super) struct History {
    world: World,
    model: Model,
    random: Random,
}

impl History {
    pub(super) fn new(world: World, seed: u64) -> Self {
        Self {
            world,
            model: Model::default(),
            random: Random(seed),
        }
    }

    /// Plays so many steps, then compares all that is left.
    pub(super) async fn play(mut self, steps: usize) {
        for _ in 0..steps {
            match self.random.below(16) {
                0..4 => self.enqueue().await,
                4..7 => self.claim().await,
                7..11 => self.apply().await,
                11 => self.get().await,
                12 => self.list().await,
                13 => self.reap().await,
                14 => self.prune().await,
                _ => self.world.advance(self.random.pick(&WAITS)),
            }
        }
        for job in &self.model.jobs {
            assert_eq!(self.world.get(job.id).await, *job);
        }
    }

    async fn enqueue(&mut self) {
        let mut new = NewJob::new(self.random.pick(&QUEUES), self.random.pick(&KINDS))
            .payload(self.random.pick(&["a", "b"]))
            .max_attempts(self.random.pick(&[1, 2, 100]));
        new = match self.random.below(4) {
            0 => new.delay(self.random.pick(&WAITS)),
            1 => new.run_at(self.some_time()),
            _ => new,
        };
        if self.random.below(2) == 0 {
            let key = self.random.pick(&["1", "2", "3"]);
            new = new.dedupe(key, self.random.pick(&WAITS));
        }
        let answer = self.world.offer(new.clone()).await;
        if let Enqueued::Created(id) = answer {
            let latest = self.model.jobs.last().map(|job| job.id);
            assert!(latest < Some(id), "{id} does not follow {latest:?}");
        }
        let expected = self
            .model
            .enqueue(new.clone(), answer.id(), self.world.now());
        assert_eq!(answer, expected, "{new:?}");
    }

    async fn claim(&mut self) {
        let claim = Claim {
            queue: self.random.pick(&QUEUES).into(),
            worker: WorkerId::new(self.random.pick(&["ada", "grace"])),
            lease: self.random.pick(&WAITS),
            limit: self.random.pick(&[1, 1, 2, 5]),
        };
        let claimed = self.world.store().claim(&claim).await;
        let mut claimed = claimed.expect("claim answers");
        let expected = self.model.claim(&claim, self.world.now());
        if claimed.jobs.len() == claim.limit {
            // Who got all that was asked for will ask again; what else is due may be told or not.
            claimed.next_due = None;
        }
        assert_eq!(claimed, expected, "{claim:?}");
    }

    async fn apply(&mut self) {
        let Some(job) = self.some_job() else { return };
        let fence = match self.random.below(8) {
            0 => Fence::new(job.fence.get().saturating_sub(1)),
            1 => Fence::new(job.fence.get() + 1),
            _ => job.fence,
        };
        let event = self.some_event(fence);
        let applied = self.world.apply(job.id, event.clone()).await;
        let expected = self.model.apply(job.id, event.clone(), self.world.now());
        assert_eq!(applied, expected, "{event:?} to {job:?}");
        assert_eq!(
            self.world.find(job.id).await.as_ref(),
            self.model.get(job.id)
        );
    }

    async fn reap(&mut self) {
        let mut reaped = self.world.reap(ALL).await;
        reaped.sort();
        assert_eq!(reaped, self.model.reap(self.world.now()));
    }

    async fn prune(&mut self) {
        let before = self.some_time();
        let pruned = self.world.prune(before, ALL).await;
        assert_eq!(pruned, self.model.prune(before), "before {before}");
    }

    async fn get(&mut self) {
        let Some(job) = self.some_job() else { return };
        assert_eq!(self.world.find(job.id).await, Some(job));
    }

    async fn list(&mut self) {
        let before = self.some_job().map(|job| job.id);
        let query = Query {
            status: self.maybe().then(|| self.random.pick(&Status::ALL)),
            queue: self.maybe().then(|| self.random.pick(&QUEUES).into()),
            kind: self.maybe().then(|| self.random.pick(&KINDS).into()),
            before: before.filter(|_| self.maybe()),
            limit: self.random.pick(&[1, 3, 10, 200]),
        };
        assert_eq!(
            self.world.list(&query).await,
            self.model.list(&query),
            "{query:?}"
        );
    }

    fn maybe(&mut self) -> bool {
        self.random.below(2) == 0
    }

    /// One of the younger jobs, so that much happens to each.
    fn some_job(&mut self) -> Option<Job> {
        let jobs = &self.model.jobs;
        let age = self.random.below(jobs.len().clamp(1, 20));
        jobs.iter().rev().nth(age).cloned()
    }

    /// A time at which something happened or will.
    fn some_time(&mut self) -> Timestamp {
        let now = self.world.now();
        let Some(job) = self.some_job() else {
            return now;
        };
        let ended = job.ended_at.unwrap_or(now);
        self.random.pick(&[
            now,
            now + TICK,
            job.created_at,
            job.run_at,
            ended,
            ended + TICK,
        ])
    }

    fn some_event(&mut self, fence: Fence) -> Event {
        let lease = self.random.pick(&WAITS);
        match self.random.below(12) {
            0..2 => Event::Heartbeat { fence, lease },
            2..5 => Event::Complete {
                fence,
                result: self.maybe().then(|| "done".into()),
            },
            5..8 => self.failure(fence),
            8 => Event::Release { fence },
            9 => Event::Expire,
            10 => Event::Cancel,
            _ => Event::Claim {
                worker: WorkerId::new("direct"),
                lease,
            },
        }
    }

    fn failure(&mut self, fence: Fence) -> Event {
        Event::Fail {
            fence,
            category: self
                .random
                .pick(&[Category::Timeout, Category::ExternalApi]),
            message: self.random.pick(&["", "refused"]).into(),
            retry: match self.random.below(4) {
                0 => Retry::Never,
                _ => Retry::After(self.random.pick(&WAITS)),
            },
        }
    }
}
