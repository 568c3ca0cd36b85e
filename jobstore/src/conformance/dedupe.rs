//! How repetitions are recognised.

use std::time::Duration;

use super::{
    events,
    world::{QUEUE, TICK, World, job},
};
use crate::{Applied, Enqueued, NewJob, Query, Status};

const WINDOW: Duration = Duration::from_secs(3_600);

/// The same key twice makes one job, and the second caller is told which. In apalis-redis 1.0.0 the
/// default settings delete the key as soon as it is written, and both are enqueued.
pub async fn a_repetition_is_told_of_the_first_job(world: World) {
    let id = world.enqueue(keyed()).await;
    world.advance(Duration::from_secs(60));
    let duplicate = Enqueued::Duplicate {
        id,
        status: Some(Status::Ready),
    };
    for _ in 0..3 {
        assert_eq!(world.offer(keyed()).await, duplicate);
    }
    assert_eq!(count(&world).await, 1);
    assert_eq!(world.claim(10).await.len(), 1);
}

/// What matters is what is to be done: the kind and the payload. Who asks, when, and how often it may be
/// tried is of the first.
pub async fn a_repetition_may_differ_in_all_but_kind_and_payload(world: World) {
    let id = world.enqueue(keyed()).await;
    let before = world.get(id).await;
    let again = keyed()
        .triggered_by("somebody else")
        .metadata("a", "b")
        .max_attempts(1)
        .delay(WINDOW);
    let duplicate = Enqueued::Duplicate {
        id,
        status: Some(Status::Ready),
    };
    assert_eq!(world.offer(again).await, duplicate);
    assert_eq!(world.get(id).await, before);
}

/// The same key with another kind or payload is neither a repetition nor a new job: the caller learns that
/// its keys are not what it thinks they are.
pub async fn the_same_key_for_something_else_is_a_conflict(world: World) {
    let id = world.enqueue(keyed()).await;
    let conflict = Enqueued::Conflict {
        id,
        status: Some(Status::Ready),
    };
    let other_kind = NewJob::new(QUEUE, "other")
        .payload("body")
        .dedupe("key", WINDOW);
    for different in [keyed().payload("Body"), keyed().payload(""), other_kind] {
        assert_eq!(world.offer(different).await, conflict);
    }
    assert_eq!(count(&world).await, 1);
    let duplicate = Enqueued::Duplicate {
        id,
        status: Some(Status::Ready),
    };
    assert_eq!(
        world.offer(keyed()).await,
        duplicate,
        "a conflict must not replace what is known"
    );
}

/// A repetition is told the status of the first job as it is now, in all of its life. Where the key goes
/// when the job succeeds (asynq), the sender's next retry runs it a second time.
pub async fn a_repetition_is_told_the_status_of_now(world: World) {
    let id = world.enqueue(keyed().max_attempts(2)).await;
    let seen = async |status| {
        let expected = Enqueued::Duplicate {
            id,
            status: Some(status),
        };
        assert_eq!(world.offer(keyed()).await, expected);
    };
    seen(Status::Ready).await;
    let claimed = world.claim_one().await;
    seen(Status::Running).await;
    let _ = world.apply(id, events::fail(&claimed)).await;
    seen(Status::Retrying).await;
    world.advance(events::BACKOFF);
    let claimed = world.claim_one().await;
    let _ = world.apply(id, events::complete(&claimed)).await;
    seen(Status::Done).await;
}

/// The window begins with the first enqueue and ends on time; repetitions do not prolong it.
pub async fn a_window_ends_on_time(world: World) {
    let first = world.enqueue(keyed()).await;
    world.advance(WINDOW / 2);
    let duplicate = Enqueued::Duplicate {
        id: first,
        status: Some(Status::Ready),
    };
    assert_eq!(world.offer(keyed()).await, duplicate);
    world.advance(WINDOW / 2 - TICK);
    assert_eq!(world.offer(keyed()).await, duplicate);

    world.advance(TICK);
    let second = world.enqueue(keyed().payload("another")).await;
    world.advance(WINDOW - TICK);
    let conflict = Enqueued::Conflict {
        id: second,
        status: Some(Status::Ready),
    };
    assert_eq!(world.offer(keyed()).await, conflict);
}

/// The window of the first enqueue counts, not the one that a repetition asks for.
pub async fn a_repetition_does_not_change_the_window(world: World) {
    let first = world.enqueue(keyed()).await;
    for window in [Duration::ZERO, Duration::MAX] {
        let again = world
            .offer(job().payload("body").dedupe("key", window))
            .await;
        assert_eq!(again.accepted(), Ok(first));
    }
    world.advance(WINDOW);
    assert_ne!(world.enqueue(keyed()).await, first);
}

