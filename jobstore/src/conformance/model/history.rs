//! Random histories, played to a store and to the model at once.

use std::time::Duration;

use super::plain::Model;
use crate::{
    Answer, AuditEntry, Category, Claim, Enqueued, Event, Fence, Job, NewJob, Priority, Progress,
    Query, Replay, Replayed, Retry, Status, Timestamp, WorkerId,
    conformance::{
        events,
        random::Random,
        world::{LEASE, TICK, World},
    },
};

/// More than a history has jobs. What a store picks when it may not take all is its own choice, so the
/// model lets it take all.
const ALL: usize = 1_000_000;

const QUEUES: [&str; 2] = ["mail", "webhook"];
const KINDS: [&str; 4] = ["usual", "usual", "usual", "rare"];
const TAGS: [&str; 2] = ["red", "blue"];
const WAITS: [Duration; 5] = [
    Duration::ZERO,
    TICK,
    Duration::from_secs(1),
    Duration::from_secs(7),
    LEASE,
];
/// Long enough for jobs to end and to be pruned within, short enough to end within a history.
const WINDOWS: [Duration; 4] = [
    Duration::ZERO,
    TICK,
    Duration::from_secs(60),
    Duration::from_secs(600),
];

pub(super) struct History {
    seed: u64,
    step: usize,
    world: World,
    model: Model,
    random: Random,
}

impl History {
    pub(super) fn new(world: World, seed: u64) -> Self {
        Self {
            seed,
            step: 0,
            world,
            model: Model::default(),
            random: Random(seed),
        }
    }

    /// Plays so many steps, then compares all that is left.
    pub(super) async fn play(mut self, steps: usize) {
        for step in 0..steps {
            self.step = step;
            match self.random.below(40) {
                0..8 => self.enqueue().await,
                8..16 => self.claim().await,
                16..30 => self.apply().await,
                30..33 => self.get().await,
                33..36 => self.list().await,
                36 if self.maybe() => self.reap().await,
                36 => self.replay().await,
                37 if self.maybe() => self.prune().await,
                37 => self.delete().await,
                _ => self.world.advance(self.random.pick(&WAITS)),
            }
        }
        for job in &self.model.jobs {
            assert_eq!(self.world.get(job.id).await, *job);
        }
        let trail = self.world.trail().await.into_iter();
        let trail: Vec<_> = trail.map(|entry| AuditEntry { seq: 0, ..entry }).collect();
        assert_eq!(trail, self.model.trail);
    }

    async fn enqueue(&mut self) {
        let kind = self.random.pick(&KINDS);
        let mut new = NewJob::new(self.random.pick(&QUEUES), kind)
            .payload(self.random.pick(&["a", "a", "a", "b"]))
            .priority(self.random.pick(&Priority::ALL))
            .max_attempts(self.random.pick(&[1, 2, 100]))
            .max_interrupted(self.random.pick(&[1, 2, 100]));
        if self.maybe() {
            let (tag, batch) = (self.random.pick(&TAGS), self.random.pick(&TAGS));
            new = new.tag(tag).batch(batch);
        }
        new = match self.random.below(4) {
            0 => new.delay(self.random.pick(&WAITS)),
            1 => new.run_at(self.some_time()),
            _ => new,
        };
        if self.random.below(2) == 0 {
            let key = self.random.pick(&["1", "2", "3"]);
            new = new.dedupe(key, self.random.pick(&WINDOWS));
            if self.maybe() {
                new = new.release_key_at_death();
            }
        }
        let answer = self.world.offer(new.clone()).await;
        if let Enqueued::Created(id) = answer {
            let latest = self.model.jobs.last().map(|job| job.id);
            assert!(latest < Some(id), "{id} does not follow {latest:?}");
        }
        let expected = self
            .model
            .enqueue(new.clone(), answer.first(), self.world.now());
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
        let mut expected = self.model.claim(&claim, self.world.now());
        if claimed.jobs.len() == claim.limit {
            expected.next_due = None;
            // Who got all that was asked for will ask again; what else is due may be told or not.
            claimed.next_due = None;
        }
        assert_eq!(claimed, expected, "{claim:?}");
    }

