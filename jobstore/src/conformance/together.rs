//! Many at once, in one step.

use super::{
    events,
    world::{LEASE, World, job},
};
use crate::{Applied, Enqueued, Event, Fence, JobId, NewJob, Query, Refused, Status};

/// The answers are in the order of the jobs, and a job may be a repetition of one before it.
pub async fn jobs_that_come_together_are_answered_in_order(world: World) {
    let keyed = |payload: &'static str| job().payload(payload).dedupe("key", LEASE);
    let jobs = vec![job(), keyed("a"), keyed("a"), keyed("b"), job()];
    let answers = world.store().enqueue_all(jobs).await.expect("an answer");
    let [
        Enqueued::Created(first),
        Enqueued::Created(second),
        same,
        other,
        Enqueued::Created(last),
    ] = answers[..]
    else {
        panic!("{answers:?}");
    };
    let status = Some(Status::Ready);
    assert_eq!(same, Enqueued::Duplicate { id: second, status });
    assert_eq!(other, Enqueued::Conflict { id: second, status });
    let claimed: Vec<_> = world.claim(10).await.iter().map(|job| job.id).collect();
    assert_eq!(claimed, [first, second, last]);
    let none = world.store().enqueue_all(Vec::new()).await;
    assert_eq!(none.expect("an answer"), []);
}

/// One that cannot be taken in keeps the others out, their keys included.
pub async fn of_jobs_that_come_together_all_are_taken_or_none(world: World) {
    let keyed = || job().dedupe("key", LEASE);
    let jobs = vec![job(), keyed(), NewJob::new("", ""), job()];
    assert!(world.store().enqueue_all(jobs).await.is_err());
    assert_eq!(world.list(&Query::default()).await.jobs, []);
    assert_eq!(world.trail().await, []);
    assert!(matches!(world.offer(keyed()).await, Enqueued::Created(_)));
}

/// Events that come together are judged apart, in their order: a refusal stops none of the others, and a
/// later one sees what an earlier one did.
pub async fn events_that_come_together_are_judged_apart_in_order(world: World) {
    let mut jobs = Vec::new();
    for _ in 0..3 {
        world.enqueue(job()).await;
        jobs.push(world.claim_one().await);
    }
    let nobody = JobId::from_bytes([7; 16]);
    let stale = Event::Release { fence: Fence::NONE };
    let events = vec![
        (jobs[0].id, events::complete(&jobs[0])),
        (nobody, events::complete(&jobs[0])),
        (jobs[1].id, stale),
        (jobs[0].id, events::complete(&jobs[0])),
        (jobs[1].id, events::release(&jobs[1])),
        (jobs[1].id, events::claim()),
        (jobs[2].id, events::fail(&jobs[2])),
    ];
    let answers = world.store().apply_all(events).await.expect("an answer");
    let lost = Applied::Refused(Refused::LeaseLost);
    let expected = [
        Applied::Now(Status::Done),
        Applied::Unknown,
        lost,
        lost,
        Applied::Now(Status::Ready),
        Applied::Now(Status::Running),
        Applied::Now(Status::Retrying),
    ];
    assert_eq!(answers, expected);
    let none = world.store().apply_all(Vec::new()).await;
    assert_eq!(none.expect("an answer"), []);
}

/// Thousands may come together: no store has a limit of its own in between.
pub async fn thousands_may_come_together(world: World) {
    const JOBS: usize = 8_500;
    let jobs = (0..JOBS).map(|_| job()).collect();
    let answers = world.store().enqueue_all(jobs).await.expect("an answer");
    assert_eq!(answers.len(), JOBS);
    let claimed = world.claim(JOBS).await;
    assert_eq!(claimed.len(), JOBS);
    let ends = claimed.iter().map(|job| (job.id, events::complete(job)));
    let applied = world.store().apply_all(ends.collect()).await;
    let applied = applied.expect("an answer");
    assert!(
        applied
            .iter()
            .all(|applied| *applied == Applied::Now(Status::Done))
    );
    assert_eq!(world.queues().await[0].tally.done, JOBS as u64);
}
