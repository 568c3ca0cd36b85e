//! The header fields that tell a client about its limits.

use alloc::string::String;
use core::iter;
use core::time::Duration;
use std::time::SystemTime;

use http::header::{Entry, HeaderMap, HeaderName, HeaderValue, RETRY_AFTER};
use sfv::ListSerializer;

use self::item::Item;
use super::names::{RATELIMIT, RATELIMIT_POLICY, X_LIMIT, X_REMAINING, X_RESET};
use super::partition::Partition;
use super::seconds::rounded_up;
use crate::decision::Decision;
use crate::verdict::Verdict;

mod item;

pub(super) use self::item::told_name;

/// Which header fields tell a client about its limits, and how.
///
/// * `RateLimit` and `RateLimit-Policy` are the structured fields of
///   [draft-ietf-httpapi-ratelimit-headers](https://datatracker.ietf.org/doc/draft-ietf-httpapi-ratelimit-headers/),
///   with one item for each rule: what it allows, what remains (`r`), and in how many seconds there
///   is more (`t`; left out when there never is).
/// * `X-RateLimit-Limit`, `-Remaining` and `-Reset` are what many clients know. They have room for one
///   rule: the one that refuses for the longest, or else the [tightest](Verdict::tightest).
/// * `Retry-After` is on refusals only.
///
/// Seconds are rounded up and tokens down, so that who does as it is told is not refused. Rules in
/// [shadow](crate::Rule::in_shadow) are not told of.
///
/// ```
/// use http::HeaderMap;
/// use ratelimit::http::{Fields, LegacyReset};
/// use ratelimit::{Ask, Memory, Quota, Rule, WhenFull};
///
/// static BURST: Rule = Rule::new("burst", Quota::per_second(2));
/// static DAILY: Rule = Rule::new("daily", Quota::per_day(1_000));
///
/// let limiter = Memory::for_keys(1_000, WhenFull::Refuse);
/// let verdict = limiter.take_all(&[Ask::one(&BURST, "alice"), Ask::one(&DAILY, "alice")])?;
///
/// let mut headers = HeaderMap::new();
/// Fields::STANDARD.legacy(LegacyReset::Seconds).tell(&verdict, &mut headers);
/// assert_eq!(headers["ratelimit-policy"], r#""burst";q=2;w=1, "daily";q=1000;w=86400"#);
/// assert_eq!(headers["ratelimit"], r#""burst";r=1;t=1, "daily";r=999;t=87"#);
/// assert_eq!(headers["x-ratelimit-remaining"], "1");
/// assert!(!headers.contains_key("retry-after"));
/// # Ok::<(), ratelimit::TooManyAsks>(())
/// ```
///
/// # Security
///
/// Who may not know how much there is may not be told: choose [`Fields::RETRY_AFTER`] then. A response
/// that is cached must not have these fields, since they are about whoever asked; nor should a
/// redirection, which the client would put off.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Fields {
    tells_limits: bool,
    tells_policies: bool,
    tells_retry_after: bool,
    legacy: Option<LegacyReset>,
    is_even: bool,
    later: Duration,
}

/// What `X-RateLimit-Reset` says.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum LegacyReset {
    /// In how many seconds the bucket is full.
    Seconds,
    /// When it is: seconds since 1970, as GitHub says it. The client needs a clock that is right.
    Epoch,
}

impl Fields {
    /// None at all.
    pub const NONE: Self = Self {
        tells_limits: false,
        tells_policies: false,
        tells_retry_after: false,
        legacy: None,
        is_even: false,
        later: Duration::ZERO,
    };

    /// `Retry-After`, which says when and not how much.
    pub const RETRY_AFTER: Self = Self::NONE.retry_after();

    /// `RateLimit`, `RateLimit-Policy` and `Retry-After`.
    pub const STANDARD: Self = Self::RETRY_AFTER.limits().policies();

    /// With `RateLimit`: what remains.
    #[must_use]
    pub const fn limits(mut self) -> Self {
        self.tells_limits = true;
        self
    }

    /// With `RateLimit-Policy`: what is allowed. A period that is no whole number of seconds is told
    /// as the next one that is, with the whole tokens that come back in it.
    #[must_use]
    pub const fn policies(mut self) -> Self {
        self.tells_policies = true;
        self
    }

    /// With `Retry-After`.
    #[must_use]
    pub const fn retry_after(mut self) -> Self {
        self.tells_retry_after = true;
        self
    }

    /// With `X-RateLimit-Limit`, which is the burst, `-Remaining` and `-Reset`.
    #[must_use]
    pub const fn legacy(mut self, reset: LegacyReset) -> Self {
        self.legacy = Some(reset);
        self
    }

    /// Tells in `RateLimit` of no more tokens than come back by the time that is told with them. A
    /// client that spreads what remains over that time keeps to the rate then, and does not take the
    /// whole burst of a long period in a second.
    #[must_use]
    pub const fn evenly(mut self) -> Self {
        self.is_even = true;
        self
    }

