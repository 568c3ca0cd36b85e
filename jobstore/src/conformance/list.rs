//! What a person sees.

use super::{
    events,
    world::{LEASE, TICK, World, job},
};
use crate::{Backlog, Event, Job, JobId, NewJob, Page, Query, Status, Summary};

/// A job that is not there is an answer, not an error.
pub async fn a_job_that_is_not_there_is_none(world: World) {
    world.enqueue(job()).await;
    for bytes in [[0; 16], [0xff; 16]] {
        assert_eq!(world.find(JobId::from_bytes(bytes)).await, None);
    }
}

/// A list shows each job as it is now, with its latest error, the newest job first.
pub async fn a_list_shows_the_newest_first_as_they_are_now(world: World) {
    let [first, second, third] = [
        world.enqueue(job().triggered_by("person:ada")).await,
        world.enqueue(job().delay(LEASE)).await,
        world.enqueue(job()).await,
    ];
    for _ in 0..2 {
        let claimed = world.claim_one().await;
        let _ = world.apply(first, events::fail(&claimed)).await;
        let _ = world.apply(third, Event::Cancel).await;
        world.advance(events::BACKOFF);
    }
    world.claim_one().await;
    let mut expected = Vec::new();
    for id in [third, second, first] {
        expected.push(Summary::from(&world.get(id).await));
    }
    assert_eq!(
        expected[2].last_error.as_ref().map(|error| error.attempt),
        Some(2)
    );
    let page = world.list(&Query::default()).await;
    assert_eq!((page.jobs, page.next), (expected, None));
}

/// Each condition holds by itself and together with the others; names are compared byte by byte.
pub async fn every_filter_filters(world: World) {
    let mut jobs = Vec::new();
    for queue in ["q", "Q", "q_"] {
        for kind in ["k", "K", "k%"] {
            let ready = world.enqueue(NewJob::new(queue, kind)).await;
            let cancelled = world.enqueue(NewJob::new(queue, kind)).await;
            let _ = world.apply(cancelled, Event::Cancel).await;
            jobs.push((queue, kind, Status::Ready, ready));
            jobs.push((queue, kind, Status::Cancelled, cancelled));
        }
    }
    jobs.reverse();
    for queue in [None, Some("q"), Some("q_"), Some("q%"), Some("")] {
        for kind in [None, Some("k"), Some("k%"), Some("nothing")] {
            for status in [
                None,
                Some(Status::Ready),
                Some(Status::Cancelled),
                Some(Status::Done),
            ] {
                let query = Query {
                    status,
                    queue: queue.map(Into::into),
                    kind: kind.map(Into::into),
                    ..Query::default()
                };
                let expected: Vec<_> = jobs
                    .iter()
                    .filter(|job| queue.is_none_or(|queue| queue == job.0))
                    .filter(|job| kind.is_none_or(|kind| kind == job.1))
                    .filter(|job| status.is_none_or(|status| status == job.2))
                    .map(|job| job.3)
                    .collect();
                assert_eq!(ids(&world.list(&query).await), expected, "{query:?}");
            }
        }
    }
}

/// The pages of a list join without a gap and without anything twice, also while jobs are added; and the
/// last page says that it is the last, also when it is full.
pub async fn pages_join_while_jobs_are_added(world: World) {
    const JOBS: usize = 6;
    for limit in 1..=JOBS + 1 {
        let kind = format!("listed-by-{limit}");
        let mut expected = Vec::new();
        for _ in 0..JOBS {
            expected.insert(0, world.enqueue(NewJob::new("queue", &kind)).await);
            world.enqueue(job()).await;
        }
        let mut query = Query::default().kind(&kind).limit(limit);
        let (mut seen, mut pages) = (Vec::new(), 0);
        loop {
            let page = world.list(&query).await;
            seen.extend(ids(&page));
            pages += 1;
            assert!(pages <= JOBS, "the list has no end in pages of {limit}");
            world.enqueue(NewJob::new("queue", &kind)).await;
            let Some(next) = page.next else { break };
            query = query.before(next);
        }
        assert_eq!(seen, expected, "in pages of {limit}");
        assert_eq!(pages, JOBS.div_ceil(limit), "in pages of {limit}");
    }
}

/// A limit outside of its range is moved into it: nobody asks for everything at once.
pub async fn the_limit_of_a_page_is_bounded(world: World) {
    for _ in 0..=Query::MAX_LIMIT {
        world.enqueue(job()).await;
    }
    let cases = [
        (0, 1),
        (1, 1),
        (50, 50),
        (Query::MAX_LIMIT, Query::MAX_LIMIT),
        (usize::MAX, Query::MAX_LIMIT),
    ];
    for (limit, expected) in cases {
        let page = world.list(&Query::default().limit(limit)).await;
        assert_eq!(page.jobs.len(), expected);
        assert_eq!(page.next, page.jobs.last().map(|job| job.id));
    }
}

/// The backlog counts each job by its status of now, in whatever queue it is, and leaves out what is done
/// or cancelled. It names the time of the job that has been due for longest.
pub async fn the_backlog_is_what_has_not_ended_and_the_dead(world: World) {
    assert_eq!(world.backlog().await, Backlog::default());
    let start = world.now();
    let outcomes: [fn(&Job) -> Event; 4] = [
        events::heartbeat,
        events::fail,
        events::fail_for_good,
        events::complete,
    ];
    let mut jobs = Vec::new();
    for queue in ["a", "b"] {
        for outcome in outcomes {
            jobs.push(world.enqueue(NewJob::new(queue, "kind")).await);
            let claimed = world.claim_from(queue, 1).await.jobs.remove(0);
            let _ = world.apply(claimed.id, outcome(&claimed)).await;
        }
        let cancelled = world.enqueue(NewJob::new(queue, "kind")).await;
        let _ = world.apply(cancelled, Event::Cancel).await;
        jobs.push(world.enqueue(NewJob::new(queue, "kind").delay(LEASE)).await);
        world.advance(TICK);
        jobs.push(world.enqueue(NewJob::new(queue, "kind")).await);
    }
    let mut kept = Vec::new();
    for job in jobs {
        kept.push(world.get(job).await);
    }
    let backlog = world.backlog().await;
    assert_eq!(backlog, Backlog::of(&kept));
    let counted = [
        backlog.scheduled,
        backlog.ready,
        backlog.running,
        backlog.retrying,
        backlog.dead,
    ];
    assert_eq!(counted, [2; 5]);
    assert_eq!(backlog.first_due, Some(start + TICK));
    assert_eq!(world.claim_from("a", 1).await.jobs.len(), 1);
    assert_eq!(world.backlog().await.first_due, Some(start + 2 * TICK));
}

fn ids(page: &Page) -> Vec<JobId> {
    page.jobs.iter().map(|job| job.id).collect()
}
