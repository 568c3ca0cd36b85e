//! Buckets in Redis.

use alloc::boxed::Box;
use alloc::string::{String, ToString as _};
use alloc::sync::Arc;
use alloc::vec::Vec;
use core::{fmt, slice};

use async_trait::async_trait;
use fred::clients::WithOptions;
use fred::interfaces::ClientLike;
use thiserror::Error;

use self::answer::{Answer, Foreign, Outcome, Unexpected, diagnose};
use self::call::Call;
use self::lane::Lane;
pub use self::names::InvalidPrefix;
use self::names::Names;
pub use self::once::{Once, REMEMBERED_FOR};
pub use self::script::ANSWER_WITHIN;
use self::script::{MIGRATE, SETTLE};
use crate::bucket::Bucket;
use crate::kept::Kept;
use crate::rule::Rule;
use crate::store::{Store, StoreError};
use crate::time::Time;
use crate::verdict::{Ask, TooManyAsks, Verdict};

mod answer;
mod call;
mod health;
mod lane;
mod names;
mod once;
mod script;

/// The buckets of any number of rules and keys in Redis, for the processes of many machines. Cheap to clone.
///
/// **What an `Ok` survives:** the end of every process but Redis; of Redis, a kill and a power cut as far as
/// its append-only file was synced, and a failover as far as the replica had been told, which is after the
/// answer. What is lost there can be taken once more.
///
/// The host makes the client with `fred` 10, a [`Client`](fred::clients::Client) or a
/// [`Pool`](fred::clients::Pool), and has it connected: to one server, by Sentinel or to a Cluster, with TLS
/// (a feature of `fred`) and a password, all as the URL says. Give it a reconnect policy, or it stays apart
/// once it is parted, and a command timeout, or [`ANSWER_WITHIN`] holds.
///
/// Each verb is one script in one round trip, however many rules are asked: the server reads its own clock,
/// decides, and changes all buckets or none. It counts in whole microseconds and what is left over of them,
/// so it answers as [`Memory`](crate::Memory) does, to the last token. Takes that are asked for at the same
/// time travel together and are decided one by one, which saves the server most of the work; but not to a
/// Cluster, whose masters have different keys. Redis lets go of a bucket by itself when it is full; until then
/// one takes about two hundred bytes. Set `maxmemory-policy noeviction`, because what Redis drops to make room
/// is forgiven: [`check`](Store::check) says if it is set otherwise. No command is newer than Redis 5; the
/// tests run with 7. A user with few rights needs `EVALSHA`, `EVAL`, `TIME`, `GET`, `SET` and `DEL` for the
/// keys that begin with the prefix, and `INFO`. It is asked from within a tokio runtime, as `fred` is.
///
/// No command is sent a second time: if the connection breaks or the answer does not come in time, the verb
/// fails with [`StoreError::Unavailable`], and the step was made or not. To ask again without being charged
/// twice, ask [`once`](Redis::once). As long as the client knows that the connection is down, every verb
/// fails at once.
///
/// # Clusters
///
/// The buckets of one key are in one place, so any rules can be asked of it at once, and the keys are spread
/// over the masters. Keys that are to be asked together must have the same [subject](Redis::by_subject), or
/// the prefix a hash tag, as `{myapp}:limits`, which keeps everything on one master; a Cluster is not asked
/// otherwise, and the answer is [`StoreError::Scattered`].
///
/// # When a quota changes
///
/// A bucket is kept with the quota that it belongs to. When a rule with another comes, what becomes of it is
/// [said by the rule](Rule::migrating), and it takes two more round trips, once. A change to the same quota
/// is none.
///
/// ```
/// use std::time::Duration;
///
/// use fred::prelude::*;
/// use ratelimit::{Ask, Quota, Redis, Rule, Store};
///
/// static BURST: Rule = Rule::new("burst", Quota::per_second(10));
/// static DAILY: Rule = Rule::new("daily", Quota::per_day(1_000));
///
/// # let server = redis_fixture::Server::start();
/// # let url = server.url();
/// # tokio::runtime::Builder::new_current_thread().enable_all().build()?.block_on(async {
/// let client = Builder::from_config(Config::from_url(&url)?)
///     .with_performance_config(|config| config.default_command_timeout = Duration::from_secs(2))
///     .set_policy(ReconnectPolicy::new_exponential(0, 100, 5_000, 2))
///     .build()?;
/// client.init().await?;
///
/// let limiter = Redis::new(client, "myapp:limits")?;
/// let verdict = limiter
///     .take_all(&[Ask::one(&BURST, "alice"), Ask::one(&DAILY, "alice")])
///     .await?;
/// assert!(verdict.is_allowed());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// # })?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone)]
pub struct Redis<C: ClientLike> {
    client: WithOptions<C>,
    lane: Arc<Lane<C>>,
    names: Names,
    /// Asked instead of the servers, in tests.
    clock: Option<Arc<dyn Fn() -> Time + Send + Sync>>,
}

