//! Asking again without being charged again.

use alloc::boxed::Box;
use core::fmt;
use core::time::Duration;

use async_trait::async_trait;
use fred::interfaces::ClientLike;

use super::Redis;
use crate::rule::Rule;
use crate::store::{Store, StoreError};
use crate::verdict::{Ask, Verdict};

/// For how long an answer is remembered.
pub const REMEMBERED_FOR: Duration = Duration::from_secs(60);

/// The buckets of a [`Redis`] for one request, which may be asked more than once: the first answer is
/// remembered for [`REMEMBERED_FOR`], and whoever asks the same for the same request is given it again,
/// whatever has happened since. So after [`StoreError::Unavailable`], when nobody knows whether the tokens
/// were taken, one can ask again and is not charged twice.
///
/// The same is the same verb with the same rules, keys and tokens, in their order. What is remembered takes
/// a key of its own, of about three hundred bytes. Where the server has forgotten it, as after a failover
/// that was quicker than the replica, the same is a new question.
///
/// ```
/// # use fred::prelude::*;
/// use ratelimit::{Ask, Quota, Redis, Rule, Store};
///
/// static SEARCH: Rule = Rule::new("search", Quota::per_minute(10));
///
/// # let server = redis_fixture::Server::start();
/// # tokio::runtime::Builder::new_current_thread().enable_all().build()?.block_on(async {
/// # let client = Builder::from_config(Config::from_url(&server.url())?).build()?;
/// # client.init().await?;
/// let limiter = Redis::new(client, "myapp:limits")?;
/// let asks = [Ask::one(&SEARCH, "alice")];
/// for _ in 0..5 {
///     let verdict = limiter.once("req_72d3162e").take_all(&asks).await?;
///     let left: Vec<_> = verdict.decisions().map(|(_, it)| it.remaining()).collect();
///     assert_eq!(left, [9]);
/// }
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// # })?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub struct Once<'r, C: ClientLike> {
    redis: &'r Redis<C>,
    request: &'r str,
}

impl<'r, C: ClientLike> Once<'r, C> {
    pub(super) const fn new(redis: &'r Redis<C>, request: &'r str) -> Self {
        Self { redis, request }
    }
}

impl<C: ClientLike> fmt::Debug for Once<'_, C> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Once")
            .field("redis", &self.redis)
            .finish_non_exhaustive()
    }
}

#[async_trait]
impl<C: ClientLike + 'static> Store for Once<'_, C> {
    async fn take_all<'a>(&self, asks: &[Ask<'a>]) -> Result<Verdict<'a>, StoreError> {
        self.redis.take_for(Some(self.request), asks).await
    }

    async fn refund_all(&self, asks: &[Ask<'_>]) -> Result<(), StoreError> {
        let request = Some(self.request);
        self.redis.settle_for("refund", request, asks).await
    }

    async fn charge_all(&self, asks: &[Ask<'_>]) -> Result<(), StoreError> {
        let request = Some(self.request);
        self.redis.settle_for("charge", request, asks).await
    }

    async fn reset(&self, rule: &Rule, key: &str) -> Result<(), StoreError> {
        self.redis.reset(rule, key).await
    }

    async fn check(&self) -> Result<(), StoreError> {
        self.redis.check().await
    }
}
