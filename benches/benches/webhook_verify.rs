//! What verifying a delivery costs, beside other crates and beside the least it could cost.
//!
//! The least is one pass of HMAC over the signed bytes with a key that has been expanded before: no verifier of
//! these schemes can do without it. All of them get the same headers, as a `http::HeaderMap`, and the same body.

use std::hint::black_box;

use criterion::measurement::WallTime;
use criterion::{BenchmarkGroup, Criterion, Throughput};
use hmac::{Hmac, KeyInit, Mac};
use http::HeaderMap;
use registry_webhook_verify as registry;
use sha2::Sha256;
use webhook_verify::{Provider, Rejection, Request, Secret, Signer, UnixTime, Verifier};

const SIZES: [(&str, usize); 3] = [("64B", 64), ("1KiB", 1024), ("64KiB", 64 * 1024)];

const MIB: usize = 1024 * 1024;
/// What a body that streams in comes in.
const PIECE_LEN: usize = 64 * 1024;
/// How many signatures are listed, of which the last is right. We refuse the third.
const LISTED: [usize; 3] = [1, 16, 240];

const GITHUB_SECRET: &str = "It's a Secret to Everybody";
const STANDARD_KEY: &[u8] = b"an example key of thirty-two byt";
const STANDARD_SECRET: &str = "whsec_YW4gZXhhbXBsZSBrZXkgb2YgdGhpcnR5LXR3byBieXQ=";
const STANDARD_ID: &str = "msg_2KWPBgLlAfxdpx2AI54pPJ85f4W";

fn main() {
    let mut criterion = Criterion::default().configure_from_args();
    for (name, size) in SIZES {
        let body = "x".repeat(size).into_bytes();
        verify_github(&mut criterion, name, &body);
        verify_standard_webhooks(&mut criterion, name, &body);
    }
    let body = "x".repeat(MIB).into_bytes();
    for listed in LISTED {
        verify_listed(&mut criterion, listed, &body);
    }
    stream_github(&mut criterion, &body);
    criterion.final_summary();
}

fn verify_github(criterion: &mut Criterion, size: &str, body: &[u8]) {
    let headers = signed_headers(Provider::GitHub, GITHUB_SECRET, None, body);
    let mut group = group(criterion, "verify_github", size, body);

    one_hmac_pass(&mut group, GITHUB_SECRET.as_bytes(), &[body]);

    let verifier = Verifier::new(Provider::GitHub, Secret::new(GITHUB_SECRET)).expect("a secret");
    group.bench_function("webhook-verify", |bencher| {
        bencher.iter(|| assert!(verifier.verify(&headers, black_box(body)).is_ok()));
    });

    registry_webhook_verify(
        &mut group,
        registry::Provider::GitHub,
        GITHUB_SECRET,
        &headers,
        body,
    );
    group.finish();
}

fn verify_standard_webhooks(criterion: &mut Criterion, size: &str, body: &[u8]) {
    let headers = signed_headers(
        Provider::StandardWebhooks,
        STANDARD_SECRET,
        Some(STANDARD_ID),
        body,
    );
    let mut group = group(criterion, "verify_standard_webhooks", size, body);

    let time = headers["webhook-timestamp"].as_bytes();
    one_hmac_pass(
        &mut group,
        STANDARD_KEY,
        &[STANDARD_ID.as_bytes(), b".", time, b".", body],
    );

    let verifier =
        Verifier::new(Provider::StandardWebhooks, Secret::new(STANDARD_SECRET)).expect("a secret");
    group.bench_function("webhook-verify", |bencher| {
        bencher.iter(|| assert!(verifier.verify(&headers, black_box(body)).is_ok()));
    });

    registry_webhook_verify(
        &mut group,
        registry::Provider::StandardWebhooks,
        STANDARD_SECRET,
        &headers,
        body,
    );

    let standardwebhooks = standardwebhooks::Webhook::new(STANDARD_SECRET).expect("a secret");
    group.bench_function("standardwebhooks", |bencher| {
        bencher.iter(|| assert!(standardwebhooks.verify(black_box(body), &headers).is_ok()));
    });

    #[cfg(feature = "svix")]
    {
        let svix = svix::webhooks::Webhook::new(STANDARD_SECRET).expect("a secret");
        group.bench_function("svix", |bencher| {
            bencher.iter(|| assert!(svix.verify(black_box(body), &headers).is_ok()));
        });
    }
    group.finish();
}

