//! Schemes as a configuration file has them.
#![cfg(feature = "serde")]

use webhook_verify::{Provider, Scheme, Secret, Signer, Tolerance, UnixTime, Verifier};

/// The scheme in the README.
fn acme() -> String {
    let readme = include_str!("../README.md");
    let (_, from) = readme.split_once("```toml\nname").expect("it is there");
    let (scheme, _) = from.split_once("\n```").expect("it ends");
    format!("name{scheme}")
}

fn refused(text: &str) -> String {
    let error = toml::from_str::<Scheme>(text).expect_err("something is wrong");
    error.message().to_owned()
}

#[test]
fn a_scheme_from_a_file_signs_and_verifies() {
    let acme: Scheme = toml::from_str(&acme()).expect("a scheme");
    let secret = Secret::new("acme_dGhlIGtleSBvZiBBY21lIGFuZCBubyBvdGhlcg==");
    let now = UnixTime::from_secs(1_700_000_000);
    let body = br#"{"event":{"id":"evt_1"}}"#;

    let signer = Signer::new(acme.clone(), secret.clone()).expect("usable");
    let headers = signer.sign(None, now, body).expect("signable");
    let verifier = Verifier::new(acme, secret).expect("usable");
    let delivery = verifier.verify_at(&headers, body, now).expect("genuine");

    assert_eq!(delivery.event_id().expect("it has one").as_str(), "evt_1");
    assert_eq!(delivery.sent_at(), Some(now));
}

#[test]
fn what_may_be_left_out_has_the_value_that_most_have() {
    let without = acme().replace("tolerance = { past = 300, future = 60 }", "");
    let scheme: Scheme = toml::from_str(&without).expect("a scheme");
    let rule = scheme.timestamp.expect("it says a time");
    assert_eq!(rule.tolerance, Tolerance::STANDARD);
}

#[test]
fn every_provider_can_be_written_and_read() {
    for &provider in Provider::ALL {
        let scheme = provider.scheme();
        let toml = toml::to_string(&scheme).expect("TOML has a place for it");
        assert_eq!(toml::from_str(&toml), Ok(scheme.clone()), "{toml}");
        let json = serde_json::to_string(&scheme).expect("JSON has a place for it");
        let read: Scheme = serde_json::from_str(&json).expect("what was written");
        assert_eq!(read, scheme, "{json}");

        let name = serde_json::to_string(&provider).expect("a name");
        assert_eq!(name, format!("{:?}", provider.name()));
        let read: Provider = serde_json::from_str(&name).expect("a provider");
        assert_eq!(read, provider);
    }
}

#[test]
fn a_tolerance_is_in_seconds_or_unlimited() {
    let with = |tolerance: &str| {
        let text = acme().replace("{ past = 300, future = 60 }", tolerance);
        let scheme = toml::from_str::<Scheme>(&text)?;
        Ok::<_, toml::de::Error>(scheme.timestamp.expect("it says a time").tolerance)
    };
    let hour = Tolerance::Within {
        past: std::time::Duration::from_secs(3600),
        future: std::time::Duration::ZERO,
    };
    assert_eq!(with("{ past = 3600, future = 0 }"), Ok(hour));
    assert_eq!(with(r#""unlimited""#), Ok(Tolerance::Unlimited));
    for wrong in [
        r#""forever""#,
        "{ past = 1 }",
        "{ past = -1, future = 1 }",
        "300",
    ] {
        assert!(with(wrong).is_err(), "{wrong}");
    }
}

#[test]
fn a_scheme_that_contradicts_itself_is_not_read() {
    let ambiguous = acme().replace("{timestamp}.{body}", "{id}{body}");
    assert!(refused(&ambiguous).starts_with("scheme acme: "));
    for (change, message) in [
        (
            ("{timestamp}.{body}", "{body}"),
            "scheme acme: a time that is not signed proves nothing: put it in the layout, or drop \
             the rule",
        ),
        (
            ("{timestamp}.{body}", "{time}.{body}"),
            "\"time\" is no piece of the layout \"{time}.{body}\"",
        ),
        (
            ("x-acme-signature", "x acme"),
            "scheme acme: \"x acme\" is no name of a header",
        ),
        (("hmac-sha256", "hmac-md5"), "unknown variant `hmac-md5`"),
        (("unit =", "units ="), "unknown field `units`"),
    ] {
        let (from, to) = change;
        let found = refused(&acme().replace(from, to));
        assert!(found.starts_with(message), "{found}");
    }
}

#[test]
fn another_name_than_a_providers_is_answered_with_the_list() {
    let error = serde_json::from_str::<Provider>(r#""strip""#).expect_err("a slip");
    assert!(
        error
            .to_string()
            .starts_with("unknown provider; known are adyen")
    );
}
