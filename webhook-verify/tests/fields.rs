//! Bodies that are signed field by field: no two deliveries have the same signed bytes.

use std::borrow::Cow;

use proptest::prelude::*;
use serde_json::{Map, Value, json};
use webhook_verify::provider::sns;
use webhook_verify::{
    Algorithm, BodyCoverage, Encoding, Rejection, Scheme, Secret, SecretForm, Signer, UnixTime,
    Unsignable, Verifier,
};

const NO_HEADERS: [(&str, &str); 0] = [];
const NOW: UnixTime = UnixTime::from_millis(1_750_000_000_123);

/// The layout of SNS, with an algorithm for which there is a secret.
const LINES: Scheme = Scheme {
    name: Cow::Borrowed("lines"),
    algorithm: Algorithm::HmacSha256,
    encoding: Encoding::Base64,
    signature: sns::signature("2"),
    signed: Cow::Borrowed(sns::SIGNED),
    timestamp: Some(sns::TIMESTAMP),
    id: Some(sns::ID),
    secret: SecretForm::Verbatim,
};

fn secret() -> Secret {
    Secret::new("a secret of this month, 32 bytes")
}

fn notification() -> Map<String, Value> {
    object(json!({
        "Type": "Notification",
        "MessageId": "22b80b92",
        "TopicArn": "arn:aws:sns:us-west-2:123456789012:MyTopic",
        "Message": "Hello",
        "Timestamp": "2025-06-15T15:06:40.123Z",
        "SignatureVersion": "2",
        "UnsubscribeURL": "https://sns.us-west-2.amazonaws.com/?Action=Unsubscribe",
    }))
}

fn object(value: Value) -> Map<String, Value> {
    match value {
        Value::Object(object) => object,
        other => panic!("{other} is no object"),
    }
}

fn text(message: &Map<String, Value>) -> String {
    serde_json::to_string(message).expect("it is JSON")
}

fn sign(message: &Map<String, Value>) -> Result<Map<String, Value>, Unsignable> {
    let signer = Signer::new(LINES, secret()).expect("usable");
    let signature = signer.sign_fields(NOW, text(message).as_bytes())?;
    Ok(with(message, "Signature", &signature))
}

fn with(message: &Map<String, Value>, name: &str, value: &str) -> Map<String, Value> {
    let mut message = message.clone();
    message.insert(name.into(), value.into());
    message
}

fn without(message: &Map<String, Value>, name: &str) -> Map<String, Value> {
    let mut message = message.clone();
    message.remove(name).expect("it is there");
    message
}

fn judge(message: &Map<String, Value>) -> Result<(), Rejection> {
    let verifier = Verifier::new(LINES, secret()).expect("usable");
    verifier
        .verify_at(&NO_HEADERS, text(message).as_bytes(), NOW)
        .map(drop)
}

fn malformed(path: &'static str) -> Result<(), Rejection> {
    Err(Rejection::MalformedField { path: path.into() })
}

#[test]
fn the_lines_of_the_fields_that_are_there_are_signed() {
    let signed = sign(&notification()).expect("signable");
    // Python: base64.b64encode(hmac.new(key, text, "sha256").digest()), with the text as documented.
    assert_eq!(
        signed["Signature"],
        "PcYF5ssw/iYnYKTHCCzbRmP89WOZ5KRqTfFoewLyrpc="
    );
    let verifier = Verifier::new(LINES, secret()).expect("usable");
    let body = text(&signed);
    let delivery = verifier
        .verify_at(&NO_HEADERS, body.as_bytes(), NOW)
        .expect("genuine");
    assert_eq!(delivery.sent_at(), Some(NOW));
    let id = delivery.event_id().expect("the id");
    assert_eq!((id.as_str(), id.is_signed()), ("22b80b92", true));
    assert_eq!(delivery.coverage().body, BodyCoverage::Fields);
}

#[test]
fn an_optional_line_is_signed_if_it_is_there_even_empty() {
    for name in ["Subject", "SubscribeURL", "Token"] {
        let plain = sign(&notification()).expect("signable");
        assert_eq!(judge(&with(&plain, name, "")), Err(Rejection::Mismatch));
        let signed = sign(&with(&notification(), name, "x")).expect("signable");
        assert_eq!(judge(&signed), Ok(()));
        assert_eq!(judge(&without(&signed, name)), Err(Rejection::Mismatch));
        let mut null = plain;
        null.insert(name.into(), Value::Null);
        assert_eq!(judge(&null), Ok(()), "null is as good as missing");
    }
}

