//! What the scripts are told.

use alloc::string::{String, ToString as _};
use alloc::vec::Vec;

use fred::clients::WithOptions;
use fred::interfaces::ClientLike;
use sha2::{Digest as _, Sha256};

use super::answer::{Answer, diagnose};
use super::names::Names;
use super::script::{SETTLE, Script, TAKE};
use crate::bucket::Bucket;
use crate::quota::Quota;
use crate::store::StoreError;
use crate::time::Time;
use crate::verdict::Ask;

/// What is asked of a store.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Verb {
    Take,
    Refund,
    Charge,
    Reset,
    Check,
}

impl Verb {
    pub(super) fn script(self) -> &'static Script {
        match self {
            Self::Take => &TAKE,
            Self::Refund | Self::Charge | Self::Reset | Self::Check => &SETTLE,
        }
    }

    /// What the script calls it, if it has more than one.
    const fn name(self) -> Option<&'static str> {
        match self {
            Self::Take => None,
            Self::Refund => Some("refund"),
            Self::Charge => Some("charge"),
            Self::Reset => Some("reset"),
            Self::Check => Some("check"),
        }
    }
}

/// A script, and what it is told.
pub(super) struct Call {
    pub(super) script: &'static Script,
    pub(super) keys: Vec<String>,
    pub(super) arguments: Vec<String>,
}

/// How many arguments come before what the verb takes.
const HEAD: usize = 2;

impl Call {
    /// About one key.
    pub(super) fn new(verb: Verb, time: Option<Time>, key: String) -> Self {
        let time = time.map_or_else(String::new, |time| time.as_micros().to_string());
        let mut arguments = Vec::from([time, "0".into()]);
        arguments.extend(verb.name().map(String::from));
        Self {
            script: verb.script(),
            keys: Vec::from([key]),
            arguments,
        }
    }

    /// About the buckets of several asks; none, if there are none.
    pub(super) fn of(
        verb: Verb,
        time: Option<Time>,
        asks: &[Ask<'_>],
        names: &Names,
    ) -> Option<Self> {
        let mut buckets = asks.iter().map(|ask| names.bucket(ask.rule, ask.key));
        let mut call = Self::new(verb, time, buckets.next()?);
        call.keys.extend(buckets);
        call.arguments.extend(asks.iter().flat_map(fields));
        Some(call)
    }

    /// To be answered as before, if it was made before for the same request.
    pub(super) fn remember(&mut self, request: &str, millis: u64, names: &Names, key: &str) {
        let mut digest = Sha256::new();
        // The time is no part of what is asked.
        let asked = self.arguments[HEAD..].iter().chain(&self.keys);
        for text in asked.map(String::as_str).chain([request]) {
            digest.update((text.len() as u64).to_le_bytes());
            digest.update(text);
        }
        self.arguments[HEAD - 1] = millis.to_string();
        self.keys.push(names.remembered(key, &digest.finalize()));
    }

    /// Makes it, once.
    pub(super) async fn make<C: ClientLike>(
        &self,
        client: &WithOptions<C>,
    ) -> Result<Answer, StoreError> {
        let answer = self.script.run(client, &self.keys, &self.arguments).await;
        answer.map_err(diagnose)
    }
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
