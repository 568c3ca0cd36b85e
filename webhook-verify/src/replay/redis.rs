//! A replay log in Redis.

use core::fmt;
use core::time::Duration;
use std::boxed::Box;
use std::string::{String, ToString as _};
use std::sync::Arc;
use std::vec::Vec;

use async_trait::async_trait;
use fred::clients::WithOptions;
use fred::interfaces::ClientLike;

use self::answer::Answer;
use self::clock::RedisClock;
pub use self::prefix::InvalidPrefix;
use self::prefix::Prefix;
pub use self::script::ANSWER_WITHIN;
use super::claim::{Claim, Claimed, Forgotten, Settled};
use super::clock::Clock;
use super::entry::{Entry, State};
use super::key::ReplayKey;
use super::route::Route;
use super::store::{Store, StoreError};
use super::windows::Windows;
use crate::unix_time::UnixTime;

mod answer;
mod clock;
mod health;
mod prefix;
mod script;

/// A store in Redis, for the processes of many machines. Cheap to clone.
///
/// **What an `Ok` survives:** the end of every process but Redis; of Redis, a kill and a power cut as far as
/// its append-only file was synced (each step with `appendfsync always`, all but about the last second with
/// `everysec`, nothing without that file); and a failover as far as the replica had been told, which is
/// after the answer. What is lost there can be worked off or replayed once more.
///
/// The host makes the client with `fred` 10, a [`Client`](fred::clients::Client) or a
/// [`Pool`](fred::clients::Pool), and has it connected: to one server, by Sentinel or to a Cluster, with TLS
/// (a feature of `fred`) and a password, all as the URL says. Give it a reconnect policy, or it stays apart
/// once it is parted, and a command timeout, or [`ANSWER_WITHIN`] holds.
///
/// Each verb is one script, run in one round trip on one key, so a Cluster spreads the deliveries over its
/// masters. Redis lets go of a key by itself when it is no longer to be kept; until then one takes a few
/// hundred bytes. Set `maxmemory-policy noeviction`, because what Redis drops to make room could be
/// replayed: [`check`](Store::check) says if it is set otherwise. When there is no room then, new claims
/// fail. No command is newer than Redis 5; the tests run with 7. A user with few rights needs `EVALSHA`,
/// `EVAL`, `TIME`, `HMGET`, `HSET` and `PEXPIRE` for the keys that begin with the prefix, and `INFO`.
///
/// No command is sent a second time: if the connection breaks or the answer does not come in time, the verb
/// fails with [`StoreError::Unavailable`], and the step was made or not. A claim that was made for nobody
/// runs out with its lease; to commit or release again is safe. As long as the client knows that the
/// connection is down, every verb fails at once. While a Cluster moves a slot to another master, those for
/// the deliveries in it may fail.
///
/// The time is that of the server that has the key. Should it be set back, or fail over to one that is
/// behind, then time stands still for each `Redis` until the server has caught up. The fences that a `Redis`
/// is given grow all the same, and so do those of a key, whoever claims it; those that two processes are
/// given for two keys need not, then.
///
/// ```
/// use std::time::Duration;
///
/// use fred::prelude::*;
/// use webhook_verify::replay::{Claimed, Redis, ReplayKey, ReplayLog, Route, Windows};
/// # use webhook_verify::{Provider, Secret, Verifier};
///
/// # let server = redis_fixture::Server::start();
/// # let url = server.url();
/// # let verifier = Verifier::new(Provider::GitHub, Secret::new("It's a Secret to Everybody"))?;
/// # tokio::runtime::Builder::new_current_thread().enable_all().build()?.block_on(async {
/// let client = Builder::from_config(Config::from_url(&url)?)
///     .with_performance_config(|config| config.default_command_timeout = Duration::from_secs(2))
///     .set_policy(ReconnectPolicy::new_exponential(0, 100, 5_000, 2))
///     .build()?;
/// client.init().await?;
///
/// let windows = Windows::standard(&verifier)?;
/// let route = Route::new("/webhooks/github")?;
/// let log = ReplayLog::new(Redis::new(client, "myapp:replay")?, route, windows);
///
/// let key: ReplayKey = "unsigned-id:72d3162e".parse()?;
/// let Claimed::Fresh(claim) = log.claim(&key).await? else {
///     unreachable!("nothing was claimed before");
/// };
/// let _ = log.commit(&claim).await?;
/// assert!(matches!(log.claim(&key).await?, Claimed::Done { .. }));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// # })?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone)]
pub struct Redis<C: ClientLike> {
    inner: Arc<Inner<C>>,
}

