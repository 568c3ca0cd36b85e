//! Deliveries that are known to be genuine or not, by one of three oracles, of which each has files:
//! what the providers document or test their own libraries with, what those libraries say, and the
//! schemes as they are described, written down a second time in another language.
//!
//! Every `tests/vectors/*.json` is run, and what libraries for another language say of the same
//! deliveries is in `tests/vectors/verdicts`; `generate/README.md` says what is in them. Run with
//! `--nocapture` for a table.

mod file;
mod layers;
mod vector;
mod verdict;

use std::collections::{BTreeMap, BTreeSet};

use webhook_verify::Provider;

use crate::file::{File, verdicts};
use crate::layers::judge;
use crate::vector::Vector;
use crate::verdict::Verdict;

/// Files of which we have made the deliveries, and which the verdicts are on.
const MADE_HERE: &[&str] = &["described", "sdk-more", "sdk"];

/// Fewest deliveries of each provider that must be refused.
const FEWEST_REJECTED: usize = 8;

#[derive(Default)]
struct Tally {
    accepted: usize,
    rejected: usize,
    /// Who says so.
    oracles: BTreeSet<String>,
    /// Of these, those of which a library of the provider thinks otherwise.
    disputed: BTreeSet<String>,
}

#[test]
fn every_vector_is_judged_as_it_says() {
    let mut tallies: BTreeMap<Provider, Tally> = BTreeMap::new();
    let mut wrong = Vec::new();
    for file in File::all() {
        for vector in file.vectors() {
            let tally = tallies.entry(vector.provider()).or_default();
            tally.add(vector, &file.stem);
            wrong.extend(vector.fault());
        }
    }
    for verdict in verdicts() {
        let provider = verdict.provider.parse().expect("a provider");
        tallies.entry(provider).or_default().second(verdict);
    }

    print(&tallies);
    assert!(
        wrong.is_empty(),
        "{} vectors are judged otherwise:\n{}",
        wrong.len(),
        wrong.join("\n")
    );
    for provider in Provider::ALL {
        let judged = tallies
            .get(provider)
            .is_some_and(|tally| tally.accepted > 0 && tally.rejected >= FEWEST_REJECTED);
        assert!(
            judged,
            "{provider} has no vector to accept, or fewer than {FEWEST_REJECTED} to reject"
        );
    }
}

#[test]
fn every_verdict_is_on_the_deliveries_that_are_here() {
    let mut files = File::all();
    files.retain(|file| MADE_HERE.contains(&file.stem.as_str()));
    let verdicts = verdicts();

    let faults: Vec<_> = verdicts
        .iter()
        .filter_map(|verdict| verdict.fault(&files))
        .collect();

    assert!(!verdicts.is_empty());
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[test]
fn a_layer_that_streams_judges_as_one_that_holds() {
    let mut statuses: BTreeMap<u16, usize> = BTreeMap::new();
    for file in File::all() {
        for vector in file.vectors() {
            if let Some([held, streamed]) = judge(vector) {
                assert_eq!(held, streamed, "{}", vector.id);
                *statuses.entry(held.0).or_default() += 1;
            }
        }
    }
    println!("deliveries by the status of the answer: {statuses:?}");
    assert!(statuses[&200] > 300 && statuses[&401] > 300);
}

fn print(tallies: &BTreeMap<Provider, Tally>) {
    println!(
        "{:20} {:>8} {:>8} {:>8}  oracle",
        "provider", "accepted", "rejected", "disputed"
    );
    for (provider, tally) in tallies {
        let Tally {
            accepted,
            rejected,
            oracles,
            disputed,
        } = tally;
        let oracles: Vec<_> = oracles.iter().map(String::as_str).collect();
        let (disputed, oracles) = (disputed.len(), oracles.join(", "));
        println!("{provider:20} {accepted:>8} {rejected:>8} {disputed:>8}  {oracles}");
    }
}

impl Tally {
    fn add(&mut self, vector: &Vector, file: &str) {
        let by_library = file.starts_with("sdk");
        let oracle = if by_library { &vector.source } else { file };
        self.accepted += usize::from(vector.accept);
        self.rejected += usize::from(!vector.accept);
        self.oracles.insert(oracle.to_owned());
        if vector.sdk_accepts.is_some_and(|sdk| sdk != vector.accept) {
            self.disputed.insert(vector.id.clone());
        }
    }

    /// Adds what a second library says of the same deliveries.
    fn second(&mut self, verdict: Verdict) {
        self.oracles.insert(verdict.by);
        self.disputed.extend(verdict.differs.into_keys());
    }
}
