//! Meta (Facebook, Instagram, Messenger, WhatsApp): repeats the `hub.challenge` of a GET to whoever
//! knows the verify token.
//!
//! * **Asked**: when the webhook is configured in the App Dashboard;
//!   `GET ?hub.mode=subscribe&hub.verify_token=<token>&hub.challenge=<number>`
//! * **Secret**: the *Verify Token* of that form, which you make up; not the app secret
//! * **Answered**: the number, as `text/plain`
//! * **Taken**: 1 to 32 digits; Meta says that it is an integer
//! * **Proves**: that the asker knows the token, which is compared in constant time
//!
//! Source: [Webhooks, Getting
//! Started](https://developers.facebook.com/docs/graph-api/webhooks/getting-started).

use core::fmt;

use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;
use zeroize::Zeroizing;

use super::nonce::Nonce;
use super::{Answer, Challenge, Refusal, Unanswerable, query};
use crate::secret::{Secret, SecretForm};

const NUMBER: Nonce = Nonce {
    name: "hub.challenge",
    len: 1..=32,
    allowed: |byte| byte.is_ascii_digit(),
};

/// The verify token of an app.
///
/// ```
/// use webhook_verify::Secret;
/// use webhook_verify::challenge::{Challenge, Refusal, meta::VerifyToken};
///
/// let verify_token = VerifyToken::new(Secret::new("meatyhamhock"))?;
///
/// let stranger = "hub.mode=subscribe&hub.challenge=1&hub.verify_token=guess";
/// assert!(matches!(
///     verify_token.answer(stranger),
///     Challenge::Refuse(Refusal::WrongToken)
/// ));
/// # Ok::<(), webhook_verify::challenge::Unanswerable>(())
/// ```
#[derive(Clone)]
pub struct VerifyToken {
    /// Hashed, so that a comparison takes the same time for tokens of any length.
    digest: Zeroizing<[u8; 32]>,
}

impl VerifyToken {
    /// The token, as it was entered in the App Dashboard.
    ///
    /// # Errors
    ///
    /// It is empty, or plainly a slip.
    pub fn new(token: Secret) -> Result<Self, Unanswerable> {
        match token.key(&SecretForm::Verbatim) {
            Ok(token) => Ok(Self {
                digest: Zeroizing::new(Sha256::digest(&*token).into()),
            }),
            Err(fault) => Err(Unanswerable::Secret {
                name: "verify token",
                fault,
            }),
        }
    }

    /// Answers a GET, by the query of its URL: what is behind the `?`.
    pub fn answer(&self, query: &str) -> Challenge {
        Challenge::of(self.read(query))
    }

    fn read(&self, query: &str) -> Result<Option<Answer>, Refusal> {
        if query::find(query, "hub.mode")?.as_deref() != Some("subscribe") {
            return Ok(None);
        }
        if !self.is(&query::one(query, "hub.verify_token")?) {
            return Err(Refusal::WrongToken);
        }
        let number = query::one(query, NUMBER.name)?;
        NUMBER.check(&number)?;
        Ok(Some(Answer::text(number)))
    }

    fn is(&self, given: &str) -> bool {
        let given: [u8; 32] = Sha256::digest(given).into();
        given.ct_eq(&*self.digest).into()
    }
}

impl fmt::Debug for VerifyToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("VerifyToken").finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use alloc::format;
    use alloc::string::String;

    use super::*;
    use crate::secret::SecretFault;

    fn body(query: &str) -> Result<Option<String>, Refusal> {
        let token = VerifyToken::new(Secret::new("meaty ham=hock")).expect("usable");
        Ok(token.read(query)?.map(|answer| answer.body().into()))
    }

    fn with_token(token: &str) -> Result<Option<String>, Refusal> {
        body(&format!(
            "hub.mode=subscribe&hub.challenge=1158201444&hub.verify_token={token}"
        ))
    }

    fn with_challenge(challenge: &str) -> Result<Option<String>, Refusal> {
        body(&format!(
            "hub.verify_token=meaty+ham%3Dhock&hub.challenge={challenge}&hub.mode=subscribe"
        ))
    }

    #[test]
    fn who_knows_the_token_is_answered() {
        assert_eq!(
            with_token("meaty%20ham%3dhock"),
            Ok(Some("1158201444".into()))
        );
        assert_eq!(with_challenge("0"), Ok(Some("0".into())));
    }

    #[test]
    fn who_does_not_know_the_token_is_refused() {
        for token in ["", "meaty", "meaty+ham%3Dhock1", "Meaty+ham%3Dhock", "%ff"] {
            assert_eq!(with_token(token), Err(Refusal::WrongToken), "{token}");
        }
        let name = "hub.verify_token";
        assert_eq!(
            body("hub.mode=subscribe&hub.challenge=1"),
            Err(Refusal::Missing { name })
        );
        assert_eq!(
            with_token("meaty%20ham%3Dhock&hub.verify_token=x"),
            Err(Refusal::Repeated { name })
        );
    }

    #[test]
    fn only_a_number_is_repeated() {
        let name = "hub.challenge";
        for challenge in ["-1", "1.5", "1e3", "%3Cb%3E", "abc", "1%0A", "%D9%A1"] {
            assert_eq!(
                with_challenge(challenge),
                Err(Refusal::Characters { name }),
                "{challenge}"
            );
        }
        assert_eq!(with_challenge(""), Err(Refusal::Length { name, len: 0 }));
        assert_eq!(
            with_challenge(&"1".repeat(33)),
            Err(Refusal::Length { name, len: 33 })
        );
        assert_eq!(
            with_challenge("1&hub.challenge=2"),
            Err(Refusal::Repeated { name })
        );
    }

    #[test]
    fn another_mode_is_no_challenge() {
        for query in [
            "",
            "hub.mode=unsubscribe",
            "hub.challenge=1&hub.verify_token=x",
        ] {
            assert_eq!(body(query), Ok(None), "{query}");
        }
    }

    #[test]
    fn a_slip_in_the_token_is_named_and_the_token_never_shown() {
        let error = VerifyToken::new(Secret::new("hunter2\n")).unwrap_err();
        let fault = SecretFault::TrailingLineBreak;
        let name = "verify token";
        assert_eq!(error, Unanswerable::Secret { name, fault });
        let token = VerifyToken::new(Secret::new("hunter2")).expect("usable");
        assert_eq!(format!("{token:?}"), "VerifyToken { .. }");
    }
}
