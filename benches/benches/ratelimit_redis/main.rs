//! How many verdicts a second come from Redis, beside the least that a script can do.
//!
//! The limit is `return 1`, sent by EVALSHA through the same client with keys and arguments of the same number and
//! length. 500 callers ask at once, over one connection or a pool of four. All subjects take turns in each round, and
//! the best round of each counts, because whatever else the machine does only makes one slower: compare the ratios
//! of one table, never the absolute rates of two. Every verdict is checked, and so is what is left at the end.
//!
//! `cargo bench -p benches --bench ratelimit_redis` (`ROUNDS=9 CALLS=200000` to measure longer).

mod callers;
mod limits;
mod trivial;

use std::env;

use fred::interfaces::ClientLike;
use fred::prelude::{Builder, Config};
use redis_fixture::Server;

use callers::Measure;
use limits::{Limits, THREE};
use trivial::Trivial;

/// As many as the aims are stated for.
const CALLERS: usize = 500;
/// Connections of the pool.
const CONNECTIONS: usize = 4;
/// Keys that are asked in turn.
const KEYS: usize = 10_000;

fn main() {
    // `cargo test --benches` passes this; there is nothing to test here, only to measure.
    if env::args().any(|argument| argument == "--test") {
        return;
    }
    let rounds = number("ROUNDS", 5);
    let calls = number("CALLS", 50_000).next_multiple_of(CALLERS);
    let server = Server::start();
    let runtime = tokio::runtime::Runtime::new().expect("threads can be started");
    runtime.block_on(async {
        let config = Config::from_url(&server.url()).expect("the fixture's URLs are fred's");
        let client = Builder::from_config(config.clone()).build();
        let client = client.expect("the configuration is complete");
        client.init().await.expect("the server can be reached");
        compare("one connection", client, &server, rounds, calls).await;

        let pool = Builder::from_config(config).build_pool(CONNECTIONS);
        let pool = pool.expect("the configuration is complete");
        pool.init().await.expect("the server can be reached");
        compare("a pool of four", pool, &server, rounds, calls).await;
    });
}

/// What is measured, in the order of the table.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Subject {
    Trivial,
    OneQuota,
    TrivialForThree,
    ThreeQuotas,
    Refused,
    HotKey,
    HotKeyByLeases,
}

const SUBJECTS: [Subject; 7] = [
    Subject::Trivial,
    Subject::OneQuota,
    Subject::TrivialForThree,
    Subject::ThreeQuotas,
    Subject::Refused,
    Subject::HotKey,
    Subject::HotKeyByLeases,
];

impl Subject {
    const fn name(self) -> &'static str {
        match self {
            Self::Trivial => "return 1, as for one quota",
            Self::OneQuota => "one quota",
            Self::TrivialForThree => "return 1, as for three",
            Self::ThreeQuotas => "three quotas at once",
            Self::Refused => "one quota, refused",
            Self::HotKey => "one quota, one hot key",
            Self::HotKeyByLeases => "the same by leases",
        }
    }
}

async fn compare<C: ClientLike + 'static>(
    title: &str,
    client: C,
    server: &Server,
    rounds: usize,
    calls: usize,
) {
    let mut best = SUBJECTS.map(|subject| (subject, Measure::default()));
    for round in 1..=rounds {
        for (subject, best) in &mut best {
            server.flush_all();
            let measure = measure(*subject, &client, server, calls).await;
            eprintln!("{round}/{rounds}  {:<28}{measure}", subject.name());
            if measure.rate > best.rate {
                *best = measure;
            }
        }
    }
    report(title, &best);
}

async fn measure<C: ClientLike + 'static>(
    subject: Subject,
    client: &C,
    server: &Server,
    calls: usize,
) -> Measure {
    let limits = Limits::new(client.clone(), server);
    let trivial = |asks| Trivial::for_asks(asks, client, server);
    match subject {
        Subject::Trivial => trivial(1).measure(server, calls).await,
        Subject::TrivialForThree => trivial(3).measure(server, calls).await,
        Subject::OneQuota => limits.allow(&THREE[..1], calls).await,
        Subject::ThreeQuotas => limits.allow(&THREE, calls).await,
        Subject::Refused => limits.refuse(calls).await,
        Subject::HotKey => limits.hot(calls).await,
        // More of them, so that it takes long enough to be measured.
        Subject::HotKeyByLeases => limits.hot_by_leases(20 * calls).await,
    }
}

fn report(title: &str, best: &[(Subject, Measure)]) {
    let rate = |wanted: Subject| {
        let found = best.iter().find(|(subject, _)| *subject == wanted);
        found.map_or(f64::NAN, |(_, measure)| measure.rate)
    };
    println!("\n{title}, {CALLERS} callers");
    for (subject, measure) in best {
        let ratio = measure.rate / rate(Subject::Trivial);
        println!("{:<28}{measure}  {ratio:>6.2}", subject.name());
    }
    println!(
        "three quotas: {:.2} of return 1 with as many keys; leases: {:.1} times the hot key",
        rate(Subject::ThreeQuotas) / rate(Subject::TrivialForThree),
        rate(Subject::HotKeyByLeases) / rate(Subject::HotKey),
    );
}

fn number(variable: &str, default: usize) -> usize {
    match env::var(variable) {
        Err(_) => default,
        Ok(text) => text
            .parse()
            .unwrap_or_else(|_| panic!("{variable} is {text:?}, and should be a whole number")),
    }
}
