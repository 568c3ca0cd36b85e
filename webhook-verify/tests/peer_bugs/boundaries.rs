//! Signed bytes that can be cut in two ways.

use webhook_verify::{Provider, Rejection};

use crate::{NOW, base64, mac, standard, verifier, verify};

#[test]
fn the_boundary_between_id_and_time_cannot_be_shifted() {
    // Signed once as id `msg_1`, time 1600000000 and a body that begins with `1700000000.`.
    let signature = format!("v1,{}", base64(b"msg_1.1600000000.1700000000.[]"));
    let signed = standard("msg_1", "1600000000", &signature);
    let stale = verify(Provider::StandardWebhooks, &signed, b"1700000000.[]");
    assert!(stale.is_err_and(|rejection| rejection.is_stale()));

    let shifted = standard("msg_1.1600000000", "1700000000", &signature);
    assert_eq!(
        verify(Provider::StandardWebhooks, &shifted, b"[]"),
        Err(Rejection::MalformedId {
            header: "webhook-id".into()
        })
    );
}

#[test]
fn the_boundary_between_body_and_time_cannot_be_shifted() {
    let key = "12ab".repeat(16);
    let verifier = verifier(Provider::Inngest, &key);
    let signature = const_hex::encode(mac(key.as_bytes(), b"121700000000"));
    let headers = |time: &str| [("x-inngest-signature", format!("t={time}&s={signature}"))];

    assert!(
        verifier
            .verify_at(&headers("1700000000"), b"12", NOW)
            .is_ok()
    );
    for (body, time) in [
        (b"1".as_slice(), "21700000000"),
        (b"", "121700000000"),
        (b"121", "700000000"),
    ] {
        assert!(matches!(
            verifier.verify_at(&headers(time), body, NOW),
            Err(Rejection::MalformedTimestamp { .. })
        ));
    }
}

#[test]
fn the_headers_of_two_families_do_not_mix() {
    let signature = format!("v1,{}", base64(b"msg_1.1700000000.{}"));
    let mut headers = standard("msg_1", "1700000000", &signature);
    assert!(verify(Provider::Svix, &headers, b"{}").is_ok());

    headers[0].0 = "svix-id";
    assert_eq!(
        verify(Provider::Svix, &headers, b"{}"),
        Err(Rejection::MissingHeader {
            header: "webhook-id".into()
        })
    );
}

#[test]
fn svix_headers_are_taken_for_svix() {
    let signature = format!("v1,{}", base64(b"msg_1.1700000000.{}"));
    let headers = [
        ("svix-id", "msg_1"),
        ("svix-timestamp", "1700000000"),
        ("svix-signature", &signature),
    ];
    assert!(verify(Provider::Svix, &headers, b"{}").is_ok());
}
