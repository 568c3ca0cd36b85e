use std::sync::Arc;

use super::*;
use crate::{
    Category, Keep, ManualClock, Memory, NewJob, NoReplay, Retention, Retry, Status, Timestamp,
    WorkerId,
};

/// A store in virtual time, and jobs that died in it.
struct World {
    jobs: Jobs,
    clock: Arc<ManualClock>,
    letters: DeadLetters,
}

impl World {
    fn new() -> Self {
        let clock = Arc::new(ManualClock::at(Timestamp::EPOCH));
        let jobs = Jobs::new(Memory::with_clock(Arc::clone(&clock)));
        Self {
            letters: DeadLetters::new(jobs.clone()),
            jobs,
            clock,
        }
    }

    /// Enqueues a job that dies a second later.
    async fn dead(&self, kind: &str, category: Category, message: &str) -> JobId {
        let new = NewJob::new("queue", kind).payload("Ada");
        let id = self.jobs.enqueue(new).await.unwrap().first();
        self.die(category, message).await;
        id
    }

    /// Lets the job die that is due.
    async fn die(&self, category: Category, message: &str) {
        self.clock.advance(SECOND);
        let worker = WorkerId::new("worker");
        let claimed = self.jobs.claim("queue", &worker, 30 * SECOND, 1).await;
        let job = claimed.unwrap().jobs.remove(0);
        let failed = self.jobs.fail(&job, category, message, Retry::Never).await;
        assert_eq!(failed.unwrap(), Applied::Now(Status::Dead));
    }

    async fn many(&self, count: usize) -> Vec<JobId> {
        let mut ids = Vec::new();
        for n in 0..count {
            ids.push(
                self.dead("kind", Category::Timeout, &format!("job {n}"))
                    .await,
            );
        }
        ids
    }

    /// The time so many seconds from now.
    fn after(&self, seconds: u32) -> Timestamp {
        self.jobs.store().now() + seconds * SECOND
    }

    async fn listed(&self, filter: &Filter) -> Vec<JobId> {
        let page = self.letters.list(filter).await.unwrap();
        page.jobs.into_iter().map(|job| job.id).collect()
    }

    async fn plan(&self, filter: &Filter, replay: &Replay) -> Plan {
        self.letters
            .plan(filter, replay, 10 * SECOND)
            .await
            .unwrap()
    }
}

fn ada() -> By {
    By::new("person:ada").because("the far side is back")
}

fn replay() -> Replay {
    Replay::new(ada())
}

#[tokio::test]
async fn what_is_listed_is_dead_and_waits_for_somebody() {
    let world = World::new();
    let alive = NewJob::new("other", "kind");
    let alive = world.jobs.enqueue(alive).await.unwrap().first();
    let ids = world.many(3).await;
    let all = Filter::default();
    assert_eq!(world.listed(&all).await, [ids[2], ids[1], ids[0]]);

    let applied = world.letters.flag(ids[0], "person:bob", ada()).await;
    assert_eq!(applied.unwrap(), Applied::Now(Status::Dead));
    let applied = world.letters.resolve(ids[1], ada()).await;
    assert_eq!(applied.unwrap(), Applied::Now(Status::Dead));
    let of = |stage| Filter::default().stage(stage);
    assert_eq!(world.listed(&of(Stage::Open)).await, [ids[2], ids[0]]);
    assert_eq!(world.listed(&of(Stage::Flagged)).await, [ids[0]]);
    assert_eq!(world.listed(&of(Stage::Resolved)).await, [ids[1]]);
    assert_eq!(world.listed(&of(Stage::Any)).await.len(), 3);
    let bobs = Filter::default().assignee("person:bob");
    assert_eq!(world.listed(&bobs).await, [ids[0]]);
    let refused = world.letters.resolve(alive, ada()).await.unwrap();
    assert!(matches!(refused, Applied::Refused(_)), "{refused:?}");
}

