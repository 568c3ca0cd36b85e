//! What holds when many ask at once. Atomicity is all that a store adds to the core, so these are the laws
//! that matter most.

use std::{collections::BTreeSet, sync::Arc, time::Duration};

use tokio::sync::Barrier;

use super::{
    events,
    world::{LEASE, World, job},
};
use crate::{Answer, Applied, Enqueued, Event, JobId, Query, Refused, Status};

const TASKS: usize = 16;
const ROUNDS: usize = 10;

/// One of them gets the job, all the others are told of it.
pub async fn the_same_key_at_once_makes_one_job(world: World) {
    for round in 0..ROUNDS {
        let key = format!("key {round}");
        let answers = at_once(&world, |world, _| {
            let new = job().dedupe(&key, Duration::from_secs(60));
            async move { world.offer(new).await }
        })
        .await;
        let created = answers
            .iter()
            .filter(|answer| matches!(answer, Enqueued::Created(_)));
        assert_eq!(created.count(), 1, "{answers:?}");
        let ids: BTreeSet<_> = answers.iter().map(|answer| answer.first()).collect();
        assert_eq!(ids.len(), 1, "{answers:?}");
        assert_eq!(world.list(&Query::default()).await.jobs.len(), round + 1);
    }
}

/// Every job goes to exactly one of those who claim at once, and none is left over.
pub async fn claimers_at_once_get_each_job_once(world: World) {
    const JOBS: usize = 200;
    for _ in 0..JOBS {
        world.enqueue(job()).await;
    }
    let claimed = at_once(&world, |world, n| async move {
        let mut mine = Vec::new();
        loop {
            let jobs = world.claim(1 + n % 4).await;
            if jobs.is_empty() {
                return mine;
            }
            mine.extend(jobs.into_iter().map(|job| job.id));
        }
    })
    .await;
    let all: Vec<JobId> = claimed.into_iter().flatten().collect();
    assert_eq!(all.len(), JOBS);
    assert_eq!(all.into_iter().collect::<BTreeSet<_>>().len(), JOBS);
}

/// Of several completions with the good fence one counts, and its result is what is kept.
pub async fn completions_at_once_have_one_winner(world: World) {
    for _ in 0..ROUNDS {
        let id = world.enqueue(job()).await;
        let fence = world.claim_one().await.fence;
        let answers = at_once(&world, |world, n| async move {
            let result = Some(Answer::new(n).expect("it is short"));
            (n, world.apply(id, Event::Complete { fence, result }).await)
        })
        .await;
        let done = Applied::Now(Status::Done);
        let winners: Vec<_> = answers
            .iter()
            .filter(|(_, answer)| *answer == done)
            .collect();
        assert_eq!(winners.len(), 1, "{answers:?}");
        assert_eq!(
            world.get(id).await.result.map(Answer::into_value),
            Some(winners[0].0.into())
        );
        let lost = Applied::Refused(Refused::LeaseLost);
        assert_eq!(
            answers.iter().filter(|(_, answer)| *answer == lost).count(),
            TASKS - 1
        );
    }
}

/// However a job is ended by many in different ways, one way is answered as done, and that is how it ended.
pub async fn ends_at_once_have_one_winner(world: World) {
    for _ in 0..ROUNDS {
        let id = world.enqueue(job()).await;
        let claimed = world.claim_one().await;
        world.advance(LEASE);
        let answers = at_once(&world, |world, n| {
            let event = match n % 3 {
                0 => events::complete(&claimed),
                1 => events::fail_for_good(&claimed),
                _ => events::cancel(),
            };
            async move { world.apply(id, event).await }
        })
        .await;
        let won: Vec<_> = answers
            .iter()
            .filter_map(|answer| match answer {
                Applied::Now(status) => Some(*status),
                Applied::Refused(_) | Applied::Unknown => None,
            })
            .collect();
        assert_eq!(won, [world.get(id).await.status]);
    }
}

/// A lease that ran out is reaped by one of those who try, so the loss is counted once.
pub async fn reapers_at_once_reap_each_lease_once(world: World) {
    const JOBS: usize = 50;
    for _ in 0..JOBS {
        world.enqueue(job()).await;
    }
    world.claim(JOBS).await;
    world.advance(LEASE);
    let reaped = at_once(&world, |world, n| async move { world.reap(n + 1).await }).await;
    let mut reaped: Vec<_> = reaped.into_iter().flatten().collect();
    reaped.extend(world.reap(JOBS).await);
    assert_eq!(reaped.len(), JOBS);
    for id in reaped {
        assert_eq!(world.get(id).await.lost, 1);
    }
}

/// Either the worker finishes in time or the reaper takes the job back: never both, never neither.
pub async fn a_completion_and_a_reap_exclude_each_other(world: World) {
    for _ in 0..ROUNDS {
        let id = world.enqueue(job()).await;
        let claimed = world.claim_one().await;
        world.advance(LEASE);
        let answers = at_once(&world, |world, n| {
            let event = events::complete(&claimed);
            async move {
                if n % 2 == 0 {
                    world.reap(1).await == [id]
                } else {
                    world.apply(id, event).await == Applied::Now(Status::Done)
                }
            }
        })
        .await;
        assert_eq!(answers.into_iter().filter(|&won| won).count(), 1);
        if world.get(id).await.status == Status::Ready {
            let _ = world.apply(id, events::cancel()).await;
        }
    }
}

/// Each delete is counted by one of those who prune at once.
pub async fn pruners_at_once_delete_each_job_once(world: World) {
    const JOBS: usize = 2 * TASKS;
    for _ in 0..ROUNDS {
        for _ in 0..JOBS {
            let id = world.enqueue(job()).await;
            let _ = world.apply(id, events::cancel()).await;
        }
        world.advance(LEASE);
        let prune = |world: World, n| async move { world.prune(world.now(), n + 1).await };
        let pruned: usize = at_once(&world, prune).await.into_iter().sum();
        assert_eq!(pruned + world.prune(world.now(), JOBS).await, JOBS);
    }
}

/// Who looks while others write sees each job before a step or after it, never in the middle.
pub async fn whoever_looks_sees_whole_jobs(world: World) {
    let (id, other) = (world.enqueue(job()).await, world.enqueue(job()).await);
    at_once(&world, |world, n| async move {
        for _ in 0..50 {
            if n % 2 == 0 {
                for job in world.claim(1).await {
                    tokio::task::yield_now().await;
                    let _ = world.apply(job.id, events::release(&job)).await;
                }
            }
            for id in [id, other] {
                let seen = world.get(id).await;
                let leased = seen.lease.is_some();
                assert_eq!(leased, seen.status == Status::Running, "{seen:?}");
                assert_eq!(u32::from(leased), seen.attempts, "{seen:?}");
            }
            let listed = world.list(&Query::default()).await.jobs;
            let ids: Vec<_> = listed.iter().map(|job| job.id).collect();
            assert_eq!(ids, [other, id]);
        }
    })
    .await;
}

/// Runs `task` as often as there are [`TASKS`], all from the same moment on.
pub(super) async fn at_once<T, F>(world: &World, task: impl Fn(World, usize) -> F) -> Vec<T>
where
    T: Send + 'static,
    F: Future<Output = T> + Send + 'static,
{
    let start = Arc::new(Barrier::new(TASKS));
    let mut tasks = tokio::task::JoinSet::new();
    for n in 0..TASKS {
        let (start, task) = (Arc::clone(&start), task(world.clone(), n));
        tasks.spawn(async move {
            start.wait().await;
            task.await
        });
    }
    tasks.join_all().await
}
