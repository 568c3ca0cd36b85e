//! Discord: pings, and wants a pong.
//!
//! * **Asked**: when the URL is entered in the Developer Portal, and at times; a POST, signed as
//!   every delivery is
//! * **Interactions**: `"type":1` is a ping, and the answer is `{"type":1}`
//! * **Webhook events**: `"type":0` is a ping, and the answer is 204. Here `"type":1` is an event
//! * **Proves**: that Discord asks, because the request is verified first. Discord also sends pings
//!   with a wrong signature, and disables an address that answers these otherwise than with 401
//!
//! Sources: [Interactions
//! Overview](https://discord.com/developers/docs/interactions/overview#setting-up-an-endpoint),
//! [Webhook Events](https://discord.com/developers/docs/events/webhook-events).

use serde_json::Value;

use super::{Answer, Challenge, Genuine};

/// Answers a POST to the Interactions Endpoint URL.
///
/// ```
/// use webhook_verify::challenge::{Challenge, Genuine, discord};
///
/// // The host has verified the Ed25519 signature of it.
/// let body = Genuine::vouched_for(br#"{"id":"1","type":1,"version":1}"#);
/// let Challenge::Answer(pong) = discord::answer_interaction(body) else {
///     panic!("it is a ping");
/// };
/// assert_eq!((pong.status(), pong.body()), (200, r#"{"type":1}"#));
/// ```
pub fn answer_interaction<'a>(body: impl Into<Genuine<'a>>) -> Challenge {
    if is_type(body.into(), 1) {
        Challenge::Answer(Answer::json(r#"{"type":1}"#.into()))
    } else {
        Challenge::NotAChallenge
    }
}

/// Answers a POST to the Webhook Events URL.
///
/// ```
/// use webhook_verify::challenge::{Challenge, Genuine, discord};
///
/// let ping = Genuine::vouched_for(br#"{"version":1,"application_id":"1","type":0}"#);
/// assert!(matches!(discord::answer_event(ping), Challenge::Answer(pong) if pong.status() == 204));
///
/// let event = Genuine::vouched_for(br#"{"version":1,"application_id":"1","type":1}"#);
/// assert!(matches!(discord::answer_event(event), Challenge::NotAChallenge));
/// ```
pub fn answer_event<'a>(body: impl Into<Genuine<'a>>) -> Challenge {
    if is_type(body.into(), 0) {
        Challenge::Answer(Answer::no_content())
    } else {
        Challenge::NotAChallenge
    }
}

fn is_type(body: Genuine<'_>, wanted: u64) -> bool {
    serde_json::from_slice(body.body())
        .is_ok_and(|body: Value| body.get("type").and_then(Value::as_u64) == Some(wanted))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The statuses of the answers: of an interaction, and of an event.
    fn statuses(body: &str) -> (Option<u16>, Option<u16>) {
        let body = Genuine::vouched_for(body.as_bytes());
        let status = |challenge| match challenge {
            Challenge::Answer(answer) => Some(Answer::status(&answer)),
            Challenge::Refuse(_) | Challenge::NotAChallenge => None,
        };
        (status(answer_interaction(body)), status(answer_event(body)))
    }

    #[test]
    fn a_ping_of_one_kind_is_none_of_the_other() {
        assert_eq!(statuses(r#"{"type":1}"#), (Some(200), None));
        assert_eq!(statuses(r#"{"type":0}"#), (None, Some(204)));
    }

    #[test]
    fn anything_else_is_for_the_application() {
        for body in [
            "",
            "1",
            "[]",
            "{}",
            r#"{"type":2}"#,
            r#"{"type":"1"}"#,
            r#"{"type":1.0}"#,
            r#"{"type":-1}"#,
            r#"{"data":{"type":1}}"#,
            r#"{"type":1"#,
        ] {
            assert_eq!(statuses(body), (None, None), "{body}");
        }
    }
}
