//! Puts the committed seeds, and mutations of them that are the same in every run, to every property.

mod mutation;

use std::path::Path;
use std::{fs, panic};

use fuzz::{
    ratelimit_client, ratelimit_fields, retry_hint, webhook_certificate_url, webhook_fields,
    webhook_header, webhook_jwt, webhook_key, webhook_round_trip, webhook_scheme, webhook_secret,
    webhook_stream, webhook_timestamp,
};

use crate::mutation::Mutator;

const MUTATIONS: usize = 40_000;

/// How many times as many instructions some properties take as the others.
const LONG: usize = 10;
const VERY_LONG: usize = 200;

#[test]
fn ratelimit_client_holds() {
    replay("ratelimit_client", ratelimit_client);
}

#[test]
fn ratelimit_fields_holds() {
    replay("ratelimit_fields", ratelimit_fields);
}

#[test]
fn retry_hint_holds() {
    replay("retry_hint", retry_hint);
}

#[test]
fn webhook_certificate_url_holds() {
    replay("webhook_certificate_url", webhook_certificate_url);
}

#[test]
fn webhook_header_holds() {
    replay("webhook_header", webhook_header);
}

#[test]
fn webhook_jwt_holds() {
    replay("webhook_jwt", webhook_jwt);
}

#[test]
fn webhook_round_trip_holds() {
    replay("webhook_round_trip", webhook_round_trip);
}

#[test]
fn webhook_secret_holds() {
    replay("webhook_secret", webhook_secret);
}

#[test]
fn webhook_timestamp_holds() {
    replay("webhook_timestamp", webhook_timestamp);
}

#[test]
fn webhook_fields_holds() {
    replay_some("webhook_fields", webhook_fields, MUTATIONS / LONG);
}

#[test]
fn webhook_key_holds() {
    replay_some("webhook_key", webhook_key, MUTATIONS / VERY_LONG);
}

#[test]
fn webhook_scheme_holds() {
    replay_some("webhook_scheme", webhook_scheme, MUTATIONS / LONG);
}

#[test]
fn webhook_stream_holds() {
    replay_some("webhook_stream", webhook_stream, MUTATIONS / LONG);
}

fn replay(target: &str, property: fn(&[u8])) {
    replay_some(target, property, MUTATIONS);
}

fn replay_some(target: &str, property: fn(&[u8]), mutations: usize) {
    let seeds = seeds(target);
    for seed in &seeds {
        check(property, seed);
    }
    let mut mutator = Mutator::new(seeds);
    for _ in 0..mutations {
        check(property, &mutator.next());
    }
}

/// The seeds in the order of their names, so that every run makes the same mutations of them.
fn seeds(target: &str) -> Vec<Vec<u8>> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("seeds")
        .join(target);
    let entries = fs::read_dir(&folder).expect("every target has seeds");
    let mut paths: Vec<_> = entries.map(|entry| entry.expect("a seed").path()).collect();
    paths.sort();
    assert!(!paths.is_empty(), "{} is empty", folder.display());
    paths
        .iter()
        .map(|path| fs::read(path).expect("a seed"))
        .collect()
}

/// Shows the input at fault before the test fails.
fn check(property: fn(&[u8]), input: &[u8]) {
    if let Err(failure) = panic::catch_unwind(|| property(input)) {
        eprintln!("the input was b\"{}\"", input.escape_ascii());
        panic::resume_unwind(failure);
    }
}
