//! Headers that are missing, repeated or mangled.

use webhook_verify::{Provider, Rejection};

use crate::{BODY, NOW, hex, stripe, support, verifier, verify};

#[test]
fn a_missing_header_is_never_an_unsigned_delivery_that_passes() {
    for (_, setup) in support::signing_with_hmac() {
        let headers: [(&str, &str); 0] = [];
        // A secret of any form.
        assert!(matches!(
            verifier(setup, "12ab").verify_at(&headers, BODY, NOW),
            Err(Rejection::MissingHeader { .. })
        ));
    }
}

#[test]
fn a_header_that_is_not_ascii_is_not_called_missing() {
    let headers = [("x-hub-signature-256", b"sha256=\xff\xfe".as_slice())];
    assert_eq!(
        verify(Provider::GitHub, &headers, BODY),
        Err(Rejection::NotAscii {
            header: "x-hub-signature-256".into()
        })
    );
}

#[test]
fn repeated_headers_that_differ_are_refused_wherever_the_right_one_stands() {
    let good = format!("sha256={}", hex(BODY));
    let bad = format!("sha256={}", "0".repeat(64));
    for lines in [[&good, &bad], [&bad, &good]] {
        let headers = lines.map(|line| ("X-Hub-Signature-256", line));
        assert_eq!(
            verify(Provider::GitHub, &headers, BODY),
            Err(Rejection::RepeatedHeader {
                header: "x-hub-signature-256".into()
            })
        );
    }
    assert!(verify(Provider::GitHub, &[("X-Hub-Signature-256", &good); 2], BODY).is_ok());
}

#[test]
fn a_header_does_not_choose_the_algorithm() {
    for prefix in ["sha1=", "sha512=", "md5=", "none=", ""] {
        let headers = [("x-hub-signature-256", format!("{prefix}{}", hex(BODY)))];
        assert_eq!(
            verify(Provider::GitHub, &headers, BODY),
            Err(Rejection::NoUsableSignature {
                header: "x-hub-signature-256".into()
            })
        );
    }
}

#[test]
fn a_header_cut_off_anywhere_is_refused_without_a_panic() {
    let good = format!("t=1700000000,v1={}", hex(b"1700000000.{}"));
    for end in 0..good.len() {
        assert!(
            verify(Provider::Stripe, &stripe(&good[..end]), b"{}").is_err(),
            "cut at {end}"
        );
    }
}
