//! Whether Redis is set up for jobs.

use fred::{
    clients::WithOptions,
    error::Error,
    interfaces::ClientLike,
    types::{CustomCommand, Value},
};

use super::{reply::diagnose, server::Server};
use crate::{Finding, Severity, StoreError, Timestamp};

/// What is to be kept may be dropped.
#[derive(Debug, thiserror::Error)]
#[error("maxmemory-policy is {0}; set it to noeviction, or jobs may be dropped")]
struct Evicts(String);

/// What the server that keeps the keys of a base says of itself.
pub(super) struct Info(String);

impl Info {
    pub(super) async fn ask<C: ClientLike>(
        client: &WithOptions<C>,
        base: &str,
    ) -> Result<Self, Error> {
        let command = CustomCommand::new_static("INFO", base, false);
        let info: String = client.custom(command, Vec::<Value>::new()).await?;
        Ok(Self(info))
    }

    /// What it says of `name`; empty if nothing.
    pub(super) fn get(&self, name: &str) -> &str {
        let value = |line: &'_ str| line.strip_prefix(name)?.strip_prefix(':').map(str::len);
        let found = self.0.lines().find_map(|line| Some((line, value(line)?)));
        found.map_or("", |(line, length)| &line[line.len() - length..])
    }

    /// The first two numbers of its version.
    pub(super) fn version(&self) -> (u32, u32) {
        let mut numbers = self.get("redis_version").split('.').map(str::parse);
        let mut next = || numbers.next().and_then(Result::ok).unwrap_or_default();
        (next(), next())
    }

    /// Its time, if it says so.
    pub(super) fn time(&self) -> Option<Timestamp> {
        let micros = self.get("server_time_usec").parse().ok()?;
        Timestamp::from_micros(micros)
    }
}

impl<C: ClientLike> Server<C> {
    /// Makes sure that the server drops nothing that is to be kept.
    pub(super) async fn evicts_nothing(&self) -> Result<(), StoreError> {
        let info = self.info().await?;
        match info.get("maxmemory_policy") {
            "noeviction" => Ok(()),
            policy => Err(StoreError::Unavailable(Evicts(policy.into()).into())),
        }
    }

    async fn info(&self) -> Result<Info, StoreError> {
        let info = Info::ask(&self.client, self.base.as_str()).await;
        info.map_err(diagnose)
    }

    /// What about the settings may do harm.
    pub(super) async fn settings(&self) -> Result<Vec<Finding>, StoreError> {
        let info = self.info().await?;
        let mut findings = Vec::new();
        if info.get("maxmemory_policy") != "noeviction" {
            let fault = format!(
                "is {}, so jobs may be dropped",
                info.get("maxmemory_policy")
            );
            let remedy = "set it to noeviction";
            findings.push(Finding::new(
                Severity::Error,
                "maxmemory-policy",
                fault,
                remedy,
            ));
        }
        if info.get("aof_enabled") != "1" {
            findings.push(Finding::new(
                Severity::Warning,
                "appendonly",
                "is no, so a server that ends loses what its last snapshot does not have",
                "set it to yes, with appendfsync everysec or always",
            ));
        } else {
            findings.extend(self.file().await);
        }
        for status in ["aof_last_write_status", "rdb_last_bgsave_status"] {
            if !matches!(info.get(status), "ok" | "") {
                findings.push(Finding::new(
                    Severity::Error,
                    status,
                    "the server cannot write its file",
                    "see its log; often the disk is full",
                ));
            }
        }
        Ok(findings)
    }

    /// How the append-only file is synced and loaded, where the server may be asked.
    async fn file(&self) -> Vec<Finding> {
        let sync = self.setting("appendfsync").await;
        let load = self.setting("aof-load-truncated").await;
        sync.as_deref()
            .and_then(synced)
            .into_iter()
            .chain(load.as_deref().and_then(loaded))
            .collect()
    }

    async fn setting(&self, name: &str) -> Option<String> {
        let command = CustomCommand::new_static("CONFIG", self.base.as_str(), false);
        let answer = self.client.custom(command, vec!["GET", name]).await;
        let setting: Vec<String> = answer.ok()?;
        setting.into_iter().nth(1)
    }
}

/// What `appendfsync` may lose.
fn synced(setting: &str) -> Option<Finding> {
    let (severity, fault) = match setting {
        "everysec" => (
            Severity::Note,
            "is everysec, so a power cut loses the last second",
        ),
        "no" => (
            Severity::Warning,
            "is no, so a power cut loses what the system has not written yet",
        ),
        _ => return None,
    };
    let remedy = "set it to always, or ask for Durability::Disk";
    Some(Finding::new(severity, "appendfsync", fault, remedy))
}

/// What `aof-load-truncated` may do: the server cuts off the last command and leaves the transaction that it was in,
/// which the next transaction then ends (<https://github.com/valkey-io/valkey/pull/4342>).
fn loaded(setting: &str) -> Option<Finding> {
    let fault = "is yes, so a step that a crash has cut may be made by half at the second start";
    let remedy = "set it to no, and run redis-check-aof --fix before each start after a crash";
    (setting == "yes").then(|| {
        let severity = Severity::Note;
        Finding::new(severity, "aof-load-truncated", fault, remedy)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_server_is_understood() {
        let info = "# Server\r\nredis_version:7.0.15\r\nredis_mode:standalone\r\n\
                    server_time_usec:1700000000000001\r\n";
        let info = Info(info.into());
        assert_eq!(info.time(), Timestamp::from_micros(1_700_000_000_000_001));
        assert_eq!(info.version(), (7, 0));
        assert_eq!(info.get("redis_mode"), "standalone");
        assert_eq!(info.get("redis"), "");
        let silent = Info(String::new());
        assert_eq!((silent.version(), silent.time()), ((0, 0), None));
    }
}
