//! Buckets in Redis.

use alloc::boxed::Box;
use alloc::sync::Arc;
use alloc::vec::Vec;
use core::fmt;

use async_trait::async_trait;
use fred::clients::WithOptions;
use fred::interfaces::ClientLike;
use thiserror::Error;

use self::answer::Answer;
use self::call::{Call, Verb};
use self::kept::Kept;
pub use self::names::InvalidPrefix;
use self::names::Names;
pub use self::once::{Once, REMEMBERED_FOR};
pub use self::script::ANSWER_WITHIN;
use self::script::MIGRATE;
use crate::bucket::Bucket;
use crate::rule::Rule;
use crate::store::{Store, StoreError};
use crate::time::Time;
use crate::verdict::{Ask, TooManyAsks, Verdict};

mod answer;
mod call;
mod health;
mod kept;
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
/// so it answers as [`Memory`](crate::Memory) does, to the last token. Redis lets go of a bucket by itself
/// when it is full; until then one takes about two hundred bytes. Set `maxmemory-policy noeviction`, because
/// what Redis drops to make room is forgiven: [`check`](Store::check) says if it is set otherwise. No command
/// is newer than Redis 5; the tests run with 7. A user with few rights needs `EVALSHA`, `EVAL`, `TIME`,
/// `GET`, `SET` and `DEL` for the keys that begin with the prefix, and `INFO`.
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
    names: Names,
    /// Asked instead of the servers, in tests.
    clock: Option<Arc<dyn Fn() -> Time + Send + Sync>>,
}

/// How often a bucket may be found to belong to another quota.
const MIGRATIONS: usize = 8;

impl<C: ClientLike> Redis<C> {
    /// The store of the keys that begin with `prefix`, which is 1 to 128 visible ASCII characters, and a
    /// colon. Those who give the same prefix share the buckets.
    ///
    /// # Errors
    ///
    /// The text cannot be a prefix.
    pub fn new(client: C, prefix: &str) -> Result<Self, InvalidPrefix> {
        Ok(Self {
            client: script::once(&client),
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
        let Some(answer) = self.ask(Verb::Take, request, asks).await? else {
            return Ok(Verdict::decide(asks, Time::EPOCH, |_| Bucket::FULL)?);
        };
        let now = answer.now;
        let (is_allowed, amounts) = answer.taken()?;
        if amounts.len() != 2 * asks.len() {
            return Err(StoreError::Corrupt(Disagrees.into()));
        }
        let mut missing = amounts.chunks_exact(2);
        let verdict = Verdict::decide(asks, now, |ask| {
            let amount = missing.next().unwrap_or(&[0, 0]);
            let quota = ask.rule.quota();
            let per_micro = u128::from(quota.grains_per_micro());
            let debt = u128::from(amount[0]) * per_micro + u128::from(amount[1]);
            Bucket::owing(quota, now, debt)
        })?;
        if verdict.is_allowed() != is_allowed {
            return Err(StoreError::Corrupt(Disagrees.into()));
        }
        Ok(verdict)
    }

    async fn settle_for(
        &self,
        verb: Verb,
        request: Option<&str>,
        asks: &[Ask<'_>],
    ) -> Result<(), StoreError> {
        match self.ask(verb, request, asks).await? {
            Some(answer) => answer.expect("settled"),
            None => Ok(()),
        }
    }

    /// Runs a verb, also on buckets that belong to another quota. None if there is nothing to ask.
    async fn ask(
        &self,
        verb: Verb,
        request: Option<&str>,
        asks: &[Ask<'_>],
    ) -> Result<Option<Answer>, StoreError> {
        TooManyAsks::check(asks)?;
        if self.client.is_clustered() && !self.names.are_together(asks) {
            return Err(StoreError::Scattered);
        }
        for _ in 0..MIGRATIONS {
            let Some(mut call) = Call::of(verb, self.time(), asks, &self.names) else {
                return Ok(None);
            };
            if let (Some(request), Some(first)) = (request, asks.first()) {
                let millis = REMEMBERED_FOR.as_millis() as u64;
                call.remember(request, millis, &self.names, first.key);
            }
            let answer = call.make(&self.client).await?;
            if answer.word != "changed" {
                return Ok(Some(answer));
            }
            self.migrate(asks, answer).await?;
        }
        Err(StoreError::Unavailable(Contended.into()))
    }

    /// Takes the buckets that belong to another quota to that of their rule.
    async fn migrate(&self, asks: &[Ask<'_>], answer: Answer) -> Result<(), StoreError> {
        let now = answer.now;
        let mut call = Call {
            script: &MIGRATE,
            keys: Vec::new(),
            arguments: Vec::new(),
        };
        for (ask, text) in asks.iter().zip(answer.kept()?) {
            if text.is_empty() {
                continue;
            }
            let kept = Kept::parse(&text).ok_or_else(|| StoreError::Corrupt(Foreign.into()))?;
            if kept.quota() == ask.rule.quota() {
                continue;
            }
            let migrated = kept.migrated(ask.rule, now);
            let millis = alloc::format!("{}", migrated.millis(now));
            call.keys.push(self.names.bucket(ask.rule, ask.key));
            call.arguments.extend([text, migrated.text(), millis]);
        }
        if call.keys.is_empty() {
            return Err(StoreError::Corrupt(Disagrees.into()));
        }
        call.make(&self.client).await?.expect("settled")
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
impl<C: ClientLike> Store for Redis<C> {
    async fn take_all<'a>(&self, asks: &[Ask<'a>]) -> Result<Verdict<'a>, StoreError> {
        self.take_for(None, asks).await
    }

    async fn refund_all(&self, asks: &[Ask<'_>]) -> Result<(), StoreError> {
        self.settle_for(Verb::Refund, None, asks).await
    }

    async fn charge_all(&self, asks: &[Ask<'_>]) -> Result<(), StoreError> {
        self.settle_for(Verb::Charge, None, asks).await
    }

    async fn reset(&self, rule: &Rule, key: &str) -> Result<(), StoreError> {
        let bucket = self.names.bucket(rule, key);
        let call = Call::new(Verb::Reset, self.time(), bucket);
        call.make(&self.client).await?.expect("settled")
    }

    async fn check(&self) -> Result<(), StoreError> {
        let call = Call::new(Verb::Check, self.time(), self.names.check());
        call.make(&self.client).await?.expect("healthy")?;
        health::evicts_nothing(&self.client).await
    }
}

/// The script has decided otherwise than the core does.
#[derive(Debug, Error)]
#[error("the script has not decided as the core does")]
struct Disagrees;

/// What is under a key is no bucket.
#[derive(Debug, Error)]
#[error("a bucket is not what a limiter writes")]
struct Foreign;

/// Other processes change the bucket to another quota all the time.
#[derive(Debug, Error)]
#[error("processes with different quotas for one rule contend for a bucket")]
struct Contended;
