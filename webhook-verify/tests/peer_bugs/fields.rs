//! Bodies of which fields are signed one by one.

use webhook_verify::{Provider, Rejection, Secret, UnixTime, Verifier, Weakness};

use crate::{NOW, SECRET, hex};

const NO_HEADERS: [(&str, &str); 0] = [];
const TIME: &str = "1700000000";
const TOKEN: &str = "e0b5477167110d68991efc6b9f89f0a11066af27834600e123";

fn mailgun() -> Verifier {
    let setup = Provider::Mailgun.despite(Weakness::BodyNotCovered);
    Verifier::new(setup, Secret::new(SECRET)).expect("usable")
}

fn signed(time: &str, token: &str) -> String {
    let signature = hex(&[time, token].concat().into_bytes());
    format!(r#"{{"timestamp":"{time}","token":"{token}","signature":"{signature}"}}"#)
}

fn judge(signature: &str, event: &str, now: UnixTime) -> Result<(), Rejection> {
    let body = format!(r#"{{"signature":{signature},"event-data":{event}}}"#);
    mailgun()
        .verify_at(&NO_HEADERS, body.as_bytes(), now)
        .map(drop)
}

#[test]
fn a_signature_that_does_not_cover_the_event_is_not_said_to() {
    let signature = signed(TIME, TOKEN);
    for event in [r#"{"event":"delivered"}"#, r#"{"event":"failed"}"#] {
        assert_eq!(judge(&signature, event, NOW), Ok(()));
    }
    let coverage = mailgun().scheme().coverage();
    assert!(!coverage.body.is_complete() && coverage.id && coverage.timestamp);
}

#[test]
fn a_token_is_what_the_delivery_is_known_by() {
    let body = format!(r#"{{"signature":{}}}"#, signed(TIME, TOKEN));
    let verifier = mailgun();
    let delivery = verifier
        .verify_at(&NO_HEADERS, body.as_bytes(), NOW)
        .expect("genuine");
    let id = delivery.event_id().expect("the token");
    assert_eq!((id.as_str(), id.is_signed()), (TOKEN, true));
    assert_eq!(delivery.sent_at(), Some(NOW));
}

#[test]
fn the_end_of_the_time_is_not_the_beginning_of_the_token() {
    let signature = signed(TIME, TOKEN);
    let (head, digit) = TIME.split_at(TIME.len() - 1);
    let shifted = signature
        .replace(TIME, head)
        .replace(TOKEN, &[digit, TOKEN].concat());
    let path = "signature.timestamp".into();
    assert_eq!(
        judge(&shifted, "{}", NOW),
        Err(Rejection::MalformedField { path })
    );
}

#[test]
fn an_old_time_in_the_body_is_stale_however_it_is_signed() {
    let later = UnixTime::from_secs(NOW.as_secs() + 301);
    let judged = judge(&signed(TIME, TOKEN), "{}", later);
    assert!(judged.is_err_and(|rejection| rejection.is_stale()));
}

#[test]
fn a_member_that_is_there_twice_is_not_one_of_them() {
    let signature = signed(TIME, TOKEN);
    for (name, path) in [
        ("token", "signature.token"),
        ("timestamp", "signature.timestamp"),
        ("signature", "signature.signature"),
        (r"\u0074oken", "signature.token"),
    ] {
        let twice = signature.replacen('{', &format!(r#"{{"{name}":"1700000000","#), 1);
        let path = path.into();
        let refused = Err(Rejection::RepeatedField { path });
        assert_eq!(judge(&twice, "{}", NOW), refused, "{name}");
    }
    let outside = [&signature, r#","signature":"#, &signature].concat();
    let judged = judge(&outside, "{}", NOW);
    assert!(matches!(judged, Err(Rejection::RepeatedField { .. })));
}
