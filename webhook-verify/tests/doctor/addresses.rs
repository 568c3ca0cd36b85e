//! Deliveries of which the address is signed, or the fields, or nothing.

use std::slice;

use webhook_verify::doctor::{BodyChange, Diagnosis, Finding, UrlChange, Verdict};
use webhook_verify::doctor::{diagnose, diagnose_request};
use webhook_verify::{Misconfigured, Provider, Rejection, Request, Secret, Weakness};

use crate::{BODY, Lines, NOW, explained, sign, unexplained};

const SECRET: &str = "signature-key-of-32-visible-chars";

/// Signs under one address, and diagnoses under another with the target of the request.
fn under(signed: &str, configured: &str, target: &str) -> Diagnosis {
    let headers = sign(Provider::Square.at(signed), SECRET, BODY);
    let setup = Provider::Square.at(configured);
    let request = Request::new(&headers).target(target);
    diagnose_request(setup, &[Secret::new(SECRET)], request, BODY, NOW)
}

#[test]
fn an_address_which_is_not_quite_the_one_signed_is_found() {
    for (signed, configured, target, changes) in [
        (
            "https://a.example/b",
            "http://a.example/b",
            "/b",
            &[UrlChange::OtherScheme][..],
        ),
        (
            "https://a.example:443/b",
            "https://a.example/b",
            "/b",
            &[UrlChange::AddPort],
        ),
        (
            "https://a.example/b",
            "https://a.example:8443/b",
            "/b",
            &[UrlChange::DropPort],
        ),
        (
            "https://a.example/b/",
            "https://a.example/b",
            "/b",
            &[UrlChange::AddSlash],
        ),
        (
            "https://a.example/b",
            "https://a.example/b/",
            "/b/",
            &[UrlChange::DropSlash],
        ),
        (
            "https://a.example/b",
            "https://a.example",
            "/b?c=1",
            &[UrlChange::DropQuery],
        ),
        (
            "https://a.example/b?c=1",
            "https://a.example/b?c=1",
            "/rewritten",
            &[UrlChange::TakeConfigured],
        ),
        (
            "https://a.example/b/",
            "http://a.example/b",
            "/b",
            &[UrlChange::OtherScheme, UrlChange::AddSlash],
        ),
    ] {
        let diagnosis = under(signed, configured, target);
        assert_eq!(diagnosis.verdict(), Verdict::Explained, "{configured}");
        let found: Vec<_> = changes.iter().copied().map(Finding::ChangedUrl).collect();
        assert_eq!(diagnosis.findings(), found, "{configured}");
    }
    let elsewhere = under("https://a.example/b", "https://b.example/b", "/b");
    assert_eq!(elsewhere.verdict(), Verdict::Unexplained);
    assert_eq!(elsewhere.findings(), []);
}

#[test]
fn an_address_that_was_not_given_is_asked_for() {
    let found = unexplained(Provider::Square, SECRET, &[], BODY);
    let scheme = "square".into();
    let asked = Finding::Misconfigured(Misconfigured::NoPublicUrl { scheme });
    assert_eq!(found, [asked]);
}

#[test]
fn a_method_other_than_the_one_signed_is_found() {
    let hubspot = || Provider::HubSpot.at("https://a.example/b");
    let headers = sign(hubspot(), SECRET, BODY);
    let request = Request::new(&headers).method("PUT");
    let found = diagnose_request(hubspot(), &[Secret::new(SECRET)], request, BODY, NOW);
    assert_eq!(found.verdict(), Verdict::Explained);
    assert_eq!(found.findings(), [Finding::OtherMethod { method: "POST" }]);
}

#[test]
fn a_form_that_was_decoded_or_parsed_is_found() {
    let twilio = || Provider::Twilio.at("https://a.example/b");
    let headers = sign(twilio(), SECRET, b"Body=1%2B1&From=%2B15551234");
    for (body, change) in [
        ("Body=1+1&From=+15551234", BodyChange::EscapePlus),
        (
            r#"{"From":"+15551234","Body":"1+1"}"#,
            BodyChange::WriteForm,
        ),
    ] {
        let found = explained(twilio(), SECRET, &headers, body.as_bytes());
        assert_eq!(found, [Finding::ChangedBody(change)]);
    }
}

#[test]
fn a_digest_of_another_body_is_named() {
    let digest = "44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a";
    let twilio = || Provider::Twilio.at(format!("https://a.example/b?bodySHA256={digest}"));
    let headers = sign(twilio(), SECRET, b"{}");
    let found = unexplained(twilio(), SECRET, &headers, BODY);
    assert_eq!(found, [Finding::Unreadable(Rejection::BodyDigestMismatch)]);
}

#[test]
fn a_weak_scheme_is_looked_into_and_called_weak() {
    let token = |value: &str| -> Lines { [("X-Gitlab-Token".into(), value.into())].to_vec() };
    let found = explained(Provider::GitLabToken, SECRET, &token(SECRET), BODY);
    let weak = Misconfigured::Weak {
        scheme: "gitlab-token".into(),
        weakness: Weakness::SharedToken,
    };
    assert_eq!(found, [Finding::Misconfigured(weak)]);

    let found = explained(Provider::GitLab, SECRET, &token(SECRET), BODY);
    assert!(found.contains(&Finding::OtherProvider(Provider::GitLabToken)));
}

#[test]
fn a_delivery_of_a_provider_who_signs_the_address_is_recognised() {
    let square = sign(Provider::Square.at("https://a.example/b"), SECRET, BODY);
    let secrets = [Secret::new(SECRET)];
    let github = Provider::GitHub.at("https://a.example/b");
    let found = diagnose(github, &secrets, &square, BODY, NOW);
    assert_eq!(found.verdict(), Verdict::Explained);
    let other = Finding::OtherProvider(Provider::Square);
    assert_eq!(found.findings(), slice::from_ref(&other));

    // Where the address is not known, its headers say it all the same.
    let found = unexplained(Provider::GitHub, SECRET, &square, BODY);
    assert!(found.contains(&other));
}

#[test]
fn a_secret_that_is_no_longer_valid_is_named() {
    let headers = sign(Provider::GitHub, SECRET, BODY);
    let old = Secret::new(SECRET).labelled("2026-10").valid_until(NOW);
    let new = Secret::new("another secret, for November").labelled("2026-11");
    let found = diagnose(Provider::GitHub, &[new, old], &headers, BODY, NOW);
    assert_eq!(found.verdict(), Verdict::Explained);
    let label = || "2026-10".to_owned();
    assert_eq!(
        found.findings(),
        [
            Finding::SecretNotValid { label: label() },
            Finding::OlderSecret { label: label() },
        ]
    );
}
