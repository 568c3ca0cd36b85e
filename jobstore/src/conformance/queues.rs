//! Queues and batches as an operator sees them, and pauses.

use super::{
    events,
    world::{LEASE, QUEUE, TICK, World, job},
};
use crate::{Event, Job, NewJob, QueueState, Status, Tally, Timestamp};

/// Every job is counted in its queue by its status of now; what is deleted counts no more.
pub async fn queues_count_every_job_by_its_status_of_now(world: World) {
    assert_eq!(world.queues().await, []);
    let outcomes: [fn(&Job) -> Event; 5] = [
        events::heartbeat,
        events::fail,
        events::fail_for_good,
        events::complete,
        |_| events::cancel(),
    ];
    for queue in ["b", "a"] {
        for outcome in outcomes {
            world.enqueue(NewJob::new(queue, "kind")).await;
            let claimed = world.claim_from(queue, 1).await.jobs.remove(0);
            let _ = world.apply(claimed.id, outcome(&claimed)).await;
        }
        world.enqueue(NewJob::new(queue, "kind").delay(LEASE)).await;
        world.enqueue(NewJob::new(queue, "kind")).await;
    }
    let queues = world.queues().await;
    assert!(
        queues
            .iter()
            .map(|queue| queue.queue.as_str())
            .eq(["a", "b"])
    );
    for queue in &queues {
        assert_eq!(Status::ALL.map(|status| queue.tally.of(status)), [1; 7]);
    }
    world.advance(TICK);
    assert_eq!(world.prune(world.now(), 100).await, 6);
    let left = world.queues().await;
    assert!(
        left.iter()
            .all(|queue| queue.tally.total() == queue.tally.unfinished())
    );
}

/// How far workers are behind is the age of the job that has been due for longest, whatever its priority.
pub async fn a_queue_tells_since_when_it_is_behind_and_what_comes_next(world: World) {
    let start = world.now();
    world.enqueue(job().delay(LEASE)).await;
    let due = async |due_since, next_due| {
        let queue = world.queues().await.remove(0);
        assert_eq!((queue.due_since, queue.next_due), (due_since, next_due));
    };
    due(None, Some(start + LEASE)).await;
    world.advance(TICK);
    world.enqueue(job()).await;
    due(Some(start + TICK), Some(start + LEASE)).await;
    world.advance(LEASE);
    due(Some(start + TICK), None).await;
    world.claim_one().await;
    due(Some(start + LEASE), None).await;
    world.claim_one().await;
    due(None, None).await;
}

/// When workers last asked for a queue is known to the minute; nobody asked, nothing is known.
pub async fn a_queue_tells_when_it_was_asked_for(world: World) {
    world.enqueue(job().delay(LEASE)).await;
    assert_eq!(asked(&world).await, None);
    let first = world.now();
    world.claim(1).await;
    assert_eq!(asked(&world).await, Some(first));
    for _ in 0..10 {
        world.advance(LEASE);
        let claimed = world.claim(1).await;
        let at = asked(&world).await.expect("it was asked for");
        assert!(world.now().since(at) < 2 * LEASE, "{claimed:?}");
    }
}

/// Of a paused queue nothing is claimed, by nobody, until the pause is taken back; what runs goes on.
pub async fn nothing_of_a_paused_queue_is_claimed(world: World) {
    let running = world.enqueue(job()).await;
    let claimed = world.claim_one().await;
    let waiting = world.enqueue(job()).await;
    let other = world.enqueue(NewJob::new("other", "kind")).await;
    pause(&world, true).await;
    let nothing = world.claim_from(QUEUE, 10).await;
    assert!(nothing.paused);
    assert_eq!(nothing.jobs, []);
    assert_eq!(world.claim_from("other", 10).await.jobs[0].id, other);
    let _ = world.apply(running, events::complete(&claimed)).await;
    assert_eq!(world.get(running).await.status, Status::Done);
    world.enqueue(job()).await;

    pause(&world, false).await;
    let claimed = world.claim_from(QUEUE, 10).await;
    assert!(!claimed.paused);
    assert_eq!(claimed.jobs.len(), 2);
    assert_eq!(claimed.jobs[0].id, waiting);
}

/// A pause says who, when and why, also for a queue that holds nothing.
pub async fn a_pause_is_told_with_its_reason(world: World) {
    pause(&world, true).await;
    let queue = world.queues().await.remove(0);
    let paused = queue.paused.expect("it is paused");
    assert_eq!((paused.since, paused.by), (world.now(), events::by()));
    assert_eq!(queue.tally, Tally::default());
    pause(&world, false).await;
    assert_eq!(world.queues().await, []);
}

/// Workers that wait are told when a pause is taken back.
pub async fn the_end_of_a_pause_is_heard(world: World) {
    world.enqueue(job()).await;
    pause(&world, true).await;
    let heard = world.store().listen();
    assert!(world.claim_from(QUEUE, 1).await.paused);
    pause(&world, false).await;
    heard.await;
    assert_eq!(world.claim(1).await.len(), 1);
}

/// A batch counts its jobs in whatever queue they are, and nobody else's.
pub async fn a_batch_counts_its_jobs(world: World) {
    for queue in ["a", "b"] {
        for _ in 0..2 {
            world
                .enqueue(NewJob::new(queue, "kind").batch("import"))
                .await;
        }
    }
    world.enqueue(job().batch("Import")).await;
    world.enqueue(job()).await;
    let claimed = world.claim_from("a", 1).await.jobs.remove(0);
    let tally = async || world.store().batch("import").await.expect("batch answers");
    let expected = Tally {
        ready: 3,
        running: 1,
        ..Tally::default()
    };
    assert_eq!(tally().await, expected);
    let _ = world.apply(claimed.id, events::complete(&claimed)).await;
    let expected = Tally {
        ready: 3,
        done: 1,
        ..Tally::default()
    };
    assert_eq!(tally().await, expected);
    assert_eq!(tally().await.unfinished(), 3);
    let unknown = world.store().batch("none").await.expect("batch answers");
    assert_eq!(unknown, Tally::default());
}

async fn pause(world: &World, pause: bool) {
    let by = events::by();
    let paused = world.store().pause(QUEUE, pause.then_some(&by)).await;
    paused.expect("pause answers");
}

async fn asked(world: &World) -> Option<Timestamp> {
    let mut queues = world.queues().await;
    let queue: QueueState = queues.remove(0);
    queue.asked_at
}
