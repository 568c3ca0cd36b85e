//! Deliveries, and what they are verified with.

use webhook_verify::{Provider, Secret, SignedHeaders, Signer, UnixTime, Verifier};

pub(crate) const BODY: &str = r#"{"id":"evt_1"}"#;

/// Base64 behind its prefix, so that every provider here can read it.
pub(crate) fn secret() -> Secret {
    Secret::new("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw").labelled("2026-11")
}

pub(crate) fn verifier(provider: Provider) -> Verifier {
    Verifier::new(provider, secret()).expect("the secret is usable")
}

/// The headers of a delivery which is sent now.
pub(crate) fn sign(provider: Provider, body: &str) -> Vec<(String, String)> {
    sign_at(provider, UnixTime::now(), body)
}

pub(crate) fn sign_at(provider: Provider, time: UnixTime, body: &str) -> Vec<(String, String)> {
    let signer = Signer::new(provider, secret()).expect("the secret is usable");
    let id = (provider == Provider::StandardWebhooks).then_some("msg_1");
    lines(&signer.sign(id, time, body.as_bytes()).expect("signable"))
}

pub(crate) fn lines(headers: &SignedHeaders) -> Vec<(String, String)> {
    let owned = |(name, value): (&str, &str)| (name.to_owned(), value.to_owned());
    headers.iter().map(owned).collect()
}