struct Inner<C: ClientLike> {
    client: WithOptions<C>,
    prefix: Prefix,
    clock: RedisClock,
}

impl<C: ClientLike> Redis<C> {
    /// The store of the keys that begin with `prefix`, which is 1 to 128 visible ASCII characters, and a
    /// colon. Those who give the same prefix share what is remembered.
    ///
    /// # Errors
    ///
    /// The text cannot be a prefix.
    pub fn new(client: C, prefix: &str) -> Result<Self, InvalidPrefix> {
        Self::with(client, prefix, RedisClock::of_servers())
    }

    /// As [`new`](Self::new), with the time read from `clock`, for tests. Redis drops a key by its own clock
    /// all the same, after as long as it would have been kept.
    ///
    /// # Errors
    ///
    /// The text cannot be a prefix.
    pub fn with_clock(
        client: C,
        prefix: &str,
        clock: impl Clock + 'static,
    ) -> Result<Self, InvalidPrefix> {
        Self::with(client, prefix, RedisClock::of_host(Box::new(clock)))
    }

    fn with(client: C, prefix: &str, clock: RedisClock) -> Result<Self, InvalidPrefix> {
        let inner = Inner {
            client: script::once(&client),
            prefix: Prefix::new(prefix)?,
            clock,
        };
        Ok(Self {
            inner: Arc::new(inner),
        })
    }

    /// Runs a verb on the entry under `key`.
    async fn run(&self, verb: &str, key: String, takes: &[u64]) -> Result<Answer, StoreError> {
        let Inner { client, clock, .. } = &*self.inner;
        let (time, floor) = clock.ask();
        let mut arguments = Vec::from([
            verb.to_string(),
            time.map_or_else(String::new, |time| time.to_string()),
            floor.to_string(),
        ]);
        arguments.extend(takes.iter().map(u64::to_string));

        let answer = script::run(client, key, arguments).await;
        let answer = answer.map_err(answer::diagnose)?;
        clock.hear(answer.now, answer.fence);
        Ok(answer)
    }
}

impl<C: ClientLike> fmt::Debug for Redis<C> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Redis")
            .field("prefix", &self.inner.prefix)
            .finish_non_exhaustive()
    }
}

#[async_trait]
impl<C: ClientLike> Store for Redis<C> {
    async fn claim(
        &self,
        route: &Route,
        key: &ReplayKey,
        windows: Windows,
    ) -> Result<Claimed, StoreError> {
        let entry = self.inner.prefix.entry(route, key);
        let (lease, keep) = (micros(windows.lease()), micros(windows.keep()));
        let fences = self.inner.clock.highest_fence();
        let answer = self.run("claim", entry, &[fences, lease, keep]).await?;
        if answer.word != "fresh" {
            return Ok(answer.held()?.into());
        }
        let until = answer.at();
        let entry = Entry {
            fence: answer.fence,
            state: State::InFlight { until },
            keep_until: until.saturating_add(windows.keep()),
        };
        Ok(Claimed::Fresh(Claim::new(route, key, &entry, windows)))
    }

    async fn commit(&self, claim: &Claim) -> Result<Settled, StoreError> {
        let entry = self.inner.prefix.entry(&claim.route, &claim.key);
        let takes = [claim.fence, micros(claim.keep)];
        self.run("commit", entry, &takes).await?.settled()
    }

    async fn release(&self, claim: &Claim) -> Result<Settled, StoreError> {
        let entry = self.inner.prefix.entry(&claim.route, &claim.key);
        self.run("release", entry, &[claim.fence]).await?.settled()
    }

    async fn forget(&self, route: &Route, key: &ReplayKey) -> Result<Forgotten, StoreError> {
        let entry = self.inner.prefix.entry(route, key);
        self.run("forget", entry, &[]).await?.forgotten()
    }

    async fn check(&self) -> Result<(), StoreError> {
        let key = self.inner.prefix.check();
        self.run("check", key, &[]).await?.healthy()?;
        health::evicts_nothing(&self.inner.client).await
    }

    fn now(&self) -> UnixTime {
        self.inner.clock.now()
    }
}

/// Whole microseconds; the script stops at what it cannot count.
fn micros(duration: Duration) -> u64 {
    u64::try_from(duration.as_micros()).unwrap_or(u64::MAX)
}
