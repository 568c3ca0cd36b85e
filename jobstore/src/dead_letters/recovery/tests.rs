use super::*;
use crate::{Applied, ManualClock, Memory, NewJob, Retry, WorkerId};

const MINUTE: Duration = Duration::from_secs(60);

/// A store in virtual time, and a far side that is there or not.
struct World {
    jobs: Jobs,
    clock: Arc<ManualClock>,
}

impl World {
    fn new() -> Self {
        let clock = Arc::new(ManualClock::at(Timestamp::EPOCH + MINUTE));
        Self {
            jobs: Jobs::new(Memory::with_clock(Arc::clone(&clock))),
            clock,
        }
    }

    async fn dead(&self, count: usize, category: Category) -> Vec<JobId> {
        let mut ids = Vec::new();
        for _ in 0..count {
            let new = NewJob::new("queue", "kind");
            ids.push(self.jobs.enqueue(new).await.unwrap().first());
        }
        self.work(Some(category)).await;
        ids
    }

    /// Runs all that is due, which fails of this if of anything. Returns how many there were.
    async fn work(&self, fails_of: Option<Category>) -> usize {
        let worker = WorkerId::new("worker");
        let claimed = self.jobs.claim("queue", &worker, MINUTE, 100).await;
        let claimed = claimed.unwrap().jobs;
        for job in &claimed {
            let applied = match fails_of {
                Some(category) => self.jobs.fail(job, category, "503", Retry::Never).await,
                None => self.jobs.complete(job, None).await,
            };
            assert!(matches!(applied.unwrap(), Applied::Now(_)));
        }
        claimed.len()
    }

    fn recovery(&self) -> Recovery {
        Recovery::new(self.jobs.clone(), Filter::default())
    }

    async fn open(&self) -> usize {
        let letters = DeadLetters::new(self.jobs.clone());
        letters.list(&Filter::default()).await.unwrap().jobs.len()
    }
}

#[tokio::test]
async fn what_may_have_passed_is_tried_a_few_at_a_time_once_it_has_rested() {
    let world = World::new();
    world.dead(12, Category::ExternalApi).await;
    let mut recovery = world.recovery();
    world.clock.advance(5 * MINUTE - Duration::from_micros(1));
    assert_eq!(recovery.step().await.unwrap(), Step::default());

    world.clock.advance(Duration::from_micros(1));
    let mut started = Vec::new();
    for expected in [5, 5, 2, 0] {
        let step = recovery.step().await.unwrap();
        assert_eq!(step.started.len(), expected);
        assert_eq!(step.under_way, expected);
        let full = recovery.step().await.unwrap();
        assert_eq!((full.started.len(), full.under_way), (0, expected));
        assert_eq!(world.work(None).await, expected);
        started.extend(step.started);
    }
    let job = world.jobs.get(started[0].1).await.unwrap().unwrap();
    assert_eq!(job.triggered_by, "system:recovery");
    assert_eq!(world.open().await, 0);
}

#[tokio::test]
async fn what_will_not_pass_is_left_to_people() {
    let world = World::new();
    for category in [
        Category::Validation,
        Category::Panic,
        Category::Unknown,
        Category::Lost,
    ] {
        world.dead(1, category).await;
    }
    let flagged = world.dead(1, Category::Timeout).await[0];
    let letters = DeadLetters::new(world.jobs.clone());
    let _ = letters
        .flag(flagged, "", By::new("person:ada"))
        .await
        .unwrap();
    world.clock.advance(60 * MINUTE);
    assert_eq!(world.recovery().step().await.unwrap(), Step::default());
    let mut told = world.recovery().recover(Category::Panic, MINUTE);
    assert_eq!(told.step().await.unwrap().started.len(), 1);
}

