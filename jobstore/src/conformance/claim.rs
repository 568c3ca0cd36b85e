//! Who gets which work, and when.

use std::{collections::BTreeSet, time::Duration};

use super::{
    events,
    world::{LEASE, QUEUE, TICK, World, job},
};
use crate::{
    Claim, Claimed, Event, Job, JobId, Lease, NewJob, Priority, Status, Timestamp, WorkerId,
};

/// What a claim answers is the job as it is now kept: running, leased, its attempt counted.
pub async fn a_claimed_job_is_running_under_a_lease(world: World) {
    let id = world.enqueue(job()).await;
    let mut expected = world.get(id).await;
    world.advance(Duration::from_secs(3));
    let claim = Event::Claim {
        worker: WorkerId::new("worker"),
        lease: LEASE,
    };
    let _ = expected
        .apply(claim, world.now())
        .expect("a ready job can be claimed");

    let claimed = world.claim_one().await;
    assert_eq!(claimed, expected);
    assert_eq!(world.get(id).await, expected);
    assert_eq!((claimed.status, claimed.attempts), (Status::Running, 1));
}

/// The earliest `run_at` first, whatever the order of enqueueing; the oldest first where they tie.
pub async fn the_earliest_due_comes_first_then_the_oldest(world: World) {
    let seconds = |n| world.now() + Duration::from_secs(n);
    let mut enqueued = Vec::new();
    for start in [5, 1, 3, 1, 5, 0, 3] {
        let id = world.enqueue(job().run_at(seconds(start))).await;
        enqueued.push((start, id));
    }
    world.advance(Duration::from_secs(5));
    enqueued.sort();
    let expected: Vec<_> = enqueued.into_iter().map(|(_, id)| id).collect();
    let mut claimed = ids(&world.claim(3).await);
    claimed.extend(ids(&world.claim(10).await));
    assert_eq!(claimed, expected);
}

/// Of what is due, what is more urgent comes first, however late; of what is equally urgent, what was due
/// first. What is not due does not count, however urgent.
pub async fn what_is_more_urgent_comes_first(world: World) {
    let second = Duration::from_secs(1);
    let mut expected = Vec::new();
    for priority in Priority::ALL.into_iter().rev() {
        let late = world.enqueue(job().priority(priority).delay(second)).await;
        let early = world.enqueue(job().priority(priority)).await;
        expected.push([early, late]);
        world.enqueue(job().priority(priority).delay(LEASE)).await;
    }
    world.advance(second);
    expected.reverse();
    let mut claimed = ids(&world.claim(3).await);
    let rest = world.claim_from(QUEUE, 20).await;
    assert_eq!(rest.next_due, Some(world.now() + LEASE - second));
    claimed.extend(ids(&rest.jobs));
    assert_eq!(claimed, expected.concat());
}

/// A job that waits for its next attempt has its place by its new `run_at`, not by its age.
pub async fn a_retry_takes_its_place_by_its_new_time(world: World) {
    let old = world.enqueue(job()).await;
    let claimed = world.claim_one().await;
    let _ = world.apply(old, events::fail(&claimed)).await;
    world.advance(events::BACKOFF - TICK);
    let new = world.enqueue(job()).await;
    world.advance(TICK);
    assert_eq!(ids(&world.claim(2).await), [new, old]);
}

/// Not a microsecond too early, not one too late; and meanwhile the store says when to come back.
pub async fn a_delayed_job_is_claimed_exactly_when_it_is_due(world: World) {
    let delay = Duration::from_micros(1_500_001);
    let due = world.now() + delay;
    let id = world.enqueue(job().delay(delay)).await;
    assert_eq!(world.get(id).await.status, Status::Scheduled);
    world.advance(delay - TICK);
    let nothing_yet = Claimed {
        jobs: vec![],
        next_due: Some(due),
        paused: false,
    };
    assert_eq!(world.claim_from(QUEUE, 10).await, nothing_yet);
    world.advance(TICK);
    let claimed = world.claim_from(QUEUE, 10).await;
    assert_eq!((ids(&claimed.jobs), claimed.next_due), (vec![id], None));
}