/// A window without length recognises nothing, not even in the same instant.
pub async fn a_window_of_zero_recognises_nothing(world: World) {
    for _ in 0..3 {
        world.enqueue(job().dedupe("key", Duration::ZERO)).await;
    }
    assert_eq!(count(&world).await, 3);
}

/// A window too long to express ends with the calendar instead of in the past.
pub async fn a_window_without_end_never_ends(world: World) {
    let id = world.enqueue(job().dedupe("key", Duration::MAX)).await;
    world.advance(Duration::from_secs(3_600 * 24 * 365 * 100));
    assert_eq!(
        world.offer(job().dedupe("key", WINDOW)).await.accepted(),
        Ok(id)
    );
}

/// Keys are scoped by their queue and compared byte by byte; queue and key cannot run into each other.
pub async fn keys_share_nothing(world: World) {
    let pairs = [
        ("a", "bc"),
        ("ab", "c"),
        ("b", "bc"),
        ("a", "BC"),
        ("a", "bc "),
        ("a", "bc\0"),
        ("a", "b_"),
        ("a:b", "c"),
        ("a", "b:c"),
        // One character to the reader, composed and decomposed.
        ("a", "\u{e9}"),
        ("a", "e\u{301}"),
    ];
    for (queue, key) in pairs {
        world
            .enqueue(NewJob::new(queue, "kind").dedupe(key, WINDOW))
            .await;
    }
    assert_eq!(count(&world).await, pairs.len());
}

/// Jobs without a key are never repetitions, however alike.
pub async fn jobs_without_a_key_are_all_new(world: World) {
    for _ in 0..3 {
        world.enqueue(job().payload("body")).await;
    }
    world.enqueue(keyed()).await;
    world.enqueue(job().payload("body")).await;
    assert_eq!(count(&world).await, 5);
}

/// How long a job is kept and how long it is recognised are two things: pruning it neither frees the key
/// early nor leaves it taken for ever.
pub async fn a_key_outlives_its_job_and_ends_with_its_window(world: World) {
    let id = world.enqueue(keyed()).await;
    assert_eq!(
        world.apply(id, events::cancel()).await,
        Applied::Now(Status::Cancelled)
    );
    world.advance(TICK);
    assert_eq!(world.prune(world.now(), 10).await, 1);
    let duplicate = Enqueued::Duplicate { id, status: None };
    assert_eq!(world.offer(keyed()).await, duplicate);
    let conflict = Enqueued::Conflict { id, status: None };
    assert_eq!(world.offer(keyed().payload("another")).await, conflict);
    world.advance(WINDOW);
    assert_ne!(world.enqueue(keyed()).await, id);
}

/// A sender may want a dead or cancelled job done after all: its key is free then, and only then. The key
/// of whoever took it since is not touched when the first one is revived and dies again.
pub async fn a_key_that_is_released_at_death_is_free_then(world: World) {
    let released = || keyed().release_key_at_death();
    let first = world.enqueue(released().max_attempts(2)).await;
    for _ in 0..2 {
        assert_eq!(world.offer(released()).await.accepted(), Ok(first));
        let claimed = world.claim_one().await;
        let _ = world.apply(first, events::fail(&claimed)).await;
        world.advance(events::BACKOFF);
    }
    assert_eq!(world.get(first).await.status, Status::Dead);
    let second = world.enqueue(released()).await;
    let _ = world.apply(first, events::revive()).await;
    let _ = world.apply(first, events::cancel()).await;
    assert_eq!(world.offer(released()).await.accepted(), Ok(second));
    let _ = world.apply(second, events::cancel()).await;
    let third = world.enqueue(keyed()).await;
    let _ = world.apply(third, events::cancel()).await;
    assert_eq!(
        world.offer(released()).await.accepted(),
        Ok(third),
        "it keeps its key"
    );
}

/// Who takes a key that was freed has it for a window of its own: the end of the first one's, which comes earlier, is
/// none of its business.
pub async fn a_freed_key_is_held_for_the_window_of_the_next_job(world: World) {
    let first = world.enqueue(keyed().release_key_at_death()).await;
    let _ = world.apply(first, events::cancel()).await;
    world.advance(WINDOW / 2);
    let second = world.enqueue(keyed()).await;
    world.advance(WINDOW - TICK);
    // Stores forget keys when others come in.
    world.enqueue(job()).await;
    assert_eq!(world.offer(keyed()).await.accepted(), Ok(second));
    world.advance(TICK);
    assert_ne!(world.enqueue(keyed()).await, second);
}

fn keyed() -> NewJob {
    job().payload("body").dedupe("key", WINDOW)
}

async fn count(world: &World) -> usize {
    world.list(&Query::default()).await.jobs.len()
}
