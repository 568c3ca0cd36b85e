//! What holds for any challenge, whoever sends it.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use proptest::prelude::*;
use webhook_verify::challenge::asana::{self, Awaited};
use webhook_verify::challenge::braintree::ApiKey;
use webhook_verify::challenge::meta::VerifyToken;
use webhook_verify::challenge::sns::Topics;
use webhook_verify::challenge::x::ConsumerSecret;
use webhook_verify::challenge::zoom::SecretTokens;
use webhook_verify::challenge::{
    Answer, Challenge, Genuine, Refusal, discord, dropbox, okta, slack,
};
use webhook_verify::{Provider, Secret, SignedHeaders, Signer, UnixTime, Verifier};

const NOW: UnixTime = UnixTime::from_secs(1_700_000_000);

/// The parameters and headers that challenges stand in.
const PARAMETERS: [&str; 6] = [
    "bt_challenge",
    "challenge",
    "crc_token",
    "hub.challenge",
    "hub.mode",
    "hub.verify_token",
];
const HEADERS: [&str; 3] = [
    "x-hook-secret",
    "x-hook-signature",
    "x-okta-verification-challenge",
];
const TOPIC: &str = "arn:aws:sns:us-west-2:123456789012:MyTopic";

fn secret() -> Secret {
    Secret::new("Convoy")
}

fn consumer_secret() -> ConsumerSecret {
    ConsumerSecret::new(secret()).expect("usable")
}

fn query(name: &str, value: &str) -> String {
    let value: String = form_urlencoded::byte_serialize(value.as_bytes()).collect();
    format!("{name}={value}")
}

fn is_refused(challenge: &Challenge) -> bool {
    matches!(challenge, Challenge::Refuse(_))
}

/// Zoom signs as Slack does, `v0:<timestamp>:<body>`, and differs in the names of headers only.
fn sign(body: &[u8]) -> SignedHeaders {
    let signer = Signer::new(Provider::Slack, secret()).expect("usable");
    signer.sign(None, NOW, body).expect("signable")
}

