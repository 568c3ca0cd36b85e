//! How the scripts are sent.

use std::{sync::LazyLock, time::Duration};

use fred::{
    clients::WithOptions,
    error::Error,
    interfaces::ClientLike,
    types::{CustomCommand, Value, config::Options},
};
use sha1::{Digest as _, Sha1};

use super::wait::Wait;
use crate::StoreError;

/// How long an answer may take if the client has no command timeout.
pub const ANSWER_WITHIN: Duration = Duration::from_secs(10);

/// A script, and what Redis calls it: its SHA-1, in hexadecimal.
pub(super) struct Script {
    text: &'static str,
    digest: LazyLock<String>,
}

macro_rules! scripts {
    ($($name:ident = $($file:literal)+;)+) => {
        $(pub(super) static $name: Script = Script {
            text: concat!($(include_str!($file)),+),
            digest: LazyLock::new(|| digest(&$name)),
        };)+

        /// All of them.
        #[cfg(test)]
        pub(super) static ALL: &[&Script] = &[$(&$name),+];
    };
}

scripts! {
    ENQUEUE = "keep.lua" "change.lua" "create.lua" "enqueue.lua";
    CLAIM = "keep.lua" "change.lua" "lease.lua" "claim.lua";
    APPLY = "keep.lua" "change.lua" "lease.lua" "resolve.lua" "machine.lua" "apply.lua";
    REAP = "keep.lua" "change.lua" "lease.lua" "resolve.lua" "machine.lua" "reap.lua";
    REPLAY = "keep.lua" "change.lua" "create.lua" "resolve.lua" "replay.lua";
    DELETE = "keep.lua" "change.lua" "remove.lua" "delete.lua";
    PRUNE = "keep.lua" "change.lua" "remove.lua" "tally.lua" "prune.lua";
    PAUSE = "keep.lua" "change.lua" "pause.lua";
    GET = "keep.lua" "get.lua";
    LIST = "keep.lua" "tally.lua" "list.lua";
    LOG = "keep.lua" "log.lua";
    TRAIL = "keep.lua" "trail.lua";
    QUEUES = "keep.lua" "tally.lua" "queues.lua";
    BATCH = "keep.lua" "batch.lua";
    CHECK = "keep.lua" "check.lua";
    TIME = "keep.lua" "time.lua";
    EXAMINE = "keep.lua" "examine.lua";
    RECOUNT = "keep.lua" "change.lua" "tally.lua" "recount.lua";
}

fn digest(script: &Script) -> String {
    const_hex::encode(Sha1::digest(script.text))
}

/// Sends commands once, and not at all while the connection is down.
///
/// The client is asked for both, because each leaves a gap. With the second alone it sends what is in flight
/// again when it is told to connect anew, or when a node leaves a Cluster; with the first alone it keeps a
/// command until there is a connection.
pub(super) fn once<C: ClientLike>(client: &C) -> WithOptions<C> {
    let has_timeout = !client.perf_config().default_command_timeout.is_zero();
    client.with_options(&Options {
        max_attempts: Some(1),
        fail_fast: true,
        timeout: (!has_timeout).then_some(ANSWER_WITHIN),
        ..Options::default()
    })
}

impl Script {
    /// Runs it on the keys that begin with `base`, and says whether what was then waited for came about.
    pub(super) async fn run<C: ClientLike>(
        &'static self,
        client: &WithOptions<C>,
        base: &str,
        arguments: impl IntoIterator<Item = Value>,
        wait: Option<&Wait>,
    ) -> Result<(Value, Result<(), StoreError>), Error> {
        let mut values = vec![
            Value::from_static_str(&self.digest),
            Value::Integer(1),
            Value::from(base),
        ];
        values.extend(arguments);
        match send(client, "EVALSHA", base, values.clone(), wait).await {
            // The server was started anew, or somebody has flushed its scripts. Nothing was done, so this is
            // not a second time; and from now on the server has the script.
            Err(error) if error.details().starts_with("NOSCRIPT") => {
                values[0] = Value::from_static_str(self.text);
                send(client, "EVAL", base, values, wait).await
            }
            answer => answer,
        }
    }
}

async fn send<C: ClientLike>(
    client: &WithOptions<C>,
    name: &'static str,
    base: &str,
    values: Vec<Value>,
    wait: Option<&Wait>,
) -> Result<(Value, Result<(), StoreError>), Error> {
    // The methods of the client for these two commands ignore how commands are to be sent.
    let command = CustomCommand::new_static(name, base, false);
    match wait {
        Some(wait) => wait.after(client, base, command, values).await,
        None => Ok((client.custom(command, values).await?, Ok(()))),
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use fred::{clients::Client, types::Builder};

    use super::*;

    #[test]
    fn a_client_without_a_timeout_is_given_one() {
        let client = Client::default();
        assert_eq!(once(&client).options().timeout, Some(ANSWER_WITHIN));

        let patience = Duration::from_millis(200);
        let client = Builder::default_centralized()
            .with_performance_config(|config| config.default_command_timeout = patience)
            .build()
            .expect("it is complete");
        assert_eq!(once(&client).options().timeout, None, "its own holds");
    }

    #[test]
    fn no_two_scripts_are_one() {
        let digests: BTreeSet<_> = ALL.iter().map(|script| script.digest.as_str()).collect();
        assert_eq!(digests.len(), ALL.len());
    }
}
