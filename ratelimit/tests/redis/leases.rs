//! Processes that take tokens in advance.

use std::time::Duration;

use ratelimit::{LeaseTerms, Leases, Quota, Redis, Rule};
use redis_fixture::Server;

use crate::client::connect;
use crate::world::{TEN, is_unavailable, remaining, run, spend, take};

const TERMS: LeaseTerms = LeaseTerms {
    most: 50,
    term: Duration::from_secs(60),
    keys: 100,
};

#[test]
fn a_hot_key_is_shared_exactly_and_asked_for_rarely() {
    const TASKS: usize = 8;
    const TAKES: usize = 400;
    let server = Server::start();
    run(async {
        let mut tasks = tokio::task::JoinSet::new();
        let mut processes = Vec::new();
        for _ in 0..2 {
            let redis = Redis::new(connect(&server.url()).await, "app").unwrap();
            let leases = std::sync::Arc::new(Leases::new(redis, TERMS));
            processes.push(leases.clone());
            for _ in 0..TASKS {
                let leases = leases.clone();
                tasks.spawn(async move {
                    let rule = Rule::new("hot", Quota::per_day(5_000));
                    let mut allowed = 0;
                    for _ in 0..TAKES {
                        let decision = take(&leases, &rule, "a", 1).await.unwrap();
                        allowed += u64::from(decision.is_allowed());
                    }
                    allowed
                });
            }
        }
        let allowed: u64 = tasks.join_all().await.iter().sum();
        let held: u64 = processes.iter().map(|process| process.held()).sum();
        assert!(held <= 100, "{held}");
        let rule = Rule::new("hot", Quota::per_day(5_000));
        let redis = Redis::new(connect(&server.url()).await, "app").unwrap();
        let left = remaining(&redis, &rule, "a").await;
        assert_eq!(allowed + held + left, 5_000, "{held} held, {left} left");
        let calls = calls(&server);
        assert!(calls * 10 < 2 * TASKS * TAKES, "{calls}");

        for process in processes {
            process.give_back_all().await.unwrap();
        }
        assert_eq!(remaining(&redis, &rule, "a").await, 5_000 - allowed);
    });
}

#[test]
fn what_is_held_is_good_while_the_server_is_away() {
    let mut server = Server::start();
    run(async {
        let client = connect(&server.url()).await;
        let leases = Leases::new(Redis::new(client, "app").unwrap(), TERMS);
        for _ in 0..4 {
            spend(&leases, &TEN, "a", 1).await;
        }
        let held = leases.held();
        assert!(held > 0);
        server.kill();
        for _ in 0..held {
            spend(&leases, &TEN, "a", 1).await;
        }
        let error = take(&leases, &TEN, "a", 1).await.unwrap_err();
        assert!(is_unavailable(&error), "{error:?}");
        // Nobody is kept waiting by the one who has failed.
        let error = take(&leases, &TEN, "a", 1).await.unwrap_err();
        assert!(is_unavailable(&error), "{error:?}");
        assert!(
            leases.give_back_all().await.is_ok(),
            "nothing is left to give back"
        );
    });
}

fn calls(server: &Server) -> usize {
    let stats = server.cli(&["INFO", "commandstats"]);
    let stats = stats
        .lines()
        .filter_map(|line| line.strip_prefix("cmdstat_evalsha:calls="));
    let counts = stats.map(|line| line.split(',').next().unwrap().parse::<usize>().unwrap());
    counts.sum()
}
