//! Jobs in Redis.

use std::time::Duration;

use fred::clients::Client;
use fred::error::Error;
use fred::interfaces::ClientLike;
use fred::types::Builder;
use fred::types::config::ReconnectPolicy;
use jobstore::store::redis::Options;
use jobstore::{Jobs, Redis};

use super::watched::Watched;
use crate::config::RedisSettings;

/// How long it may take to connect, and to get one answer: less than a caller waits for the store.
const PATIENCE: Duration = Duration::from_secs(5);

/// A connection that has owed an answer for so long is made anew: the machine at its other end is gone.
const GONE_AFTER: Duration = Duration::from_secs(8);

/// Between two tries to connect anew: from the first to the longest, in milliseconds.
const RECONNECT_MS: (u32, u32) = (50, 2_000);

/// Connects, and opens the store.
///
/// # Errors
///
/// Why that cannot be, in words.
pub(super) async fn open(settings: &RedisSettings) -> Result<Jobs, String> {
    let client = connect(settings).await;
    let client = client.map_err(|error| format!("cannot connect to {settings}: {error}"))?;
    let options = Options::new().durability(settings.durability);
    let store = Redis::open_with(client, &settings.prefix, options).await;
    let store = store.map_err(|error| format!("cannot open {settings}: {error}"))?;
    Ok(Jobs::new(Watched(store)))
}

/// The first connection has to succeed; one that breaks later is made anew, however long that takes.
async fn connect(settings: &RedisSettings) -> Result<Client, Error> {
    let (first, longest) = RECONNECT_MS;
    let client = Builder::from_config(settings.server.clone())
        .with_connection_config(|config| {
            config.connection_timeout = PATIENCE;
            config.unresponsive.max_timeout = Some(GONE_AFTER);
        })
        .with_performance_config(|config| config.default_command_timeout = PATIENCE)
        .set_policy(ReconnectPolicy::new_exponential(0, first, longest, 2))
        .build()?;
    client.init().await?;
    Ok(client)
}
