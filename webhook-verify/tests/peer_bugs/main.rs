//! Mistakes that were measured in other libraries, official ones among them, or reported against
//! them. Each is a test here.

mod addresses;
mod bodies;
mod boundaries;
mod disclosure;
mod ecdsa;
mod fields;
mod headers;
mod secrets;
mod signatures;
#[path = "../support/mod.rs"]
mod support;
mod times;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use webhook_verify::{Headers, Provider, Rejection, Secret, Setup, UnixTime, Verifier};

const SECRET: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
const NOW: UnixTime = UnixTime::from_secs(1_700_000_000);
const BODY: &[u8] = br#"{"id":"evt_1"}"#;

fn verifier(setup: impl Into<Setup>, secret: &str) -> Verifier {
    Verifier::new(setup, Secret::new(secret)).expect("the secret is usable")
}

/// Verifies as of [`NOW`], and says which secret matched.
fn verify(
    provider: Provider,
    headers: &(impl Headers + Sync),
    body: &[u8],
) -> Result<String, Rejection> {
    let verifier = verifier(provider, SECRET);
    let label = verifier
        .verify_at(headers, body, NOW)?
        .secret_label()
        .to_owned();
    Ok(label)
}

fn mac(key: &[u8], message: &[u8]) -> Vec<u8> {
    let mut mac = Hmac::<Sha256>::new_from_slice(key).expect("a key of any length");
    mac.update(message);
    mac.finalize().into_bytes().to_vec()
}

/// The signature of a Stripe or GitHub delivery, for any text in the place of the time.
fn hex(message: &[u8]) -> String {
    const_hex::encode(mac(SECRET.as_bytes(), message))
}

/// The signature of a Standard Webhooks delivery, for any text in the place of the id and time.
fn base64(message: &[u8]) -> String {
    let key = STANDARD.decode(&SECRET["whsec_".len()..]).expect("Base64");
    STANDARD.encode(mac(&key, message))
}

fn stripe(value: &str) -> [(&'static str, String); 1] {
    [("Stripe-Signature", value.to_owned())]
}

fn standard(id: &str, timestamp: &str, signature: &str) -> [(&'static str, String); 3] {
    [
        ("webhook-id", id.to_owned()),
        ("webhook-timestamp", timestamp.to_owned()),
        ("webhook-signature", signature.to_owned()),
    ]
}