#[tokio::test]
async fn a_list_joins_page_by_page_whatever_the_filter() {
    let world = World::new();
    let ids = world.many(9).await;
    for &id in ids.iter().step_by(2) {
        let _ = world.letters.resolve(id, ada()).await.unwrap();
    }
    let mut filter = Filter::default().limit(3);
    let mut found = Vec::new();
    loop {
        let page = world.letters.list(&filter).await.unwrap();
        found.push(page.jobs.iter().map(|job| job.id).collect::<Vec<_>>());
        match page.next {
            Some(next) => filter = filter.before(next),
            None => break,
        }
    }
    assert_eq!(found, [vec![ids[7], ids[5], ids[3]], vec![ids[1]]]);
}

#[tokio::test]
async fn a_list_that_finds_little_says_where_it_stopped_to_look() {
    let world = World::new();
    let oldest = world.dead("kind", Category::Validation, "wrong").await;
    let looked_at = PAGES_OF_A_LIST * Query::MAX_LIMIT;
    world.many(looked_at + 5).await;
    let filter = Filter::default().category(Category::Validation);
    let page = world.letters.list(&filter).await.unwrap();
    assert!(page.jobs.is_empty());
    let rest = filter.before(page.next.unwrap());
    assert_eq!(world.listed(&rest).await, [oldest]);
}

#[tokio::test]
async fn one_cause_is_one_group() {
    let world = World::new();
    let first = world.after(1);
    world
        .dead("mail", Category::ExternalApi, "order 17: 503")
        .await;
    world
        .dead("mail", Category::ExternalApi, "order 18: 503")
        .await;
    world.dead("mail", Category::Timeout, "took 3 s").await;
    let last = world
        .dead("mail", Category::ExternalApi, "order 19: 503")
        .await;
    world
        .dead("bill", Category::ExternalApi, "order 20: 503")
        .await;
    let Groups { groups, others } = world.letters.groups(&Filter::default()).await.unwrap();
    assert_eq!(others, 0);
    let counts: Vec<_> = groups
        .iter()
        .map(|group| (&*group.kind, group.count))
        .collect();
    assert_eq!(counts, [("mail", 3), ("bill", 1), ("mail", 1)]);
    let group = &groups[0];
    assert_eq!(group.category, Category::ExternalApi);
    assert_eq!((&*group.message, group.sample), ("order 19: 503", last));
    assert_eq!((group.first, group.last), (first, first + 3 * SECOND));

    let those = Filter::default().fingerprint(group.fingerprint);
    assert_eq!(world.listed(&those).await.len(), 3);
}

#[tokio::test]
async fn groups_are_counted_over_all_pages_and_kept_in_bounds() {
    let world = World::new();
    let causes = Groups::MAX + 7;
    for n in 0..causes {
        world
            .dead(&format!("kind.{n}"), Category::Unknown, "no")
            .await;
    }
    let Groups { groups, others } = world.letters.groups(&Filter::default()).await.unwrap();
    assert_eq!((groups.len(), others), (Groups::MAX, 7));
    assert!(
        groups.iter().all(|group| group.kind != "kind.0"),
        "the newest are told apart"
    );
}

#[tokio::test]
async fn a_plan_changes_nothing_and_says_what_would_be_refused() {
    let world = World::new();
    let mut ids = world.many(2).await;
    world.clock.advance(SECOND);
    let records = Retention::all(Keep::for_ever().payload_age(Duration::ZERO));
    let _ = world.jobs.store().prune(&records, 10).await.unwrap();
    ids.extend(world.many(3).await);
    // Replayed a moment ago, and open again.
    let _ = world.jobs.replay(ids[2], &replay()).await.unwrap();
    let _ = world.letters.flag(ids[2], "", ada()).await.unwrap();

    let four = Filter::default().limit(4);
    let plan = world.plan(&four, &replay().delay(SECOND)).await;
    let planned = plan.jobs.iter();
    let planned: Vec<_> = planned
        .map(|planned| (planned.job.id, planned.delay))
        .collect();
    assert_eq!(planned, [(ids[3], SECOND), (ids[4], 11 * SECOND)]);
    let refused: Vec<_> = plan
        .refused
        .iter()
        .map(|(job, reason)| (job.id, *reason))
        .collect();
    let free = world.after(60);
    assert_eq!(
        refused,
        [
            (ids[1], NoReplay::PayloadGone),
            (ids[2], NoReplay::CoolingDown(free))
        ]
    );
    assert!(plan.more, "the oldest is beyond the limit");
    assert_eq!(world.listed(&Filter::default()).await.len(), 5);
}

