//! What was done to headers, and whose they are.

use webhook_verify::doctor::{Finding, Verdict, diagnose};
use webhook_verify::{Encoding, Provider, Rejection, Scheme};

use crate::{
    BODY, Lines, NOW, WHSEC, explained, missing, secrets, sign, signature_names, unexplained,
};

#[test]
fn a_header_that_is_missing_or_renamed_is_found() {
    let github = sign(Provider::GitHub, "secret", BODY);
    for name in [
        "HTTP_X_HUB_SIGNATURE_256",
        "X-Forwarded-X-Hub-Signature-256",
        "Hub-Signature-256",
        "x_hub_signature_256",
    ] {
        let headers = renamed(github.clone(), "x-hub-signature-256", name);
        let found = explained(Provider::GitHub, "secret", &headers, BODY);
        let renamed = Finding::RenamedHeader {
            header: "x-hub-signature-256".into(),
            found: name.into(),
        };
        assert_eq!(found, [renamed]);
    }

    let standard = sign(Provider::StandardWebhooks, WHSEC, BODY);
    let headers = renamed(standard.clone(), "webhook-id", "X-Webhook-Id");
    let headers = renamed(headers, "webhook-timestamp", "WEBHOOK_TIMESTAMP");
    let found = explained(Provider::StandardWebhooks, WHSEC, &headers, BODY);
    assert_eq!(found.len(), 2);

    let headers = renamed(standard, "webhook-timestamp", "date");
    let found = unexplained(Provider::StandardWebhooks, WHSEC, &headers, BODY);
    assert!(found.contains(&missing("webhook-timestamp")));
}

fn renamed(headers: Lines, from: &str, to: &str) -> Lines {
    assert!(headers.iter().any(|(name, _)| name == from));
    let rename = |name: String| if name == from { to.into() } else { name };
    headers
        .into_iter()
        .map(|(name, value)| (rename(name), value))
        .collect()
}

#[test]
fn headers_that_cannot_be_read_are_said_to_be_so() {
    let twice = [
        ("stripe-signature", "t=1,v1=a"),
        ("stripe-signature", "t=2,v1=b"),
    ];
    let diagnosis = diagnose(Provider::Stripe, &secrets([WHSEC]), &twice, BODY, NOW);
    let repeated = Rejection::RepeatedHeader {
        header: "stripe-signature".into(),
    };
    assert_eq!(diagnosis.findings(), [Finding::Unreadable(repeated)]);
}

#[test]
fn a_signature_in_another_encoding_is_found() {
    for (expected, found) in [
        (Encoding::Hex, Encoding::Base64),
        (Encoding::Hex, Encoding::Base64UrlNoPad),
        (Encoding::Base64, Encoding::Hex),
    ] {
        let with = |encoding| Scheme {
            encoding,
            ..Provider::GitHub.scheme()
        };
        let headers = sign(with(found), "secret", BODY);
        assert_eq!(
            explained(with(expected), "secret", &headers, BODY),
            [Finding::OtherEncoding { expected, found }]
        );
    }
}

#[test]
fn a_delivery_of_another_provider_is_recognised() {
    // By its signature, where the headers are the same and the secret is read otherwise.
    let svix = renamed_to_standard(sign(Provider::Svix, WHSEC, BODY));
    let found = diagnose(Provider::Stripe, &secrets([WHSEC]), &svix, BODY, NOW);
    assert_eq!(found.verdict(), Verdict::Explained);
    let [Finding::OtherProvider(provider)] = found.findings() else {
        panic!("{found}");
    };
    assert!(signature_names(*provider).any(|name| name == "webhook-signature"));

    // By its headers, where no secret matches.
    let slack = sign(Provider::Slack, "another secret", BODY);
    let found = unexplained(Provider::Stripe, WHSEC, &slack, BODY);
    assert_eq!(found[0], missing("stripe-signature"));
    assert!(found.contains(&Finding::OtherProvider(Provider::Slack)));
}

fn renamed_to_standard(headers: Lines) -> Lines {
    let rename = |name: String| name.replace("svix-", "webhook-");
    headers
        .into_iter()
        .map(|(name, value)| (rename(name), value))
        .collect()
}
