//! What an answer says about sending the request again.

use std::time::SystemTime;

#[cfg(any(feature = "tower", feature = "client", feature = "reqwest"))]
use http::Response;
use http::StatusCode;
use http::header::{HeaderMap, HeaderName, HeaderValue};

use crate::{Failure, Hint};

/// What an answer that has come `now` says about sending the request again; none if it is what was
/// asked for.
///
/// | status | |
/// |---|---|
/// | below 400 | what was asked for |
/// | 429 | throttled |
/// | 408, 425, 500, 502, 503, 504 | may work later |
/// | all others, among them 501 and 505 | will fail again |
///
/// When to come back is said by the [hint](Hint::from_response); not at all by `x-envoy-ratelimited`, which a
/// proxy adds to what it has refused by itself, and by `x-should-retry: false` and
/// `stripe-should-retry: false`. Whether the request may be sent twice is not its business: that is for
/// [`Repeat`](super::Repeat) to say.
///
/// ```
/// use core::time::Duration;
/// use std::time::SystemTime;
///
/// use http::{Response, StatusCode};
/// use retry::http::failure;
/// use retry::{FailureKind, Hint};
///
/// let busy = Response::builder().status(503).header("retry-after", "7").body(())?;
/// let found = failure(busy.status(), busy.headers(), SystemTime::now()).expect("a failure");
/// assert_eq!(found.kind(), FailureKind::Transient);
/// assert_eq!(found.hint(), Some(Hint::Wait(Duration::from_secs(7))));
///
/// let (moved, _) = Response::builder().status(301).body(())?.into_parts();
/// assert_eq!(failure(moved.status, &moved.headers, SystemTime::now()), None);
/// # Ok::<(), http::Error>(())
/// ```
pub fn failure(status: StatusCode, headers: &HeaderMap, now: SystemTime) -> Option<Failure> {
    let failure = match status.as_u16() {
        ..400 => return None,
        429 => Failure::throttled(),
        408 | 425 | 500 | 502 | 503 | 504 => Failure::transient(),
        _ => Failure::permanent(),
    };
    let hint = if forbids(headers) {
        Some(Hint::Stop)
    } else {
        Hint::from_response(status, headers, now)
    };
    Some(failure.hinted(hint))
}

/// The same of an answer that has come just now. Of one that is what was asked for, nobody needs to know
/// when it came.
#[cfg(any(feature = "tower", feature = "client", feature = "reqwest"))]
pub(crate) fn failed<B>(response: &Response<B>) -> Option<Failure> {
    let status = response.status();
    if status.as_u16() < 400 {
        return None;
    }
    failure(status, response.headers(), SystemTime::now())
}

const RATE_LIMITED: HeaderName = HeaderName::from_static("x-envoy-ratelimited");
const SHOULD_RETRY: [HeaderName; 2] = [
    HeaderName::from_static("x-should-retry"),
    HeaderName::from_static("stripe-should-retry"),
];

fn forbids(headers: &HeaderMap) -> bool {
    let says_no = |value: &HeaderValue| value.as_bytes().eq_ignore_ascii_case(b"false");
    headers.contains_key(RATE_LIMITED)
        || SHOULD_RETRY
            .iter()
            .any(|name| headers.get_all(name).iter().any(says_no))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::FailureKind;

    fn kind(status: u16) -> Option<FailureKind> {
        let status = StatusCode::from_u16(status).expect("a status");
        let found = failure(status, &HeaderMap::new(), SystemTime::UNIX_EPOCH);
        found.map(|failure| failure.kind())
    }

    /// reqwest-retry 0.9 sends again what was answered with 501 or 505.
    #[test]
    fn each_status_is_of_one_class() {
        for status in 100..1000 {
            let expected = match status {
                ..400 => None,
                429 => Some(FailureKind::Throttled),
                408 | 425 | 500 | 502..=504 => Some(FailureKind::Transient),
                _ => Some(FailureKind::Permanent),
            };
            assert_eq!(kind(status), expected, "{status}");
        }
    }

    #[test]
    fn a_server_can_say_that_it_is_of_no_use() {
        for (name, value, stops) in [
            ("x-envoy-ratelimited", "true", true),
            ("x-envoy-ratelimited", "", true),
            ("x-should-retry", "False", true),
            ("stripe-should-retry", "false", true),
            ("stripe-should-retry", "true", false),
            ("x-should-retry", "", false),
        ] {
            let mut headers = HeaderMap::new();
            headers.insert(name, HeaderValue::from_static(value));
            let found = failure(
                StatusCode::SERVICE_UNAVAILABLE,
                &headers,
                SystemTime::UNIX_EPOCH,
            );
            let hint = found.and_then(|failure| failure.hint());
            assert_eq!(hint, stops.then_some(Hint::Stop), "{name}: {value}");
        }
    }

    /// azure-sdk-for-python 10778: `Retry-After` with 201 had the client create a thing once more.
    #[test]
    fn a_success_is_one_whatever_it_says_about_later() {
        let mut headers = HeaderMap::new();
        headers.insert("retry-after", HeaderValue::from_static("7"));
        for status in [StatusCode::CREATED, StatusCode::ACCEPTED] {
            assert_eq!(failure(status, &headers, SystemTime::UNIX_EPOCH), None);
        }
    }
}