    /// Tells every time so much later. With another random one for each response, clients that share
    /// a bucket do not come back all at once. Those with buckets of their own need no such thing.
    #[must_use]
    pub const fn later(mut self, by: Duration) -> Self {
        self.later = by;
        self
    }

    /// Writes what a verdict has to say, as of now.
    ///
    /// Items are added to `RateLimit` and `RateLimit-Policy` if they are there: several layers can
    /// have rules. Of the `X-RateLimit` fields the ones that are there stay.
    pub fn tell(&self, verdict: &Verdict<'_>, headers: &mut HeaderMap) {
        self.tell_at(verdict, &[], SystemTime::now(), headers);
    }

    /// Writes what a verdict has to say: with the partitions of the keys that were asked, in the
    /// order of the asks, if there are any, and as of `now` for [`LegacyReset::Epoch`].
    pub fn tell_at(
        &self,
        verdict: &Verdict<'_>,
        partitions: &[Partition],
        now: SystemTime,
        headers: &mut HeaderMap,
    ) {
        if self.tells_policies {
            let mut list = ListSerializer::new();
            items(verdict, partitions).for_each(|item| item.add_policy(&mut list));
            append(headers, &RATELIMIT_POLICY, list.finish());
        }
        if self.tells_limits {
            let mut list = ListSerializer::new();
            for item in items(verdict, partitions) {
                let reset = self.reset(verdict, item.decision);
                item.add_limit(&mut list, reset, self.is_even);
            }
            append(headers, &RATELIMIT, list.finish());
        }
        if let Some(reset) = self.legacy
            && let Some(decision) = told_alone(verdict)
        {
            self.tell_legacy(decision, reset, now, headers);
        }
        if self.tells_retry_after
            && let Some(wait) = verdict.retry_after()
        {
            headers.insert(RETRY_AFTER, self.seconds(wait).into());
        }
    }

    /// In how many seconds there is more; none if there never is, or nothing is to be waited for.
    ///
    /// `Retry-After` must not be earlier. A rule that does not refuse may well have its next token
    /// after the one that does; then it keeps silent.
    fn reset(&self, verdict: &Verdict<'_>, decision: &Decision) -> Option<u64> {
        let next = decision.next_token_after();
        if next.is_zero() || is_refused_for_ever(decision) {
            return None;
        }
        let is_told = self.tells_retry_after;
        let retry_after = verdict.retry_after().filter(|_| is_told);
        if retry_after.is_some_and(|wait| next > wait) {
            return None;
        }
        Some(self.seconds(next))
    }

    fn tell_legacy(
        &self,
        decision: &Decision,
        reset: LegacyReset,
        now: SystemTime,
        headers: &mut HeaderMap,
    ) {
        let wait = decision.reset_after();
        let reset = match reset {
            LegacyReset::Seconds if wait.is_zero() => 0,
            LegacyReset::Seconds => self.seconds(wait),
            LegacyReset::Epoch => {
                // A clock before 1970 is wrong, and so is what it says then.
                let epoch = now
                    .duration_since(SystemTime::UNIX_EPOCH)
                    .unwrap_or_default();
                self.seconds(epoch.saturating_add(wait))
            }
        };
        let fields = [
            (X_LIMIT, decision.quota().burst()),
            (X_REMAINING, decision.remaining()),
            (X_RESET, reset),
        ];
        for (name, value) in fields {
            if let Entry::Vacant(place) = headers.entry(name) {
                place.insert(value.into());
            }
        }
    }

    fn seconds(&self, wait: Duration) -> u64 {
        rounded_up(wait.saturating_add(self.later))
    }
}

/// What there is to tell of, each with its partition.
fn items<'v>(verdict: &'v Verdict<'_>, partitions: &[Partition]) -> impl Iterator<Item = Item<'v>> {
    let partitions = partitions.iter().copied().map(Some);
    let all = verdict
        .decisions()
        .zip(partitions.chain(iter::repeat(None)));
    let told = all.filter(|((rule, _), _)| !rule.is_shadow());
    told.map(|((rule, decision), partition)| Item {
        rule,
        decision,
        partition,
    })
}

/// The decision to tell of when there is room for one.
fn told_alone<'v>(verdict: &'v Verdict<'_>) -> Option<&'v Decision> {
    let longest = |decision: &Decision| decision.retry_after().unwrap_or(Duration::MAX);
    let refusing = verdict.refusals().map(|(_, decision)| decision);
    let refusing = refusing.max_by_key(|decision| longest(decision));
    refusing.or_else(|| Some(verdict.tightest()?.1))
}

fn is_refused_for_ever(decision: &Decision) -> bool {
    !decision.is_allowed() && decision.retry_after().is_none()
}

fn append(headers: &mut HeaderMap, name: &HeaderName, list: Option<String>) {
    if let Some(list) = list {
        let value = HeaderValue::try_from(list).expect("structured fields are printable ASCII");
        headers.append(name, value);
    }
}

#[cfg(all(test, feature = "memory"))]
mod tests;
