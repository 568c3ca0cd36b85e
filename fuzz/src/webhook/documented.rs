//! How some providers document their signatures, written down a second time: plainly, without the crate under test
//! and without any concern for cost. They have between them most grammars, layouts and units of time.

use base64::Engine;
use base64::alphabet;
use base64::engine::GeneralPurpose;
use base64::engine::general_purpose::{NO_PAD, STANDARD, URL_SAFE_NO_PAD};
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use webhook_verify::{Provider, Secret};

use super::delivery::Lines;

const HEX_TEXT: &str = "f00f3005a3666b359a79c2bc3380ce2715e62727ac461ae1a2618f8766029c9f";

/// Takes the bits that a last character has to spare, whatever they are. Secrets are pasted by people.
const LENIENT: GeneralPurpose = GeneralPurpose::new(
    &alphabet::STANDARD,
    NO_PAD.with_decode_allow_trailing_bits(true),
);

/// Whether a provider is one of those that are written down here.
pub(super) fn knows(provider: Provider) -> bool {
    matches!(
        provider,
        Provider::GitHub
            | Provider::Inngest
            | Provider::Sanity
            | Provider::Slack
            | Provider::StandardWebhooks
            | Provider::Stripe
            | Provider::Svix
    )
}

/// The secret that all deliveries are signed with, as the provider would show it.
pub(super) fn secret(provider: Provider) -> Secret {
    Secret::new(secret_text(provider))
}

/// A signature, as it is written in the provider's header.
pub(super) fn signature(provider: Provider, id: &str, time: &str, body: &[u8]) -> String {
    let key = key(provider, &secret_text(provider)).expect("the secret has the provider's form");
    signature_with(provider, &key, id, time, body)
}

/// A signature with another key than that of [`secret`].
pub(super) fn signature_with(
    provider: Provider,
    key: &[u8],
    id: &str,
    time: &str,
    body: &[u8],
) -> String {
    let mut mac = Hmac::<Sha256>::new_from_slice(key).expect("HMAC takes a key of any length");
    mac.update(&signed_bytes(provider, id, time, body));
    let mac = mac.finalize().into_bytes();
    match provider {
        Provider::StandardWebhooks | Provider::Svix => STANDARD.encode(mac),
        Provider::Sanity => URL_SAFE_NO_PAD.encode(mac),
        _ => mac.iter().map(|byte| format!("{byte:02x}")).collect(),
    }
}

/// The headers of a delivery that carries this signature.
pub(super) fn headers(provider: Provider, id: &str, time: &str, signature: &str) -> Lines {
    let lines = match provider {
        Provider::GitHub => vec![("X-Hub-Signature-256", format!("sha256={signature}"))],
        Provider::Stripe => vec![("Stripe-Signature", format!("t={time},v1={signature}"))],
        Provider::StandardWebhooks => standard(
            "webhook-id",
            "webhook-timestamp",
            "webhook-signature",
            id,
            time,
            signature,
        ),
        Provider::Svix => standard(
            "svix-id",
            "svix-timestamp",
            "svix-signature",
            id,
            time,
            signature,
        ),
        Provider::Slack => {
            vec![
                ("X-Slack-Request-Timestamp", time.to_owned()),
                ("X-Slack-Signature", format!("v0={signature}")),
            ]
        }
        Provider::Sanity => vec![(
            "Sanity-Webhook-Signature",
            format!("t={time},v1={signature}"),
        )],
        Provider::Inngest => vec![("X-Inngest-Signature", format!("t={time}&s={signature}"))],
        unknown => panic!("{unknown} is not written down here"),
    };
    lines
        .into_iter()
        .map(|(name, value)| (name.to_owned(), value.into_bytes()))
        .collect()
}

/// How many digits a time has, where the provider signs one.
pub(super) fn time_digits(provider: Provider) -> Option<usize> {
    match provider {
        Provider::GitHub => None,
        Provider::Sanity => Some(13),
        _ => Some(10),
    }
}

/// Whether the id stands in a header of its own and is signed.
pub(super) fn signs_id_header(provider: Provider) -> bool {
    matches!(provider, Provider::StandardWebhooks | Provider::Svix)
}

/// Whether the provider writes signatures in hexadecimal, where the case of a letter means nothing.
pub(super) fn signs_in_hex(provider: Provider) -> bool {
    !matches!(
        provider,
        Provider::StandardWebhooks | Provider::Svix | Provider::Sanity
    )
}

/// The key that a secret stands for, if it has the provider's form.
pub(super) fn key(provider: Provider, secret: &[u8]) -> Option<Vec<u8>> {
    match provider {
        Provider::StandardWebhooks | Provider::Svix => {
            let text = secret.strip_prefix(b"whsec_").unwrap_or(secret);
            let padding = text.iter().rev().take_while(|&&byte| byte == b'=').count();
            LENIENT.decode(&text[..text.len() - padding]).ok()
        }
        Provider::Inngest => {
            let hex = match secret.strip_prefix(b"signkey-") {
                Some(tagged) => tagged.splitn(2, |&byte| byte == b'-').nth(1)?,
                None => secret,
            };
            hex.iter().all(u8::is_ascii_hexdigit).then(|| hex.to_vec())
        }
        _ => Some(secret.to_vec()),
    }
}

fn secret_text(provider: Provider) -> Vec<u8> {
    match provider {
        Provider::StandardWebhooks | Provider::Svix => [
            "whsec_",
            &STANDARD.encode("an example key of thirty-two byt"),
        ]
        .concat()
        .into_bytes(),
        Provider::Inngest => ["signkey-prod-", HEX_TEXT].concat().into_bytes(),
        Provider::Stripe => b"whsec_example_of_the_current_secret".to_vec(),
        Provider::Slack => b"8f742231b10e8888abcd99yyyzzz85a5".to_vec(),
        Provider::Sanity => b"the secret of the document webhook".to_vec(),
        _ => b"It's a Secret to Everybody".to_vec(),
    }
}

fn signed_bytes(provider: Provider, id: &str, time: &str, body: &[u8]) -> Vec<u8> {
    let time = time.as_bytes();
    match provider {
        Provider::GitHub => body.to_vec(),
        Provider::Stripe | Provider::Sanity => [time, b".", body].concat(),
        Provider::StandardWebhooks | Provider::Svix => {
            [id.as_bytes(), b".", time, b".", body].concat()
        }
        Provider::Slack => [b"v0:", time, b":", body].concat(),
        Provider::Inngest => [body, time].concat(),
        unknown => panic!("{unknown} is not written down here"),
    }
}

fn standard(
    id_name: &'static str,
    time_name: &'static str,
    signature_name: &'static str,
    id: &str,
    time: &str,
    signature: &str,
) -> Vec<(&'static str, String)> {
    vec![
        (id_name, id.to_owned()),
        (time_name, time.to_owned()),
        (signature_name, format!("v1,{signature}")),
    ]
}
