//! What a person sees.

use super::{
    events,
    world::{LEASE, TICK, World, job},
};
use crate::{Category, Event, JobId, NewJob, Page, Query, Retry, Status, Summary};

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
        let _ = world.apply(third, events::cancel()).await;
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

/// Jobs are found by what they were tagged with, whose data they carry, what they belong to, when they came
/// and how they failed; each condition by itself and with another.
pub async fn every_mark_finds_its_jobs(world: World) {
    let parent = world.enqueue(NewJob::new("parents", "kind")).await;
    let marks = |n: usize| {
        let new = job().tag(["a", "b"][n % 2]).tag("all");
        let new = new
            .subject(["s", "S"][n / 2 % 2])
            .batch(["x", "x:y"][n / 4 % 2]);
        if n.is_multiple_of(3) {
            new.parent(parent)
        } else {
            new
        }
    };
    let mut ids = Vec::new();
    for n in 0..8 {
        ids.push(world.enqueue(marks(n)).await);
        let claimed = world.claim_one().await;
        let message = ["refused by 10.0.0.1", "no such order: 17"][n / 3 % 2];
        let event = Event::Fail {
            fence: claimed.fence,
            category: Category::ExternalApi,
            message: message.into(),
            retry: Retry::Never,
        };
        let _ = world.apply(claimed.id, event).await;
        world.advance(TICK);
    }
    let mut all = Vec::new();
    for &id in &ids {
        all.push(world.get(id).await);
    }
    let any = Query::default;
    let fingerprint = all[0].fingerprint.expect("it failed");
    let (since, until) = (all[2].created_at, all[5].created_at);
    let queries = [
        any().tag("a"),
        any().tag("all"),
        any().tag("A"),
        any().subject("s"),
        any().batch("x"),
        any().batch("x:y"),
        any().parent(parent),
        any().fingerprint(fingerprint),
        any().since(since).until(until),
        any().since(since),
        any().tag("b").subject("S").until(until),
        any().parent(parent).batch("x").status(Status::Dead),
        any().fingerprint(fingerprint).tag("a").since(since),
        any().queue("parents").tag("a"),
    ];
    let matching = queries.map(|query| {
        let newest_first = all.iter().rev().filter(|job| query.matches(job));
        let summaries: Vec<_> = newest_first.map(Summary::from).collect();
        (query, summaries)
    });
    for (query, expected) in matching {
        assert_eq!(world.list(&query).await.jobs, expected, "{query:?}");
    }
}

/// Each condition holds by itself and together with the others; names are compared byte by byte.
pub async fn every_filter_filters(world: World) {
    let mut jobs = Vec::new();
    for queue in ["q", "Q", "q_"] {
        for kind in ["k", "K", "k%"] {
            let ready = world.enqueue(NewJob::new(queue, kind)).await;
            let cancelled = world.enqueue(NewJob::new(queue, kind)).await;
            let _ = world.apply(cancelled, events::cancel()).await;
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

fn ids(page: &Page) -> Vec<JobId> {
    page.jobs.iter().map(|job| job.id).collect()
}