    async fn apply(&mut self) {
        let holds_a_lease = self.random.below(4) > 0;
        let Some(job) = self.some_job(|job| job.lease.is_some() || !holds_a_lease) else {
            return;
        };
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
        let reaped = self.world.reap(ALL).await;
        assert_eq!(reaped, self.model.reap(self.world.now()));
    }

    async fn prune(&mut self) {
        let before = self.some_time().min(self.world.now());
        let pruned = self.world.prune(before, ALL).await;
        assert_eq!(pruned, self.model.prune(before), "before {before}");
    }

    async fn replay(&mut self) {
        let Some(job) = self.some_job(|job| job.status.is_final()) else {
            return;
        };
        let replay = Replay::new(events::by())
            .cap(self.random.pick(&[1, 2, 9]))
            .cooldown(self.random.pick(&WAITS))
            .delay(self.random.pick(&WAITS));
        let answer = self.world.store().replay(job.id, &replay).await;
        let answer = answer.expect("replay answers");
        let fresh = match answer {
            Replayed::Created(id) => Some(id),
            Replayed::Refused(_) | Replayed::Unknown => None,
        };
        let now = self.world.now();
        let expected = self.model.replay(job.id, &replay, fresh, now);
        assert_eq!(answer, expected, "{replay:?} of {}", job.id);
    }

    async fn delete(&mut self) {
        let Some(job) = self.some_job(|_| true) else {
            return;
        };
        let deleted = self.world.store().delete(job.id, &events::by()).await;
        assert!(deleted.expect("delete answers"));
        let now = self.world.now();
        assert!(self.model.delete(job.id, &events::by(), now));
    }

    async fn get(&mut self) {
        let Some(job) = self.some_job(|_| true) else {
            return;
        };
        assert_eq!(self.world.find(job.id).await, Some(job));
    }

    async fn list(&mut self) {
        let before = self.some_job(|_| true).map(|job| job.id);
        let query = Query {
            status: self.maybe().then(|| self.random.pick(&Status::ALL)),
            queue: self.maybe().then(|| self.random.pick(&QUEUES).into()),
            kind: self.maybe().then(|| self.random.pick(&KINDS).into()),
            before: before.filter(|_| self.maybe()),
            tag: self.maybe().then(|| self.random.pick(&TAGS).into()),
            limit: self.random.pick(&[1, 3, 10, 200]),
            ..Query::default()
        };
        assert_eq!(
            self.world.list(&query).await,
            self.model.list(&query),
            "{query:?}"
        );
        let mut queues = self.world.queues().await;
        for queue in &mut queues {
            // The model does not know the grain of it; it has a law of its own.
            queue.asked_at = None;
        }
        assert_eq!(
            queues,
            self.model.queues(self.world.now()),
            "beside {query:?}"
        );
    }

    fn maybe(&mut self) -> bool {
        self.random.below(2) == 0
    }

    /// One of the younger jobs for which `fits` holds: younger, so that much happens to each.
    fn some_job(&mut self, fits: impl Fn(&Job) -> bool) -> Option<Job> {
        let young = || {
            self.model
                .jobs
                .iter()
                .rev()
                .filter(|job| fits(job))
                .take(20)
        };
        let age = self.random.below(young().count().max(1));
        young().nth(age).cloned()
    }

    /// A time at which something happened or will.
    fn some_time(&mut self) -> Timestamp {
        let now = self.world.now();
        let Some(job) = self.some_job(|_| true) else {
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
        match self.random.below(14) {
            12 => events::revive(),
            13 if self.maybe() => Event::Resolve { by: events::by() },
            13 => Event::Progress {
                fence,
                progress: Progress::so_far(7),
            },
            0..2 => Event::Heartbeat { fence, lease },
            2..5 => Event::Complete {
                fence,
                result: self
                    .maybe()
                    .then(|| Answer::new("done").expect("it is short")),
            },
            5..8 => self.failure(fence),
            8 if self.maybe() => Event::Release { fence },
            8 => Event::Postpone {
                fence,
                delay: lease,
            },
            9 => Event::Expire,
            10 => events::cancel(),
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

/// Says where a store left the model, so that the history can be played again up to there.
impl Drop for History {
    fn drop(&mut self) {
        if std::thread::panicking() {
            eprintln!("history {} parts at step {}", self.seed, self.step);
        }
    }
}
