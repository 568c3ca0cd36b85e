//! The promise behind a 202, against `kill -9`: the delivery is there after any restart, ends done,
//! and was enqueued once.
//!
//! Senders behave as providers do: what was not answered they send again. Among that they repeat, now
//! and then, what was answered long ago. `CRASH_ROUNDS` says how often the server is killed.

use std::collections::{BTreeMap, BTreeSet};
use std::env;
use std::net::SocketAddr;
use std::sync::{Mutex, MutexGuard};
use std::thread;
use std::time::{Duration, Instant};

use redis_fixture::Server as Redis;
use webhook_verify::Provider;

use crate::support::delivery::{Delivery, secret, variable};
use crate::support::process::{Server, Setup};
use crate::support::wait::until;

/// How many senders deliver at once.
const SENDERS: u64 = 8;

/// How long a server lives at most, from the first delivery on.
const LIFE: Duration = Duration::from_millis(300);

#[test]
fn in_a_file_what_was_accepted_survives_every_kill_and_is_done_once() {
    let data = tempfile::tempdir().expect("a folder");
    let folder = data.path().to_str().expect("a path in UTF-8");
    survive(Setup::new().with("STORE", "file").with("DATA_DIR", folder));
}

#[test]
fn in_redis_what_was_accepted_survives_every_kill_and_is_done_once() {
    let redis = Redis::start();
    let url = redis.url();
    survive(Setup::new().with("STORE", "redis").with("REDIS_URL", &url));
}

fn survive(setup: Setup) {
    let rounds = env::var("CRASH_ROUNDS").map_or(5, |text| text.parse().expect("a whole number"));
    let setup = setup
        .with("JOB_LEASE", "1s")
        .with(&variable(Provider::Stripe), secret(Provider::Stripe));

    let ledger = Ledger::default();
    let mut chance = Chance(u64::from(std::process::id()));
    println!("seed {}", chance.0);
    for round in 1..=rounds {
        let server = setup.start();
        let life = LIFE.mul_f64(chance.fraction());
        deliver_until_killed(server, life, &ledger, &mut chance);
        let book = ledger.lock();
        println!(
            "round {round}/{rounds}: {} promised, {} unanswered",
            book.promised.len(),
            book.unanswered.len()
        );
    }

    let server = setup.start();
    let unanswered = std::mem::take(&mut ledger.lock().unanswered);
    for event in unanswered {
        assert!(
            send(&event, server.address, &ledger),
            "nobody kills the server any more"
        );
    }
    let promised = &ledger.lock().promised;
    assert!(
        promised.len() >= rounds,
        "the senders hardly got through: {}",
        promised.len()
    );
    for (event, job) in promised {
        let job = server.ended(job);
        assert_eq!(job["status"], "done", "{event}: {job}");
    }
    let distinct: BTreeSet<_> = promised.values().collect();
    assert_eq!(distinct.len(), promised.len(), "two deliveries share a job");
    assert_eq!(
        count_jobs(&server),
        promised.len(),
        "a delivery was enqueued twice"
    );
    println!(
        "{} deliveries, {rounds} kills: each is done, each is there once",
        promised.len()
    );
}

/// What the senders know.
#[derive(Default)]
struct Ledger(Mutex<Book>);

#[derive(Default)]
struct Book {
    /// Events that were answered, with the job that was named.
    promised: BTreeMap<String, String>,
    /// Events that were sent, and may or may not have arrived.
    unanswered: BTreeSet<String>,
    sent: u64,
}

impl Ledger {
    fn lock(&self) -> MutexGuard<'_, Book> {
        self.0.lock().expect("no sender panicked")
    }

    /// What to send next: mostly a new event; else one that was lost on the way, or one that arrived.
    fn next(&self, chance: &mut Chance) -> String {
        let mut book = self.lock();
        let again = match chance.below(4) {
            0 => book.unanswered.pop_first(),
            1 => book.promised.keys().next_back().cloned(),
            _ => None,
        };
        again.unwrap_or_else(|| {
            book.sent += 1;
            format!("evt_{}", book.sent)
        })
    }
}

fn deliver_until_killed(server: Server, life: Duration, ledger: &Ledger, chance: &mut Chance) {
    let address = server.address;
    thread::scope(|scope| {
        for _ in 0..SENDERS {
            let mut chance = Chance(chance.next());
            scope.spawn(move || {
                loop {
                    let event = ledger.next(&mut chance);
                    if !send(&event, address, ledger) {
                        // The server is gone, with or without having kept this one.
                        ledger.lock().unanswered.insert(event);
                        return;
                    }
                }
            });
        }
        let start = Instant::now();
        until("the end of the server's life", || {
            (start.elapsed() >= life).then_some(())
        });
        // Dropping it kills it, as `kill -9` does.
        drop(server);
    });
}

/// Sends an event, and writes down what was promised. Returns whether there was an answer.
fn send(event: &str, server: SocketAddr, ledger: &Ledger) -> bool {
    let Ok(reply) = Delivery::new(Provider::Stripe, event)
        .request()
        .try_send(server)
    else {
        return false;
    };
    let Ok(answer) = serde_json::from_slice::<serde_json::Value>(&reply.body) else {
        return false;
    };
    assert!(
        matches!(reply.status, 200 | 202),
        "{}: {answer}",
        reply.status
    );
    let job = answer["job_id"]
        .as_str()
        .expect("an answer names the job")
        .to_owned();
    let mut book = ledger.lock();
    book.unanswered.remove(event);
    if let Some(earlier) = book.promised.insert(event.to_owned(), job.clone()) {
        assert_eq!(earlier, job, "{event} became two jobs");
        assert_eq!(reply.status, 200, "{event} was accepted a second time");
    }
    true
}

/// How many jobs there are, page by page.
fn count_jobs(server: &Server) -> usize {
    let mut count = 0;
    let mut path = "/api/jobs?limit=200".to_owned();
    loop {
        let page = server.api(&path).json();
        count += page["jobs"].as_array().expect("a list").len();
        let Some(next) = page["next"].as_str() else {
            return count;
        };
        path = format!("/api/jobs?limit=200&after={next}");
    }
}

/// A small generator of random numbers (xorshift64*), so that a run can be told by its seed.
struct Chance(u64);

impl Chance {
    fn next(&mut self) -> u64 {
        self.0 |= 1;
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        self.0.wrapping_mul(0x2545_f491_4f6c_dd1d)
    }

    fn below(&mut self, limit: u64) -> u64 {
        (self.next() >> 32) % limit
    }

    fn fraction(&mut self) -> f64 {
        self.below(1_000) as f64 / 1_000.0
    }
}