/// How often a bucket may be found to belong to another quota.
const MIGRATIONS: usize = 8;

impl<C: ClientLike + 'static> Redis<C> {
    /// The store of the keys that begin with `prefix`, which is 1 to 128 visible ASCII characters, and a
    /// colon. Those who give the same prefix share the buckets.
    ///
    /// # Errors
    ///
    /// The text cannot be a prefix.
    pub fn new(client: C, prefix: &str) -> Result<Self, InvalidPrefix> {
        let client = script::once(&client);
        Ok(Self {
            lane: Arc::new(Lane::new(client.clone())),
            client,
            names: Names::new(prefix)?,
            clock: None,
        })
    }

    /// With the part of a key that says whose it is: a Cluster keeps the buckets of one subject in one
    /// place, so they can be asked together. All processes must have the same.
    ///
    /// ```
    /// # use fred::prelude::Client;
    /// # use ratelimit::Redis;
    /// // Sites, networks and hosts of one /48: "2001:db8:7/48", "2001:db8:7/64 1", ..
    /// # let client = Client::default();
    /// let limiter = Redis::new(client, "myapp:limits")?
    ///     .by_subject(|key| key.split_once('/').map_or(key, |(site, _)| site));
    /// # Ok::<(), ratelimit::redis::InvalidPrefix>(())
    /// ```
    #[must_use]
    pub fn by_subject(mut self, subject: impl Fn(&str) -> &str + Send + Sync + 'static) -> Self {
        self.names.by_subject(Arc::new(subject));
        self
    }

    /// With another clock than the servers', for tests. Redis lets go of a bucket by its own clock all the
    /// same, after as long as it would have taken to fill.
    #[must_use]
    pub fn with_clock(mut self, clock: impl Fn() -> Time + Send + Sync + 'static) -> Self {
        self.clock = Some(Arc::new(clock));
        self
    }

    /// The same buckets, for a request that may be asked more than once: see [`Once`].
    pub const fn once<'r>(&'r self, request: &'r str) -> Once<'r, C> {
        Once::new(self, request)
    }

    async fn take_for<'a>(
        &self,
        request: Option<&str>,
        asks: &[Ask<'a>],
    ) -> Result<Verdict<'a>, StoreError> {
        if !self.can_ask(asks)? {
            return Ok(Verdict::decide(asks, Time::EPOCH, |_| Bucket::FULL)?);
        }
        for _ in 0..MIGRATIONS {
            let call = Call::take(self.time(), asks, &self.names);
            let call = self.remembered(call, request, asks);
            // The masters of a Cluster have different keys.
            let answer = match self.client.is_clustered() {
                true => self.lane.take_alone(call).await?,
                false => self.lane.take(call).await?,
            };
            match answer.outcome()? {
                Outcome::Changed => self.migrate(asks, answer.now).await?,
                outcome => return decide(asks, &answer, outcome),
            }
        }
        Err(StoreError::Unavailable(Contended.into()))
    }

    async fn settle_for(
        &self,
        verb: &str,
        request: Option<&str>,
        asks: &[Ask<'_>],
    ) -> Result<(), StoreError> {
        if !self.can_ask(asks)? {
            return Ok(());
        }
        for _ in 0..MIGRATIONS {
            let call = Call::settle(verb, self.time(), asks, &self.names);
            let answer = self.settle(self.remembered(call, request, asks)).await?;
            match answer.outcome()? {
                Outcome::Changed => self.migrate(asks, answer.now).await?,
                _ => return answer.done(),
            }
        }
        Err(StoreError::Unavailable(Contended.into()))
    }

    /// Whether there is anything to ask.
    fn can_ask(&self, asks: &[Ask<'_>]) -> Result<bool, StoreError> {
        TooManyAsks::check(asks)?;
        if self.client.is_clustered() && !self.names.are_together(asks) {
            return Err(StoreError::Scattered);
        }
        Ok(!asks.is_empty())
    }

    fn remembered(&self, mut call: Call, request: Option<&str>, asks: &[Ask<'_>]) -> Call {
        if let (Some(request), Some(first)) = (request, asks.first()) {
            call.remember(request, &self.names, first.key);
        }
        call
    }

    async fn settle(&self, call: Call) -> Result<Answer, StoreError> {
        let arguments = call::arguments(slice::from_ref(&call));
        let numbers = SETTLE.run(&self.client, call.keys, arguments).await;
        // It says of nothing what was missing.
        let answers = numbers.and_then(|numbers| answer::read(numbers, [0].into_iter()));
        let answer = answers.map_err(diagnose)?.into_iter().next();
        answer.ok_or_else(|| StoreError::Corrupt(Unexpected.into()))
    }

    /// Takes the buckets that belong to another quota to that of their rule.
    async fn migrate(&self, asks: &[Ask<'_>], now: Time) -> Result<(), StoreError> {
        let keys: Vec<_> = asks
            .iter()
            .map(|ask| self.names.bucket(ask.rule, ask.key))
            .collect();
        let kept: Result<Vec<String>, _> =
            MIGRATE.run(&self.client, keys.clone(), Vec::new()).await;
        let mut arguments = Vec::new();
        for (ask, text) in asks.iter().zip(kept.map_err(diagnose)?) {
            arguments.extend(match migrated(ask.rule, &text, now)? {
                Some(migrated) => [text, migrated.text(), migrated.millis(now).to_string()],
                None => [const { String::new() }; 3],
            });
        }
        let seen: Result<Vec<String>, _> = MIGRATE.run(&self.client, keys, arguments).await;
        seen.map(drop).map_err(diagnose)
    }

    fn time(&self) -> Option<Time> {
        self.clock.as_ref().map(|clock| clock())
    }
}

impl<C: ClientLike> fmt::Debug for Redis<C> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Redis")
            .field("prefix", &self.names.prefix())
            .finish_non_exhaustive()
    }
}

#[async_trait]
impl<C: ClientLike + 'static> Store for Redis<C> {
    async fn take_all<'a>(&self, asks: &[Ask<'a>]) -> Result<Verdict<'a>, StoreError> {
        self.take_for(None, asks).await
    }

    async fn refund_all(&self, asks: &[Ask<'_>]) -> Result<(), StoreError> {
        self.settle_for("refund", None, asks).await
    }

    async fn charge_all(&self, asks: &[Ask<'_>]) -> Result<(), StoreError> {
        self.settle_for("charge", None, asks).await
    }

    async fn reset(&self, rule: &Rule, key: &str) -> Result<(), StoreError> {
        let bucket = self.names.bucket(rule, key);
        let call = Call::about("reset", self.time(), bucket);
        self.settle(call).await?.done()
    }

    async fn check(&self) -> Result<(), StoreError> {
        let call = Call::about("check", self.time(), self.names.check());
        self.settle(call).await?.done()?;
        health::evicts_nothing(&self.client).await
    }
}

/// What becomes of a bucket that is kept as this text; none if there is nothing to do, because it is gone or
/// belongs to the quota of the rule.
fn migrated(rule: &Rule, text: &str, now: Time) -> Result<Option<Kept>, StoreError> {
    if text.is_empty() {
        return Ok(None);
    }
    let kept = Kept::parse(text).ok_or_else(|| StoreError::Corrupt(Foreign.into()))?;
    Ok((kept.quota() != rule.quota()).then(|| kept.migrated(rule, now)))
}

/// Decides by what the script has found, as it has.
fn decide<'a>(
    asks: &[Ask<'a>],
    answer: &Answer,
    outcome: Outcome,
) -> Result<Verdict<'a>, StoreError> {
    let now = answer.now;
    let mut missing = answer.missing.iter();
    let verdict = Verdict::decide(asks, now, |ask| {
        let (micros, left_over) = missing.next().copied().unwrap_or_default();
        let quota = ask.rule.quota();
        let debt = u128::from(micros) * u128::from(quota.grains_per_micro());
        Bucket::owing(quota, now, debt + u128::from(left_over))
    })?;
    if verdict.is_allowed() != (outcome == Outcome::Done) {
        return Err(StoreError::Corrupt(Disagrees.into()));
    }
    Ok(verdict)
}

/// The script has decided otherwise than the core does.
#[derive(Debug, Error)]
#[error("the script has not decided as the core does")]
struct Disagrees;

/// Other processes change the bucket to another quota all the time.
#[derive(Debug, Error)]
#[error("processes with different quotas for one rule contend for a bucket")]
struct Contended;
