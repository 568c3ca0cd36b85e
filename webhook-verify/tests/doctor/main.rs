//! The doctor, on deliveries that were harmed in one known way.
#![cfg(feature = "doctor")]

mod addresses;
mod bodies;
mod headers;
mod report;
mod secrets;
#[path = "../support/mod.rs"]
mod support;
mod times;

use webhook_verify::doctor::{Finding, SecretReading, SecretSlip, Verdict, diagnose};
use webhook_verify::{IdSource, Provider, Secret, Setup, SignatureSource, Signer, UnixTime};

const NOW: UnixTime = UnixTime::from_secs(1_700_000_000);
const WHSEC: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
const BODY: &[u8] = br#"{"id":"evt_1","url":"https://example.com/a","n":1.50}"#;

type Lines = Vec<(String, String)>;

fn sign(setup: impl Into<Setup>, secret: &str, body: &[u8]) -> Lines {
    try_sign(setup.into(), secret, body).expect("signable")
}

/// None if the secret is none for the scheme, or the body does not say what the scheme needs.
fn try_sign(setup: Setup, secret: &str, body: &[u8]) -> Option<Lines> {
    let signer = Signer::new(setup, Secret::new(secret)).ok()?;
    let has_header = matches!(signer.scheme().id, Some(IdSource::Header(_)));
    let id = has_header.then_some("msg_1");
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
    setup: impl Into<Setup>,
    secret: &str,
    headers: &[(String, String)],
    body: &[u8],
) -> Vec<Finding> {
    let diagnosis = diagnose(setup, &secrets([secret]), headers, body, NOW);
    assert_eq!(diagnosis.verdict(), Verdict::Explained, "{diagnosis}");
    assert!(diagnosis.is_complete());
    diagnosis.findings().to_vec()
}

fn unexplained(
    setup: impl Into<Setup>,
    secret: &str,
    headers: &[(String, String)],
    body: &[u8],
) -> Vec<Finding> {
    let diagnosis = diagnose(setup, &secrets([secret]), headers, body, NOW);
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

/// The names of the signature header; none if the signature stands in the body.
fn signature_names(provider: Provider) -> impl Iterator<Item = String> {
    let names: Vec<_> = match provider.scheme().signature {
        SignatureSource::Header(header) => header.names.iter().map(String::from).collect(),
        _ => Vec::new(),
    };
    names.into_iter()
}
