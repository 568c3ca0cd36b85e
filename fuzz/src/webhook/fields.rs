//! Bodies that are signed field by field.

mod documented;
mod twilio;

use webhook_verify::{Provider, Rejection, Secret, Setup, Signer, Verifier, Weakness};

use self::documented::Notification;
use super::{NOW, split_line, split_parts};

const NO_HEADERS: [(&str, &str); 0] = [];

/// What a body has in the place of the signature that is yet to be made.
const MARK: &[u8] = b"$SIGNATURE";

/// No body makes a verifier panic, and it accepts none but those in which every signed field says what it said when it
/// was signed. What a signer signs is accepted.
///
/// The input is the name of a provider, the body that is signed, a line with three hyphens, and the body that arrives;
/// or the first body alone, which then arrives as it was signed.
pub fn webhook_fields(data: &[u8]) {
    let (name, rest) = split_line(data);
    let Some(provider) = provider(name) else {
        return;
    };
    let (signed, arriving) = split_parts(rest);
    let arriving = arriving.unwrap_or(signed);
    match provider {
        Provider::Twilio => twilio::check(signed, arriving),
        _ => {
            check_as_it_is(provider, arriving);
            check_signed(provider, signed, arriving);
        }
    }
}

fn provider(name: &[u8]) -> Option<Provider> {
    let provider = str::from_utf8(name).ok()?.parse().ok()?;
    matches!(
        provider,
        Provider::Adyen | Provider::Braintree | Provider::Mailgun | Provider::Twilio
    )
    .then_some(provider)
}

fn check_as_it_is(provider: Provider, body: &[u8]) {
    if verify(provider, body).is_ok() {
        let notification = Notification::read(provider, body).expect("it was accepted");
        assert!(notification.has_signature(), "accepted: {notification:?}");
    }
}

fn check_signed(provider: Provider, signed: &[u8], arriving: &[u8]) {
    let signer = Signer::new(setup(provider), secret(provider)).expect("usable");
    let Ok(signature) = signer.sign_fields(NOW, signed) else {
        return;
    };
    let original = Notification::read(provider, signed).expect("it was signed");
    assert_eq!(signature, original.signature(), "{original:?}");

    let body = replace(arriving, MARK, signature.as_bytes());
    let read = Notification::read(provider, &body);
    match verify(provider, &body) {
        Ok(()) => {
            let accepted = read.expect("it was accepted");
            assert_eq!(accepted.fields(), original.fields());
        }
        // What a signer reads in it is what stands there: it could sign it as it is.
        Err(rejection) if signer.sign_fields(NOW, &body).is_ok() => {
            let lists_it = read.is_some_and(|read| read.listed() == read.signature());
            assert!(
                !lists_it || rejection.is_stale(),
                "{provider} refused its own: {rejection}"
            );
        }
        Err(_) => {}
    }
}

fn verify(provider: Provider, body: &[u8]) -> Result<(), Rejection> {
    let verifier = Verifier::new(setup(provider), secret(provider)).expect("usable");
    verifier.verify_at(&NO_HEADERS, body, NOW).map(drop)
}

fn setup(provider: Provider) -> Setup {
    provider.despite(Weakness::BodyNotCovered)
}

fn secret(provider: Provider) -> Secret {
    Secret::new(documented::secret(provider)).labelled(documented::PUBLIC_KEY)
}

fn replace(text: &[u8], from: &[u8], to: &[u8]) -> Vec<u8> {
    match text.windows(from.len()).position(|window| window == from) {
        Some(place) => [&text[..place], to, &text[place + from.len()..]].concat(),
        None => text.to_vec(),
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;
    use std::fs;
    use std::path::Path;

    use super::*;

    // A property that never sees an accepted body would say little.
    #[test]
    fn some_seeds_are_accepted_as_they_are() {
        let mut accepted = BTreeMap::new();
        let seeds = Path::new(env!("CARGO_MANIFEST_DIR")).join("seeds/webhook_fields");
        for entry in fs::read_dir(seeds).expect("seeds") {
            let seed = fs::read(entry.expect("a seed").path()).expect("a seed");
            let (name, body) = split_line(&seed);
            let provider = provider(name).expect("a provider that signs fields");
            if provider != Provider::Twilio && verify(provider, body).is_ok() {
                *accepted.entry(provider).or_insert(0) += 1;
            }
        }
        let accepted: Vec<_> = accepted.into_iter().collect();
        assert!(
            accepted.iter().all(|&(_, count)| count >= 2),
            "{accepted:?}"
        );
        assert_eq!(accepted.len(), 3, "{accepted:?}");
    }
}
