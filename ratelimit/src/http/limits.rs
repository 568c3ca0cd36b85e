//! What a server says about its limits, as its client reads it.

use alloc::string::String;
use alloc::vec::Vec;
use core::time::Duration;
use std::time::SystemTime;

use http::header::HeaderMap;

use super::retry_after::{self, Made};

mod legacy;
mod structured;

/// What a response says about the limits of its server.
///
/// It reads what [`Fields`](super::Fields) write and what others do:
///
/// * `Retry-After`: seconds, or a date, which is compared with the `Date` of the response;
/// * `RateLimit` and `RateLimit-Policy`, as lists, and as the drafts before the eighth had them
///   (`limit=100, remaining=50, reset=5`);
/// * if there is no `RateLimit`, then `RateLimit-Remaining`, `X-RateLimit-Remaining` or
///   `X-Rate-Limit-Remaining`, with `-Limit` and `-Reset`. A reset of a billion or more is a time since
///   1970, in milliseconds if it is a thousand times that; others are seconds from now. Parts of a
///   second are rounded up.
///
/// A field that is malformed is ignored as a whole. In a response that lay in a cache (`Age`) all are
/// but `Retry-After`: they tell of whoever asked first.
///
/// ```
/// use std::time::{Duration, SystemTime};
///
/// use http::Response;
/// use ratelimit::http::Limits;
///
/// let response = Response::builder()
///     .header("RateLimit-Policy", r#""burst";q=100;w=60, "daily";q=1000;w=86400"#)
///     .header("RateLimit", r#""burst";r=0;t=17, "daily";r=120;t=86"#)
///     .body(())?;
/// let limits = Limits::read(response.headers(), SystemTime::now());
/// assert_eq!(limits.remaining()[1].tokens, 120);
/// assert_eq!(limits.policies()[0].tokens, 100);
/// assert_eq!(limits.wait(), Some(Duration::from_secs(17)));
///
/// let response = Response::builder()
///     .header("X-RateLimit-Remaining", "0")
///     .header("X-RateLimit-Reset", "784111790")
///     .header("Retry-After", "Sun, 06 Nov 1994 08:49:37 GMT")
///     .header("Date", "Sun, 06 Nov 1994 08:49:30 GMT")
///     .body(())?;
/// let limits = Limits::read(response.headers(), SystemTime::now());
/// assert_eq!(limits.wait(), Some(Duration::from_secs(7)));
/// # Ok::<(), http::Error>(())
/// ```
///
/// # Security
///
/// A server, or who stands between, may say anything. It is for the caller to bound what it waits
/// for, and what it sends.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Limits {
    retry_after: Option<Duration>,
    remaining: Vec<Remaining>,
    policies: Vec<Policy>,
}

/// What remains of a limit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Remaining {
    /// The name of the policy; none in the older forms, which have no names.
    pub policy: Option<String>,
    /// What it is out of; none in the new form, where a [`Policy`] says it.
    pub limit: Option<u64>,
    /// How much can be used until there is more. It promises nothing.
    pub tokens: u64,
    /// In what time there is more.
    pub reset: Option<Duration>,
    /// Whose it is, for servers that say it.
    pub partition: Option<Vec<u8>>,
}

/// What is allowed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Policy {
    /// Its name; none in the older form.
    pub name: Option<String>,
    /// How much is allowed in a window.
    pub tokens: u64,
    /// The window.
    pub window: Option<Duration>,
    /// What is counted, if it is not requests.
    pub unit: Option<String>,
    /// Whose it is, for servers that say it.
    pub partition: Option<Vec<u8>>,
}

impl Limits {
    /// Reads the header fields of a response that has come `now`, which is needed where the response
    /// has no `Date`.
    pub fn read(headers: &HeaderMap, now: SystemTime) -> Self {
        let made = Made::read(headers, now);
        let retry_after = retry_after::read(headers, made);
        if !made.age.is_zero() {
            return Self {
                retry_after,
                ..Self::default()
            };
        }
        let remaining = structured::remaining(headers)
            .filter(|remaining| !remaining.is_empty())
            .unwrap_or_else(|| legacy::remaining(headers, made.at).into_iter().collect());
        Self {
            retry_after,
            remaining,
            policies: structured::policies(headers),
        }
    }

    /// What `Retry-After` says.
    pub const fn retry_after(&self) -> Option<Duration> {
        self.retry_after
    }

    /// What remains of each limit.
    pub fn remaining(&self) -> &[Remaining] {
        &self.remaining
    }

    /// What is allowed.
    pub fn policies(&self) -> &[Policy] {
        &self.policies
    }

    /// How long the server asks its client to wait: what `Retry-After` says, which takes precedence;
    /// or else until every limit of which nothing remains has more. None if it asks for no such thing.
    pub fn wait(&self) -> Option<Duration> {
        let spent = self.remaining.iter().filter(|limit| limit.tokens == 0);
        let resets = spent.filter_map(|limit| limit.reset);
        self.retry_after.or_else(|| resets.max())
    }
}

#[cfg(test)]
mod tests;
