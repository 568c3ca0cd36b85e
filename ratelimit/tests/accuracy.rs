//! How exact each store is: what it admits of a load that is more than the quota, in a minute of virtual time.
//! `cargo test -p ratelimit --all-features --test accuracy -- --nocapture` prints the table.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use fred::clients::Client;
use fred::interfaces::ClientLike;
use fred::types::Builder;
use fred::types::config::Config;
use ratelimit::{Ask, File, Memory, Quota, Redis, Rule, Store, Time, WhenFull};
use redis_fixture::Server;

/// Neither gives its tokens back after whole microseconds.
static RULES: [Rule; 2] = [
    Rule::new("steady", Quota::per_minute(170).with_burst(3)),
    Rule::new("bursty", Quota::per_minute(70).with_burst(30)),
];

/// How many times the quota is asked for.
const LOADS: [u64; 3] = [2, 10, 100];

/// The period of the rules, and how long the load lasts: microseconds.
const MINUTE: u64 = 60_000_000;

/// The time of all stores: microseconds.
type Clock = Arc<AtomicU64>;

fn reading(clock: &Clock) -> impl Fn() -> Time + Send + Sync + 'static {
    let clock = Arc::clone(clock);
    move || Time::from_micros(clock.load(Ordering::Relaxed))
}

#[test]
fn every_store_admits_the_quota_and_the_burst_and_no_less() {
    let server = Server::start();
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    runtime.block_on(async {
        let clock = Clock::default();
        let memory = Memory::for_keys(1_000, WhenFull::Refuse).with_clock(reading(&clock));
        let client = connect(&server.url()).await;
        let redis = Redis::new(client, "accuracy").unwrap();
        let redis = redis.with_clock(reading(&clock));
        let dir = tempfile::tempdir().unwrap();
        let file = dir.path().join("limits.db");
        let file = File::open_with_clock(file, reading(&clock)).unwrap();
        let stores: [(&str, &dyn Store); 3] =
            [("Memory", &memory), ("Redis", &redis), ("File", &file)];

        println!("store   quota             load  offered  admitted  quota + burst");
        for (name, store) in stores {
            for rule in &RULES {
                for load in LOADS {
                    let (offered, admitted) = a_minute(store, &clock, rule, load).await;
                    let quota = rule.quota();
                    let most = quota.tokens() + quota.burst();
                    let shown = quota.to_string();
                    println!("{name:<8}{shown:<16}{load:>5}x{offered:>9}{admitted:>10}{most:>15}");
                    assert!(admitted <= most, "more than is allowed");
                    assert!(admitted + 1 >= most, "less than is allowed");
                }
            }
        }
    });
}

/// Asks evenly for a minute, for so many times the quota: what was offered, and what was admitted.
async fn a_minute(store: &dyn Store, clock: &Clock, rule: &Rule, load: u64) -> (u64, u64) {
    let start = clock.load(Ordering::Relaxed);
    let key = load.to_string();
    let offered = rule.quota().tokens() * load;
    let mut admitted = 0;
    for nth in 0..=offered {
        clock.store(start + MINUTE * nth / offered, Ordering::Relaxed);
        let verdict = store.take_all(&[Ask::one(rule, &key)]).await.unwrap();
        admitted += u64::from(verdict.is_allowed());
    }
    (offered + 1, admitted)
}

async fn connect(url: &str) -> Client {
    let config = Config::from_url(url).expect("the server has an address");
    let client = Builder::from_config(config)
        .build()
        .expect("it can be used");
    client.init().await.expect("the server answers");
    client
}