/// `next_due` is the earliest of what still waits in this queue, also when something was claimed.
pub async fn next_due_is_the_next_job_of_this_queue(world: World) {
    let start = world.now();
    world.enqueue(job()).await;
    for delay in [30, 10, 20] {
        world.enqueue(job().delay(Duration::from_secs(delay))).await;
    }
    world
        .enqueue(NewJob::new("other", "kind").delay(TICK))
        .await;
    let claimed = world.claim_from(QUEUE, 10).await;
    let next = start + Duration::from_secs(10);
    assert_eq!((claimed.jobs.len(), claimed.next_due), (1, Some(next)));
    assert_eq!(world.claim_from("unheard-of", 10).await, Claimed::default());
}

/// A claim takes as many as it asked for, and a claim of none takes none.
pub async fn a_claim_takes_no_more_than_its_limit(world: World) {
    for _ in 0..5 {
        world.enqueue(job()).await;
    }
    let mut taken = Vec::new();
    for limit in [0, 2, 2, 2, 2] {
        taken.push(world.claim(limit).await.len());
    }
    assert_eq!(taken, [0, 2, 2, 1, 0]);
}

/// Names are compared byte by byte: by no collation, pattern or prefix.
pub async fn queues_share_nothing(world: World) {
    let queues = [
        "q", "Q", "q_", "qa", "q%", "q*", "q:", "q:q", "q'", "q\"", "q\\",
    ];
    for queue in queues {
        world.enqueue(NewJob::new(queue, "kind")).await;
    }
    for queue in queues {
        let claimed = world.claim_from(queue, 10).await.jobs;
        let found: Vec<_> = claimed.iter().map(|job| job.queue.as_str()).collect();
        assert_eq!(found, [queue]);
    }
}

/// Whatever its status, a job that is not waiting is not handed out.
pub async fn only_what_waits_is_claimed(world: World) {
    let [running, done, dead, cancelled] = [
        world.enqueue(job()).await,
        world.enqueue(job()).await,
        world.enqueue(job()).await,
        world.enqueue(job()).await,
    ];
    for claimed in world.claim(4).await {
        let event = match claimed.id {
            id if id == running => events::heartbeat(&claimed),
            id if id == done => events::complete(&claimed),
            id if id == dead => events::fail_for_good(&claimed),
            _ => events::cancel(),
        };
        let _ = world.apply(claimed.id, event).await;
    }
    let called_off = world.enqueue(job()).await;
    let _ = world.apply(called_off, events::cancel()).await;
    assert_eq!(world.get(cancelled).await.status, Status::Cancelled);
    world.advance(Duration::from_secs(3_600));
    assert_eq!(world.claim_from(QUEUE, 10).await, Claimed::default());
}

/// A lease too long to express lasts to the end of the calendar instead of wrapping into the past.
pub async fn a_lease_without_end_is_never_reaped(world: World) {
    world.enqueue(job()).await;
    let claim = Claim {
        queue: QUEUE.into(),
        worker: WorkerId::new("worker \u{2665}'\0"),
        lease: Duration::MAX,
        limit: 1,
    };
    let claimed = world.store().claim(&claim).await.expect("claim answers");
    let lease = Lease {
        fence: claimed.jobs[0].fence,
        worker: claim.worker,
        until: Timestamp::MAX,
    };
    assert_eq!(world.get(claimed.jobs[0].id).await.lease, Some(lease));
    world.advance(Duration::from_secs(3_600 * 24 * 365 * 100));
    assert_eq!(world.reap(10).await, []);
}

/// A queue that filled while its workers were away is not wedged. apalis-redis 1.0.0 hands all that is
/// due to one Lua call, which fails from 8000 jobs on, and from then on always.
pub async fn thousands_of_due_jobs_can_be_claimed(world: World) {
    const DUE: usize = 8_500;
    let delayed = || job().delay(Duration::from_secs(1));
    let mut tasks = tokio::task::JoinSet::new();
    for share in 0..100 {
        let world = world.clone();
        tasks.spawn(async move {
            for _ in 0..DUE / 100 {
                world
                    .enqueue(if share % 2 == 0 { job() } else { delayed() })
                    .await;
            }
        });
    }
    tasks.join_all().await;
    world.advance(Duration::from_secs(1));

    let mut claimed: BTreeSet<_> = ids(&world.claim(10).await).into_iter().collect();
    assert_eq!(claimed.len(), 10);
    claimed.extend(ids(&world.claim(2 * DUE).await));
    assert_eq!(claimed.len(), DUE);
}

fn ids<'a>(jobs: impl IntoIterator<Item = &'a Job>) -> Vec<JobId> {
    jobs.into_iter().map(|job| job.id).collect()
}
