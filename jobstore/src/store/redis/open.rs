//! Opening a store.

use fred::{error::Error, interfaces::ClientLike};

use super::{
    health::Info,
    names::{Base, InvalidPrefix},
    script,
    wait::Wait,
};
use crate::Durability;

/// Why a store was not opened.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum OpenError {
    /// The text cannot be the prefix of keys.
    #[error(transparent)]
    Prefix(#[from] InvalidPrefix),
    /// The server could not be reached.
    #[error("the server cannot be reached: {0}")]
    Unavailable(#[source] Error),
    /// The server is older than the scripts need.
    #[error("the server is Redis {0}.{1}, and 6.2 is needed")]
    TooOld(u32, u32),
    /// The server cannot see to it that an `Ok` survives what it shall.
    #[error("the server cannot give what is asked for ({durability}): {why}")]
    Durability {
        /// What was asked for.
        durability: Durability,
        /// What is missing.
        why: String,
    },
}

/// What the server says of itself, if it is new enough.
pub(super) async fn ask<C: ClientLike>(client: &C, base: &Base) -> Result<Info, OpenError> {
    let info = Info::ask(&script::once(client), base.as_str()).await;
    let info = info.map_err(OpenError::Unavailable)?;
    match info.version() {
        version if version < (6, 2) => Err(OpenError::TooOld(version.0, version.1)),
        _ => Ok(info),
    }
}

/// What has to be waited for after each step, if the server can do that.
pub(super) fn wait_for(info: &Info, durability: Durability) -> Result<Option<Wait>, OpenError> {
    let version = info.version();
    let lacks = |why: &str| {
        let why = why.into();
        Err(OpenError::Durability { durability, why })
    };
    match durability {
        Durability::Server | Durability::Machines(0 | 1) => Ok(None),
        Durability::Disk if version < (7, 2) => {
            let (major, minor) = version;
            lacks(&format!("it is Redis {major}.{minor}, and 7.2 is needed"))
        }
        Durability::Disk if info.get("aof_enabled") != "1" => lacks("appendonly is no"),
        Durability::Disk => Ok(Some(Wait::for_disk())),
        Durability::Machines(machines) => {
            let replicas = info.get("connected_slaves").parse().unwrap_or(0);
            if replicas < u32::from(machines) - 1 {
                return lacks(&format!("it has {replicas} replicas"));
            }
            Ok(Some(Wait::for_replicas(machines - 1)))
        }
        Durability::Process => lacks("jobs in Redis outlive the process"),
    }
}
