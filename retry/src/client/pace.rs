//! What a host has said about how much may be asked of it.

use core::time::Duration;
use std::time::SystemTime;

use http::HeaderMap;
use parking_lot::Mutex;
use ratelimit::http::{Limits, Remaining};

use crate::Policy;

/// What a host has said about how much may be asked of it: who knows that nothing is left waits before
/// the server has to refuse.
#[derive(Debug, Default)]
pub(super) struct Pace {
    left: Mutex<Left>,
}

/// How many requests there are until a moment. After that, nothing is known.
#[derive(Clone, Copy, Debug, Default)]
struct Left {
    requests: u64,
    until: Duration,
}

impl Pace {
    /// Takes a request of those that are left; or says how long there is none.
    pub(super) fn take(&self, now: Duration) -> Option<Duration> {
        let mut left = self.left.lock();
        let wait = left.until.saturating_sub(now);
        if wait.is_zero() {
            return None;
        }
        let Some(fewer) = left.requests.checked_sub(1) else {
            return Some(wait);
        };
        left.requests = fewer;
        None
    }

    /// Learns what an answer says. What it says about times that are too far away is not believed: a
    /// server that errs would be left alone for long.
    pub(super) fn learn(&self, headers: &HeaderMap, now: Duration, policy: &Policy) {
        let limits = Limits::read(headers, SystemTime::now());
        let tightest = limits.remaining().iter().filter_map(until_more);
        let Some((requests, reset)) =
            tightest.min_by_key(|(tokens, reset)| (*tokens, !reset.as_nanos()))
        else {
            return;
        };
        if !policy.allows(reset) {
            return;
        }
        let mut left = self.left.lock();
        // Others have been sent since the server counted, so what it says is never more than is left.
        let requests = if now < left.until {
            requests.min(left.requests)
        } else {
            requests
        };
        *left = Left {
            requests,
            until: now.saturating_add(reset),
        };
    }
}

fn until_more(limit: &Remaining) -> Option<(u64, Duration)> {
    Some((limit.tokens, limit.reset?))
}

#[cfg(test)]
mod tests {
    use http::{HeaderValue, header::HeaderName};

    use super::*;
    use crate::Backoff;

    const SECOND: Duration = Duration::from_secs(1);

    fn learn(pace: &Pace, fields: &[(&'static str, &'static str)], now: Duration) {
        let fields = fields.iter().map(|(name, value)| {
            let value = HeaderValue::from_static(value);
            (HeaderName::from_static(name), value)
        });
        let policy = Policy::new(Backoff::exponential().cap(60 * SECOND));
        pace.learn(&fields.collect(), now, &policy);
    }

    #[test]
    fn who_knows_nothing_waits_for_nothing() {
        let pace = Pace::default();
        assert!((0..1_000).all(|_| pace.take(SECOND).is_none()));
        learn(&pace, &[("retry-after", "7")], SECOND);
        assert_eq!(pace.take(SECOND), None);
    }

    #[test]
    fn what_is_left_is_used_and_then_there_is_a_wait_until_there_is_more() {
        let pace = Pace::default();
        learn(&pace, &[("ratelimit", r#""a";r=2;t=10"#)], SECOND);
        assert_eq!(pace.take(SECOND), None);
        assert_eq!(pace.take(2 * SECOND), None);
        assert_eq!(pace.take(3 * SECOND), Some(8 * SECOND));
        assert_eq!(pace.take(11 * SECOND), None);
        assert_eq!(pace.take(11 * SECOND), None);
    }

    #[test]
    fn of_several_limits_the_tightest_counts() {
        let pace = Pace::default();
        let three = r#""a";r=5;t=10, "b";r=0;t=3, "c";r=0;t=7"#;
        learn(&pace, &[("ratelimit", three)], SECOND);
        assert_eq!(pace.take(SECOND), Some(7 * SECOND));
    }

    #[test]
    fn an_answer_that_is_late_gives_nothing_back() {
        let pace = Pace::default();
        learn(
            &pace,
            &[("x-ratelimit-remaining", "1"), ("x-ratelimit-reset", "10")],
            SECOND,
        );
        assert_eq!(pace.take(SECOND), None);
        // It was counted before the other one was sent.
        learn(
            &pace,
            &[("x-ratelimit-remaining", "1"), ("x-ratelimit-reset", "10")],
            SECOND,
        );
        assert_eq!(pace.take(SECOND), Some(10 * SECOND));
    }

    #[test]
    fn a_server_that_errs_by_days_is_not_believed() {
        let pace = Pace::default();
        learn(&pace, &[("ratelimit", r#""a";r=0;t=86400"#)], SECOND);
        assert_eq!(pace.take(SECOND), None);
    }
}
