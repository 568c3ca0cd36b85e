//! What the scripts are told.

use alloc::string::{String, ToString as _};
use alloc::vec::Vec;

use arrayvec::ArrayVec;
use sha2::{Digest as _, Sha256};

use super::names::Names;
use super::once::REMEMBERED_FOR;
use crate::bucket::Bucket;
use crate::quota::Quota;
use crate::time::Time;
use crate::verdict::{Ask, MAX_ASKS};

/// A step that a script makes.
#[derive(Debug)]
pub(super) struct Call {
    pub(super) keys: Vec<String>,
    /// The verb, or how many asks there are.
    what: String,
    time: Option<Time>,
    /// For how long the answer is remembered, in milliseconds.
    remembered_for: u64,
    terms: ArrayVec<Term, MAX_ASKS>,
}

/// What is asked of a bucket.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Term {
    quota: Quota,
    tokens: u64,
    is_shadow: bool,
}

impl Call {
    /// To take what is asked.
    pub(super) fn take(time: Option<Time>, asks: &[Ask<'_>], names: &Names) -> Self {
        Self::settle(&asks.len().to_string(), time, asks, names)
    }

    /// To do something else with what is asked.
    pub(super) fn settle(verb: &str, time: Option<Time>, asks: &[Ask<'_>], names: &Names) -> Self {
        let keys = asks.iter().map(|ask| names.bucket(ask.rule, ask.key));
        Self {
            keys: keys.collect(),
            what: verb.into(),
            time,
            remembered_for: 0,
            terms: asks.iter().map(Term::of).collect(),
        }
    }

    /// To do something with a key.
    pub(super) fn about(verb: &str, time: Option<Time>, key: String) -> Self {
        Self {
            keys: Vec::from([key]),
            what: verb.into(),
            time,
            remembered_for: 0,
            terms: ArrayVec::new(),
        }
    }

    /// How many asks it has.
    pub(super) fn asks(&self) -> usize {
        self.terms.len()
    }

    /// To be answered as before, if it was made before for the same request. The answer is kept where the
    /// bucket of this key is.
    pub(super) fn remember(&mut self, request: &str, names: &Names, key: &str) {
        let mut digest = Sha256::new();
        // The time is no part of what is asked.
        let asked = self.terms.iter().flat_map(Term::fields);
        let what = [self.what.clone(), request.into()];
        for text in asked.chain(self.keys.iter().cloned()).chain(what) {
            digest.update((text.len() as u64).to_le_bytes());
            digest.update(text);
        }
        self.remembered_for = REMEMBERED_FOR.as_millis() as u64;
        self.keys.push(names.remembered(key, &digest.finalize()));
    }
}

/// What a script is told of some calls: the terms on which they ask, each once, and the calls.
pub(super) fn arguments(calls: &[Call]) -> Vec<String> {
    let mut terms: Vec<Term> = Vec::new();
    let mut rest = Vec::new();
    for call in calls {
        let time = call.time.map(|time| time.as_micros().to_string());
        rest.push(call.what.clone());
        rest.push(time.unwrap_or_default());
        rest.push(call.remembered_for.to_string());
        for term in &call.terms {
            let known = terms.iter().position(|other| other == term);
            let place = known.unwrap_or_else(|| {
                terms.push(*term);
                terms.len() - 1
            });
            rest.push((place + 1).to_string());
        }
    }
    let mut arguments = Vec::from([terms.len().to_string()]);
    arguments.extend(terms.iter().flat_map(Term::fields));
    arguments.extend(rest);
    arguments
}

impl Term {
    const fn of(ask: &Ask<'_>) -> Self {
        Self {
            quota: ask.rule.quota(),
            tokens: ask.tokens,
            is_shadow: ask.rule.is_shadow(),
        }
    }

    fn fields(&self) -> [String; 7] {
        let quota = self.quota;
        // Nothing is different beyond that: a take is refused, a charge reaches its bound, a refund fills.
        let most = 2 * quota.capacity() + u128::from(quota.grains_per_micro());
        let cost = u128::from(self.tokens) * u128::from(quota.grains_per_token());
        let [micros, grains] = amount(quota, cost.min(most));
        let [holds_micros, holds_grains] = amount(quota, quota.capacity());
        [
            quota.to_string(),
            quota.grains_per_micro().to_string(),
            micros,
            grains,
            holds_micros,
            holds_grains,
            u8::from(self.is_shadow).to_string(),
        ]
    }
}

/// So many grains in whole microseconds, and what is left over.
fn amount(quota: Quota, grains: u128) -> [String; 2] {
    let (micros, left_over) = Bucket::owing(quota, Time::EPOCH, grains).to_parts(quota);
    [micros.to_string(), left_over.to_string()]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rule::Rule;

    #[test]
    fn terms_are_said_once() {
        let names = Names::new("app").expect("it is one");
        let (one, two) = (Quota::per_second(1), Quota::per_second(3));
        let (one, two) = (Rule::new("one", one), Rule::new("two", two));
        let calls = [
            Call::take(None, &[Ask::one(&one, "a"), Ask::one(&two, "a")], &names),
            Call::take(Some(Time::from_micros(7)), &[Ask::one(&two, "b")], &names),
        ];
        let arguments = arguments(&calls).join(",");
        let said = "2,1/s,1,1000000,0,1000000,0,0,3/s,3,333333,1,1000000,0,0,2,,0,1,2,1,7,0,2";
        assert_eq!(arguments, said);
        assert_eq!(calls[0].keys, ["app:{a} one", "app:{a} two"]);
    }
}
