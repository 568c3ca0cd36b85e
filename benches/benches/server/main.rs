//! How many signed deliveries a second the reference server accepts, beside what the machine allows.
//!
//! The limit is a bare hyper handler that reads the body and answers 202. The same requests go to
//! it and to the server with each of its stores, round after round, in one run: compare the ratios of
//! one table, never the absolute rates of two.
//!
//! `cargo bench -p benches --bench server` (`ROUNDS=5 DELIVERIES=40000` to measure longer).

mod bare;
mod load;
mod process;

use std::{env, fmt, time::Duration};

use load::Delivery;
use process::Server;

/// As many as the aim is stated for.
const CONNECTIONS: usize = 64;

/// One row of the table.
#[derive(Clone, Copy)]
struct Subject {
    name: &'static str,
    /// The environment of the server; `None` is the bare handler.
    environment: Option<&'static [(&'static str, &'static str)]>,
    /// Slow subjects get a share of the deliveries, so that a round stays short.
    share: usize,
}

const SUBJECTS: [Subject; 4] = [
    Subject {
        name: "bare hyper",
        environment: None,
        share: 1,
    },
    Subject {
        name: "STORE=memory",
        environment: Some(&[("STORE", "memory")]),
        share: 1,
    },
    Subject {
        name: "STORE=file",
        environment: Some(&[("STORE", "file")]),
        share: 1,
    },
    Subject {
        name: "STORE=file, one commit each",
        environment: Some(&[("STORE", "file"), ("FILE_MAX_BATCH", "1")]),
        share: 20,
    },
];

fn main() {
    if env::args().any(|argument| argument == bare::ARGUMENT) {
        bare::serve();
    }
    // `cargo test --benches` passes this; there is nothing to test here, only to measure.
    if env::args().any(|argument| argument == "--test") {
        return;
    }
    let rounds = number("ROUNDS", 3);
    process::build_server();
    // Signed last: a signature is good for five minutes.
    let deliveries = load::sign(number("DELIVERIES", 20_000));

    let mut results = SUBJECTS.map(|subject| (subject, Vec::new()));
    for round in 1..=rounds {
        for (subject, measured) in &mut results {
            let measure = measure(*subject, &deliveries);
            eprintln!("round {round}/{rounds}  {:<28} {measure}", subject.name);
            measured.push(measure);
        }
    }
    report(&results);
}

fn measure(subject: Subject, deliveries: &[Delivery]) -> Measure {
    let server = match subject.environment {
        None => Server::bare(),
        Some(environment) => Server::reference(environment),
    };
    let deliveries = &deliveries[..deliveries.len() / subject.share];
    let warm_up = deliveries.len() / 10;
    load::send(server.address, CONNECTIONS, &deliveries[..warm_up]);
    let cpu = server.cpu_time();
    let sent = &deliveries[warm_up..];
    let elapsed = load::send(server.address, CONNECTIONS, sent);
    Measure {
        rate: sent.len() as f64 / elapsed.as_secs_f64(),
        cpu: (server.cpu_time() - cpu) / u32::try_from(sent.len()).unwrap_or(u32::MAX),
    }
}

/// What one subject did in one round.
#[derive(Clone, Copy)]
struct Measure {
    /// Accepted deliveries a second.
    rate: f64,
    /// What the server's process spent on each.
    cpu: Duration,
}

impl fmt::Display for Measure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{:>8.0}/s  {:>6.1} us of CPU each",
            self.rate,
            self.cpu.as_secs_f64() * 1e6
        )
    }
}

fn report(results: &[(Subject, Vec<Measure>)]) {
    let medians: Vec<_> = results
        .iter()
        .map(|(_, measured)| median(measured))
        .collect();
    println!(
        "\n{CONNECTIONS} connections, 1 KiB body, median of {} rounds",
        results[0].1.len()
    );
    for ((subject, _), median) in results.iter().zip(&medians) {
        let ratio = median.rate / medians[0].rate;
        println!("{:<28} {median}  {ratio:>6.3} of bare hyper", subject.name);
    }
    println!(
        "group commit: {:.1} times one commit each",
        medians[2].rate / medians[3].rate
    );
}

fn median(measured: &[Measure]) -> Measure {
    let mut sorted = measured.to_vec();
    sorted.sort_by(|a, b| a.rate.total_cmp(&b.rate));
    sorted[sorted.len() / 2]
}

fn number(variable: &str, default: usize) -> usize {
    match env::var(variable) {
        Err(_) => default,
        Ok(text) => text
            .parse()
            .unwrap_or_else(|_| panic!("{variable} is {text:?}, and should be a whole number")),
    }
}
