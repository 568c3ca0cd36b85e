//! Tokens that hold the hash of the body: which are believed, and which are not.

mod algorithms;
mod claims;
mod forms;
#[cfg(feature = "p256")]
mod plaid;
mod signing;

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE, URL_SAFE_NO_PAD};
use hmac::{Hmac, KeyInit, Mac};
use sha2::{Digest, Sha256};
use webhook_verify::{Provider, Rejection, Secret, Setup, UnixTime, Verifier};

const SECRET: &str = "a secret of this month, 32 bytes";
const NOW: u64 = 1_750_000_000;
/// Its hash has both characters that tell the alphabets of Base64 apart.
const BODY: &[u8] = br#"{"id":"EV_5","event":{"id":"7"}}"#;
const HEADER: &str = r#"{"alg":"HS256","typ":"JWT"}"#;
const URL: &str = "https://example.com/jobs?queue=1";
const API_KEY: &str = "APIrTAAdPuVhT8x";

fn livekit() -> Setup {
    Provider::LiveKit.issued_by(API_KEY)
}

fn qstash() -> Setup {
    Provider::QStash.at(URL)
}

fn hash(body: &[u8]) -> String {
    STANDARD.encode(Sha256::digest(body))
}

/// What LiveKit claims of [`BODY`].
fn livekit_claims() -> String {
    let (hash, end) = (hash(BODY), NOW + 300);
    format!(r#"{{"iss":"{API_KEY}","nbf":{NOW},"exp":{end},"sha256":"{hash}"}}"#)
}

/// What QStash claims of [`BODY`].
fn qstash_claims() -> String {
    let (hash, end) = (URL_SAFE.encode(Sha256::digest(BODY)), NOW + 300);
    format!(
        r#"{{"iss":"Upstash","sub":"{URL}","exp":{end},"nbf":{NOW},"iat":{NOW},"jti":"jwt_1","body":"{hash}"}}"#
    )
}

/// A token of any header and any claims, rightly signed.
fn token(header: &str, claims: &str) -> String {
    let [header, claims] = [header, claims].map(|part| URL_SAFE_NO_PAD.encode(part));
    let signed = [header, claims].join(".");
    let mut mac = Hmac::<Sha256>::new_from_slice(SECRET.as_bytes()).expect("a key of any length");
    mac.update(signed.as_bytes());
    let signature = URL_SAFE_NO_PAD.encode(mac.finalize().into_bytes());
    [signed, signature].join(".")
}

fn verifier(setup: impl Into<Setup>) -> Verifier {
    Verifier::new(setup, Secret::new(SECRET)).expect("usable")
}

/// Verifies a token in the provider's header, `secs` after [`NOW`].
fn judge_at(setup: Setup, value: &str, secs: i64) -> Result<(), Rejection> {
    let headers = [
        ("authorization", value),
        ("upstash-signature", value),
        ("x-fusionauth-signature-jwt", value),
    ];
    let now = UnixTime::from_secs(NOW.strict_add_signed(secs));
    verifier(setup).verify_at(&headers, BODY, now).map(drop)
}

fn judge(setup: Setup, value: &str) -> Result<(), Rejection> {
    judge_at(setup, value, 0)
}