/// The provider sends again what died, and that is done; to replay the dead one would be to do it twice.
#[tokio::test]
async fn what_may_have_been_done_under_a_released_key_is_left_to_people() {
    let world = World::new();
    let order = NewJob::new("queue", "kind").dedupe("order 7", 60 * MINUTE);
    let order = order.release_key_at_death();
    let first = world.jobs.enqueue(order.clone()).await.unwrap();
    world.work(Some(Category::ExternalApi)).await;
    let again = world.jobs.enqueue(order).await.unwrap();
    assert_ne!(again, first);
    assert_eq!(world.work(None).await, 1);

    world.clock.advance(60 * MINUTE);
    assert_eq!(world.recovery().step().await.unwrap(), Step::default());
    assert_eq!((world.work(None).await, world.open().await), (0, 1));
}

#[tokio::test]
async fn while_they_die_again_few_are_tried_and_when_they_do_not_all_are() {
    let world = World::new();
    world.dead(50, Category::ExternalApi).await;
    let mut recovery = world.recovery();
    let (mut tried, mut held) = (0, 0);
    // Half a day of an outage.
    for _ in 0..12 * 60 {
        world.clock.advance(MINUTE);
        let step = recovery.step().await.unwrap();
        held += usize::from(step.held);
        tried += world.work(Some(Category::ExternalApi)).await;
    }
    assert!((10..=40).contains(&tried), "{tried} were tried");
    assert!(held > 500, "held back for {held} minutes");

    let (mut minutes, mut done) = (0, 0);
    while world.open().await > 0 && minutes < 10 * 60 {
        world.clock.advance(MINUTE);
        done += recovery.step().await.unwrap().done;
        world.work(None).await;
        minutes += 1;
    }
    done += recovery.step().await.unwrap().done;
    assert_eq!(
        (world.open().await, done),
        (0, 50),
        "after {minutes} minutes"
    );
}

#[tokio::test]
async fn a_job_is_recovered_as_often_as_its_cap_allows() {
    let world = World::new();
    world.dead(1, Category::Timeout).await;
    let mut recovery = world.recovery().policy(BreakerPolicy::usual());
    let mut tried = 0;
    for _ in 0..60 {
        world.clock.advance(10 * MINUTE);
        tried += recovery.step().await.unwrap().started.len();
        world.work(Some(Category::Timeout)).await;
    }
    assert_eq!(tried, 3);
    assert_eq!(world.open().await, 1, "the last one waits for a person");
}

#[tokio::test]
async fn two_recoveries_replay_each_job_once() {
    let world = World::new();
    world.dead(4, Category::Timeout).await;
    world.clock.advance(10 * MINUTE);
    let (mut one, mut other) = (world.recovery(), world.recovery());
    let (first, second) = tokio::join!(one.step(), other.step());
    let started = first.unwrap().started.len() + second.unwrap().started.len();
    assert_eq!((started, world.work(None).await), (4, 4));
}

#[tokio::test]
async fn what_is_called_off_or_deleted_makes_room_and_is_no_verdict() {
    let world = World::new();
    world.dead(2, Category::Timeout).await;
    world.clock.advance(10 * MINUTE);
    let mut recovery = world.recovery();
    let started = recovery.step().await.unwrap().started;
    let by = By::new("person:ada");
    let _ = world.jobs.cancel(started[0].1, by.clone()).await.unwrap();
    assert!(world.jobs.delete(started[1].1, &by).await.unwrap());
    assert_eq!(recovery.step().await.unwrap(), Step::default());
    assert_eq!(recovery.breaker.counts().results, 0);
}

#[tokio::test]
async fn those_behind_many_that_are_left_alone_are_reached() {
    let world = World::new();
    let old = world.dead(1, Category::Timeout).await[0];
    world.clock.advance(10 * MINUTE);
    for _ in 0..30 {
        world.dead(100, Category::Validation).await;
    }
    let mut recovery = world.recovery();
    let mut steps = 1;
    while recovery.step().await.unwrap().started.is_empty() {
        steps += 1;
        assert!(steps < 100, "it is never reached");
    }
    let job = world.jobs.get(old).await.unwrap().unwrap();
    assert!(job.replayed_as().is_some());
}
