use alloc::string::String;

use super::*;
use crate::{Grammar, Provider, SignatureHeader, TimestampUnit, Tolerance};

fn changed(
    provider: Provider,
    change: impl FnOnce(&mut Scheme),
) -> Result<Option<u8>, Misconfigured> {
    let mut scheme = provider.scheme();
    change(&mut scheme);
    scheme.validate()
}

fn changed_header(
    provider: Provider,
    change: impl FnOnce(&mut SignatureHeader),
) -> Result<Option<u8>, Misconfigured> {
    changed(provider, |scheme| {
        let SignatureSource::Header(header) = &mut scheme.signature else {
            panic!("{provider} signs in a header");
        };
        change(header);
    })
}

#[test]
fn coverage_follows_the_layout() {
    let coverage = |provider: Provider| provider.scheme().coverage();
    let body_only = Coverage {
        body: BodyCoverage::Whole,
        id: false,
        timestamp: false,
        url: false,
        method: false,
    };
    let dated = Coverage {
        timestamp: true,
        ..body_only
    };
    let identified = Coverage { id: true, ..dated };
    assert_eq!(coverage(Provider::GitHub), body_only);
    assert_eq!(coverage(Provider::Inngest), dated);
    assert_eq!(coverage(Provider::Sanity), dated);
    for provider in [
        Provider::Slack,
        Provider::StandardWebhooks,
        Provider::StandardWebhooksV1a,
        Provider::Stripe,
        Provider::Svix,
    ] {
        assert_eq!(coverage(provider), identified, "{provider}");
    }
    let square = Coverage {
        id: true,
        url: true,
        ..body_only
    };
    assert_eq!(coverage(Provider::Square), square);
    let hubspot = Coverage {
        url: true,
        method: true,
        ..dated
    };
    assert_eq!(coverage(Provider::HubSpot), hubspot);
    let nothing = Coverage {
        body: BodyCoverage::Nothing,
        ..body_only
    };
    assert_eq!(coverage(Provider::Telegram), nothing);
}

#[test]
fn an_id_in_a_body_that_is_not_signed_is_not_signed() {
    let mut scheme = Provider::Stripe.scheme();
    scheme.signed = Cow::Borrowed(&[Segment::Timestamp]);
    assert!(!scheme.coverage().id);
}

#[test]
fn a_time_is_signed_and_has_a_rule_or_neither() {
    let unsigned = changed(Provider::Stripe, |scheme| {
        scheme.signed = [Segment::Body].to_vec().into();
    });
    assert_eq!(unsigned, Err(Misconfigured::TimestampNotSigned));
    let no_rule = changed(Provider::Stripe, |scheme| scheme.timestamp = None);
    assert_eq!(no_rule, Err(Misconfigured::TimestampHasNoRule));
}

#[test]
fn a_time_under_a_key_needs_a_header_with_keys() {
    let keyless = changed(Provider::Svix, |scheme| {
        scheme.timestamp = Some(TimestampRule {
            source: TimestampSource::InSignature("t".into()),
            unit: TimestampUnit::Seconds,
            tolerance: Tolerance::STANDARD,
        });
    });
    assert_eq!(keyless, Err(Misconfigured::NoKeysInHeader));
}

#[test]
fn an_id_in_the_layout_has_a_header() {
    for id in [None, Some(IdSource::BodyField("id".into()))] {
        let result = changed(Provider::Svix, |scheme| scheme.id = id);
        assert_eq!(result, Err(Misconfigured::IdHasNoHeader));
    }
}

#[test]
fn a_path_names_members() {
    for path in ["", ".", "data.", ".id", "data..id"] {
        let refused = Err(Misconfigured::Path { path: path.into() });
        let id = Some(IdSource::BodyField(path.into()));
        let result = changed(Provider::Stripe, |scheme| scheme.id = id);
        assert_eq!(result, refused);
        assert_eq!(changed(Provider::Linear, time_in_body(path)), refused);
    }
}

