//! Twilio, which signs the fields of a form, or the digest of what is none.

use std::collections::BTreeSet;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use sha2::{Digest, Sha256};
use webhook_verify::{Provider, Signer, Verifier};

use super::documented;
use crate::webhook::NOW;

const ADDRESS: &str = "https://hooks.example.com/twilio";

/// A form is accepted with the signature of another only if their fields are the same when they are joined, which is
/// all that Twilio signs; and what is signed by its digest only as it is.
pub(super) fn check(signed: &[u8], arriving: &[u8]) {
    check_form(signed, arriving);
    check_digest(signed, arriving);
}

fn check_form(signed: &[u8], arriving: &[u8]) {
    let accepted = accepts(ADDRESS, signed, arriving);
    let [original, other] = [signed, arriving].map(joined);
    match accepted {
        Some(true) => assert_eq!(original, other),
        Some(false) => assert_ne!(signed, arriving, "a form is refused as it was signed"),
        None => {}
    }
}

fn check_digest(signed: &[u8], arriving: &[u8]) {
    let digest: String = Sha256::digest(signed)
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect();
    let address = format!("{ADDRESS}?bodySHA256={digest}");
    assert_eq!(
        accepts(&address, signed, arriving),
        Some(signed == arriving)
    );
}

/// Whether the second body is accepted with the signature of the first; none if that cannot be signed.
fn accepts(address: &str, signed: &[u8], arriving: &[u8]) -> Option<bool> {
    let setup = || Provider::Twilio.at(address);
    let secret = super::secret(Provider::Twilio);
    let signer = Signer::new(setup(), secret.clone()).expect("usable");
    let headers = signer.sign(None, NOW, signed).ok()?;
    assert_eq!(
        headers.iter().next(),
        Some(("x-twilio-signature", &*signature(address, signed)))
    );
    let verifier = Verifier::new(setup(), secret).expect("usable");
    Some(verifier.verify_at(&headers, arriving, NOW).is_ok())
}

fn signature(address: &str, body: &[u8]) -> String {
    let fields = match address.contains('?') {
        true => String::new(),
        false => joined(body),
    };
    let secret = documented::secret(Provider::Twilio);
    STANDARD.encode(documented::sha1(
        secret.as_bytes(),
        &[address, &fields].concat(),
    ))
}

/// The fields in order, each as its name and its value, and none twice.
fn joined(body: &[u8]) -> String {
    let fields: BTreeSet<_> = form_urlencoded::parse(body).collect();
    fields
        .iter()
        .flat_map(|(name, value)| [&**name, &**value])
        .collect()
}
