//! What clients do to a server that restarts, and to one that has more to do than it can: as tables, and as pictures.
//!
//! ```sh
//! cargo run --example retry_herd
//! cargo run --example retry_herd -- --pictures docs/pictures
//! ```
//!
//! Nothing is sent anywhere, and no time passes: both are simulations in virtual time, of which `cargo test -p retry`
//! asserts what they show. They take some seconds, most of them for the clients that do not wait at all.

use std::error::Error;
use std::fs;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use clap::Parser;
use retry::{Backoff, Breaker, BreakerPolicy, Budget, Bulkhead, Guard, Jitter, Policy, Throttle};

use goodput::{BEFORE, Caller, DURING, Second, amplification, goodput};
use herd::Herd;
use picture::Line;

// The simulations are those of the tests, so that what is drawn is what is asserted.
#[path = "../../retry/tests/outage/events.rs"]
mod events;
#[path = "../../retry/tests/outage/goodput.rs"]
mod goodput;
#[path = "../../retry/tests/outage/herd.rs"]
mod herd;
mod picture;

const SEED: u64 = 1;

/// How many seconds of a herd are drawn.
const DRAWN: usize = 90;

/// Show what clients do to a server that restarts, and to one that has more to do than it can.
#[derive(Parser)]
struct Arguments {
    /// Where to put the pictures.
    #[arg(long, default_value = "target/pictures")]
    pictures: PathBuf,
}

fn main() -> Result<(), Box<dyn Error>> {
    let Arguments { pictures } = Arguments::parse();
    fs::create_dir_all(&pictures)?;

    let herds = herds();
    print_herds(&herds);
    let mut lines = vec![Line {
        name: "what it can let in",
        points: vec![herd::CAPACITY as f64; DRAWN],
    }];
    lines.extend(herds.iter().map(|(name, herd)| Line {
        name,
        points: per_second(herd),
    }));
    let file = pictures.join("herd.svg");
    picture::draw_herd(&file, &lines)?;
    println!("\n{}\n", file.display());

    let loads = loads();
    print_loads(&loads);
    let lines = loads.iter().map(|(name, seconds)| Line {
        name,
        points: seconds.chunks(2).map(|two| 100.0 * goodput(two)).collect(),
    });
    let file = pictures.join("goodput.svg");
    picture::draw_goodput(&file, &lines.collect::<Vec<_>>())?;
    println!("\n{}", file.display());
    Ok(())
}

/// What becomes of 10,000 clients by how they come back.
fn herds() -> [(&'static str, Herd); 4] {
    let second = Duration::from_secs(1);
    [
        ("no backoff", Backoff::constant(Duration::ZERO)),
        (
            "every second",
            Backoff::constant(second).jitter(Jitter::None),
        ),
        (
            "exponential, no jitter",
            Backoff::exponential().jitter(Jitter::None),
        ),
        ("exponential, full jitter", Backoff::exponential()),
    ]
    .map(|(name, backoff)| {
        (
            name,
            herd::run(Policy::new(backoff.retries(u32::MAX)), SEED),
        )
    })
}

fn print_herds(herds: &[(&str, Herd)]) {
    println!(
        "A server restarts: {} clients come back to one that lets in {} a second.\n",
        herd::CLIENTS,
        herd::CAPACITY,
    );
    println!(
        "{:26}{:>10}{:>22}{:>18}",
        "", "attempts", "peak, of what it can", "all are back"
    );
    for (name, herd) in herds {
        let back = match herd.all_connected {
            Some(at) => format!("after {:.0} s", (at - herd::DOWN).as_secs_f64()),
            None => String::from("never"),
        };
        println!(
            "{name:26}{:>10}{:>21.1}x{back:>18}",
            herd.attempts(),
            herd.peak()
        );
    }
}

/// How many came in each second, of those that are drawn.
fn per_second(herd: &Herd) -> Vec<f64> {
    let seconds = herd.arrivals.chunks(10).take(DRAWN);
    seconds
        .map(|second| second.iter().sum::<u64>() as f64)
        .collect()
}

/// What becomes of calls to a server that is asked for three times as much as it can do, by how they are made.
fn loads() -> [(&'static str, Vec<Second>); 6] {
    let usual = Policy::new(Backoff::exponential());
    let breaker = || Arc::new(Breaker::new(BreakerPolicy::usual()).seeded(SEED));
    let throttle = || Arc::new(Throttle::new().over(Duration::from_secs(10)).seeded(SEED));
    let budget = || Arc::new(Budget::new());
    let at_once = Policy::new(Backoff::constant(Duration::ZERO));
    [
        ("retries at once", load(at_once, (), usize::MAX)),
        ("backoff", load(usual, (), usize::MAX)),
        ("+ budget", load(usual, budget(), usize::MAX)),
        (
            "+ budget, breaker",
            load(usual, (breaker(), budget()), usize::MAX),
        ),
        (
            "+ budget, throttle",
            load(usual, (throttle(), budget()), usize::MAX),
        ),
        (
            "+ budget, breaker, bulkhead",
            load(usual, (breaker(), budget()), 100),
        ),
    ]
}

fn load<G: Guard>(policy: Policy, guard: G, at_once: usize) -> Vec<Second> {
    let bulkhead = Arc::new(Bulkhead::new(at_once, 0));
    let caller = Caller {
        policy,
        guard,
        bulkhead,
    };
    goodput::run(caller, SEED)
}

fn print_loads(loads: &[(&str, Vec<Second>)]) {
    println!(
        "A server that can answer {} calls a second is asked for three times as many, for {DURING} s.\n",
        goodput::CAPACITY,
    );
    println!(
        "{:30}{:>40}{:>16}",
        "", "answered in time, of what it can", "attempts"
    );
    println!(
        "{:30}{:>14}{:>14}{:>12}{:>16}",
        "", "meanwhile", "least in 5 s", "after", "for each call"
    );
    for (name, seconds) in loads {
        let (_, from) = seconds.split_at(BEFORE as usize);
        let (during, after) = from.split_at(DURING as usize);
        let least = during[5..]
            .windows(5)
            .map(goodput)
            .fold(f64::INFINITY, f64::min);
        println!(
            "{name:30}{:>13.0}%{:>13.0}%{:>11.0}%{:>16.2}",
            100.0 * goodput(&during[5..]),
            100.0 * least,
            100.0 * goodput(&after[30..]),
            amplification(during),
        );
    }
}
