//! Processes that share limits, each with a client of its own.

use ratelimit::{Quota, Redis, Rule, Store as _};
use redis_fixture::Server;

use crate::client::connect;
use crate::world::{TEN, remaining, run, spend, take};

#[test]
fn what_one_has_taken_the_other_misses() {
    let server = Server::start();
    run(async {
        let one = Redis::new(connect(&server.url()).await, "app").unwrap();
        let two = Redis::new(connect(&server.url()).await, "app").unwrap();
        let elsewhere = Redis::new(connect(&server.url()).await, "app2").unwrap();
        spend(&one, &TEN, "a", 7).await;
        assert_eq!(remaining(&two, &TEN, "a").await, 3);
        assert_eq!(remaining(&elsewhere, &TEN, "a").await, 10);
        two.reset(&TEN, "a").await.unwrap();
        spend(&one, &TEN, "a", 10).await;
    });
}

#[test]
fn of_all_who_race_as_many_get_something_as_there_are_tokens() {
    const TRIES: usize = 300;
    let server = Server::start();
    run(async {
        let mut racers = tokio::task::JoinSet::new();
        for _ in 0..4 {
            let store = Redis::new(connect(&server.url()).await, "app").unwrap();
            racers.spawn(async move {
                let rule = Rule::new("race", Quota::per_day(1_000));
                let mut won = 0;
                for _ in 0..TRIES {
                    let decision = take(&store, &rule, "a", 1).await.unwrap();
                    won += u32::from(decision.is_allowed());
                }
                won
            });
        }
        let won: u32 = racers.join_all().await.iter().sum();
        assert_eq!(won, 1_000);
    });
}

#[test]
fn people_can_look_at_a_bucket() {
    let server = Server::start();
    run(async {
        let store = Redis::new(connect(&server.url()).await, "app").unwrap();
        let rule = Rule::new("login", Quota::per_hour(3).with_burst(5));
        spend(&store, &rule, "203.0.113.7", 2).await;
        let bucket = server.cli(&["GET", "app:{203.0.113.7} login"]);
        let mut words = bucket.splitn(3, ' ');
        let full_at: u64 = words.next().unwrap().parse().unwrap();
        assert_eq!(words.collect::<Vec<_>>(), ["0", "3/h burst 5"]);
        let now: u64 = server
            .cli(&["TIME"])
            .lines()
            .next()
            .unwrap()
            .parse()
            .unwrap();
        let full_in = full_at / 1_000_000 - now;
        assert!((2_390..=2_400).contains(&full_in), "{full_in}");
    });
}