fn delivered<T>(body: &[u8], asked: impl FnOnce(&webhook_verify::Verified<'_>) -> T) -> T {
    let verifier = Verifier::new(Provider::Slack, secret()).expect("usable");
    let headers = sign(body);
    let delivery = verifier.verify_at(&headers, body, NOW);
    asked(&delivery.expect("it was signed"))
}

fn zoom(token: &str) -> Challenge {
    let token = serde_json::Value::from(token);
    let body =
        format!(r#"{{"event":"endpoint.url_validation","payload":{{"plainToken":{token}}}}}"#);
    let tokens = SecretTokens::new(secret()).expect("usable");
    delivered(body.as_bytes(), |delivery| tokens.answer(delivery))
}

// frain-dev/convoy signs whatever it is asked to. Its own test vectors, one of a challenge and one of
// a delivery, have one secret: `pkg/verifier/verifier_test.go`, `internal/pkg/crc/crc_test.go`.
#[test]
fn convoy_signs_a_delivery_for_whoever_asks() {
    let forged = "sha256=16FUVH58NeMcTIIOICN2UJOcPTTa4TbjCndXymGrtM8=";
    let challenge = consumer_secret().answer(&query("crc_token", "Test Payload Body"));
    assert!(is_refused(&challenge));
    assert!(!format!("{challenge:?}").contains(forged));
}

#[test]
fn zoom_is_answered_with_the_secret_that_the_challenge_was_signed_with() {
    let Challenge::Answer(answer) = zoom("qgg8vlvZRS6UYooatFL8Aw") else {
        panic!("it is a challenge");
    };
    let answer: serde_json::Value = serde_json::from_str(answer.body()).expect("JSON");
    assert_eq!(answer["plainToken"], "qgg8vlvZRS6UYooatFL8Aw");
    // Python: hmac.new(b"Convoy", b"qgg8vlvZRS6UYooatFL8Aw", "sha256").hexdigest()
    assert_eq!(
        answer["encryptedToken"],
        "b00d4b8ef0c0e62547c8458bcf37667b9e1f761635cbd3928cf06f96cd021021"
    );
}

#[test]
fn no_refusal_shows_what_was_sent() {
    let verify_token = VerifyToken::new(secret()).expect("usable");
    let challenges = [
        dropbox::answer("challenge=<hunter2>"),
        consumer_secret().answer("crc_token={hunter2}"),
        verify_token.answer("hub.mode=subscribe&hub.verify_token=hunter2&hub.challenge=1"),
        okta::answer(&[("x-okta-verification-challenge", "hunter2\u{e9}")]),
        zoom("hunter2:"),
    ];
    for challenge in challenges {
        let Challenge::Refuse(refusal) = challenge else {
            panic!("refused");
        };
        let shown = format!("{refusal} {refusal:?}");
        assert!(!shown.contains("hunter2"), "{shown}");
    }
}

proptest! {
    // An answer to it would be its signature.
    #[test]
    fn x_signs_no_object(
        before in "[ \t\r\n]?",
        members in prop_oneof!["\\PC*", "[A-Za-z0-9=]{0,20}"],
        after in "[ \t\r\n]?",
    ) {
        let delivery = format!("{before}{{{members}}}{after}");
        prop_assert!(is_refused(&consumer_secret().answer(&query("crc_token", &delivery))));
    }

    // Deliveries are signed over `v0:<timestamp>:<body>`.
    #[test]
    fn zoom_signs_no_delivery(secs in 0..10_000_000_000_u64, body in any::<String>()) {
        let signed = format!("v0:{secs}:{body}");
        prop_assert!(is_refused(&zoom(&signed)));
    }

    // Deliveries are signed over the Base64 of XML, which starts with a `<`.
    #[test]
    fn braintree_signs_no_xml(before in "\u{feff}?[ \t\r\n]*", xml in "<\\PC{0,40}") {
        let payload = STANDARD.encode(before + &xml);
        let api_key = ApiKey::new("public", secret()).expect("usable");
        for payload in [&payload[..payload.len().min(32)], payload.trim_end_matches('=')] {
            prop_assert!(is_refused(&api_key.answer(&query("bt_challenge", payload))), "{payload}");
        }
    }

    #[test]
    fn what_x_signs_is_no_json_that_an_application_takes(token in r#"[\[\]"{}:,a-z0-9]{1,4}"#) {
        let answered = consumer_secret().answer(&query("crc_token", &token));
        if let Challenge::Answer(_) = answered {
            prop_assert!(serde_json::from_str::<serde_json::Map<_, _>>(&token).is_err());
            prop_assert!(serde_json::from_str::<Vec<serde_json::Value>>(&token).is_err());
            prop_assert!(serde_json::from_str::<String>(&token).is_err());
        }
    }

    #[test]
    fn who_does_not_know_the_verify_token_is_told_nothing(token in any::<String>()) {
        prop_assume!(token != "Convoy");
        let verify_token = VerifyToken::new(secret()).expect("usable");
        let query = format!(
            "hub.mode=subscribe&hub.challenge=1&{}",
            query("hub.verify_token", &token)
        );
        prop_assert!(matches!(
            verify_token.answer(&query),
            Challenge::Refuse(Refusal::WrongToken)
        ));
    }

    #[test]
    fn a_subscription_is_confirmed_at_amazon_only(host in "\\PC{0,40}", path in "\\PC{0,40}") {
        let url = serde_json::Value::from(format!("https://{host}/{path}"));
        let body = format!(
            r#"{{"Type":"SubscriptionConfirmation","TopicArn":"{TOPIC}","SubscribeURL":{url}}}"#
        );
        let topics = Topics::new([TOPIC]).expect("usable");
        let confirmed = topics.confirm(Genuine::vouched_for(body.as_bytes()));
        prop_assert!(matches!(confirmed, Challenge::Refuse(_)));
    }

    #[test]
    fn any_query_is_survived_and_every_answer_is_bounded(
        query in queries(),
        junk in any::<String>(),
    ) {
        let verify_token = VerifyToken::new(Secret::new("a")).expect("usable");
        let api_key = ApiKey::new("public", secret()).expect("usable");
        for query in [query, junk] {
            for challenge in [
                api_key.answer(&query),
                dropbox::answer(&query),
                verify_token.answer(&query),
                consumer_secret().answer(&query),
            ] {
                check(challenge)?;
            }
        }
    }

    #[test]
    fn any_header_is_survived_and_every_answer_is_bounded(
        headers in proptest::collection::vec(
            (proptest::sample::select(&HEADERS[..]), values()),
            0..4,
        ),
    ) {
        check(okta::answer(&headers))?;
        match asana::answer(&headers, Awaited::Yes) {
            Challenge::Answer(handshake) => check_answer(handshake.answer())?,
            Challenge::Refuse(_) | Challenge::NotAChallenge => {}
        }
    }

    #[test]
    fn any_body_is_survived_and_every_answer_is_bounded(body in bodies()) {
        let tokens = SecretTokens::new(secret()).expect("usable");
        let topics = Topics::new([TOPIC]).expect("usable");
        let challenges = delivered(&body, |delivery| [
            slack::answer(delivery),
            tokens.answer(delivery),
            discord::answer_event(delivery),
            discord::answer_interaction(delivery),
        ]);
        for challenge in challenges {
            check(challenge)?;
        }
        if let Challenge::Answer(confirmation) = topics.confirm(Genuine::vouched_for(&body)) {
            prop_assert!(confirmation.url().len() <= 2048);
        }
    }
}

fn check(challenge: Challenge) -> Result<(), TestCaseError> {
    match challenge {
        Challenge::Answer(answer) => check_answer(&answer),
        Challenge::Refuse(_) | Challenge::NotAChallenge => Ok(()),
    }
}

fn check_answer(answer: &Answer) -> Result<(), TestCaseError> {
    prop_assert!(matches!(answer.status(), 200 | 204));
    prop_assert!(answer.body().len() <= 1024);
    prop_assert!(
        answer
            .body()
            .bytes()
            .all(|byte| matches!(byte, b' '..=b'~'))
    );
    for (name, value) in answer.headers() {
        let is_fit = value.bytes().all(|byte| byte.is_ascii_graphic());
        prop_assert!(is_fit && value.len() <= 256, "{name}");
    }
    if answer.content_type() == "application/json" && answer.status() == 200 {
        prop_assert!(serde_json::from_str::<serde_json::Value>(answer.body()).is_ok());
    }
    Ok(())
}

/// Queries that get past the names, and often past the values.
fn queries() -> impl Strategy<Value = String> {
    let values = prop_oneof![
        "[a-f0-9]{20,32}",
        "[0-9]{1,33}",
        "[A-Za-z0-9+/=_-]{0,300}",
        Just("subscribe".into()),
        Just("a".into()),
        any::<String>(),
    ];
    let pairs = (proptest::sample::select(&PARAMETERS[..]), values);
    proptest::collection::vec(pairs, 0..5).prop_map(|pairs| {
        let pairs: Vec<_> = pairs
            .iter()
            .map(|(name, value)| query(name, value))
            .collect();
        pairs.join("&")
    })
}

fn values() -> impl Strategy<Value = Vec<u8>> {
    prop_oneof![
        "[a-f0-9]{64}".prop_map(String::into_bytes),
        "[ -~]{0,300}".prop_map(String::into_bytes),
        proptest::collection::vec(any::<u8>(), 0..64),
    ]
}

/// Bodies that are challenges, but for what they are to be answered with.
fn bodies() -> impl Strategy<Value = Vec<u8>> {
    let text =
        || prop_oneof!["[A-Za-z0-9_-]{0,300}", any::<String>()].prop_map(serde_json::Value::from);
    prop_oneof![
        text().prop_map(|text| format!(r#"{{"type":"url_verification","challenge":{text}}}"#)),
        text().prop_map(|text| format!(
            r#"{{"event":"endpoint.url_validation","payload":{{"plainToken":{text}}}}}"#
        )),
        text().prop_map(|text| format!(
            r#"{{"Type":"SubscriptionConfirmation","TopicArn":"{TOPIC}","SubscribeURL":{text}}}"#
        )),
        any::<u8>().prop_map(|number| format!(r#"{{"type":{}}}"#, number % 3)),
        any::<String>(),
    ]
    .prop_map(String::into_bytes)
}
