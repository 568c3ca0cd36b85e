//! Whether Redis is set up for a limiter.

use alloc::string::{String, ToString as _};
use alloc::vec::Vec;

use fred::clients::WithOptions;
use fred::interfaces::ClientLike;
use fred::types::InfoKind;
use fred::types::config::Options;
use thiserror::Error;

use super::answer;
use crate::store::StoreError;

/// What is to be remembered may be dropped.
#[derive(Debug, Error)]
#[error(
    "maxmemory-policy is {0}; set it to noeviction, or what is to be remembered may be dropped"
)]
struct Evicts(String);

/// Makes sure that no server drops what is to be kept: the one that the client is connected to, or each
/// master of a Cluster.
pub(super) async fn evicts_nothing<C: ClientLike>(
    client: &WithOptions<C>,
) -> Result<(), StoreError> {
    for options in each_server(client) {
        // With one set of options around another, the inner one would win.
        let client = C::with_options(client, &options);
        let info: String = client
            .info(Some(InfoKind::Memory))
            .await
            .map_err(answer::diagnose)?;
        let policy = policy(&info);
        if policy != "noeviction" {
            return Err(StoreError::Unavailable(Evicts(policy.to_string()).into()));
        }
    }
    Ok(())
}

/// The options that send a command to each of the servers.
fn each_server<C: ClientLike>(client: &WithOptions<C>) -> Vec<Options> {
    let options = client.options();
    if !client.is_clustered() {
        return Vec::from([options.clone()]);
    }
    let to = |server| Options {
        cluster_node: Some(server),
        ..options.clone()
    };
    client.active_connections().into_iter().map(to).collect()
}

/// Finds the policy in what `INFO memory` says.
fn policy(info: &str) -> &str {
    let policy = info
        .lines()
        .find_map(|line| line.strip_prefix("maxmemory_policy:"));
    policy.unwrap_or("not known")
}