#[test]
fn a_line_of_one_field_cannot_be_moved_into_another() {
    let signed = sign(&with(&notification(), "Subject", "a")).expect("signable");
    // The same signed bytes, cut elsewhere.
    let swallowed = with(
        &without(&signed, "Subject"),
        "MessageId",
        "22b80b92\nSubject\na",
    );
    assert_eq!(judge(&swallowed), malformed("MessageId"));

    let message = with(&notification(), "Message", "Hello\nMessageId\n1");
    let signed = sign(&message).expect("a message may have lines");
    assert_eq!(judge(&signed), Ok(()));
    let cut = with(
        &with(&signed, "Message", "Hello"),
        "MessageId",
        "1\nMessageId\n22b80b92",
    );
    assert_eq!(judge(&cut), malformed("MessageId"));
}

#[test]
fn a_line_which_must_be_there_is_missed() {
    let signed = sign(&notification()).expect("signable");
    for name in [
        "Message",
        "MessageId",
        "Timestamp",
        "TopicArn",
        "Type",
        "Signature",
        "SignatureVersion",
    ] {
        let path = name.into();
        let missing = Err(Rejection::MissingField { path });
        assert_eq!(judge(&without(&signed, name)), missing, "{name}");
        let mut null = signed.clone();
        null.insert(name.into(), Value::Null);
        assert!(judge(&null).is_err(), "{name}");
        let mut list = signed.clone();
        list.insert(name.into(), json!([signed[name]]));
        assert!(judge(&list).is_err(), "{name}");
    }
}

#[test]
fn another_version_is_refused_however_it_is_signed() {
    let path = || "SignatureVersion".into();
    let signed = sign(&notification()).expect("signable");
    for version in [json!("1"), json!("3"), json!(""), json!(2), json!(true)] {
        let mut other = signed.clone();
        other.insert("SignatureVersion".into(), version.clone());
        let refused = Err(Rejection::OtherVersion { path: path() });
        assert_eq!(judge(&other), refused, "{version}");
    }
    let other = with(&notification(), "SignatureVersion", "1");
    assert_eq!(sign(&other), Err(Unsignable::UnusableBody));
}

#[test]
fn a_signature_belongs_where_the_scheme_has_it() {
    let signer = Signer::new(LINES, secret()).expect("usable");
    let body = text(&notification());
    assert_eq!(
        signer.sign(None, NOW, body.as_bytes()),
        Err(Unsignable::InBody)
    );
    let github = Signer::new(webhook_verify::Provider::GitHub, secret()).expect("usable");
    assert_eq!(
        github.sign_fields(NOW, body.as_bytes()),
        Err(Unsignable::InHeader)
    );
}

/// Texts in which lines of the layout are likely to stand.
fn lines() -> impl Strategy<Value = String> {
    const WORDS: &[&str] = &["Message", "MessageId", "Subject", "Timestamp", "a", ""];
    let word = proptest::sample::select(WORDS);
    proptest::collection::vec(word, 1..5).prop_map(|words| words.join("\n"))
}

fn messages() -> impl Strategy<Value = Map<String, Value>> {
    let optional = || proptest::option::of(lines());
    (lines(), lines(), optional(), optional()).prop_map(|(message, id, subject, url)| {
        let mut fields = notification();
        fields.insert("Message".into(), message.into());
        fields.insert("MessageId".into(), id.into());
        fields.extend(subject.map(|text| ("Subject".into(), text.into())));
        fields.extend(url.map(|text| ("SubscribeURL".into(), text.into())));
        fields
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    #[test]
    fn two_messages_with_one_signature_are_one(one in messages(), other in messages()) {
        if let (Ok(one_signed), Ok(other_signed)) = (sign(&one), sign(&other)) {
            prop_assert_eq!(judge(&one_signed), Ok(()));
            let is_same = one_signed["Signature"] == other_signed["Signature"];
            prop_assert_eq!(is_same, one == other);
        }
    }

    #[test]
    fn no_body_makes_it_panic(body in proptest::collection::vec(any::<u8>(), 0..200)) {
        let verifier = Verifier::new(LINES, secret()).expect("usable");
        prop_assert!(verifier.verify_at(&NO_HEADERS, &body, NOW).is_err());
    }

    #[test]
    fn any_field_changed_is_refused(message in messages(), place in 0..9_usize, text in lines()) {
        let Ok(signed) = sign(&message) else {
            return Ok(());
        };
        let names: Vec<_> = signed.keys().filter(|name| *name != "UnsubscribeURL").collect();
        let name = names[place % names.len()];
        let changed = with(&signed, name, &text);
        prop_assert_eq!(judge(&changed).is_ok(), changed == signed);
    }
}
