//! Dropbox: repeats the `challenge` of a GET.
//!
//! * **Asked**: when the URI is entered in the App Console; `GET ?challenge=<text>`
//! * **Answered**: the text, as `text/plain`, and not to be taken for a page
//! * **Taken**: 1 to 256 letters, digits, `-`, `.`, `_`, `~`, `+`, `/` and `=`; Dropbox sends a
//!   random string of these
//! * **Proves**: nothing about who asks
//!
//! Source: [Dropbox webhooks](https://www.dropbox.com/developers/reference/webhooks).

use super::nonce::{Nonce, is_token};
use super::{Answer, Challenge, Refusal, query};

const CHALLENGE: Nonce = Nonce {
    name: "challenge",
    len: 1..=256,
    allowed: is_token,
};

/// Answers a GET, by the query of its URL: what is behind the `?`.
///
/// ```
/// use webhook_verify::challenge::{Challenge, dropbox};
///
/// assert!(matches!(dropbox::answer("challenge=abc123"), Challenge::Answer(_)));
/// assert!(matches!(dropbox::answer("challenge=<script>"), Challenge::Refuse(_)));
/// assert!(matches!(dropbox::answer("page=2"), Challenge::NotAChallenge));
/// ```
pub fn answer(query: &str) -> Challenge {
    Challenge::of(read(query))
}

fn read(query: &str) -> Result<Option<Answer>, Refusal> {
    let Some(challenge) = query::find(query, CHALLENGE.name)? else {
        return Ok(None);
    };
    CHALLENGE.check(&challenge)?;
    Ok(Some(Answer::text(challenge)))
}

#[cfg(test)]
mod tests {
    use alloc::format;

    use super::*;

    fn body(query: &str) -> Result<Option<alloc::string::String>, Refusal> {
        Ok(read(query)?.map(|answer| answer.body().into()))
    }

    #[test]
    fn the_challenge_is_repeated_as_plain_text() {
        assert_eq!(body("challenge=abc123"), Ok(Some("abc123".into())));
        assert_eq!(
            body("x=1&challenge=a-b_c%3D%3D"),
            Ok(Some("a-b_c==".into()))
        );
        let answer = read("challenge=a").expect("a challenge").expect("answered");
        assert_eq!(
            (answer.status(), answer.content_type()),
            (200, "text/plain")
        );
    }

    #[test]
    fn what_a_browser_or_a_proxy_could_read_otherwise_is_refused() {
        for challenge in [
            "%3Cscript%3E",
            "a%0D%0Ab",
            "%00",
            "%ff",
            "a b",
            "%C3%A9",
            "{}",
            "%",
        ] {
            let refused = Err(Refusal::Characters { name: "challenge" });
            assert_eq!(
                body(&format!("challenge={challenge}")),
                refused,
                "{challenge}"
            );
        }
    }

    #[test]
    fn an_answer_is_no_longer_than_a_challenge_may_be() {
        let query = format!("challenge={}", "a".repeat(256));
        assert_eq!(body(&query), Ok(Some("a".repeat(256))));
        let len = 257;
        let name = "challenge";
        assert_eq!(
            body(&format!("{query}a")),
            Err(Refusal::Length { name, len })
        );
        assert_eq!(body("challenge="), Err(Refusal::Length { name, len: 0 }));
        assert_eq!(
            body("challenge=a&challenge=b"),
            Err(Refusal::Repeated { name })
        );
    }

    #[test]
    fn another_query_is_no_challenge() {
        for query in ["", "challenges=a", "Challenge=a", "a=challenge"] {
            assert_eq!(body(query), Ok(None), "{query}");
        }
    }
}
