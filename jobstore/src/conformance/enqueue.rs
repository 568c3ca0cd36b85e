//! What enters a store.

use std::time::Duration;

use super::world::{QUEUE, World, job};
use crate::{InvalidJob, Job, JobId, NewJob, Priority, Query, StoreError, Timestamp};

/// Every part of a job comes back as it was given, also what some store might take for syntax.
pub async fn a_job_is_kept_as_it_was_asked_for(world: World) {
    let full = NewJob::new("q'u\"e%_", "kind;--")
        .payload("{\"n\": 1}")
        .triggered_by("person:ada \u{2665}\0 o'hara")
        .metadata("a", "")
        .metadata("b", "\u{1f980}\0\"'\\")
        .priority(Priority::Urgent)
        .tag("z:'\"")
        .tag("a")
        .subject("customer: \u{2665}\0")
        .batch("import:'%")
        .parent(JobId::from_bytes([9; 16]))
        .max_attempts(u32::MAX)
        .max_lost(u32::MAX)
        .max_interrupted(1)
        .delay(Duration::from_micros(1_234_567))
        .dedupe("key \u{2665}\0", Duration::from_secs(60));
    for new in [job(), full] {
        let id = world.enqueue(new.clone()).await;
        assert_eq!(world.get(id).await, Job::new(new, id, world.now()));
    }
}

/// A payload is bytes, not text and not JSON.
pub async fn any_bytes_come_back_as_they_went_in(world: World) {
    let every_byte: Vec<u8> = (0..=u8::MAX).collect();
    let large = every_byte.repeat(4 * 1024);
    for payload in [
        vec![],
        vec![0],
        b"null".to_vec(),
        vec![0xff, 0xfe],
        every_byte,
        large,
    ] {
        let id = world.enqueue(job().payload(payload.clone())).await;
        let [kept, claimed] = [world.get(id).await, world.claim_one().await];
        assert!(
            kept.payload.as_bytes() == payload,
            "get changed {} bytes",
            payload.len()
        );
        assert!(
            claimed.payload.as_bytes() == payload,
            "claim changed {} bytes",
            payload.len()
        );
    }
}

/// A job at each of its limits is not too large.
pub async fn a_job_at_its_limits_is_kept(world: World) {
    let name = |first: char| first.to_string() + &"x".repeat(NewJob::MAX_NAME - 1);
    let text = || "\u{2665}".repeat(NewJob::MAX_TEXT / 3);
    let new = (b'@'..)
        .take(NewJob::MAX_METADATA)
        .fold(NewJob::new(name('q'), name('k')), |new, key| {
            new.metadata(name(key.into()), text())
        })
        .payload(vec![0xa5; NewJob::MAX_PAYLOAD])
        .triggered_by(text())
        .dedupe(text(), Duration::MAX);
    let id = world.enqueue(new.clone()).await;
    assert!(
        world.get(id).await == Job::new(new, id, world.now()),
        "something was cut"
    );
}

/// Times at both ends of the calendar are times, and a delay without end reaches the last of them.
pub async fn the_ends_of_the_calendar_are_kept(world: World) {
    let cases = [
        (job().run_at(Timestamp::EPOCH), Timestamp::EPOCH),
        (job().run_at(Timestamp::MAX), Timestamp::MAX),
        (job().delay(Duration::MAX), Timestamp::MAX),
    ];
    for (new, run_at) in cases {
        let id = world.enqueue(new).await;
        assert_eq!(world.get(id).await.run_at, run_at);
    }
}

/// Ids sort by creation; lists and claims rely on it.
pub async fn ids_rise_while_the_clock_stands_still(world: World) {
    let mut latest: Option<JobId> = None;
    for _ in 0..200 {
        let id = world.enqueue(job()).await;
        assert!(latest < Some(id), "{id} does not follow {latest:?}");
        latest = Some(id);
    }
}

/// A job outside of its limits is refused by name of the part, and leaves no trace: no record, no work,
/// no dedupe key.
pub async fn an_invalid_job_is_refused_and_leaves_no_trace(world: World) {
    let keyed = || job().dedupe("key", Duration::from_secs(60));
    let invalid = [
        (keyed().max_attempts(0), "max_attempts"),
        (keyed().metadata("a b", ""), "metadata key"),
        (
            keyed().triggered_by("x".repeat(NewJob::MAX_TEXT + 1)),
            "triggered_by",
        ),
        (keyed().payload(vec![0; NewJob::MAX_PAYLOAD + 1]), "payload"),
        (job().dedupe("", Duration::ZERO), "dedupe key"),
        (NewJob::new("", "kind"), "queue"),
        (NewJob::new(QUEUE, "\u{2665}"), "kind"),
    ];
    for (new, part) in invalid {
        match world.store().enqueue(new).await {
            Err(StoreError::Invalid(InvalidJob { field, .. })) => assert_eq!(field, part),
            other => panic!("a job with a wrong {part} was answered {other:?}"),
        }
    }
    assert_eq!(world.list(&Query::default()).await.jobs, []);
    assert_eq!(world.claim(10).await, []);
    world.enqueue(keyed()).await;
}

/// A store that works says so, and reads the clock that it was given.
pub async fn a_healthy_store_says_so(world: World) {
    world
        .store()
        .check()
        .await
        .expect("a fresh store is healthy");
    assert_eq!(world.store().now(), world.now());
    world.advance(Duration::from_secs(1));
    assert_eq!(world.store().now(), world.now());
}
