//! Processes that share a log, each with a client of its own.

use redis_fixture::Server;
use webhook_verify::UnixTime;
use webhook_verify::replay::{Claimed, ManualClock, Redis, Settled, Store as _};

use crate::client::connect;
use crate::world::{claim, finish, fresh, is_done, is_in_flight, run};

#[test]
fn what_one_has_claimed_the_other_finds() {
    let server = Server::start();
    run(async {
        let one = Redis::new(connect(&server.url()).await, "log").unwrap();
        let two = Redis::new(connect(&server.url()).await, "log").unwrap();
        let elsewhere = Redis::new(connect(&server.url()).await, "log2").unwrap();
        let first = fresh(&one, "evt_1").await;
        assert!(is_in_flight(&two, "evt_1").await);
        let _ = fresh(&elsewhere, "evt_1").await;
        // Whoever has the claim may settle it.
        assert_eq!(two.release(&first).await.unwrap(), Settled::Accepted);
        let second = fresh(&two, "evt_1").await;
        assert!(second.fence > first.fence);
        assert_eq!(one.commit(&first).await.unwrap(), Settled::NotHeld);
        assert_eq!(one.commit(&second).await.unwrap(), Settled::Accepted);
        assert!(is_done(&two, "evt_1").await);
    });
}

#[test]
fn the_fences_of_a_key_grow_though_clocks_disagree() {
    let server = Server::start();
    run(async {
        let mut highest = 0;
        for secs in [3_000_000, 2_000_000, 1_000_000] {
            let clock = ManualClock::at(UnixTime::from_secs(secs));
            let client = connect(&server.url()).await;
            let store = Redis::with_clock(client, "log", clock).unwrap();
            let claim = fresh(&store, "evt_1").await;
            assert!(claim.fence > highest, "{} after {highest}", claim.fence);
            highest = claim.fence;
            assert_eq!(store.release(&claim).await.unwrap(), Settled::Accepted);
        }
    });
}

#[test]
fn of_two_who_race_one_wins() {
    const ROUNDS: usize = 200;
    let server = Server::start();
    run(async {
        let mut racers = tokio::task::JoinSet::new();
        for _ in 0..2 {
            let store = Redis::new(connect(&server.url()).await, "log").unwrap();
            racers.spawn(async move {
                let mut won = Vec::new();
                for round in 0..ROUNDS {
                    let claimed = claim(&store, &round.to_string()).await.unwrap();
                    if let Claimed::Fresh(claim) = claimed {
                        assert_eq!(store.commit(&claim).await.unwrap(), Settled::Accepted);
                        won.push(round);
                    }
                }
                won
            });
        }
        let mut won = racers.join_all().await.concat();
        won.sort_unstable();
        assert_eq!(won, Vec::from_iter(0..ROUNDS));
    });
}

#[test]
fn people_can_look_at_an_entry() {
    let server = Server::start();
    run(async {
        let store = Redis::new(connect(&server.url()).await, "myapp:replay").unwrap();
        finish(&store, "evt_1").await;
        let entry = server.cli(&["HMGET", "myapp:replay:/route id:evt_1", "state", "at"]);
        let Claimed::Done { at } = claim(&store, "evt_1").await.unwrap() else {
            panic!("it is done");
        };
        assert_eq!(entry, format!("done\n{}", at.since_epoch().as_micros()));
    });
}
