//! X (Twitter): signs the `crc_token` of a GET with the secret that signs deliveries.
//!
//! * **Asked**: when the webhook is registered, and then every hour; `GET ?crc_token=<token>`, to be
//!   answered within three seconds
//! * **Secret**: the *consumer secret* (*API secret key*) of the app
//! * **Answered**: `{"response_token":"sha256=<Base64>"}`, the HMAC-SHA256 of the token
//! * **Taken**: 1 to 128 letters, digits, `-`, `.`, `_`, `~`, `+`, `/` and `=`; X sends Base64
//! * **Proves**: nothing about who asks
//!
//! The answer to a token is also the signature of a delivery whose body is that token: same key,
//! same algorithm, same form. A receiver that answers any token signs any delivery for any stranger.
//! Every delivery of X is a JSON object, and none can be written with the characters that are taken.
//! So do not act on an X delivery before its body is parsed as an object.
//!
//! Source: [Webhooks, Quickstart](https://docs.x.com/x-api/webhooks/quickstart).

use alloc::format;
use core::fmt;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

use super::nonce::{Nonce, is_token};
use super::{Answer, Challenge, Refusal, Unanswerable, query};
use crate::secret::{Secret, SecretForm};

const TOKEN: Nonce = Nonce {
    name: "crc_token",
    len: 1..=128,
    allowed: is_token,
};

/// The consumer secret of an app.
///
/// ```
/// use webhook_verify::Secret;
/// use webhook_verify::challenge::{Challenge, x::ConsumerSecret};
///
/// let secret = ConsumerSecret::new(Secret::new("Convoy"))?;
///
/// let Challenge::Answer(answer) = secret.answer("crc_token=uzwcfYtzr9") else {
///     panic!("it is a challenge");
/// };
/// assert_eq!(
///     answer.body(),
///     r#"{"response_token":"sha256=HXvxTdsfShG6k2zC9NVANwFquJBdOugRYHax2vNiiOo="}"#
/// );
/// // Not a token, but what would be a delivery.
/// assert!(matches!(secret.answer("crc_token={\"for_user_id\":\"1\"}"), Challenge::Refuse(_)));
/// # Ok::<(), webhook_verify::challenge::Unanswerable>(())
/// ```
#[derive(Clone)]
pub struct ConsumerSecret(Hmac<Sha256>);

impl ConsumerSecret {
    /// The secret, as the developer portal shows it.
    ///
    /// # Errors
    ///
    /// It is empty, or plainly a slip.
    pub fn new(secret: Secret) -> Result<Self, Unanswerable> {
        match secret.key(&SecretForm::Verbatim) {
            Ok(key) => Ok(Self(
                Hmac::new_from_slice(&key).expect("HMAC takes a key of any length"),
            )),
            Err(fault) => Err(Unanswerable::Secret {
                name: "consumer secret",
                fault,
            }),
        }
    }

    /// Answers a GET, by the query of its URL: what is behind the `?`.
    pub fn answer(&self, query: &str) -> Challenge {
        Challenge::of(self.read(query))
    }

    fn read(&self, query: &str) -> Result<Option<Answer>, Refusal> {
        let Some(token) = query::find(query, TOKEN.name)? else {
            return Ok(None);
        };
        TOKEN.check(&token)?;
        let code = self.0.clone().chain_update(token.as_bytes()).finalize();
        let code = STANDARD.encode(code.into_bytes());
        Ok(Some(Answer::json(format!(
            r#"{{"response_token":"sha256={code}"}}"#
        ))))
    }
}

impl fmt::Debug for ConsumerSecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ConsumerSecret").finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use alloc::string::String;

    use super::*;
    use crate::secret::SecretFault;

    fn body(query: &str) -> Result<Option<String>, Refusal> {
        let secret = ConsumerSecret::new(Secret::new("Convoy")).expect("usable");
        Ok(secret.read(query)?.map(|answer| answer.body().into()))
    }

    // frain-dev/convoy, internal/pkg/crc/crc_test.go.
    #[test]
    fn agrees_with_a_known_vector() {
        let expected =
            r#"{"response_token":"sha256=HXvxTdsfShG6k2zC9NVANwFquJBdOugRYHax2vNiiOo="}"#;
        assert_eq!(body("crc_token=uzwcfYtzr9"), Ok(Some(expected.into())));
        assert_eq!(
            body("nonce=1&crc_token=uzwcfYtzr9"),
            Ok(Some(expected.into()))
        );
    }

    #[test]
    fn base64_is_taken_as_it_is_encoded_in_a_url() {
        let plain = body("crc_token=AA-_").expect("taken");
        let padded = body("crc_token=AA%2B%2FAA%3D%3D").expect("taken");
        assert!(plain.is_some() && padded.is_some() && plain != padded);
    }

    #[test]
    fn what_could_be_a_delivery_is_refused() {
        let name = TOKEN.name;
        for token in [
            "{}",
            "%7B%22tweet_create_events%22:[]}",
            "%20{}",
            "[]",
            "%22a%22",
            "a:b",
            "a%0A",
            "%00",
        ] {
            let refused = Err(Refusal::Characters { name });
            assert_eq!(body(&format!("crc_token={token}")), refused, "{token}");
        }
        assert_eq!(body("crc_token="), Err(Refusal::Length { name, len: 0 }));
        let long = format!("crc_token={}", "a".repeat(129));
        assert_eq!(body(&long), Err(Refusal::Length { name, len: 129 }));
        assert_eq!(
            body("crc_token=a&crc_token=b"),
            Err(Refusal::Repeated { name })
        );
    }

    #[test]
    fn another_query_is_no_challenge() {
        assert_eq!(body(""), Ok(None));
        assert_eq!(body("token=uzwcfYtzr9"), Ok(None));
    }

    #[test]
    fn a_slip_in_the_secret_is_named_and_the_secret_never_shown() {
        let error = ConsumerSecret::new(Secret::new(" hunter2")).unwrap_err();
        let fault = SecretFault::SurroundingSpace;
        let name = "consumer secret";
        assert_eq!(error, Unanswerable::Secret { name, fault });
        let secret = ConsumerSecret::new(Secret::new("hunter2")).expect("usable");
        assert_eq!(format!("{secret:?}"), "ConsumerSecret { .. }");
    }
}
