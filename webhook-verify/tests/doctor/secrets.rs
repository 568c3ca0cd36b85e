//! What is wrong with a secret, and which of several matched.

use std::borrow::Cow;

use webhook_verify::doctor::{Finding, SecretReading, SecretSlip, Verdict, diagnose};
use webhook_verify::{Misconfigured, Provider, Scheme, Secret, SecretFault, SecretForm};

use crate::{BODY, NOW, WHSEC, explained, form, secrets, sign, slip, support, unexplained};

#[test]
fn slips_in_a_secret_are_found() {
    let github = sign(Provider::GitHub, "a secret for tests", BODY);
    for (secret, expected) in [
        ("a secret for tests\n", SecretSlip::LineBreak),
        ("a secret for tests\r\n", SecretSlip::LineBreak),
        ("\ta secret for tests", SecretSlip::Space),
        ("a secret for tests\u{200b}", SecretSlip::Space),
        ("\"a secret for tests\"", SecretSlip::Quotes),
        ("'a secret for tests'", SecretSlip::Quotes),
    ] {
        let found = explained(Provider::GitHub, secret, &github, BODY);
        assert_eq!(found, [slip(expected)], "{secret:?}");
    }

    for provider in [Provider::StandardWebhooks, Provider::Stripe] {
        let headers = sign(provider, WHSEC, BODY);
        let pasted = ["v1,", WHSEC].concat();
        let found = explained(provider, &pasted, &headers, BODY);
        assert_eq!(found, [slip(SecretSlip::Version)], "{provider}");
    }
}

#[test]
fn a_line_break_is_found_whoever_the_provider_is() {
    // Hexadecimal, and Base64 too.
    let secret = "0123456789abcdef";
    let body = br#"{"webhookTimestamp":1700000000000,
        "webhookMetadata":{"webhookDeliveryAttemptTimestamp":"2023-11-14T22:13:20.000Z"}}"#;
    for (provider, setup) in support::signing_with_hmac() {
        let headers = sign(setup.clone(), secret, body);
        let found = explained(setup, &[secret, "\n"].concat(), &headers, body);
        assert_eq!(found, [slip(SecretSlip::LineBreak)], "{provider}");
    }
}

#[test]
fn quotes_that_belong_to_a_secret_are_left() {
    let headers = sign(Provider::GitHub, "\"quoted\"", BODY);
    let diagnosis = diagnose(
        Provider::GitHub,
        &secrets(["\"quoted\""]),
        &headers,
        BODY,
        NOW,
    );
    assert_eq!(diagnosis.verdict(), Verdict::Accepted);
    let other = sign(Provider::GitHub, "quoted otherwise", BODY);
    let doubt = unexplained(Provider::GitHub, "\"quoted\"", &other, BODY);
    assert_eq!(doubt, [slip(SecretSlip::Quotes)]);
}

#[test]
fn a_secret_that_is_read_in_another_way_is_found() {
    let signed_verbatim = |provider: Provider, secret: &str| {
        let scheme = Scheme {
            secret: SecretForm::Verbatim,
            ..provider.scheme()
        };
        sign(scheme, secret, BODY)
    };
    let standard = Provider::StandardWebhooks;
    let bare = &WHSEC["whsec_".len()..];

    let headers = signed_verbatim(standard, WHSEC);
    let found = explained(standard, WHSEC, &headers, BODY);
    assert_eq!(found, [form(SecretReading::Verbatim)]);

    let headers = signed_verbatim(standard, bare);
    let found = explained(standard, WHSEC, &headers, BODY);
    assert_eq!(found, [form(SecretReading::WithoutPrefix)]);

    let headers = sign(Provider::Stripe, WHSEC, BODY);
    let found = explained(Provider::Stripe, bare, &headers, BODY);
    assert_eq!(found, [form(SecretReading::WithPrefix)]);

    let headers = signed_verbatim(Provider::GitHub, "Hello!");
    let found = explained(Provider::GitHub, "48656c6c6f21", &headers, BODY);
    assert_eq!(found, [form(SecretReading::Hex)]);
    let found = explained(Provider::GitHub, "SGVsbG8h", &headers, BODY);
    assert_eq!(found, [form(SecretReading::Base64)]);

    // A secret which the scheme cannot read at all.
    let headers = signed_verbatim(standard, "not base64");
    let found = explained(standard, "not base64", &headers, BODY);
    assert_eq!(found, [form(SecretReading::Verbatim)]);
}

#[test]
fn a_secret_that_cannot_be_used_is_named() {
    let headers = sign(Provider::StandardWebhooks, WHSEC, BODY);
    for (secret, fault) in [
        ("", SecretFault::Empty),
        ("whpk_AAEC", SecretFault::PublicKey),
        ("not base64", SecretFault::NotBase64),
    ] {
        let found = unexplained(Provider::StandardWebhooks, secret, &headers, BODY);
        let label = "1".into();
        assert_eq!(found, [Finding::SecretFault { label, fault }], "{secret:?}");
    }
}

#[test]
fn one_bad_secret_does_not_hide_a_good_one() {
    let headers = sign(Provider::GitHub, "good", BODY);
    let ring = [
        Secret::new("bad\n").labelled("new"),
        Secret::new("good").labelled("old"),
    ];
    let diagnosis = diagnose(Provider::GitHub, &ring, &headers, BODY, NOW);
    assert_eq!(diagnosis.verdict(), Verdict::Explained);
    let expected = [
        Finding::SecretSlip {
            label: "new".into(),
            slip: SecretSlip::LineBreak,
        },
        Finding::OlderSecret {
            label: "old".into(),
        },
    ];
    assert_eq!(diagnosis.findings(), expected);
}

#[test]
fn the_secret_that_matched_is_named_unless_it_is_the_first() {
    let headers = sign(Provider::GitHub, "the old one", BODY);
    let ring = secrets(["the new one", "the old one"]);
    let diagnosis = diagnose(Provider::GitHub, &ring, &headers, BODY, NOW);
    assert_eq!(diagnosis.verdict(), Verdict::Accepted);
    let older = Finding::OlderSecret { label: "2".into() };
    assert_eq!(diagnosis.findings(), [older]);
}

#[test]
fn a_ring_that_no_verifier_takes_is_found() {
    let headers = sign(Provider::GitHub, "twice", BODY);
    let same = Misconfigured::DuplicateSecret {
        first: "1".into(),
        second: "2".into(),
    };
    for (ring, misconfigured) in [
        (vec![], Misconfigured::NoSecret),
        (secrets(["twice", "twice"]).to_vec(), same),
    ] {
        let diagnosis = diagnose(Provider::GitHub, &ring, &headers, BODY, NOW);
        let expected = [Finding::Misconfigured(misconfigured)];
        assert_eq!(diagnosis.findings(), expected);
    }

    let contradictory = Scheme {
        signed: Cow::Borrowed(&[]),
        ..Provider::GitHub.scheme()
    };
    let found = unexplained(contradictory, "x", &headers, BODY);
    assert_eq!(
        found,
        [Finding::Misconfigured(Misconfigured::NothingSigned)]
    );
}

#[test]
fn nothing_is_found_where_the_secret_is_another() {
    for provider in [Provider::GitHub, Provider::Slack, Provider::Inngest] {
        let headers = sign(provider, "abcd", BODY);
        assert_eq!(unexplained(provider, "ef01", &headers, BODY), []);
    }
}