#[tokio::test]
async fn a_plan_is_carried_out_once() {
    let world = World::new();
    let ids = world.many(3).await;
    let plan = world.plan(&Filter::default(), &replay()).await;
    let replays = world.letters.replay(&plan).await.unwrap();
    let old: Vec<_> = replays.created.iter().map(|(old, _)| *old).collect();
    assert_eq!(old, ids, "the oldest first");
    for (n, (old, new)) in (0..).zip(&replays.created) {
        let job = world.jobs.get(*new).await.unwrap().unwrap();
        assert_eq!(job.replay_of, Some(*old));
        assert_eq!(job.run_at, job.created_at + n * 10 * SECOND);
        let dead = world.jobs.get(*old).await.unwrap().unwrap();
        assert_eq!(dead.replayed_as(), Some(*new));
    }
    assert!(world.listed(&Filter::default()).await.is_empty());

    let again = world.letters.replay(&plan).await.unwrap();
    assert_eq!((again.created.len(), again.refused.len()), (0, 3));
    let next = world.plan(&Filter::default(), &replay()).await;
    assert!(next.jobs.is_empty() && next.refused.is_empty());
}

#[tokio::test]
async fn what_was_deleted_after_the_plan_is_gone() {
    let world = World::new();
    let ids = world.many(2).await;
    let plan = world.plan(&Filter::default(), &replay()).await;
    assert!(world.jobs.delete(ids[0], &ada()).await.unwrap());
    let replays = world.letters.replay(&plan).await.unwrap();
    assert_eq!(replays.gone, [ids[0]]);
    assert_eq!(replays.created.len(), 1);
}

#[tokio::test]
async fn a_line_is_the_same_from_wherever_it_is_followed() {
    let world = World::new();
    let mut line = vec![world.dead("kind", Category::Timeout, "slow").await];
    for _ in 0..3 {
        let replay = replay().cooldown(Duration::ZERO);
        let plan = world.plan(&Filter::default(), &replay).await;
        let replays = world.letters.replay(&plan).await.unwrap();
        line.push(replays.created[0].1);
        world.die(Category::Timeout, "slow").await;
    }
    for &id in &line {
        let found = world.letters.line(id).await.unwrap();
        let ids: Vec<_> = found.iter().map(|job| job.id).collect();
        assert_eq!(ids, line);
    }
    assert!(world.jobs.delete(line[1], &ada()).await.unwrap());
    let found = world.letters.line(line[3]).await.unwrap();
    assert_eq!(
        found.first().map(|job| job.id),
        Some(line[2]),
        "it ends at a gap"
    );
    assert!(world.letters.line(line[1]).await.unwrap().is_empty());
}

#[tokio::test]
async fn a_cause_is_resolved_as_a_whole() {
    let world = World::new();
    world.many(250).await;
    let other = world.dead("kind", Category::Validation, "wrong").await;
    let timeouts = Filter::default()
        .category(Category::Timeout)
        .limit(Plan::MAX);
    let resolved = world.letters.resolve_all(&timeouts, &ada()).await.unwrap();
    assert_eq!(resolved, 250);
    assert_eq!(world.listed(&Filter::default()).await, [other]);
}

const SECOND: Duration = Duration::from_secs(1);
