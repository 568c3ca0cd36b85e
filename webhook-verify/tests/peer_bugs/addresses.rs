//! Signed addresses, and bodies of which the fields are signed.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit, Mac};
use sha1::Sha1;
use sha2::{Digest, Sha256};
use webhook_verify::{BodyCoverage, Provider, Rejection, Request};

use crate::{NOW, SECRET, mac, verifier};

/// What the operator configured.
const ADDRESS: &str = "https://hooks.example.com/twilio?tenant=1";
const EVENT: &[u8] = br#"{"amount":1}"#;

/// What Twilio sends if it signs this.
fn signed(text: &str) -> [(&'static str, String); 1] {
    [("X-Twilio-Signature", sha1(text.as_bytes()))]
}

fn sha1(text: &[u8]) -> String {
    let mut mac = Hmac::<Sha1>::new_from_slice(SECRET.as_bytes()).expect("a key of any length");
    mac.update(text);
    STANDARD.encode(mac.finalize().into_bytes())
}

fn judge(
    headers: &[(&'static str, String)],
    target: &str,
    body: &[u8],
) -> Result<BodyCoverage, Rejection> {
    let verifier = verifier(Provider::Twilio.at(ADDRESS), SECRET);
    let request = Request::new(&headers).target(target);
    let delivery = verifier.verify_request_at(request, body, NOW)?;
    Ok(delivery.coverage().body)
}

fn digest(body: &[u8]) -> String {
    const_hex::encode(Sha256::digest(body))
}

#[test]
fn a_digest_in_the_address_is_compared_with_the_body() {
    let target = format!("/twilio?tenant=1&bodySHA256={}", digest(EVENT));
    let headers = signed(&format!("https://hooks.example.com{target}"));
    assert_eq!(judge(&headers, &target, EVENT), Ok(BodyCoverage::Hash));
    for tampered in [&br#"{"amount":9}"#[..], b"", b"{\"amount\":1}\n"] {
        assert_eq!(
            judge(&headers, &target, tampered),
            Err(Rejection::BodyDigestMismatch)
        );
    }
}

#[test]
fn a_digest_is_believed_only_if_it_is_signed() {
    let genuine = format!("/twilio?tenant=1&bodySHA256={}", digest(EVENT));
    let headers = signed(&format!("https://hooks.example.com{genuine}"));
    let tampered = br#"{"amount":9}"#;
    let target = format!("/twilio?tenant=1&bodySHA256={}", digest(tampered));
    assert_eq!(judge(&headers, &target, tampered), Err(Rejection::Mismatch));
}

#[test]
fn text_in_a_field_does_not_become_a_digest() {
    // Somebody sends a message whose text is `&bodySHA256=..&`, sees the signature of the delivery,
    // and moves all of its fields into the query.
    let tampered = br#"{"amount":9}"#;
    let text = format!("&bodySHA256={}&", digest(tampered));
    let headers = signed(&format!("{ADDRESS}Body{text}To+15551234"));
    let form = format!("To=%2B15551234&Body={}", text.replace('&', "%26"));
    assert_eq!(
        judge(&headers, "/twilio?tenant=1", form.as_bytes()),
        Ok(BodyCoverage::Fields)
    );

    let moved = format!("/twilio?tenant=1Body{text}To+15551234");
    assert_eq!(
        judge(&headers, &moved, tampered),
        Err(Rejection::BodyDigestMismatch)
    );
}

#[test]
fn values_of_one_name_are_sorted_and_none_is_signed_twice() {
    let headers = signed(&format!(
        "{ADDRESS}Digits1234Digits5678SidCA123SidAccountAC123"
    ));
    for body in [
        "Sid=CA123&SidAccount=AC123&Digits=5678&Digits=1234&Digits=1234",
        "Digits=1234&Digits=5678&SidAccount=AC123&Sid=CA123",
    ] {
        let judged = judge(&headers, "/twilio?tenant=1", body.as_bytes());
        assert_eq!(judged, Ok(BodyCoverage::Fields), "{body}");
    }
}

#[test]
fn a_form_that_readers_do_not_agree_on_is_refused() {
    let headers = signed(&format!("{ADDRESS}Body\u{fffd}"));
    for (body, judged) in [
        (&b"Body=%EF%BF%BD"[..], Ok(BodyCoverage::Fields)),
        (b"Body=%FF", Err(Rejection::MalformedForm)),
        (b"Body=\xff", Err(Rejection::MalformedForm)),
        (b"Body=%", Err(Rejection::MalformedForm)),
    ] {
        assert_eq!(
            judge(&headers, "/twilio?tenant=1", body),
            judged,
            "{body:?}"
        );
    }
}

#[test]
fn an_address_is_signed_in_one_spelling() {
    let headers = signed(&format!("{ADDRESS}&Body=It's"));
    assert!(judge(&headers, "/twilio?tenant=1&Body=It's", b"").is_ok());
    for other in [
        "/twilio?tenant=1&Body=It%27s",
        "/twilio?Body=It's&tenant=1",
        "/twilio?tenant=1&Body=It's&",
        "/twilio/?tenant=1&Body=It's",
        "//twilio?tenant=1&Body=It's",
    ] {
        let judged = judge(&headers, other, b"");
        assert_eq!(judged, Err(Rejection::Mismatch), "{other}");
    }
}

#[test]
fn what_a_request_says_of_its_own_host_is_not_asked() {
    let [signature] = signed("https://evil.example/twilio?tenant=1");
    let headers = [
        ("Host", "evil.example".to_owned()),
        ("X-Forwarded-Host", "evil.example".to_owned()),
        ("X-Forwarded-Proto", "https".to_owned()),
        ("Forwarded", "host=evil.example;proto=https".to_owned()),
        signature,
    ];
    assert_eq!(
        judge(&headers, "/twilio?tenant=1", b""),
        Err(Rejection::Mismatch)
    );
    assert_eq!(
        judge(&headers, "https://evil.example/twilio?tenant=1", b""),
        Err(Rejection::MalformedTarget)
    );
}

#[test]
fn an_address_is_not_tried_with_and_without_port_and_user() {
    for other in [
        "https://hooks.example.com:443/twilio?tenant=1",
        "http://hooks.example.com/twilio?tenant=1",
        "https://user@hooks.example.com/twilio?tenant=1",
        "https://HOOKS.example.com/twilio?tenant=1",
    ] {
        let judged = judge(&signed(other), "/twilio?tenant=1", b"");
        assert_eq!(judged, Err(Rejection::Mismatch), "{other}");

        let verifier = verifier(Provider::Twilio.at(other), SECRET);
        assert!(
            verifier.verify_at(&signed(other), b"", NOW).is_ok(),
            "{other}"
        );
    }
}

#[test]
fn a_body_is_not_moved_into_the_address_in_front_of_it() {
    let square = |address: &str| verifier(Provider::Square.at(address), SECRET);
    let signature = STANDARD.encode(mac(SECRET.as_bytes(), b"https://a.example/square?x=1{}"));
    let headers = [("x-square-hmacsha256-signature", signature)];
    let genuine = square("https://a.example/square?x=1");
    assert!(genuine.verify_at(&headers, b"{}", NOW).is_ok());
    for (address, body) in [
        ("https://a.example/square", "?x=1{}"),
        ("https://a.example", "/square?x=1{}"),
    ] {
        let square = square(address);
        let judged = square.verify_at(&headers, body.as_bytes(), NOW);
        assert_eq!(judged.unwrap_err(), Rejection::AmbiguousBody, "{address}");
    }
    let request = Request::new(&headers).target("/square?x=1{");
    let judged = genuine.verify_request_at(request, b"}", NOW);
    assert_eq!(judged.unwrap_err(), Rejection::MalformedTarget);
}

#[test]
fn a_body_is_not_moved_into_the_address_behind_it() {
    let signature = sha1(b"{}https://a.example/bhttps://a.example/c");
    let headers = [("x-trello-webhook", signature)];
    let trello = verifier(Provider::Trello.at("https://a.example"), SECRET);
    let judge = |target, body: &[u8]| {
        let request = Request::new(&headers).target(target);
        trello.verify_request_at(request, body, NOW).map(drop)
    };
    assert_eq!(judge("/bhttps://a.example/c", b"{}"), Ok(()));
    assert_eq!(
        judge("/c", b"{}https://a.example/b"),
        Err(Rejection::AmbiguousBody)
    );
}

#[test]
fn a_body_that_was_parsed_and_written_anew_is_another_body() {
    let body = br#"{"event_id":"e","amount":1}"#;
    let signed = [b"https://a.example/square", &body[..]].concat();
    let signature = STANDARD.encode(mac(SECRET.as_bytes(), &signed));
    let headers = [("x-square-hmacsha256-signature", signature)];
    let square = verifier(Provider::Square.at("https://a.example/square"), SECRET);
    assert!(square.verify_at(&headers, body, NOW).is_ok());
    for other in [
        "{\"event_id\": \"e\", \"amount\": 1}",
        "{\n  \"event_id\": \"e\",\n  \"amount\": 1\n}",
        r#"{"amount":1,"event_id":"e"}"#,
    ] {
        let judged = square.verify_at(&headers, other.as_bytes(), NOW);
        assert_eq!(judged.unwrap_err(), Rejection::Mismatch, "{other}");
    }
}

#[test]
fn a_signature_for_one_method_is_none_for_another() {
    let signature = STANDARD.encode(mac(
        SECRET.as_bytes(),
        b"DELETEhttps://a.example/hubspot{}1700000000000",
    ));
    let headers = [
        ("x-hubspot-signature-v3", signature),
        ("x-hubspot-request-timestamp", "1700000000000".to_owned()),
    ];
    let hubspot = verifier(Provider::HubSpot.at("https://a.example/hubspot"), SECRET);
    let judge = |method| {
        let request = Request::new(&headers).method(method);
        hubspot.verify_request_at(request, b"{}", NOW).map(drop)
    };
    assert_eq!(judge("DELETE"), Ok(()));
    assert_eq!(judge("POST"), Err(Rejection::Mismatch));
    for method in ["delete", "", "DELETEh", "DELETE "] {
        assert_eq!(judge(method), Err(Rejection::MalformedMethod), "{method:?}");
    }
}
