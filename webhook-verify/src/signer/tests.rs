use super::*;
use crate::Headers;
use crate::signatures::Signatures;
use crate::{Provider, Secret};

const NOW: UnixTime = UnixTime::from_secs(1_700_000_000);

fn sign(provider: Provider, id: Option<&str>, now: UnixTime) -> Result<SignedHeaders, Unsignable> {
    let secrets = [Secret::new("12ab"), Secret::new("34cd")];
    Signer::new(provider, secrets)
        .expect("usable secrets")
        .sign(id, now, b"{}")
}

fn signatures(provider: Provider, id: Option<&str>) -> usize {
    let scheme = provider.scheme();
    let headers = sign(provider, id, NOW).expect("signable");
    let SignatureSource::Header(signature) = &scheme.signature else {
        panic!("{provider} signs in a header");
    };
    let mut values = headers.values_of(signature.names.of(0));
    let header = core::str::from_utf8(values.next().expect("it is there")).expect("ASCII");
    let mut found = Signatures::new(&scheme);
    signature.grammar.collect(header, &mut found).expect("few");
    found.usable().len()
}

#[test]
fn every_secret_signs_where_receivers_expect_several_and_else_the_first() {
    assert_eq!(signatures(Provider::Stripe, None), 2);
    assert_eq!(signatures(Provider::Svix, Some("msg_1")), 2);
    for provider in [
        Provider::GitHub,
        Provider::Slack,
        Provider::Sanity,
        Provider::Inngest,
    ] {
        assert_eq!(signatures(provider, None), 1, "{provider}");
    }
}

#[test]
fn each_secret_signs_in_a_header_of_its_own_where_there_are_several() {
    let headers = sign(Provider::Box, None, NOW).expect("signable");
    let names: Vec<_> = headers.iter().map(|(name, _)| name).collect();
    assert_eq!(
        names,
        [
            "box-delivery-timestamp",
            "box-signature-primary",
            "box-signature-secondary",
        ]
    );
}

#[test]
fn a_time_in_the_body_is_for_the_caller_to_put_there() {
    let signer = Signer::new(Provider::Linear, Secret::new("x")).expect("usable");
    let sign = |body: &str| signer.sign(None, NOW, body.as_bytes());
    assert!(sign(r#"{"webhookTimestamp":1700000000000}"#).is_ok());
    for body in ["", "{}", r#"{"webhookTimestamp":"1700000000000"}"#] {
        assert_eq!(sign(body), Err(Unsignable::NoTimestampInBody), "{body}");
    }
}

#[test]
fn the_names_are_those_of_the_first_family() {
    let headers = sign(Provider::Svix, Some("msg_1"), NOW).expect("signable");
    let names: Vec<_> = headers.iter().map(|(name, _)| name).collect();
    assert_eq!(names, ["svix-id", "svix-timestamp", "svix-signature"]);
}

#[test]
fn an_id_is_sent_if_there_is_a_header_for_it_and_needed_if_it_is_signed() {
    let github = sign(Provider::GitHub, Some("d-1"), NOW).expect("signable");
    assert!(
        github
            .iter()
            .any(|header| header == ("x-github-delivery", "d-1"))
    );
    assert!(sign(Provider::GitHub, None, NOW).is_ok());
    assert_eq!(sign(Provider::Svix, None, NOW), Err(Unsignable::MissingId));
    assert_eq!(
        sign(Provider::Stripe, Some("evt_1"), NOW),
        Err(Unsignable::NoIdHeader)
    );
    assert_eq!(
        sign(Provider::Inngest, Some("1"), NOW),
        Err(Unsignable::NoIdHeader)
    );
}

#[test]
fn an_id_that_a_verifier_would_refuse_is_not_signed() {
    for id in [
        "",
        "msg_1.2",
        "a b",
        "caf\u{e9}",
        "a\r\nx: y",
        &"x".repeat(257),
    ] {
        let refused = Err(Unsignable::MalformedId);
        assert_eq!(
            sign(Provider::StandardWebhooks, Some(id), NOW),
            refused,
            "{id:?}"
        );
    }
    assert_eq!(
        sign(Provider::GitHub, Some("a b"), NOW),
        Err(Unsignable::MalformedId)
    );
}

#[test]
fn a_time_that_cannot_be_written_is_not_signed() {
    for secs in [0, 999_999_999, 10_000_000_000, u64::MAX] {
        for provider in [Provider::Stripe, Provider::Sanity, Provider::Slack] {
            let refused = Err(Unsignable::TimeOutOfRange);
            assert_eq!(
                sign(provider, None, UnixTime::from_secs(secs)),
                refused,
                "{secs}"
            );
        }
    }
    assert!(sign(Provider::GitHub, None, UnixTime::from_secs(0)).is_ok());
}

#[test]
fn headers_can_be_handed_on() {
    let headers = sign(Provider::GitHub, None, NOW).expect("signable");
    let owned: Vec<_> = headers.clone().into_iter().collect();
    let borrowed: Vec<_> = headers
        .iter()
        .map(|(name, value)| (name.into(), value.into()))
        .collect();
    assert_eq!(owned, borrowed);
    assert_eq!(owned.len(), 1);
}
