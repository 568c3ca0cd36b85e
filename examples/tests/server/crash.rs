//! The promise behind a 202, against `kill -9` of the server and of the Redis behind it: the delivery is there
//! after any restart, ends done, and was enqueued once.
//!
//! Senders behave as providers do: what was not answered they send again. Among that they repeat, now
//! and then, what was answered long ago. `CRASH_ROUNDS` says how often is killed.

use std::collections::{BTreeMap, BTreeSet};
use std::env;
use std::net::SocketAddr;
use std::sync::{Mutex, MutexGuard};
use std::thread;
use std::time::{Duration, Instant};

use redis_fixture::{Options, Server as Redis};
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
    kill_servers(&setup().with("STORE", "file").with("DATA_DIR", folder));
}

#[test]
fn in_redis_what_was_accepted_survives_every_kill_and_is_done_once() {
    let redis = Redis::start();
    kill_servers(&on(&redis));
}

#[test]
fn what_was_accepted_survives_every_kill_of_redis_and_is_done_once() {
    let mut redis = Redis::start_with(Options::new().append_only());
    let server = on(&redis).start();
    let ledger = Ledger::default();
    let mut chance = Chance::new();
    for round in 1..=rounds() {
        deliver_until(server.address, &ledger, &mut chance, || redis.kill());
        redis.restart();
        until("readiness", || {
            (server.get("/health/ready").status == 200).then_some(())
        });
        ledger.tell(round);
    }
    audit(&server, &ledger);
}

fn setup() -> Setup {
    Setup::new()
        .with("JOB_LEASE", "1s")
        .with(&variable(Provider::Stripe), secret(Provider::Stripe))
}

fn on(redis: &Redis) -> Setup {
    setup()
        .with("STORE", "redis")
        .with("REDIS_URL", &redis.url())
}

fn rounds() -> usize {
    env::var("CRASH_ROUNDS").map_or(5, |text| text.parse().expect("a whole number"))
}

fn kill_servers(setup: &Setup) {
    let ledger = Ledger::default();
    let mut chance = Chance::new();
    for round in 1..=rounds() {
        let server = setup.start();
        // Dropping it kills it, as `kill -9` does.
        deliver_until(server.address, &ledger, &mut chance, || drop(server));
        ledger.tell(round);
    }
    audit(&setup.start(), &ledger);
    assert_eq!(ledger.lock().refused, 0, "the store was there all the time");
}

/// Sends what is still unanswered to a server that nobody kills any more, and looks at what became of everything.
fn audit(server: &Server, ledger: &Ledger) {
    let unanswered = std::mem::take(&mut ledger.lock().unanswered);
    for event in unanswered {
        until("an answer", || {
            send(&event, server.address, ledger).then_some(())
        });
    }
    let promised = &ledger.lock().promised;
    assert!(
        promised.len() >= rounds(),
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
        count_jobs(server),
        promised.len(),
        "a delivery was enqueued twice"
    );
    println!(
        "{} deliveries, {} kills: each is done, each is there once",
        promised.len(),
        rounds()
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
    /// How often the store was said to be away.
    refused: u64,
}

impl Ledger {
    fn lock(&self) -> MutexGuard<'_, Book> {
        self.0.lock().expect("no sender panicked")
    }

    fn tell(&self, round: usize) {
        let book = self.lock();
        let (promised, unanswered) = (book.promised.len(), book.unanswered.len());
        println!("round {round}: {promised} promised, {unanswered} unanswered");
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

/// Delivers until `kill` has killed, after a while, what the answers come from.
fn deliver_until(server: SocketAddr, ledger: &Ledger, chance: &mut Chance, kill: impl FnOnce()) {
    let life = LIFE.mul_f64(chance.fraction());
    thread::scope(|scope| {
        for _ in 0..SENDERS {
            let mut chance = Chance(chance.next());
            scope.spawn(move || {
                loop {
                    let event = ledger.next(&mut chance);
                    if !send(&event, server, ledger) {
                        // It is gone, with or without having kept this one.
                        ledger.lock().unanswered.insert(event);
                        return;
                    }
                }
            });
        }
        let start = Instant::now();
        until("the end of a life", || {
            (start.elapsed() >= life).then_some(())
        });
        kill();
    });
}

/// Sends an event, and writes down what was promised. Returns whether anything was: there is no promise in no
/// answer, nor in that the store is away.
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
    if answer["code"] == "ERR_STORE_UNAVAILABLE" {
        ledger.lock().refused += 1;
        return false;
    }
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
    fn new() -> Self {
        let seed = u64::from(std::process::id());
        println!("seed {seed}");
        Self(seed)
    }

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
