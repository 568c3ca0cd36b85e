//! Asana: hands over the secret of a new webhook, and wants it back.
//!
//! * **Asked**: while a webhook is being created, before that call returns; a POST with the header
//!   `X-Hook-Secret`
//! * **Answered**: 200, with the same header
//! * **Taken**: 16 to 256 letters, digits, `-`, `.`, `_`, `~`, `+`, `/` and `=`; Asana's are
//!   hexadecimal
//! * **Proves**: nothing about who asks. Whoever knows the address can send such a header, and if
//!   the receiver stores what it says, then signs deliveries of their own
//!
//! So a secret is taken only while one is [awaited](Awaited): between asking Asana for a webhook at
//! this very address and having stored its secret. Give each webhook an address of its own which
//! cannot be guessed. The call that creates the webhook returns the secret, too: compare the two
//! before the first delivery is trusted.
//!
//! Source: [Webhooks guide](https://developers.asana.com/docs/webhooks-guide).

use alloc::string::String;
use core::fmt;

use zeroize::Zeroizing;

use super::nonce::{Nonce, is_token};
use super::{Answer, Challenge, Refusal, header};
use crate::headers::Headers;
use crate::secret::Secret;

const SECRET: Nonce = Nonce {
    name: "x-hook-secret",
    len: Secret::MIN_STRONG_LEN..=256,
    allowed: is_token,
};

/// Whether a webhook is being created for the address that was asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Awaited {
    /// It is, and its secret is not known yet.
    Yes,
    /// It is not: no webhook was asked for, or its secret is stored.
    No,
}

/// The secret of a new webhook, and what confirms that it was taken. Store the one, then send the
/// other.
#[derive(Clone)]
pub struct Handshake {
    secret: Zeroizing<String>,
    answer: Answer,
}

impl Handshake {
    /// The secret as it was sent, for the place where secrets are kept.
    pub fn expose_secret(&self) -> &str {
        &self.secret
    }

    /// The secret, for the verifier of this webhook.
    pub fn secret(&self) -> Secret {
        Secret::new(self.secret.as_bytes())
    }

    /// The answer, which repeats the secret.
    pub const fn answer(&self) -> &Answer {
        &self.answer
    }
}

impl fmt::Debug for Handshake {
    /// Without the secret.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Handshake")
            .field("answer", &self.answer)
            .finish_non_exhaustive()
    }
}

/// Answers a POST, by its headers.
///
/// ```
/// use webhook_verify::challenge::asana::{self, Awaited};
/// use webhook_verify::challenge::{Challenge, Refusal};
///
/// let headers = [("X-Hook-Secret", "b537207f20cbfa02357cf448134da559")];
/// let Challenge::Answer(handshake) = asana::answer(&headers, Awaited::Yes) else {
///     panic!("it is a handshake");
/// };
/// assert_eq!(handshake.expose_secret(), "b537207f20cbfa02357cf448134da559");
/// let echo = ("x-hook-secret", handshake.expose_secret());
/// assert!(handshake.answer().headers().any(|header| header == echo));
///
/// // Once it is stored, no other is taken.
/// assert!(matches!(
///     asana::answer(&headers, Awaited::No),
///     Challenge::Refuse(Refusal::NotAwaited)
/// ));
/// ```
pub fn answer<H: Headers>(headers: &H, awaited: Awaited) -> Challenge<Handshake> {
    Challenge::of(read(headers, awaited))
}

fn read<H: Headers>(headers: &H, awaited: Awaited) -> Result<Option<Handshake>, Refusal> {
    let Some(secret) = header::find(headers, SECRET.name)? else {
        return Ok(None);
    };
    // What is signed is a delivery, whatever else it brings.
    if headers.values_of("x-hook-signature").next().is_some() {
        return Ok(None);
    }
    if awaited == Awaited::No {
        return Err(Refusal::NotAwaited);
    }
    SECRET.check(secret)?;
    Ok(Some(Handshake {
        secret: Zeroizing::new(secret.into()),
        answer: Answer::text("").with_header(SECRET.name, secret.into()),
    }))
}

#[cfg(test)]
mod tests {
    use alloc::format;

    use super::*;

    const GIVEN: &str = "b537207f20cbfa02357cf448134da559e8bd39d61597dcd5631b8012eae53e81";

    fn given(headers: &[(&str, &str)], awaited: Awaited) -> Result<Option<String>, Refusal> {
        let handshake = read(&headers, awaited)?;
        Ok(handshake.map(|handshake| handshake.expose_secret().into()))
    }

    #[test]
    fn an_awaited_secret_is_handed_over_and_repeated() {
        let handshake = read(&[("X-Hook-Secret", GIVEN)], Awaited::Yes);
        let handshake = handshake.expect("taken").expect("there");
        assert_eq!(handshake.expose_secret(), GIVEN);
        let key = handshake.secret().key(&crate::SecretForm::Verbatim);
        assert_eq!(key.expect("usable").as_slice(), GIVEN.as_bytes());

        let answer = handshake.answer();
        assert_eq!((answer.status(), answer.body()), (200, ""));
        let echo = ("x-hook-secret", GIVEN);
        assert!(answer.headers().any(|header| header == echo));
        assert!(!format!("{handshake:?}").contains(GIVEN));
    }

    #[test]
    fn a_secret_that_nobody_awaits_does_not_replace_the_one_there_is() {
        let headers = [("X-Hook-Secret", GIVEN)];
        assert_eq!(given(&headers, Awaited::No), Err(Refusal::NotAwaited));
    }

    #[test]
    fn a_signed_request_is_a_delivery() {
        let headers = [("X-Hook-Secret", GIVEN), ("X-Hook-Signature", "00")];
        assert_eq!(given(&headers, Awaited::Yes), Ok(None));
        assert_eq!(given(&[("X-Hook-Signature", "00")], Awaited::Yes), Ok(None));
    }

    #[test]
    fn what_is_no_secret_is_refused() {
        let name = SECRET.name;
        let guessable = &GIVEN[..15];
        let length = Err(Refusal::Length { name, len: 15 });
        assert_eq!(given(&[("X-Hook-Secret", guessable)], Awaited::Yes), length);
        let spaced = format!("{GIVEN} {GIVEN}");
        let characters = Err(Refusal::Characters { name });
        assert_eq!(
            given(&[("X-Hook-Secret", &spaced)], Awaited::Yes),
            characters
        );
        let split = format!("{GIVEN}\r\nset-cookie: a");
        let characters = Err(Refusal::Characters { name });
        assert_eq!(
            given(&[("X-Hook-Secret", &split)], Awaited::Yes),
            characters
        );
        let twice = [("X-Hook-Secret", GIVEN), ("X-Hook-Secret", &GIVEN[1..])];
        assert_eq!(given(&twice, Awaited::Yes), Err(Refusal::Repeated { name }));
    }
}
