//! Several signatures in one header.

use webhook_verify::{Provider, Rejection, Secret, Verifier};

use crate::{BODY, NOW, SECRET, base64, hex, standard, stripe, verify};

#[test]
fn a_malformed_sibling_does_not_reject_the_delivery() {
    let good = hex(b"1700000000.{}");
    let headers = stripe(&format!("t=1700000000,v1=zz,v1=,v1={good}"));
    assert!(verify(Provider::Stripe, &headers, b"{}").is_ok());

    let good = base64(b"msg_1.1700000000.{}");
    let headers = standard("msg_1", "1700000000", &format!("v1,!!! v1, v1 v1,{good}"));
    assert!(verify(Provider::StandardWebhooks, &headers, b"{}").is_ok());
}

#[test]
fn the_right_signature_may_stand_anywhere_in_the_list() {
    let good = hex(b"1700000000.{}");
    let other = hex(b"another message");
    for list in [
        format!("v1={good},v1={other}"),
        format!("v1={other},v1={good}"),
    ] {
        let headers = stripe(&format!("t=1700000000,{list}"));
        assert!(verify(Provider::Stripe, &headers, b"{}").is_ok(), "{list}");
    }
}

#[test]
fn a_long_list_of_signatures_is_refused_before_the_body_is_hashed() {
    let list = ",v1=00".repeat(240);
    assert_eq!(
        verify(
            Provider::Stripe,
            &stripe(&format!("t=1700000000{list}")),
            BODY
        ),
        Err(Rejection::TooManySignatures {
            header: "stripe-signature".into(),
            limit: 16
        })
    );
    let list = format!(",v1={}", "0".repeat(64)).repeat(240);
    assert!(matches!(
        verify(
            Provider::Stripe,
            &stripe(&format!("t=1700000000{list}")),
            BODY
        ),
        Err(Rejection::HeaderTooLong { .. })
    ));
}

#[test]
fn a_signature_under_another_version_does_not_count() {
    let headers = stripe(&format!("t=1700000000,v0={}", hex(b"1700000000.{}")));
    assert_eq!(
        verify(Provider::Stripe, &headers, b"{}"),
        Err(Rejection::NoUsableSignature {
            header: "stripe-signature".into()
        })
    );
}

#[test]
fn it_is_said_which_secret_matched() {
    let ring = [
        Secret::new("the new secret").labelled("new"),
        Secret::new(SECRET).labelled("old"),
    ];
    let verifier = Verifier::new(Provider::GitHub, ring).expect("usable");
    let headers = [("x-hub-signature-256", format!("sha256={}", hex(BODY)))];
    let delivery = verifier.verify_at(&headers, BODY, NOW).expect("genuine");
    assert_eq!(delivery.secret_label(), "old");
}
