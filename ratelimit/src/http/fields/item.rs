//! One rule in a structured field.

use alloc::borrow::Cow;
use alloc::string::String;

use percent_encoding::{CONTROLS, utf8_percent_encode};
use sfv::{Integer, ListSerializer, StringRef, key_ref};

use crate::decision::Decision;
use crate::http::partition::Partition;
use crate::http::seconds::rounded_up;
use crate::quota::Quota;
use crate::rule::Rule;

/// One rule in a structured field, and what it says.
pub(super) struct Item<'v> {
    pub(super) rule: &'v Rule,
    pub(super) decision: &'v Decision,
    pub(super) partition: Option<Partition>,
}

impl Item<'_> {
    /// Adds what is allowed: by the quota that has decided, which is less than the rule's while a
    /// store is replaced by a share of it.
    pub(super) fn add_policy(&self, list: &mut ListSerializer<String>) {
        let quota = self.decision.quota();
        let window = rounded_up(quota.period());
        let name = told_name(self.rule);
        let mut item = list.bare_item(as_string(&name));
        item = item.parameter(key_ref("q"), as_integer(in_seconds(quota, window)));
        item = item.parameter(key_ref("w"), as_integer(window));
        if let Some(partition) = &self.partition {
            item.parameter(key_ref("pk"), partition.as_bytes());
        }
    }

    /// Adds what remains, and in how many seconds there is more.
    pub(super) fn add_limit(
        &self,
        list: &mut ListSerializer<String>,
        reset: Option<u64>,
        is_even: bool,
    ) {
        let mut remaining = self.decision.remaining();
        if let Some(seconds) = reset.filter(|_| is_even) {
            remaining = remaining.min(in_seconds(self.decision.quota(), seconds));
        }
        let name = told_name(self.rule);
        let mut item = list.bare_item(as_string(&name));
        item = item.parameter(key_ref("r"), as_integer(remaining));
        if let Some(seconds) = reset {
            item = item.parameter(key_ref("t"), as_integer(seconds));
        }
        if let Some(partition) = &self.partition {
            item.parameter(key_ref("pk"), partition.as_bytes());
        }
    }
}

/// The name of a rule in the printable part of ASCII, which is all that a structured string may hold:
/// everything else as `%` and two digits for each byte.
pub(in crate::http) fn told_name(rule: &Rule) -> Cow<'_, str> {
    utf8_percent_encode(rule.name(), CONTROLS).into()
}

/// The whole tokens that come back in so many seconds.
fn in_seconds(quota: Quota, seconds: u64) -> u64 {
    let micros = u128::from(seconds) * 1_000_000;
    let tokens = u128::from(quota.tokens()) * micros / quota.period().as_micros();
    u64::try_from(tokens).unwrap_or(u64::MAX)
}

fn as_string(name: &str) -> &StringRef {
    StringRef::from_str(name).expect("everything else has been encoded")
}

/// As much as a structured integer can say: 15 digits.
fn as_integer(value: u64) -> Integer {
    Integer::try_from(value).unwrap_or(Integer::MAX)
}