fn verify_listed(criterion: &mut Criterion, listed: usize, body: &[u8]) {
    let mut headers = signed_headers(
        Provider::StandardWebhooks,
        STANDARD_SECRET,
        Some(STANDARD_ID),
        body,
    );
    let right = headers["webhook-signature"].to_str().expect("Base64");
    let wrong = "v1,AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA= ".repeat(listed - 1);
    let list = [wrong.as_str(), right].concat();
    headers.insert("webhook-signature", list.parse().expect("visible ASCII"));
    let mut group = group(criterion, &format!("verify_{listed}_listed"), "1MiB", body);
    // A peer takes a quarter of a second for 240.
    group.sample_size(10);

    let verifier =
        Verifier::new(Provider::StandardWebhooks, Secret::new(STANDARD_SECRET)).expect("a secret");
    let is_refused = listed > webhook_verify::MAX_SIGNATURES;
    group.bench_function("webhook-verify", |bencher| {
        bencher.iter(|| {
            let verified = verifier.verify(&headers, black_box(body));
            assert_eq!(verified.is_err(), is_refused);
        });
    });

    registry_webhook_verify(
        &mut group,
        registry::Provider::StandardWebhooks,
        STANDARD_SECRET,
        &headers,
        body,
    );

    let standardwebhooks = standardwebhooks::Webhook::new(STANDARD_SECRET).expect("a secret");
    group.bench_function("standardwebhooks", |bencher| {
        bencher.iter(|| assert!(standardwebhooks.verify(black_box(body), &headers).is_ok()));
    });
    group.finish();
}

/// A body that streams in, beside HMAC over the same pieces.
fn stream_github(criterion: &mut Criterion, body: &[u8]) {
    let headers = signed_headers(Provider::GitHub, GITHUB_SECRET, None, body);
    let mut group = group(criterion, "stream_github", "1MiB", body);

    let pieces: Vec<_> = body.chunks(PIECE_LEN).collect();
    one_hmac_pass(&mut group, GITHUB_SECRET.as_bytes(), &pieces);

    let verifier = Verifier::new(Provider::GitHub, Secret::new(GITHUB_SECRET)).expect("a secret");
    let stream = |pieces: &[&[u8]]| {
        let mut arriving = verifier.begin(Request::new(&headers), MIB as u64)?;
        pieces.iter().try_for_each(|piece| arriving.push(piece))?;
        arriving.finish().map(drop)
    };
    group.bench_function("webhook-verify", |bencher| {
        bencher.iter(|| assert_eq!(stream(black_box(&pieces)), Ok::<_, Rejection>(())));
    });
    group.finish();
}

fn one_hmac_pass(group: &mut BenchmarkGroup<'_, WallTime>, key: &[u8], signed: &[&[u8]]) {
    let keyed = Hmac::<Sha256>::new_from_slice(key).expect("HMAC takes a key of any length");
    let pass = |pieces: &[&[u8]]| {
        let mut mac = keyed.clone();
        for piece in pieces {
            mac.update(piece);
        }
        mac.finalize().into_bytes()
    };
    let expected = pass(signed);
    group.bench_function("one-hmac-pass", |bencher| {
        bencher.iter(|| assert_eq!(pass(black_box(signed)), expected));
    });
}

fn registry_webhook_verify(
    group: &mut BenchmarkGroup<'_, WallTime>,
    provider: registry::Provider,
    secret: &str,
    headers: &HeaderMap,
    body: &[u8],
) {
    let secret = registry::Secret::new(secret);
    group.bench_function("registry-webhook-verify", |bencher| {
        bencher.iter(|| {
            let options = registry::VerifyOptions::default();
            assert!(registry::verify(provider, headers, black_box(body), &secret, options).is_ok());
        });
    });
}

/// Signed with the time of now, as the peers ask the system for it; a group is done long before that is stale.
fn signed_headers(
    provider: Provider,
    secret: &'static str,
    id: Option<&str>,
    body: &[u8],
) -> HeaderMap {
    let signer = Signer::new(provider, Secret::new(secret)).expect("a secret");
    let signed = signer
        .sign(id, UnixTime::now(), body)
        .expect("an id where one is signed");
    let header = |(name, value): (&str, &str)| {
        let name = http::HeaderName::from_bytes(name.as_bytes()).expect("a token");
        (name, value.parse().expect("visible ASCII"))
    };
    signed.iter().map(header).collect()
}

fn group<'a>(
    criterion: &'a mut Criterion,
    operation: &str,
    size: &str,
    body: &[u8],
) -> BenchmarkGroup<'a, WallTime> {
    let mut group = criterion.benchmark_group(format!("{operation}_{size}"));
    group.throughput(Throughput::Bytes(body.len() as u64));
    group
}
