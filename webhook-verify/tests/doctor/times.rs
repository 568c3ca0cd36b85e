//! What is wrong with a time.

use std::time::Duration;

use webhook_verify::doctor::{Finding, Verdict, diagnose};
use webhook_verify::{Provider, Rejection, Scheme, TimestampRule, TimestampUnit, UnixTime};

use crate::{BODY, NOW, WHSEC, explained, secrets, sign};

#[test]
fn a_time_in_another_unit_is_found() {
    let with = |unit| {
        let mut scheme = Provider::Stripe.scheme();
        scheme.timestamp = scheme.timestamp.map(|rule| TimestampRule { unit, ..rule });
        scheme
    };
    let (seconds, millis) = (TimestampUnit::Seconds, TimestampUnit::Millis);
    for (expected, found) in [(seconds, millis), (millis, seconds)] {
        let headers = sign(with(found), WHSEC, BODY);
        assert_eq!(
            explained(with(expected), WHSEC, &headers, BODY),
            [Finding::OtherUnit { expected, found }]
        );
    }
}

#[test]
fn a_time_too_far_from_now_is_found() {
    let headers = sign(Provider::Stripe, WHSEC, BODY);
    let at = |secs| {
        let now = UnixTime::from_secs(secs);
        let diagnosis = diagnose(Provider::Stripe, &secrets([WHSEC]), &headers, BODY, now);
        assert_eq!(diagnosis.verdict(), Verdict::Explained);
        diagnosis.findings().to_vec()
    };
    let stale = Finding::Stale {
        age: Duration::from_secs(412),
        allowed: Duration::from_secs(300),
    };
    assert_eq!(at(NOW.as_secs() + 412), [stale]);
    let future = Finding::FromTheFuture {
        ahead: Duration::from_secs(3_600),
        allowed: Duration::from_secs(60),
    };
    assert_eq!(at(NOW.as_secs() - 3_600), [future]);
    assert_eq!(at(NOW.as_secs() * 1_000), [Finding::ClockInMillis]);
}

#[test]
fn a_genuine_body_that_does_not_say_its_time_is_found() {
    let linear = Provider::Linear.scheme();
    let without_time = Scheme {
        timestamp: None,
        ..linear.clone()
    };
    let headers = sign(without_time, "secret", BODY);
    let found = explained(linear, "secret", &headers, BODY);
    assert!(
        matches!(
            found[..],
            [Finding::Unreadable(Rejection::NoTimestampInBody { .. })]
        ),
        "{found:?}"
    );
}
