//! Whether the time that a verifier takes tells a sender anything of a signature it does not know.
//!
//! The method is dudect's ("Dude, is my code constant time?", Reparaz, Balasch and Verbauwhede, 2017): deliveries of
//! two classes come in random order, each is timed, and Welch's t-test says how surely the two differ in time. It is
//! run for the measurements as they are, and again without the slowest of them, cut off at several percentiles,
//! since what interrupts a program only ever makes it slower. The largest |t| is reported. From 4.5 on a difference
//! is likely, from 10 on it is there; that nothing is seen is no proof that there is nothing.
//!
//! Two controls show what the harness sees: the same class twice, where there is nothing to see, and a comparison
//! that stops at the first byte that differs.
//!
//!     cargo bench -p benches --bench webhook_timing    # SAMPLES=1000000 to look closer

mod question;
mod welch;

use std::env;

use crate::question::Question;

fn main() {
    let samples = env::var("SAMPLES").map_or(500_000, |text| text.parse().expect("a number"));
    println!("| | largest \\|t\\| | apart by | of |");
    println!("|---|---|---|---|");
    for question in Question::all() {
        let finding = question.ask(samples);
        println!(
            "| {} | {:.1} | {:+.1} ns | {:.0} ns |",
            question.name, finding.t, finding.apart, finding.mean,
        );
    }
}
