//! The structured fields.

use alloc::string::String;
use alloc::vec::Vec;
use core::time::Duration;

use http::header::{HeaderMap, HeaderName};
use sfv::{BareItem, Dictionary, Item, List, ListEntry, Parser};

use super::{Policy, Remaining};
use crate::http::names::{RATELIMIT, RATELIMIT_POLICY};

/// What `RateLimit` says; none if it is not there, or malformed.
pub(super) fn remaining(headers: &HeaderMap) -> Option<Vec<Remaining>> {
    let text = joined(headers, &RATELIMIT)?;
    match Parser::new(&text).parse::<List>() {
        Ok(list) => items(&list).map(|item| Remaining::read(item?)).collect(),
        Err(_) => older(&text).map(|one| [one].into()),
    }
}

/// What `RateLimit-Policy` says; nothing if it is malformed.
pub(super) fn policies(headers: &HeaderMap) -> Vec<Policy> {
    let policies = joined(headers, &RATELIMIT_POLICY).and_then(|text| {
        let list = Parser::new(&text).parse::<List>().ok()?;
        items(&list).map(|item| Policy::read(item?)).collect()
    });
    policies.unwrap_or_default()
}

/// The form of the seventh draft.
fn older(text: &str) -> Option<Remaining> {
    let fields = Parser::new(text).parse::<Dictionary>().ok()?;
    let number = |name| match fields.get(name) {
        Some(ListEntry::Item(item)) => natural(&item.bare_item).map(Some),
        Some(ListEntry::InnerList(_)) => None,
        None => Some(None),
    };
    Some(Remaining {
        policy: None,
        limit: number("limit")?,
        tokens: number("remaining")??,
        reset: number("reset")?.map(Duration::from_secs),
        partition: None,
    })
}

impl Remaining {
    fn read(item: &Item) -> Option<Self> {
        Some(Self {
            policy: Some(item.bare_item.as_string()?.as_str().into()),
            limit: None,
            tokens: item.params.get("r").and_then(natural)?,
            reset: parameter(item, "t", natural)?.map(Duration::from_secs),
            partition: parameter(item, "pk", bytes)?,
        })
    }
}

impl Policy {
    /// Before the eighth draft a policy had no name, and its quota in place of it.
    fn read(item: &Item) -> Option<Self> {
        let (name, tokens) = match &item.bare_item {
            BareItem::String(name) => {
                let tokens = item.params.get("q").and_then(natural)?;
                (Some(name.as_str().into()), tokens)
            }
            older => (None, natural(older)?),
        };
        let window = parameter(item, "w", natural)?;
        if window == Some(0) {
            return None;
        }
        Some(Self {
            name,
            tokens,
            window: window.map(Duration::from_secs),
            unit: parameter(item, "qu", text)?,
            partition: parameter(item, "pk", bytes)?,
        })
    }
}

/// The members of a list, each of which must be an item.
fn items(list: &List) -> impl Iterator<Item = Option<&Item>> {
    list.iter().map(|entry| match entry {
        ListEntry::Item(item) => Some(item),
        ListEntry::InnerList(_) => None,
    })
}

/// A parameter that need not be there; but if it is, it must be read.
fn parameter<T>(
    item: &Item,
    name: &str,
    read: impl Fn(&BareItem) -> Option<T>,
) -> Option<Option<T>> {
    match item.params.get(name) {
        Some(value) => read(value).map(Some),
        None => Some(None),
    }
}

fn natural(value: &BareItem) -> Option<u64> {
    u64::try_from(i64::from(value.as_integer()?)).ok()
}

fn bytes(value: &BareItem) -> Option<Vec<u8>> {
    value.as_byte_sequence().map(<[u8]>::to_vec)
}

fn text(value: &BareItem) -> Option<String> {
    Some(value.as_string()?.as_str().into())
}

/// All lines of a field as one, as lists are joined.
fn joined(headers: &HeaderMap, name: &HeaderName) -> Option<String> {
    let lines: Result<Vec<_>, _> = headers
        .get_all(name)
        .iter()
        .map(|line| line.to_str())
        .collect();
    let lines = lines.ok()?;
    (!lines.is_empty()).then(|| lines.join(", "))
}
