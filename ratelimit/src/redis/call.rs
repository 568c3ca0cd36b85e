//! What the scripts are told.

use alloc::string::{String, ToString as _};
use alloc::vec::Vec;

use sha2::{Digest as _, Sha256};

use super::names::Names;
use super::once::REMEMBERED_FOR;
use crate::bucket::Bucket;
use crate::quota::Quota;
use crate::time::Time;
use crate::verdict::Ask;

/// Keys and arguments of a step.
#[derive(Debug)]
pub(super) struct Call {
    pub(super) keys: Vec<String>,
    pub(super) arguments: Vec<String>,
    /// How many asks it has.
    pub(super) asks: usize,
}

/// How many arguments come before the asks.
const HEAD: usize = 3;

impl Call {
    /// To take what is asked.
    pub(super) fn take(time: Option<Time>, asks: &[Ask<'_>], names: &Names) -> Self {
        Self::of(asks.len().to_string(), time, asks, names)
    }

    /// To do something else with what is asked.
    pub(super) fn settle(verb: &str, time: Option<Time>, asks: &[Ask<'_>], names: &Names) -> Self {
        Self::of(verb.into(), time, asks, names)
    }

    /// To do something with a key.
    pub(super) fn about(verb: &str, time: Option<Time>, key: String) -> Self {
        Self {
            keys: Vec::from([key]),
            arguments: head(verb.into(), time),
            asks: 0,
        }
    }

    fn of(first: String, time: Option<Time>, asks: &[Ask<'_>], names: &Names) -> Self {
        let keys = asks.iter().map(|ask| names.bucket(ask.rule, ask.key));
        let mut arguments = head(first, time);
        arguments.extend(asks.iter().flat_map(fields));
        Self {
            keys: keys.collect(),
            arguments,
            asks: asks.len(),
        }
    }

    /// To be answered as before, if it was made before for the same request. The answer is kept where the
    /// bucket of this key is.
    pub(super) fn remember(&mut self, request: &str, names: &Names, key: &str) {
        let mut digest = Sha256::new();
        // The time is no part of what is asked.
        let asked = self.arguments[HEAD..].iter().chain(&self.keys);
        let what = [self.arguments[0].as_str(), request];
        for text in asked.map(String::as_str).chain(what) {
            digest.update((text.len() as u64).to_le_bytes());
            digest.update(text);
        }
        self.arguments[HEAD - 1] = REMEMBERED_FOR.as_millis().to_string();
        self.keys.push(names.remembered(key, &digest.finalize()));
    }
}

fn head(first: String, time: Option<Time>) -> Vec<String> {
    let time = time.map_or_else(String::new, |time| time.as_micros().to_string());
    Vec::from([first, time, "0".into()])
}

fn fields(ask: &Ask<'_>) -> [String; 7] {
    let quota = ask.rule.quota();
    // Nothing is different beyond that: a take is refused, a charge reaches its bound, a refund fills.
    let most = 2 * quota.capacity() + u128::from(quota.grains_per_micro());
    let cost = u128::from(ask.tokens) * u128::from(quota.grains_per_token());
    let [micros, grains] = amount(quota, cost.min(most));
    let [holds_micros, holds_grains] = amount(quota, quota.capacity());
    [
        quota.to_string(),
        quota.grains_per_micro().to_string(),
        micros,
        grains,
        holds_micros,
        holds_grains,
        u8::from(ask.rule.is_shadow()).to_string(),
    ]
}

/// So many grains in whole microseconds, and what is left over.
fn amount(quota: Quota, grains: u128) -> [String; 2] {
    let (micros, left_over) = Bucket::owing(quota, Time::EPOCH, grains).to_parts(quota);
    [micros.to_string(), left_over.to_string()]
}
