//! The doctor, on deliveries that were harmed in one known way.
#![cfg(feature = "doctor")]

mod bodies;
mod headers;
mod report;
mod secrets;
mod times;

use webhook_verify::doctor::{Finding, SecretReading, SecretSlip, Verdict, diagnose};
use webhook_verify::{IdSource, Scheme, Secret, Signer, UnixTime};

const NOW: UnixTime = UnixTime::from_secs(1_700_000_000);
const WHSEC: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
const BODY: &[u8] = br#"{"id":"evt_1","url":"https://example.com/a","n":1.50}"#;

type Lines = Vec<(String, String)>;

fn sign(scheme: impl Into<Scheme>, secret: &str, body: &[u8]) -> Lines {
    try_sign(scheme.into(), secret, body).expect("signable")
}

/// None if the secret is none for the scheme, or the body does not say what the scheme needs.
fn try_sign(scheme: Scheme, secret: &str, body: &[u8]) -> Option<Lines> {
    let id = matches!(scheme.id, Some(IdSource::Header(_))).then_some("msg_1");
    let signer = Signer::new(scheme, Secret::new(secret)).ok()?;
    let headers = signer.sign(id, NOW, body).ok()?;
    let lines = headers
        .iter()
        .map(|(name, value)| (name.to_string(), value.to_string()));
    Some(lines.collect())
}

fn secrets<const LEN: usize>(texts: [&str; LEN]) -> [Secret; LEN] {
    texts.map(Secret::new)
}

/// The findings, if they explain the refusal.
fn explained(
    scheme: impl Into<Scheme>,
    secret: &str,
    headers: &[(String, String)],
    body: &[u8],
) -> Vec<Finding> {
    let diagnosis = diagnose(scheme, &secrets([secret]), headers, body, NOW);
    assert_eq!(diagnosis.verdict(), Verdict::Explained, "{diagnosis}");
    assert!(diagnosis.is_complete());
    diagnosis.findings().to_vec()
}

fn unexplained(
    scheme: impl Into<Scheme>,
    secret: &str,
    headers: &[(String, String)],
    body: &[u8],
) -> Vec<Finding> {
    let diagnosis = diagnose(scheme, &secrets([secret]), headers, body, NOW);
    assert_eq!(diagnosis.verdict(), Verdict::Unexplained, "{diagnosis}");
    diagnosis.findings().to_vec()
}

fn slip(slip: SecretSlip) -> Finding {
    Finding::SecretSlip {
        label: "1".into(),
        slip,
    }
}

fn form(reading: SecretReading) -> Finding {
    Finding::OtherSecretForm {
        label: "1".into(),
        reading,
    }
}

fn missing(header: &'static str) -> Finding {
    Finding::MissingHeader {
        header: header.into(),
    }
}
