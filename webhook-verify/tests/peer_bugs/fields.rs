//! Bodies of which fields are signed one by one.

use webhook_verify::challenge::{Challenge, braintree::ApiKey};
use webhook_verify::{
    BodyCoverage, Misconfigured, Provider, Rejection, Secret, Signer, UnixTime, Verifier, Weakness,
};

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

const ADYEN_KEY: &str = "44782DEF547AAA06C910C43932B1EB0C71FC68D9D0C057550C48EC2ACF6BA056";

/// An item with a place for its signature.
fn item(account: &str, reference: &str, signature: &str) -> String {
    format!(
        r#"{{"NotificationRequestItem":{{"additionalData":{{"hmacSignature":"{signature}"}},
        "amount":{{"currency":"EUR","value":1130}},"eventCode":"AUTHORISATION",
        "merchantAccountCode":"{account}","merchantReference":"{reference}",
        "pspReference":"7914073381342284","success":"true"}}}}"#
    )
}

fn items(items: &[&str]) -> String {
    format!(
        r#"{{"live":"false","notificationItems":[{}]}}"#,
        items.join(",")
    )
}

fn signature_of(account: &str, reference: &str) -> String {
    let signer = Signer::new(Provider::Adyen, Secret::new(ADYEN_KEY)).expect("usable");
    let body = items(&[&item(account, reference, "")]);
    signer.sign_fields(NOW, body.as_bytes()).expect("signable")
}

fn judge_adyen(body: &str) -> Result<(), Rejection> {
    let verifier = Verifier::new(Provider::Adyen, Secret::new(ADYEN_KEY)).expect("usable");
    verifier
        .verify_at(&NO_HEADERS, body.as_bytes(), NOW)
        .map(drop)
}

const ITEM: &str = "notificationItems[].NotificationRequestItem.";

#[test]
fn a_separator_in_a_field_does_not_move_the_next_one() {
    let signature = signature_of("Shop", "eu:42");
    let genuine = items(&[&item("Shop", "eu:42", &signature)]);
    assert_eq!(judge_adyen(&genuine), Ok(()));
    let shifted = items(&[&item("Shop:eu", "42", &signature)]);
    let path = format!("{ITEM}merchantAccountCode").into();
    assert_eq!(
        judge_adyen(&shifted),
        Err(Rejection::MalformedField { path })
    );
}

#[test]
fn a_second_item_does_not_come_in_with_the_first() {
    let signature = signature_of("Shop", "42");
    let genuine = item("Shop", "42", &signature);
    assert_eq!(judge_adyen(&items(&[&genuine])), Ok(()));
    let refused = |body: String| match judge_adyen(&body) {
        Err(Rejection::NotOneItem { path }) => assert!(path.starts_with(ITEM), "{path}"),
        other => panic!("{other:?} of {body}"),
    };
    refused(items(&[&genuine, &item("Shop", "43", "")]));
    refused(items(&[&item("Shop", "43", ""), &genuine]));
    refused(items(&[&genuine, "{}"]));
    refused(items(&[]));
}

#[test]
fn a_signature_of_33_bytes_is_no_panic() {
    let body = items(&[&item("Shop", "42", &"A".repeat(44))]);
    let path = format!("{ITEM}additionalData.hmacSignature").into();
    assert_eq!(judge_adyen(&body), Err(Rejection::MalformedField { path }));
}

#[test]
fn a_field_that_is_not_signed_is_not_said_to_be() {
    let coverage = Provider::Adyen.scheme().coverage();
    assert_eq!(coverage.body, BodyCoverage::Fields);
    assert!(!coverage.body.is_complete());
}

#[test]
fn the_answer_to_a_challenge_is_no_delivery() {
    let private = Secret::new("integration_private_key");
    let api_key = ApiKey::new("public", private.clone()).expect("usable");
    let verifier = Verifier::new(Provider::Braintree, private).expect("usable");
    let refused = Rejection::MalformedField {
        path: "bt_payload".into(),
    };
    for len in 20..=32 {
        let challenge = "a".repeat(len);
        let Challenge::Answer(answer) = api_key.answer(&format!("bt_challenge={challenge}")) else {
            panic!("it is a challenge");
        };
        let signature = answer.body().replace('|', "%7C");
        let body = format!("bt_signature={signature}&bt_payload={challenge}");
        let judged = verifier.verify_at(&NO_HEADERS, body.as_bytes(), NOW);
        assert_eq!(judged.map(drop), Err(refused.clone()), "{len}");
    }
}

#[test]
fn a_form_is_signed_under_the_name_of_its_key() {
    let private = Secret::new("integration_private_key").labelled("integration_public_key");
    let signer = Signer::new(Provider::Braintree, private.clone()).expect("usable");
    let payload = "bt_payload=PD94bWwgdmVyc2lvbj0iMS4wIiBlbmNvZGluZz0iVVRGLTgiPz4%3D%0A";
    let signature = signer
        .sign_fields(NOW, payload.as_bytes())
        .expect("signable");
    assert!(signature.starts_with("integration_public_key|"));

    let verifier = Verifier::new(Provider::Braintree, private).expect("usable");
    let judge = |body: String| {
        verifier
            .verify_at(&NO_HEADERS, body.as_bytes(), NOW)
            .map(drop)
    };
    let signature = signature.replace('|', "%7C");
    assert_eq!(judge(format!("bt_signature={signature}&{payload}")), Ok(()));
    let twice = format!("bt_signature={signature}&{payload}&{payload}");
    assert!(matches!(judge(twice), Err(Rejection::RepeatedField { .. })));

    for label in ["a|b", "a&b"] {
        let labelled = Secret::new("integration_private_key").labelled(label);
        let refused = Signer::new(Provider::Braintree, labelled).expect_err("no name");
        assert_eq!(refused, Misconfigured::Label { position: 1 });
    }
}
