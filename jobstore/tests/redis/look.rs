//! Looking at many jobs and entries, which are read in pieces.

use std::{sync::Arc, time::Duration};

use jobstore::{
    AuditQuery, ManualClock, NewJob, Query, Redis, Retention, Store as _, Timestamp,
    store::redis::Options,
};
use redis_fixture::Server;

use crate::{
    client::connect,
    world::{job, open, run},
};

#[test]
fn a_list_of_all_goes_through_many_queues_as_if_they_were_one() {
    const QUEUES: usize = 150;
    let server = Server::start();
    run(async {
        let store = open(&server.url()).await;
        let jobs =
            (0..20 * QUEUES).map(|n| NewJob::new(format!("queue{}", n * n % QUEUES), "kind"));
        let enqueued = store.enqueue_all(jobs.collect()).await.unwrap();
        let mut expected: Vec<_> = enqueued.iter().map(|enqueued| enqueued.first()).collect();
        expected.reverse();
        let (mut seen, mut query) = (Vec::new(), Query::default().limit(Query::MAX_LIMIT));
        loop {
            let page = store.list(&query).await.unwrap();
            seen.extend(page.jobs.iter().map(|job| job.id));
            query.before = page.next;
            if page.next.is_none() {
                break;
            }
        }
        assert_eq!(seen, expected);
    });
}

#[test]
fn entries_that_were_written_together_are_told_and_let_go_one_by_one() {
    const JOBS: usize = 40;
    let server = Server::start();
    run(async {
        let start = Timestamp::EPOCH + Duration::from_secs(1_700_000_000);
        let clock = Arc::new(ManualClock::at(start));
        let options = Options::new().clock(Arc::clone(&clock));
        let client = connect(&server.url()).await;
        let store = Redis::open_with(client, "app", options).await.unwrap();
        let enqueued = store.enqueue_all(vec![job(); JOBS]).await.unwrap();
        let numbers = async |query: AuditQuery| -> Vec<u64> {
            let entries = store.audit(&query).await.unwrap().entries;
            entries.iter().map(|entry| entry.seq).collect()
        };
        let all = AuditQuery::default().limit(AuditQuery::MAX_LIMIT);
        let newest_first =
            |numbers: std::ops::RangeInclusive<u64>| numbers.rev().collect::<Vec<_>>();
        assert_eq!(numbers(all.clone()).await, newest_first(1..=40));
        assert_eq!(numbers(all.clone().before(20)).await, newest_first(1..=19));
        assert_eq!(numbers(all.clone().limit(3)).await, [40, 39, 38]);
        assert_eq!(numbers(all.clone().job(enqueued[6].first())).await, [7]);

        clock.advance(Duration::from_secs(2));
        let retention = Retention::default().audit(Duration::from_secs(1));
        let mut first = 1;
        for limit in [5, 20, 3] {
            assert_eq!(store.prune(&retention, limit).await.unwrap().audit, limit);
            first += limit as u64;
            assert_eq!(numbers(all.clone()).await, newest_first(first..=40));
            let of_one = numbers(all.clone().job(enqueued[6].first())).await;
            assert_eq!(of_one.is_empty(), first > 7, "{of_one:?}");
        }
        assert_eq!(store.prune(&retention, 100).await.unwrap().audit, 12);
        assert!(numbers(all).await.is_empty());
        assert_eq!(server.cli(&["XLEN", "{app}:audit"]), "0");
    });
}
