//! Bodies are bytes.

use webhook_verify::{Provider, Rejection};

use crate::{hex, verify};

#[test]
fn a_body_is_bytes_and_not_text() {
    let genuine = [("x-hub-signature-256", format!("sha256={}", hex(b"\xff")))];
    assert!(verify(Provider::GitHub, &genuine, b"\xff").is_ok());

    let lossy = [(
        "x-hub-signature-256",
        format!("sha256={}", hex("\u{fffd}".as_bytes())),
    )];
    assert_eq!(
        verify(Provider::GitHub, &lossy, b"\xff"),
        Err(Rejection::Mismatch)
    );
}

#[test]
fn an_empty_body_can_be_signed() {
    let headers = [("x-hub-signature-256", format!("sha256={}", hex(b"")))];
    assert!(verify(Provider::GitHub, &headers, b"").is_ok());
}
