//! How much memory a body takes that streams through a verifier: as much for a gibibyte as for a piece.
//!
//! It is a program of its own because counting allocations slows down whatever allocates.

use std::time::Instant;

use allocation_counter::{AllocationInfo, measure};
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use webhook_verify::{Provider, Request, Secret, Verifier};

const SECRET: &str = "It's a Secret to Everybody";
const PIECE: &[u8] = &[b'x'; 64 * 1024];
/// One piece, a mebibyte, a gibibyte.
const PIECES: [u64; 3] = [1, 16, 16 * 1024];

fn main() {
    let verifier = Verifier::new(Provider::GitHub, Secret::new(SECRET)).expect("a secret");
    println!("bytes       to begin   at most    then           GB/s  HMAC alone");
    for pieces in PIECES {
        let (signature, alone) = sign(pieces);
        let headers = [("x-hub-signature-256", signature)];
        let mut arriving = None;
        let begun = measure(|| {
            let limit = pieces * PIECE.len() as u64;
            arriving = Some(verifier.begin(Request::new(&headers), limit));
        });
        let mut arriving = arriving.expect("begun").expect("a signature");

        let start = Instant::now();
        let mut delivery = None;
        let then = measure(|| {
            (0..pieces).for_each(|_| arriving.push(PIECE).expect("within the limit"));
            delivery = Some(arriving.finish());
        });
        let speed = speed(pieces, start);
        let delivery = delivery.expect("finished").expect("genuine");
        assert_eq!(
            then.count_total, 0,
            "nothing is allocated once it has begun"
        );
        report(delivery.body_len(), &begun, &then, speed, alone);
    }
}

/// The header for so many pieces, and how fast HMAC alone takes them.
fn sign(pieces: u64) -> (String, f64) {
    let mut mac = Hmac::<Sha256>::new_from_slice(SECRET.as_bytes()).expect("any length");
    let start = Instant::now();
    (0..pieces).for_each(|_| mac.update(PIECE));
    let code = mac.finalize().into_bytes();
    let speed = speed(pieces, start);
    (format!("sha256={}", const_hex::encode(code)), speed)
}

/// In bytes a nanosecond.
fn speed(pieces: u64, start: Instant) -> f64 {
    (pieces * PIECE.len() as u64) as f64 / start.elapsed().as_nanos() as f64
}

fn report(body_len: u64, begun: &AllocationInfo, then: &AllocationInfo, speed: f64, alone: f64) {
    println!(
        "{body_len:<12}{:<11}{:<11}{:<15}{speed:<6.2}{alone:.2}",
        format!("{} times", begun.count_total),
        format!("{} B", begun.bytes_max),
        format!("{} times", then.count_total),
    );
}
