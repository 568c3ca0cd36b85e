//! Braintree: signs the `bt_challenge` of a GET.
//!
//! * **Asked**: when the webhook is created; `GET ?bt_challenge=<hexadecimal>`
//! * **Secret**: the *private key* of an API key (*Settings > API*), and the public one beside it
//! * **Answered**: `<public key>|<hexadecimal>`, the HMAC-SHA1 of the challenge under the SHA-1 of
//!   the private key
//! * **Taken**: 20 to 32 hexadecimal digits in lower case, which is what Braintree's own libraries
//!   take
//! * **Proves**: nothing about who asks
//!
//! The same key and algorithm sign deliveries, over `bt_payload`, which is XML in Base64. A payload
//! that is no longer than a challenge is
//! [refused](mod@crate::provider::braintree), so that no answer passes for a delivery.
//!
//! Source: [Webhooks,
//! Create](https://developer.paypal.com/braintree/docs/guides/webhooks/create).

use alloc::format;
use alloc::string::String;
use core::fmt;

use hmac::{Hmac, KeyInit, Mac};
use sha1::Sha1;

use super::nonce::Nonce;
use super::{Answer, Challenge, Refusal, Unanswerable, query};
use crate::secret::{Secret, SecretForm};

const CHALLENGE: Nonce = Nonce {
    name: "bt_challenge",
    len: 20..=32,
    allowed: |byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'),
};

/// The two halves of an API key.
///
/// ```
/// use webhook_verify::Secret;
/// use webhook_verify::challenge::{Challenge, braintree::ApiKey};
///
/// let private_key = Secret::new("integration_private_key");
/// let api_key = ApiKey::new("integration_public_key", private_key)?;
///
/// let query = "bt_challenge=20f9f8ed05f77439fe955c977e4c8a53";
/// let Challenge::Answer(answer) = api_key.answer(query) else {
///     panic!("it is a challenge");
/// };
/// assert_eq!(
///     answer.body(),
///     "integration_public_key|d9b899556c966b3f06945ec21311865d35df3ce4"
/// );
/// # Ok::<(), webhook_verify::challenge::Unanswerable>(())
/// ```
#[derive(Clone)]
pub struct ApiKey {
    public: String,
    private: Hmac<Sha1>,
}

impl ApiKey {
    /// The public and the private key, as the control panel shows them. The public one is sent to
    /// whoever asks.
    ///
    /// # Errors
    ///
    /// The public key is none; the private key is empty, or plainly a slip.
    pub fn new(public: impl Into<String>, private: Secret) -> Result<Self, Unanswerable> {
        let public = public.into();
        let is_word = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-');
        if public.is_empty() || public.len() > 64 || !public.bytes().all(is_word) {
            return Err(Unanswerable::PublicKey);
        }
        match private.key(&SecretForm::Sha1OfText) {
            Ok(key) => Ok(Self {
                public,
                private: Hmac::new_from_slice(&key).expect("HMAC takes a key of any length"),
            }),
            Err(fault) => Err(Unanswerable::Secret {
                name: "private key",
                fault,
            }),
        }
    }

    /// Answers a GET, by the query of its URL: what is behind the `?`.
    pub fn answer(&self, query: &str) -> Challenge {
        Challenge::of(self.read(query))
    }

    fn read(&self, query: &str) -> Result<Option<Answer>, Refusal> {
        let Some(challenge) = query::find(query, CHALLENGE.name)? else {
            return Ok(None);
        };
        CHALLENGE.check(&challenge)?;
        let code = self.private.clone().chain_update(challenge.as_bytes());
        let code = const_hex::encode(code.finalize().into_bytes());
        Ok(Some(Answer::text(format!("{}|{code}", self.public))))
    }
}

impl fmt::Debug for ApiKey {
    /// The public half.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ApiKey")
            .field("public", &self.public)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::secret::SecretFault;

    fn body(query: &str) -> Result<Option<String>, Refusal> {
        let private = Secret::new("integration_private_key");
        let api_key = ApiKey::new("integration_public_key", private).expect("usable");
        Ok(api_key.read(query)?.map(|answer| answer.body().into()))
    }

    // braintree/braintree_node, test/unit/braintree/webhook_notification_gateway_spec.js.
    #[test]
    fn agrees_with_the_providers_vector() {
        assert_eq!(
            body("bt_challenge=20f9f8ed05f77439fe955c977e4c8a53"),
            Ok(Some(
                "integration_public_key|d9b899556c966b3f06945ec21311865d35df3ce4".into()
            ))
        );
    }

    #[test]
    fn only_hexadecimal_digits_in_lower_case_are_signed() {
        let name = CHALLENGE.name;
        for digit in ["g", "A", "+", "%3D", "%0A", "%7C", "%00", "%C3%A9"] {
            let query = format!("bt_challenge=20f9f8ed05f77439fe955{digit}");
            assert_eq!(body(&query), Err(Refusal::Characters { name }), "{digit}");
        }
    }

    #[test]
    fn the_length_is_that_of_a_challenge() {
        let name = CHALLENGE.name;
        for len in 0..=40 {
            let answered = body(&format!("bt_challenge={}", "a".repeat(len)));
            if (20..=32).contains(&len) {
                assert!(answered.is_ok_and(|body| body.is_some()), "{len}");
            } else {
                assert_eq!(answered, Err(Refusal::Length { name, len }));
            }
        }
    }

    #[test]
    fn another_query_is_no_challenge() {
        assert_eq!(body("challenge=20f9f8ed05f77439fe955c977e4c8a53"), Ok(None));
    }

    #[test]
    fn keys_that_cannot_be_right_are_refused() {
        let private = || Secret::new("hunter2");
        for public in ["", "a|b", "a\n", "a b", "caf\u{e9}", &"a".repeat(65)] {
            let error = ApiKey::new(public, private()).unwrap_err();
            assert_eq!(error, Unanswerable::PublicKey, "{public:?}");
        }
        let error = ApiKey::new("a", Secret::new("")).unwrap_err();
        let fault = SecretFault::Empty;
        let name = "private key";
        assert_eq!(error, Unanswerable::Secret { name, fault });
        let shown = format!("{:?}", ApiKey::new("a", private()).expect("usable"));
        assert_eq!(shown, r#"ApiKey { public: "a", .. }"#);
    }
}
