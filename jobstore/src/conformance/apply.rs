//! What happens to a job once it is in a store.

use std::time::Duration;

use serde_json::json;

use super::{
    events::{self, BACKOFF},
    world::{LEASE, QUEUE, World, job},
};
use crate::{
    Answer, Applied, Category, Claimed, Event, Failure, Fence, Job, JobId, NewJob, Query, Refused,
    Retry, Status,
};

/// Every event, in every status, does to the kept job what the state machine does to the record, now and
/// when every wait is over.
pub async fn every_event_in_every_status_is_decided_by_the_core(world: World) {
    for wait in [Duration::ZERO, LEASE] {
        for status in Status::ALL {
            for kind in 0..events::every(Fence::NONE).len() {
                let mut expected = bring(&world, status).await;
                let id = expected.id;
                world.advance(wait);
                let event = events::every(expected.fence).swap_remove(kind);
                let decided = match expected.apply(event.clone(), world.now()) {
                    Ok(_) => Applied::Now(expected.status),
                    Err(refused) => Applied::Refused(refused),
                };
                assert_eq!(
                    world.apply(id, event.clone()).await,
                    decided,
                    "{status}: {event:?}"
                );
                assert_eq!(world.get(id).await, expected, "{status}: {event:?}");
            }
        }
    }
}

/// Whoever does not hold the latest fence has lost the lease, whatever the job is doing now, and changes
/// nothing. Of the established queues most let such a worker finish somebody else's attempt.
pub async fn a_stale_fence_changes_nothing_in_any_status(world: World) {
    for status in Status::ALL {
        let before = bring(&world, status).await;
        let latest = before.fence.get();
        let mut stale = vec![0, 1, latest.saturating_sub(1), latest + 1, u64::MAX];
        // A lease that was given up is as stale as one that was taken away.
        stale.extend((status != Status::Running).then_some(latest));
        for stale in stale {
            for event in events::of_worker(Fence::new(stale)) {
                let applied = world.apply(before.id, event.clone()).await;
                let lost = Applied::Refused(Refused::LeaseLost);
                assert_eq!(applied, lost, "{status}: {event:?}");
                assert_eq!(world.get(before.id).await, before, "{status}: {event:?}");
            }
        }
    }
}

/// What has ended stays as it ended, unless a person wants it otherwise.
pub async fn nothing_happens_to_a_job_that_has_ended(world: World) {
    for status in Status::ALL.into_iter().filter(|status| status.is_final()) {
        let ended = bring(&world, status).await;
        world.advance(LEASE);
        let by_itself = [events::claim(), Event::Expire, events::cancel()];
        for event in events::of_worker(ended.fence).into_iter().chain(by_itself) {
            let applied = world.apply(ended.id, event.clone()).await;
            assert!(
                matches!(applied, Applied::Refused(_)),
                "{status}: {event:?}: {applied:?}"
            );
        }
        assert_eq!(world.get(ended.id).await, ended);
        assert_eq!(world.claim(10).await, []);
    }
}

/// There is no job of that id; and afterwards there still is none.
pub async fn an_event_for_a_job_that_is_not_there_is_unknown(world: World) {
    for bytes in [[0; 16], [0xff; 16]] {
        let id = JobId::from_bytes(bytes);
        for event in events::every(Fence::new(1)) {
            assert_eq!(world.apply(id, event).await, Applied::Unknown);
        }
        assert_eq!(world.find(id).await, None);
    }
    assert_eq!(world.list(&Query::default()).await.jobs, []);
}

/// What arrives together is judged apart. apalis-redis 1.0.0 stops a batch at the first id that the worker
/// does not hold: what came before is done, what comes after stays in flight.
pub async fn one_strange_event_does_not_harm_its_neighbours(world: World) {
    let mut jobs = Vec::new();
    for _ in 0..20 {
        jobs.push(bring(&world, Status::Running).await);
    }
    let mut tasks = tokio::task::JoinSet::new();
    for job in jobs.clone() {
        let world = world.clone();
        tasks.spawn(async move {
            let foreign = world.apply(JobId::from_bytes([7; 16]), events::complete(&job));
            assert_eq!(foreign.await, Applied::Unknown);
            let stale = Event::Release { fence: Fence::NONE };
            let lost = Applied::Refused(Refused::LeaseLost);
            assert_eq!(world.apply(job.id, stale).await, lost);
            let invalid = world.store().enqueue(NewJob::new("", "")).await;
            assert!(invalid.is_err());
            let completed = world.apply(job.id, events::complete(&job)).await;
            assert_eq!(completed, Applied::Now(Status::Done));
        });
    }
    tasks.join_all().await;
    for job in jobs {
        assert_eq!(world.get(job.id).await.status, Status::Done);
    }
}

/// A failed job comes back when its backoff is over, with all that it carries.
pub async fn a_failed_job_comes_back_whole_after_its_backoff(world: World) {
    let id = world
        .enqueue(job().payload("body").metadata("a", "b"))
        .await;
    let first = world.claim_one().await;
    assert_eq!(
        world.apply(id, events::fail(&first)).await,
        Applied::Now(Status::Retrying)
    );
    let claimed = world.claim_from(QUEUE, 1).await;
    assert_eq!(claimed.jobs, []);
    assert_eq!(claimed.next_due, Some(world.now() + BACKOFF));
    world.advance(BACKOFF);
    let second = world.claim_one().await;
    assert_eq!(
        (&second.payload, &second.metadata),
        (&first.payload, &first.metadata)
    );
    assert_eq!(second.attempts, 2);
    assert_eq!(second.errors.len(), 1);
}

