//! Okta: repeats the `X-Okta-Verification-Challenge` of a GET.
//!
//! * **Asked**: when an event hook is verified; a GET with the header
//! * **Answered**: `{"verification":"<text>"}`, within three seconds
//! * **Taken**: 1 to 256 printable ASCII characters
//! * **Proves**: nothing about who asks. If the hook has an authentication field, Okta sends it with
//!   the challenge, as with every delivery: check it first
//!
//! Source: [Event hooks](https://developer.okta.com/docs/concepts/event-hooks/).

use alloc::format;

use serde_json::Value;

use super::nonce::Nonce;
use super::{Answer, Challenge, Refusal, header};
use crate::headers::Headers;

const CHALLENGE: Nonce = Nonce {
    name: "x-okta-verification-challenge",
    len: 1..=256,
    allowed: |byte| matches!(byte, b' '..=b'~'),
};

/// Answers a GET, by its headers.
///
/// ```
/// use webhook_verify::challenge::{Challenge, okta};
///
/// let headers = [("X-Okta-Verification-Challenge", "Me_rShK8JHsTnbyYrWXCEoMGbM_zsZ6k0hLPZ_Pg")];
/// let Challenge::Answer(answer) = okta::answer(&headers) else {
///     panic!("it is a challenge");
/// };
/// assert_eq!(
///     answer.body(),
///     r#"{"verification":"Me_rShK8JHsTnbyYrWXCEoMGbM_zsZ6k0hLPZ_Pg"}"#
/// );
/// ```
pub fn answer<H: Headers>(headers: &H) -> Challenge {
    Challenge::of(read(headers))
}

fn read<H: Headers>(headers: &H) -> Result<Option<Answer>, Refusal> {
    let Some(challenge) = header::find(headers, CHALLENGE.name)? else {
        return Ok(None);
    };
    CHALLENGE.check(challenge)?;
    let challenge = Value::from(challenge);
    Ok(Some(Answer::json(format!(
        r#"{{"verification":{challenge}}}"#
    ))))
}

#[cfg(test)]
mod tests {
    use alloc::string::String;

    use super::*;

    const NAME: &str = "X-Okta-Verification-Challenge";

    fn body(headers: &[(&str, &[u8])]) -> Result<Option<String>, Refusal> {
        Ok(read(&headers)?.map(|answer| answer.body().into()))
    }

    #[test]
    fn the_challenge_is_repeated_as_json() {
        for (challenge, expected) in [
            ("a b", r#"{"verification":"a b"}"#),
            (r#""},\"#, r#"{"verification":"\"},\\"}"#),
        ] {
            let answered = body(&[("a", b"b"), (NAME, challenge.as_bytes())]);
            assert_eq!(answered, Ok(Some(expected.into())));
        }
    }

    #[test]
    fn what_no_header_should_hold_is_refused() {
        let name = CHALLENGE.name;
        let values: [&[u8]; 5] = [b"a\nb", b"a\tb", b"\0", b"\xff", b"\xc3\xa9"];
        for value in values {
            let refused = Err(Refusal::Characters { name });
            assert_eq!(body(&[(NAME, value)]), refused, "{value:?}");
        }
        let long = [b'a'; 257];
        assert_eq!(
            body(&[(NAME, &long)]),
            Err(Refusal::Length { name, len: 257 })
        );
        assert_eq!(body(&[(NAME, b" ")]), Err(Refusal::Length { name, len: 0 }));
        assert_eq!(
            body(&[(NAME, b"a"), (NAME, b"b")]),
            Err(Refusal::Repeated { name })
        );
    }

    #[test]
    fn without_the_header_it_is_no_challenge() {
        assert_eq!(body(&[("x-okta-request-id", b"1")]), Ok(None));
    }
}