fn time_in_body(path: &str) -> impl FnOnce(&mut Scheme) {
    move |scheme| {
        scheme.timestamp = Some(TimestampRule {
            source: TimestampSource::BodyField(String::from(path).into()),
            unit: TimestampUnit::Millis,
            tolerance: Tolerance::STANDARD,
        });
    }
}

#[test]
fn a_time_in_the_body_is_signed_with_the_body_and_not_beside_it() {
    assert!(Provider::Linear.scheme().coverage().timestamp);
    let beside = changed(Provider::Stripe, time_in_body("created"));
    assert_eq!(beside, Err(Misconfigured::TimestampInBody));
    let unsigned = changed(Provider::Svix, |scheme| {
        time_in_body("created")(scheme);
        scheme.signed = [Segment::Id].to_vec().into();
        assert!(!scheme.coverage().timestamp);
    });
    assert_eq!(unsigned, Err(Misconfigured::TimestampNotSigned));
}

#[test]
fn a_time_does_not_stand_in_one_of_several_signature_headers() {
    let names = HeaderNames::from_static(&["stripe-signature-2"]);
    for more in [
        MoreSignatures::OnLines,
        MoreSignatures::InHeaders([names].to_vec().into()),
    ] {
        let result = changed_header(Provider::Stripe, |header| header.more = more);
        assert_eq!(result, Err(Misconfigured::TimestampInSeveral));
    }
}

#[test]
fn every_signature_header_has_a_name_of_its_own() {
    let shared = changed_header(Provider::Box, |header| {
        let names = HeaderNames::from_static(&["Box-Delivery-Timestamp"]);
        header.more = MoreSignatures::InHeaders([names].to_vec().into());
    });
    let name = "box-delivery-timestamp".into();
    assert_eq!(shared, Err(Misconfigured::SharedHeader { name }));
}

#[test]
fn every_header_has_a_name_in_every_family() {
    let one = HeaderNames::from_static(&["webhook-id"]);
    let families = changed(Provider::Svix, |scheme| {
        scheme.id = Some(IdSource::Header(one));
    });
    assert_eq!(
        families,
        Err(Misconfigured::Families {
            part: "id",
            given: 1,
            wanted: 2
        })
    );

    let none = changed_header(Provider::GitHub, |header| {
        header.names = HeaderNames::from_iter([]);
    });
    assert_eq!(none, Err(Misconfigured::NoHeaderName { part: "signature" }));

    let bad = changed_header(Provider::GitHub, |header| {
        header.names = HeaderNames::from_iter([String::from("a:b")]);
    });
    assert_eq!(bad, Err(Misconfigured::HeaderName { name: "a:b".into() }));
}

#[test]
fn two_headers_of_one_family_have_two_names() {
    let shared = changed(Provider::Svix, |scheme| {
        let names = HeaderNames::from_static(&["svix-nonce", "Webhook-Timestamp"]);
        scheme.id = Some(IdSource::Header(names));
    });
    assert_eq!(
        shared,
        Err(Misconfigured::SharedHeader {
            name: "Webhook-Timestamp".into()
        })
    );

    let crossed = changed(Provider::Svix, |scheme| {
        let names = HeaderNames::from_static(&["webhook-timestamp", "svix-timestamp"]);
        scheme.id = Some(IdSource::Header(names));
    });
    assert!(crossed.is_ok());
}

#[test]
fn the_layout_and_the_grammar_are_checked_too() {
    let layout = changed(Provider::Svix, |scheme| {
        scheme.signed = [Segment::Id, Segment::Timestamp, Segment::Body]
            .to_vec()
            .into();
    });
    assert_eq!(layout, Err(Misconfigured::AmbiguousId));
    let grammar = changed_header(Provider::Svix, |header| {
        header.grammar = Grammar::Versions { version: "".into() };
    });
    assert_eq!(grammar, Err(Misconfigured::GrammarWord { word: "".into() }));
}
