//! The stores that processes share.

use std::{any::Any, sync::Arc, time::Duration};

use fred::prelude::{Builder, ClientLike as _, Config, ReconnectPolicy};
use jobstore::{Durability, File, Redis, Store, store::redis::Options};
use redis_fixture::Server;

use crate::{
    Result,
    flawed::{Flaw, Flawed},
};

/// The prefix of the keys in Redis.
pub(crate) const PREFIX: &str = "app";

/// How long a client waits for an answer; replicas may keep it waiting for less.
const PATIENCE: Duration = Duration::from_secs(3);

/// A store that outlives the processes which use it.
pub(crate) struct Kept {
    /// How a process finds it: what [`open`] takes.
    pub(crate) address: String,
    /// What keeps it.
    pub(crate) _keeper: Box<dyn Any>,
}

impl Kept {
    pub(crate) fn in_a_file() -> Result<Self> {
        let dir = tempfile::tempdir()?;
        let path = dir.path().join("jobs.db");
        let path = path.to_str().ok_or("a path in UTF-8")?;
        Ok(Self {
            address: format!("file:{path}"),
            _keeper: Box::new(dir),
        })
    }

    /// In a server that syncs each step before it answers.
    pub(crate) fn in_redis() -> Self {
        let server = Server::start_with(redis_fixture::Options::new().append_only());
        Self {
            address: in_redis(&server.url()),
            _keeper: Box::new(server),
        }
    }

    /// The same behind a flaw.
    pub(crate) fn with(self, flaw: Flaw) -> Self {
        let address = format!("{}:{}", flaw.name(), self.address);
        Self { address, ..self }
    }
}

/// The address of the store in the Redis at a URL.
pub(crate) fn in_redis(url: &str) -> String {
    format!("redis:{url}")
}

/// The address of a store that answers when a replica has the step too.
pub(crate) fn on_two_machines(url: &str) -> String {
    format!("replicated:{url}")
}

/// Opens the store at an address.
pub(crate) async fn open(address: &str) -> Result<Arc<dyn Store>> {
    let (kind, rest) = address.split_once(':').ok_or("an address has a colon")?;
    if let Some(flaw) = Flaw::called(kind) {
        let store = Box::pin(open(rest)).await?;
        return Ok(Arc::new(Flawed { store, flaw }));
    }
    match kind {
        "file" => Ok(Arc::new(File::open(rest)?)),
        "redis" => connect(rest, Durability::Server).await,
        "replicated" => connect(rest, Durability::Machines(2)).await,
        _ => Err(format!("no store is at {address}").into()),
    }
}

async fn connect(url: &str, durability: Durability) -> Result<Arc<dyn Store>> {
    let client = Builder::from_config(Config::from_url(url)?)
        .with_performance_config(|config| config.default_command_timeout = PATIENCE)
        .set_policy(ReconnectPolicy::new_constant(0, 20))
        .build()?;
    client.init().await?;
    let options = Options::new().durability(durability);
    Ok(Arc::new(Redis::open_with(client, PREFIX, options).await?))
}
