//! Zoom: signs the `plainToken` of a genuine body with the secret that signs deliveries.
//!
//! * **Asked**: when the endpoint URL is validated, and then every 72 hours; a POST, signed as every
//!   delivery is, with `"event":"endpoint.url_validation"`, to be answered within three seconds
//! * **Secret**: the *Secret Token* of the app's *Feature* page
//! * **Answered**: `{"plainToken":"<token>","encryptedToken":"<hexadecimal>"}`, the HMAC-SHA256 of
//!   the token
//! * **Taken**: 1 to 128 letters, digits, `-`, `.`, `_`, `~`, `+`, `/` and `=`; Zoom sends Base64
//! * **Proves**: that Zoom asks, because the request is verified first
//!
//! The answer is a code under the key of deliveries. These are signed over `v0:<timestamp>:<body>`,
//! which cannot be written without a `:`, so no answer is the signature of a delivery.
//!
//! Source: [Validate your webhook
//! endpoint](https://developers.zoom.us/docs/api/webhooks/#validate-your-webhook-endpoint).

use alloc::format;
use alloc::string::String;
use core::fmt;

use super::nonce::{Nonce, is_token};
use super::{Answer, Challenge, Proven, Refusal, Unanswerable};
use crate::body_field;
use crate::provider::github;
use crate::ring::SecretRing;
use crate::scheme::Scheme;
use crate::segment::{Pieces, Segment};
use crate::signing_key::SigningKeys;

const TOKEN: Nonce = Nonce {
    name: "plainToken",
    len: 1..=128,
    allowed: is_token,
};

/// How a token is signed: HMAC-SHA256 over nothing else, in hexadecimal. GitHub signs bodies so.
const SCHEME: Scheme = github::SCHEME;

/// The secret tokens of an app that are valid now.
///
/// ```
/// use webhook_verify::Secret;
/// use webhook_verify::challenge::zoom::SecretTokens;
///
/// let secret = Secret::new("the secret token of the app").labelled("2026-11");
/// // Give the same secrets to the verifier of deliveries.
/// let secret_tokens = SecretTokens::new(secret.clone())?;
/// assert_eq!(format!("{secret_tokens:?}"), r#"SecretTokens(["2026-11"])"#);
/// # Ok::<(), webhook_verify::challenge::Unanswerable>(())
/// ```
#[derive(Clone)]
pub struct SecretTokens(SigningKeys);

impl SecretTokens {
    /// The secrets, with the labels that they have in the verifier: a challenge is answered with
    /// the one that it was signed with.
    ///
    /// # Errors
    ///
    /// As [`Verifier::new`](crate::Verifier::new).
    pub fn new(secrets: impl Into<SecretRing>) -> Result<Self, Unanswerable> {
        Ok(Self(SigningKeys::expand(&secrets.into(), &SCHEME)?))
    }

    /// Answers a delivery, which is no challenge as a rule.
    pub fn answer<'a>(&self, delivery: impl Into<Proven<'a>>) -> Challenge {
        let Proven { body, secret_label } = delivery.into();
        Challenge::of(self.read(body, secret_label))
    }

    fn read(&self, body: &[u8], label: &str) -> Result<Option<Answer>, Refusal> {
        if body_field::find(body, "event").as_deref() != Some("endpoint.url_validation") {
            return Ok(None);
        }
        let name = TOKEN.name;
        let token =
            body_field::find(body, "payload.plainToken").ok_or(Refusal::Missing { name })?;
        TOKEN.check(&token)?;
        let code = self.sign(&token, label).ok_or(Refusal::UnknownSecret)?;
        Ok(Some(Answer::json(format!(
            r#"{{"plainToken":"{token}","encryptedToken":"{code}"}}"#
        ))))
    }

    fn sign(&self, token: &str, label: &str) -> Option<String> {
        let key = self.0.labelled(label)?;
        let pieces = Pieces {
            body: token.as_bytes(),
            ..Pieces::of(&[Segment::Body])
        };
        Some(key.sign(&pieces))
    }
}

