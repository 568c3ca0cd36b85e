//! Schemes as anybody may describe them.

use serde_json::{Map, Value, json};
use webhook_verify::{
    Algorithm, IdSource, Scheme, Secret, Segment, Setup, SignatureSource, Signer, Verifier,
};

use super::{NOW, split_line};

const ADDRESS: &str = "https://hooks.example.com/webhooks";
const NO_HEADERS: [(&str, &str); 0] = [];

/// No layout and no description makes a reader panic. What is read is written as it can be read again; and what a scheme
/// that is read signs, it accepts, unless the time is said to be another.
///
/// The input is `layout`, `toml` or `json` on a line, and the text.
pub fn webhook_scheme(data: &[u8]) {
    let (kind, text) = split_line(data);
    let Ok(text) = str::from_utf8(text) else {
        return;
    };
    let scheme = match kind {
        b"layout" => return check_layout(text),
        b"toml" => toml::from_str::<Scheme>(text).ok(),
        b"json" => serde_json::from_str::<Scheme>(text).ok(),
        _ => None,
    };
    if let Some(scheme) = scheme {
        check_written(&scheme);
        check_round_trip(&scheme);
    }
}

fn check_layout(text: &str) {
    if let Ok(segments) = Segment::layout(text) {
        let written: String = segments.iter().map(ToString::to_string).collect();
        assert_eq!(Segment::layout(&written), Ok(segments));
    }
}

fn check_written(scheme: &Scheme) {
    let toml = toml::to_string(scheme).expect("TOML has a place for it");
    assert_eq!(
        toml::from_str::<Scheme>(&toml).as_ref(),
        Ok(scheme),
        "{toml}"
    );
    let json = serde_json::to_string(scheme).expect("JSON has a place for it");
    let read: Scheme = serde_json::from_str(&json).expect("it was written");
    assert_eq!(&read, scheme, "{json}");
}

fn check_round_trip(scheme: &Scheme) {
    if signs_with_pair(scheme.algorithm) {
        return; // No text is both halves.
    }
    let (Ok(signer), Ok(verifier)) = (
        Signer::new(setup(scheme), secret()),
        Verifier::new(setup(scheme), secret()),
    ) else {
        return; // Another form of secret.
    };
    let verdict = match &scheme.signature {
        SignatureSource::BodyField(field) => {
            let Ok(signature) = signer.sign_fields(NOW, &body(&field.path, "")) else {
                return;
            };
            let body = body(&field.path, &signature);
            verifier.verify_at(&NO_HEADERS, &body, NOW).map(drop)
        }
        _ => {
            let body = body("x", "y");
            let takes_id = matches!(scheme.id, Some(IdSource::Header(_) | IdSource::Claim(_)));
            let Ok(headers) = signer.sign(takes_id.then_some("msg_1"), NOW, &body) else {
                return;
            };
            verifier.verify_at(&headers, &body, NOW).map(drop)
        }
    };
    if let Err(rejection) = verdict {
        assert!(
            rejection.is_stale(),
            "refused what it signs: {rejection}\n{scheme:?}"
        );
    }
}

fn signs_with_pair(algorithm: Algorithm) -> bool {
    matches!(
        algorithm,
        Algorithm::Ed25519 | Algorithm::EcdsaP256Sha256 | Algorithm::Es256
    )
}

fn setup(scheme: &Scheme) -> Setup {
    let setup = Setup::from(scheme.clone()).at(ADDRESS).issued_by("issuer");
    match scheme.weakness() {
        Some(weakness) => setup.despite(weakness),
        None => setup,
    }
}

/// In hexadecimal, and so fit for most forms of secret.
fn secret() -> Secret {
    Secret::new("12ab".repeat(16)).labelled("key")
}

/// A body with a time and an id, and a text at the end of a path.
fn body(path: &str, text: &str) -> Vec<u8> {
    let mut body = object(json!({
        "id": "evt_1",
        "event": { "id": "evt_1" },
        "time": 1_750_000_000,
        "millis": 1_750_000_000_000_u64,
    }));
    let nested = path.rsplit('.').fold(Value::from(text), |value, step| {
        match step.strip_suffix("[]") {
            Some(name) => json!({ name: [value] }),
            None => json!({ step: value }),
        }
    });
    body.extend(object(nested));
    Value::Object(body).to_string().into_bytes()
}

fn object(value: Value) -> Map<String, Value> {
    match value {
        Value::Object(object) => object,
        other => panic!("{other} is no object"),
    }
}
