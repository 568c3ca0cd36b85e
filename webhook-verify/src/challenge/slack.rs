//! Slack: repeats the `challenge` of a genuine body.
//!
//! * **Asked**: when the Request URL of the Events API is entered; a POST, signed as every delivery
//!   is, with `"type":"url_verification"`
//! * **Answered**: the text, as `text/plain`, within three seconds
//! * **Taken**: 1 to 256 letters, digits, `-`, `.`, `_`, `~`, `+`, `/` and `=`; Slack sends letters
//!   and digits
//! * **Proves**: that Slack asks, because the request is verified first
//!
//! Source: [url_verification](https://docs.slack.dev/reference/events/url_verification).

use super::nonce::{Nonce, is_token};
use super::{Answer, Challenge, Proven, Refusal};
use crate::body_field;

const CHALLENGE: Nonce = Nonce {
    name: "challenge",
    len: 1..=256,
    allowed: is_token,
};

/// Answers a delivery, which is no challenge as a rule.
///
/// ```
/// use webhook_verify::challenge::{Challenge, slack};
/// use webhook_verify::{Provider, Secret, Signer, UnixTime, Verifier};
///
/// let secret = Secret::new("8f742231b10e8888abcd99yyyzzz85a5");
/// let now = UnixTime::from_secs(1_700_000_000);
/// let body = br#"{"challenge":"3eZbrw1a","type":"url_verification"}"#;
/// let headers = Signer::new(Provider::Slack, secret.clone())?.sign(None, now, body)?;
///
/// let verifier = Verifier::new(Provider::Slack, secret)?;
/// let delivery = verifier.verify_at(&headers, body, now)?;
/// let Challenge::Answer(answer) = slack::answer(&delivery) else {
///     panic!("it is a challenge");
/// };
/// assert_eq!(answer.body(), "3eZbrw1a");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn answer<'a>(delivery: impl Into<Proven<'a>>) -> Challenge {
    Challenge::of(read(delivery.into().body))
}

fn read(body: &[u8]) -> Result<Option<Answer>, Refusal> {
    if body_field::find(body, "type").as_deref() != Some("url_verification") {
        return Ok(None);
    }
    let name = CHALLENGE.name;
    let challenge = body_field::find(body, name).ok_or(Refusal::Missing { name })?;
    CHALLENGE.check(&challenge)?;
    Ok(Some(Answer::text(challenge)))
}

#[cfg(test)]
mod tests {
    use alloc::string::String;

    use super::*;

    fn echo(body: &str) -> Result<Option<String>, Refusal> {
        Ok(read(body.as_bytes())?.map(|answer| answer.body().into()))
    }

    #[test]
    fn an_event_is_no_challenge() {
        for body in [
            "",
            "challenge=a&type=url_verification",
            r#"{"type":"event_callback","challenge":"a"}"#,
            r#"{"event":{"type":"url_verification","challenge":"a"}}"#,
            r#"{"type":"url_verification","type":"event_callback","challenge":"a"}"#,
        ] {
            assert_eq!(echo(body), Ok(None), "{body}");
        }
    }

    #[test]
    fn what_is_repeated_is_a_bounded_token() {
        let name = CHALLENGE.name;
        for (body, refusal) in [
            (r#"{"type":"url_verification"}"#, Refusal::Missing { name }),
            (
                r#"{"type":"url_verification","challenge":7}"#,
                Refusal::Missing { name },
            ),
            (
                r#"{"type":"url_verification","challenge":"a","challenge":"b"}"#,
                Refusal::Missing { name },
            ),
            (
                r#"{"type":"url_verification","challenge":"<b>"}"#,
                Refusal::Characters { name },
            ),
            (
                r#"{"type":"url_verification","challenge":""}"#,
                Refusal::Length { name, len: 0 },
            ),
        ] {
            assert_eq!(echo(body), Err(refusal), "{body}");
        }
    }
}