impl fmt::Debug for SecretTokens {
    /// The labels.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("SecretTokens").field(&self.0).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::misconfigured::Misconfigured;
    use crate::secret::Secret;

    fn tokens() -> SecretTokens {
        let secrets = [
            Secret::new("new").labelled("2026-11"),
            Secret::new("old").labelled("2026-10"),
        ];
        SecretTokens::new(secrets).expect("usable")
    }

    fn body(token: &str) -> String {
        format!(r#"{{"event":"endpoint.url_validation","payload":{{"plainToken":"{token}"}}}}"#)
    }

    fn answer(body: &str, label: &str) -> Result<Option<String>, Refusal> {
        let answer = tokens().read(body.as_bytes(), label)?;
        Ok(answer.map(|answer| answer.body().into()))
    }

    // printf qgg8vlvZRS6UYooatFL8Aw | openssl dgst -sha256 -hmac new
    #[test]
    fn the_answer_is_made_with_the_secret_that_signed_the_challenge() {
        for (label, code) in [
            (
                "2026-11",
                "38c55cb9e1fc21b4158da896aeea4b8b23eebfab3851933c96b09f8170111fbf",
            ),
            (
                "2026-10",
                "b39344aa6b7d05b92252155d9d409e36b92c85646a0fe3d5087082fbc8f7fc32",
            ),
        ] {
            let token = "qgg8vlvZRS6UYooatFL8Aw";
            let expected = format!(r#"{{"plainToken":"{token}","encryptedToken":"{code}"}}"#);
            assert_eq!(answer(&body(token), label), Ok(Some(expected)));
        }
    }

    #[test]
    fn a_secret_under_another_label_answers_nothing() {
        assert_eq!(answer(&body("a"), "1"), Err(Refusal::UnknownSecret));
    }

    #[test]
    fn what_could_be_the_signed_bytes_of_a_delivery_is_refused() {
        let name = TOKEN.name;
        for token in [
            "v0:1700000000:{}",
            "v0:1700000000:",
            ":",
            "a b",
            r"a\nb",
            r"\u003a",
        ] {
            let refused = Err(Refusal::Characters { name });
            assert_eq!(answer(&body(token), "2026-11"), refused, "{token}");
        }
        assert_eq!(
            answer(&body(""), "2026-11"),
            Err(Refusal::Length { name, len: 0 })
        );
        let long = body(&"a".repeat(129));
        assert_eq!(
            answer(&long, "2026-11"),
            Err(Refusal::Length { name, len: 129 })
        );
    }

    #[test]
    fn a_token_has_to_be_there_once_and_be_a_text() {
        let name = TOKEN.name;
        for body in [
            r#"{"event":"endpoint.url_validation"}"#,
            r#"{"event":"endpoint.url_validation","plainToken":"a"}"#,
            r#"{"event":"endpoint.url_validation","payload":{"plainToken":1}}"#,
            r#"{"event":"endpoint.url_validation","payload":{"plainToken":"a","plainToken":"b"}}"#,
        ] {
            assert_eq!(
                answer(body, "2026-11"),
                Err(Refusal::Missing { name }),
                "{body}"
            );
        }
    }

    #[test]
    fn an_event_is_no_challenge() {
        for body in [
            "",
            "[]",
            r#"{"event":"meeting.started","payload":{"plainToken":"a"}}"#,
            r#"{"payload":{"event":"endpoint.url_validation","plainToken":"a"}}"#,
        ] {
            assert_eq!(answer(body, "2026-11"), Ok(None), "{body}");
        }
    }

    #[test]
    fn the_ring_is_checked_as_a_verifiers_and_only_labels_are_shown() {
        let error = SecretTokens::new([]).unwrap_err();
        assert_eq!(error, Unanswerable::Ring(Misconfigured::NoSecret));
        assert_eq!(
            format!("{:?}", tokens()),
            r#"SecretTokens(["2026-11", "2026-10"])"#
        );
    }
}
