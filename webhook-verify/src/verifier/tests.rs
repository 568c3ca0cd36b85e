use alloc::borrow::Cow;
use alloc::format;
use alloc::vec::Vec;
use core::time::Duration;

use super::*;
use crate::{Algorithm, HeaderNames, IdSource, Provider, Secret, Segment, Signer, Skew};

const NOW: UnixTime = UnixTime::from_secs(1_700_000_000);

#[test]
fn a_tolerance_is_for_schemes_that_sign_a_time() {
    let github = Verifier::new(Provider::GitHub, Secret::new("x")).expect("usable");
    assert_eq!(
        github.with_tolerance(Tolerance::Unlimited).unwrap_err(),
        Misconfigured::NoTimestamp {
            scheme: "github".into()
        }
    );
}

#[test]
fn an_unlimited_tolerance_still_says_how_old_a_delivery_is() {
    let secret = Secret::new("whsec_x");
    let signer = Signer::new(Provider::Stripe, secret.clone()).expect("usable");
    let headers = signer.sign(None, NOW, b"{}").expect("signable");
    let verifier = Verifier::new(Provider::Stripe, secret)
        .and_then(|verifier| verifier.with_tolerance(Tolerance::Unlimited))
        .expect("usable");

    let year = Duration::from_secs(31_536_000);
    let later = UnixTime::from_secs(NOW.as_secs() + year.as_secs());
    let delivery = verifier
        .verify_at(&headers, b"{}", later)
        .expect("any age will do");
    assert_eq!(delivery.skew(), Some(Skew::Past(year)));
}

#[test]
fn weak_secrets_are_counted_behind_the_prefix_and_decoded() {
    let ring = [
        Secret::new("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw").labelled("24-bytes"),
        Secret::new("whsec_AAECAwQFBgcICQoLDA0ODw==").labelled("16-bytes"),
        Secret::new("whsec_AAECAwQFBgcICQoLDA0O").labelled("15-bytes"),
    ];
    let verifier = Verifier::new(Provider::Svix, ring).expect("usable");
    assert_eq!(verifier.weak_secrets().collect::<Vec<_>>(), ["15-bytes"]);
}

#[test]
fn debug_names_the_scheme_and_the_labels() {
    let secret = Secret::new("hunter2").labelled("2026-11");
    let verifier = Verifier::new(Provider::GitHub, secret).expect("usable");
    assert_eq!(
        format!("{verifier:?}"),
        r#"Verifier { scheme: "github", secrets: ["2026-11"] }"#
    );
}

#[test]
fn a_scheme_of_ones_own_may_put_the_id_behind_the_body() {
    let scheme = Scheme {
        name: Cow::Borrowed("own"),
        signed: [Segment::Body, Segment::literal("#"), Segment::Id]
            .to_vec()
            .into(),
        id: Some(IdSource::Header(HeaderNames::from_static(&["x-id"]))),
        ..Provider::GitHub.scheme()
    };
    let secret = Secret::new("x");
    let signer = Signer::new(scheme.clone(), secret.clone()).expect("usable");
    let headers = signer.sign(Some("7"), NOW, b"a").expect("signable");
    let verifier = Verifier::new(scheme, secret).expect("usable");
    assert!(verifier.verify_at(&headers, b"a", NOW).is_ok());

    // The same signed bytes, cut elsewhere.
    let headers = signer.sign(Some("7"), NOW, b"a#b").expect("signable");
    let signature = headers.iter().last().expect("the signature is the last");
    let shifted = [("x-id", "b#7"), signature];
    assert_eq!(
        verifier.verify_at(&shifted, b"a", NOW).unwrap_err(),
        Rejection::MalformedId {
            header: "x-id".into()
        }
    );
}

#[test]
fn a_scheme_of_ones_own_may_sign_with_any_algorithm() {
    for algorithm in [
        Algorithm::HmacSha256,
        Algorithm::HmacSha512,
        Algorithm::HmacSha1,
    ] {
        let scheme = Scheme {
            algorithm,
            ..Provider::Stripe.scheme()
        };
        let secret = Secret::new("x");
        let signer = Signer::new(scheme.clone(), secret.clone()).expect("usable");
        let headers = signer.sign(None, NOW, b"{}").expect("signable");
        let judge = |scheme, value: &str| {
            let verifier = Verifier::new(scheme, secret.clone()).expect("usable");
            let headers = [("stripe-signature", value)];
            verifier.verify_at(&headers, b"{}", NOW).map(drop)
        };

        let (_, value) = headers.iter().next().expect("one");
        assert_eq!(judge(scheme.clone(), value), Ok(()), "{algorithm:?}");
        let header = "stripe-signature".into();
        let unusable = Err(Rejection::NoUsableSignature { header });
        assert_eq!(judge(scheme, &value[..value.len() - 2]), unusable);
    }
}

#[test]
fn a_time_in_the_body_is_asked_for_when_the_signature_is_right() {
    let undated = Scheme {
        timestamp: None,
        ..Provider::Linear.scheme()
    };
    let secret = Secret::new("x");
    let signer = Signer::new(undated, secret.clone()).expect("usable");
    let verifier = Verifier::new(Provider::Linear, secret).expect("usable");
    let path = "webhookTimestamp".into();
    let no_time = Rejection::NoTimestampInBody { path };
    for body in ["", "{}", r#"{"webhookTimestamp":1700000000}"#] {
        let headers = signer.sign(None, NOW, body.as_bytes()).expect("signable");
        let judge = |body: &'static str| {
            verifier
                .verify_at(&headers, body.as_bytes(), NOW)
                .map(drop)
                .unwrap_err()
        };
        assert_eq!(judge(body), no_time, "{body}");
        assert_eq!(judge("[]"), Rejection::Mismatch);
    }
}

#[cfg(feature = "std")]
#[test]
fn the_system_clock_decides_if_no_other_does() {
    let secret = Secret::new("whsec_x");
    let signer = Signer::new(Provider::Stripe, secret.clone()).expect("usable");
    let verifier = Verifier::new(Provider::Stripe, secret).expect("usable");
    let sign = |now| signer.sign(None, now, b"{}").expect("signable");

    assert!(verifier.verify(&sign(UnixTime::now()), b"{}").is_ok());
    let stale = verifier.verify(&sign(NOW), b"{}").map(drop);
    assert!(stale.is_err_and(|rejection| rejection.is_stale()));
}
