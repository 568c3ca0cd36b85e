//! Tokens as anybody may make them, with the key and without.

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use hmac::{Hmac, KeyInit, Mac};
use serde_json::Value;
use sha2::{Digest, Sha256};
use webhook_verify::{Provider, Secret, Verifier};

use super::{NOW, split_line};

const SECRET: &str = "a secret of this month, 32 bytes";
const API_KEY: &str = "APIrTAAdPuVhT8x";

/// No token makes a verifier panic, and it accepts none but those that are signed with the key, by the algorithm that
/// is expected, for this body, by this issuer, and valid now.
///
/// The input is the header of a token on a line, its claims on a line, and a body. They are put together and signed with
/// the right key; and the first line is taken for a token as it is.
pub fn webhook_jwt(data: &[u8]) {
    let (header, claims, body) = split(data);
    if accepts(token(header, claims).as_bytes(), body) {
        assert_may_be_accepted(header, claims, body);
    }
    if accepts(header, body) {
        assert_is_signed(header);
    }
}

fn split(data: &[u8]) -> (&[u8], &[u8], &[u8]) {
    let (header, rest) = split_line(data);
    let (claims, body) = split_line(rest);
    (header, claims, body)
}

fn token(header: &[u8], claims: &[u8]) -> String {
    let parts = [header, claims].map(|part| URL_SAFE_NO_PAD.encode(part));
    let signed = parts.join(".");
    [signed.as_str(), &signature(&signed)].join(".")
}

fn accepts(token: &[u8], body: &[u8]) -> bool {
    let livekit = Provider::LiveKit.issued_by(API_KEY);
    let verifier = Verifier::new(livekit, Secret::new(SECRET)).expect("the secret is usable");
    verifier
        .verify_at(&[("Authorization", token)], body, NOW)
        .is_ok()
}

/// Reads header and claims with another reader, which takes the last of two members of one name.
fn assert_may_be_accepted(header: &[u8], claims: &[u8], body: &[u8]) {
    let [header, claims] = [header, claims]
        .map(|json| serde_json::from_slice::<Value>(json).expect("accepted, and is no JSON"));
    assert_eq!(header["alg"], "HS256");
    assert!(header.get("crit").is_none() && header.get("b64").is_none());
    assert_eq!(claims["iss"], API_KEY);
    assert_eq!(claims["sha256"], STANDARD.encode(Sha256::digest(body)));
    let now = NOW.as_secs();
    let end = claims["exp"].as_u64().expect("accepted, and does not end");
    assert!(end > now - 60, "accepted, and ended at {end}");
    if let Some(beginning) = claims.get("nbf") {
        let beginning = beginning.as_u64().expect("accepted, and begins at no time");
        assert!(beginning <= now + 60, "accepted, and begins at {beginning}");
    }
}

fn assert_is_signed(token: &[u8]) {
    let token = str::from_utf8(token)
        .expect("accepted, and is no text")
        .trim();
    let (signed, own) = token
        .rsplit_once('.')
        .expect("accepted, and has no signature");
    let signed = signed
        .split_once(' ')
        .map_or(signed, |(_bearer, signed)| signed);
    assert_eq!(signature(signed), own, "accepted without the signature");
}

fn signature(signed: &str) -> String {
    let mut mac = Hmac::<Sha256>::new_from_slice(SECRET.as_bytes()).expect("a key of any length");
    mac.update(signed.as_bytes());
    URL_SAFE_NO_PAD.encode(mac.finalize().into_bytes())
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::path::Path;

    use super::*;

    // A property that never sees an accepted token would say little.
    #[test]
    fn the_seeds_are_what_their_names_say() {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("seeds/webhook_jwt");
        let mut counts = [0; 2];
        for entry in fs::read_dir(folder).expect("seeds") {
            let path = entry.expect("a seed").path();
            let name = path.file_name().and_then(|name| name.to_str());
            let name = name.expect("an ASCII name");
            let data = fs::read(&path).expect("a seed");
            let (header, claims, body) = split(&data);
            let accepted = match name.ends_with("-as-it-is") {
                true => accepts(header, body),
                false => accepts(token(header, claims).as_bytes(), body),
            };
            assert_eq!(accepted, name.starts_with("genuine-"), "{name}");
            counts[usize::from(accepted)] += 1;
        }
        assert!(counts.iter().all(|&count| count >= 7), "{counts:?}");
    }
}
