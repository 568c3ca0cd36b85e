//! How a store in Redis is opened.

use crate::{Clock, Durability};

/// How a [`Redis`](super::Redis) store is opened.
///
/// ```
/// # use fred::prelude::*;
/// use jobstore::{Durability, Redis, Store, store::redis::Options};
///
/// # let server = redis_fixture::Server::start();
/// # tokio::runtime::Builder::new_current_thread().enable_all().build()?.block_on(async {
/// # let client = Builder::from_config(Config::from_url(&server.url())?).build()?;
/// # client.init().await?;
/// let options = Options::new().entries(10_000);
/// let store = Redis::open_with(client, "myapp:jobs", options).await?;
/// assert_eq!(store.durability(), Durability::Server);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// # })?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug)]
pub struct Options {
    pub(super) durability: Durability,
    pub(super) entries: u64,
    pub(super) clock: Option<Box<dyn Clock>>,
}

impl Options {
    /// How many entries of the audit trail are kept when nothing else is said: a million, which take
    /// about 200 MB.
    pub const DEFAULT_ENTRIES: u64 = 1_000_000;

    /// The clock of the server, [`Durability::Server`] and [`DEFAULT_ENTRIES`](Self::DEFAULT_ENTRIES).
    #[must_use]
    pub const fn new() -> Self {
        Self {
            durability: Durability::Server,
            entries: Self::DEFAULT_ENTRIES,
            clock: None,
        }
    }

    /// What an `Ok` is to survive, which it waits for:
    ///
    /// * [`Server`](Durability::Server): nothing more than that the server has made the step.
    /// * [`Disk`](Durability::Disk): that the server has synced its append-only file (`WAITAOF`, which needs
    ///   Redis 7.2 with `appendonly yes`).
    /// * [`Machines(n)`](Durability::Machines): that `n` machines have the step in memory, the server among
    ///   them, so that `n - 1` replicas have said so ([`WAIT`](https://redis.io/docs/latest/commands/wait/)).
    ///   That is not to be synced: a power cut that ends them all takes what their files do not have, each of
    ///   which goes by its own `appendfsync`. A failover keeps the step if it makes one of those replicas the
    ///   primary, as Sentinel and Cluster try to do: they take the one that has got furthest.
    ///
    /// What did not come about in time fails as [`StoreError::Unavailable`](crate::StoreError): the step is
    /// made, and may be lost. A server that cannot do what is asked is refused when the store is opened.
    #[must_use]
    pub const fn durability(mut self, durability: Durability) -> Self {
        self.durability = durability;
        self
    }

    /// How many entries of the audit trail are kept, about: beyond them the oldest go.
    #[must_use]
    pub const fn entries(mut self, entries: u64) -> Self {
        self.entries = entries;
        self
    }

    /// Another clock than the server's, for tests. Redis lets go of dedupe keys by its own all the same, a
    /// minute after their window.
    #[must_use]
    pub fn clock(mut self, clock: impl Clock + 'static) -> Self {
        self.clock = Some(Box::new(clock));
        self
    }
}

/// As [`Options::new`].
impl Default for Options {
    fn default() -> Self {
        Self::new()
    }
}
