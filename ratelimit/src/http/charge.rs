//! What a request is charged with.

use alloc::boxed::Box;
use alloc::string::String;
use core::fmt;

use http::request::Parts;

use super::subject::Identify;
use crate::rule::Rule;

/// What a request is charged with: a rule, whose bucket of it, and how many tokens.
///
/// ```
/// use http::header::CONTENT_LENGTH;
/// use http::request::Parts;
/// use ratelimit::http::{ByAddress, Charge, Proxies};
/// use ratelimit::{Quota, Rule};
///
/// // 10 MB a minute, by what the request says of its body; one byte at least.
/// let bytes = |head: &Parts| {
///     let length = head.headers.get(CONTENT_LENGTH).and_then(|length| length.to_str().ok());
///     length.and_then(|length| length.parse().ok()).unwrap_or(1)
/// };
/// let upload = Rule::new("upload", Quota::per_minute(10_000_000));
/// let charge = Charge::new(upload, ByAddress::new(Proxies::NONE)).costing(bytes);
/// assert_eq!(charge.rule().name(), "upload");
/// ```
pub struct Charge {
    rule: Rule,
    by: Box<dyn Identify>,
    cost: Box<Cost>,
}

type Cost = dyn Fn(&Parts) -> u64 + Send + Sync;

impl Charge {
    /// One token for each request.
    pub fn new(rule: Rule, by: impl Identify) -> Self {
        Self {
            rule,
            by: Box::new(by),
            cost: Box::new(|_| 1),
        }
    }

    /// So many tokens.
    #[must_use]
    pub fn costing(self, tokens: impl Fn(&Parts) -> u64 + Send + Sync + 'static) -> Self {
        Self {
            cost: Box::new(tokens),
            ..self
        }
    }

    /// The rule.
    pub const fn rule(&self) -> &Rule {
        &self.rule
    }

    /// The key and the cost; none if the rule does not apply.
    pub(super) fn of(&self, head: &Parts) -> Option<(String, u64)> {
        let key = self.by.subject(head).into_key()?;
        Some((key, (self.cost)(head)))
    }
}

impl fmt::Debug for Charge {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Charge")
            .field("rule", &self.rule)
            .finish_non_exhaustive()
    }
}
