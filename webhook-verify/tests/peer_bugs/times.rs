//! When it was sent.

use std::time::Duration;

use webhook_verify::{Provider, Rejection, TimestampUnit, Tolerance, UnixTime};

use crate::{NOW, SECRET, base64, hex, standard, stripe, verifier, verify};

#[test]
fn the_smallest_integer_is_no_time_and_no_panic() {
    for time in [
        "-9223372036854775808",
        "9223372036854775807",
        "18446744073709551616",
        "1e9",
    ] {
        let signature = format!("v1,{}", base64(format!("msg_1.{time}.{{}}").as_bytes()));
        assert_eq!(
            verify(
                Provider::StandardWebhooks,
                &standard("msg_1", time, &signature),
                b"{}"
            ),
            Err(Rejection::MalformedTimestamp {
                header: "webhook-timestamp".into(),
                unit: TimestampUnit::Seconds
            })
        );
    }
}

#[test]
fn a_time_spelled_another_way_is_refused_even_if_it_was_signed() {
    for time in [
        "+1700000000",
        "001700000000",
        "1700000000abc",
        "1700000000.0",
        "17e8",
    ] {
        for signed in [time, "1700000000"] {
            let signature = hex(format!("{signed}.{{}}").as_bytes());
            let headers = stripe(&format!("t={time},v1={signature}"));
            assert!(
                matches!(
                    verify(Provider::Stripe, &headers, b"{}"),
                    Err(Rejection::MalformedTimestamp { .. })
                ),
                "{time}"
            );
        }
    }
}

#[test]
fn a_time_ten_years_ahead_is_refused() {
    let signature = hex(b"2015360000.{}");
    let headers = stripe(&format!("t=2015360000,v1={signature}"));
    let ahead = Duration::from_secs(315_360_000);
    assert_eq!(
        verify(Provider::Stripe, &headers, b"{}"),
        Err(Rejection::FromTheFuture {
            ahead,
            allowed: Duration::from_secs(60)
        })
    );
}

#[test]
fn a_tolerance_of_zero_is_not_the_default_and_not_off() {
    let none = Tolerance::Within {
        past: Duration::ZERO,
        future: Duration::ZERO,
    };
    let verifier = verifier(Provider::Stripe, SECRET)
        .with_tolerance(none)
        .expect("has a time");
    let headers = stripe(&format!("t=1700000000,v1={}", hex(b"1700000000.{}")));
    let later = UnixTime::from_millis(1_700_000_000_001);

    assert!(verifier.verify_at(&headers, b"{}", NOW).is_ok());
    assert!(
        verifier
            .verify_at(&headers, b"{}", later)
            .unwrap_err()
            .is_stale()
    );
}

#[test]
fn a_forged_delivery_is_a_mismatch_however_old_it_is() {
    let headers = stripe(&format!("t=1000000000,v1={}", "0".repeat(64)));
    assert_eq!(
        verify(Provider::Stripe, &headers, b"{}"),
        Err(Rejection::Mismatch)
    );
}

#[test]
fn two_different_times_in_one_header_are_refused() {
    let good = hex(b"1700000000.{}");
    let joined = stripe(&format!("t=1600000000,v1=00, t=1700000000,v1={good}"));
    assert_eq!(
        verify(Provider::Stripe, &joined, b"{}"),
        Err(Rejection::RepeatedTimestamp {
            header: "stripe-signature".into()
        })
    );
}