/// A job is dead after as many failures as it may have, not one later. apalis-redis 1.0.0 goes by 25
/// whatever the job says.
pub async fn a_job_dies_with_its_last_attempt(world: World) {
    for max in [1, 3] {
        let id = world.enqueue(job().max_attempts(max)).await;
        for attempt in 1..=max {
            let claimed = world.claim_one().await;
            let status = if attempt < max {
                Status::Retrying
            } else {
                Status::Dead
            };
            assert_eq!(
                world.apply(id, events::fail(&claimed)).await,
                Applied::Now(status)
            );
            world.advance(BACKOFF);
        }
        assert_eq!(world.claim_from(QUEUE, 1).await, Claimed::default());
        let attempts: Vec<_> = world
            .get(id)
            .await
            .errors
            .iter()
            .map(|error| error.attempt)
            .collect();
        assert_eq!(attempts, (1..=max).collect::<Vec<_>>());
    }
}

/// The error history keeps its newest entries, in order, and cuts what is too long.
pub async fn the_error_history_is_kept_and_bounded(world: World) {
    let rounds = Failure::MAX_HISTORY + 3;
    let id = world.enqueue(job().max_attempts(u32::MAX)).await;
    let mut expected = world.get(id).await;
    for round in 0..rounds {
        let _ = world.apply(id, events::claim()).await;
        let _ = expected
            .apply(events::claim(), world.now())
            .expect("it is due");
        let event = Event::Fail {
            fence: expected.fence,
            category: Category::Unknown,
            message: format!("{round} ") + &"\u{2665}".repeat(Failure::MAX_MESSAGE),
            retry: Retry::After(BACKOFF),
        };
        let _ = world.apply(id, event.clone()).await;
        let _ = expected.apply(event, world.now()).expect("it is running");
        world.advance(BACKOFF);
    }
    assert_eq!(world.get(id).await, expected);
    assert_eq!(expected.errors.len(), Failure::MAX_HISTORY);
}

/// What a handler answered comes back as it was: text, numbers at both ends of their range, nesting.
pub async fn a_result_comes_back_as_it_was(world: World) {
    let results = [
        None,
        Some(json!("")),
        Some(json!(false)),
        Some(json!([])),
        Some(json!({"integers": [u64::MAX, i64::MIN], "floats": [-0.1, f64::MAX]})),
        Some(json!({"null": null, "\u{2665}\0'\"": [[{"\\": true}]]})),
    ];
    for result in results {
        let id = world.enqueue(job()).await;
        let fence = world.claim_one().await.fence;
        let result = result.map(|value| Answer::new(value).expect("it is small"));
        let event = Event::Complete {
            fence,
            result: result.clone(),
        };
        assert_eq!(world.apply(id, event).await, Applied::Now(Status::Done));
        assert_eq!(world.get(id).await.result, result);
    }
}

/// Whatever is an answer can be kept, and read again: a store that could not do either would have the job
/// run again and again for its result.
pub async fn an_answer_at_its_limits_is_kept(world: World) {
    let nested = (0..Answer::MAX_DEPTH).fold(json!(1), |inner, level| match level % 2 {
        0 => json!([inner]),
        _ => json!({"a": inner}),
    });
    let quotes = 2;
    let long = json!("a".repeat(Answer::MAX_SIZE - quotes));
    for value in [nested, long] {
        let answer = Answer::new(value).expect("it is within the limits");
        let id = world.enqueue(job()).await;
        let event = Event::Complete {
            fence: world.claim_one().await.fence,
            result: Some(answer.clone()),
        };
        assert_eq!(world.apply(id, event).await, Applied::Now(Status::Done));
        assert_eq!(world.get(id).await.result, Some(answer));
    }
}

/// A whole life may fit into one instant of the clock: nothing needs time to move.
pub async fn a_life_fits_into_one_instant(world: World) {
    let id = world.enqueue(job()).await;
    let first = world.claim_one().await;
    let at_once = Event::Fail {
        fence: first.fence,
        category: Category::Timeout,
        message: String::new(),
        retry: Retry::After(Duration::ZERO),
    };
    assert_eq!(
        world.apply(id, at_once).await,
        Applied::Now(Status::Retrying)
    );
    let second = world.claim_one().await;
    let _ = world.apply(id, events::release(&second)).await;
    let third = world.claim_one().await;
    assert_eq!(third.attempts, 2);
    assert!(third.fence > second.fence);
    assert_eq!(
        world.apply(id, events::complete(&third)).await,
        Applied::Now(Status::Done)
    );
    let done = world.get(id).await;
    assert_eq!(
        (done.duration(), done.ended_at),
        (Some(Duration::ZERO), Some(world.now()))
    );
}

/// A job that came to `status` by its own events.
async fn bring(world: &World, status: Status) -> Job {
    if status == Status::Scheduled {
        let id = world.enqueue(job().delay(BACKOFF)).await;
        return world.get(id).await;
    }
    let id = world.enqueue(job()).await;
    if status != Status::Ready {
        // Claimed twice, so that there is an earlier fence which once was good.
        for _ in 0..2 {
            let _ = world.apply(id, events::claim()).await;
            let claimed = world.get(id).await;
            let _ = world.apply(id, events::release(&claimed)).await;
        }
        let _ = world.apply(id, events::claim()).await;
    }
    let claimed = world.get(id).await;
    let _ = match status {
        Status::Retrying => world.apply(id, events::fail(&claimed)).await,
        Status::Done => world.apply(id, events::complete(&claimed)).await,
        Status::Dead => world.apply(id, events::fail_for_good(&claimed)).await,
        Status::Cancelled => world.apply(id, events::cancel()).await,
        Status::Scheduled | Status::Ready | Status::Running => Applied::Now(status),
    };
    let brought = world.get(id).await;
    assert_eq!(brought.status, status);
    brought
}
