//! How the scripts are sent.

use alloc::string::String;
use alloc::vec::Vec;
use core::time::Duration;
use std::sync::LazyLock;

use fred::clients::WithOptions;
use fred::error::Error;
use fred::interfaces::ClientLike;
use fred::types::config::Options;
use fred::types::{CustomCommand, FromValue, Value};
use sha1::{Digest as _, Sha1};

/// How long an answer may take if the client has no command timeout.
pub const ANSWER_WITHIN: Duration = Duration::from_secs(10);

/// A script, and what Redis calls it: its SHA-1, in hexadecimal.
pub(super) struct Script {
    text: &'static str,
    digest: LazyLock<String>,
}

pub(super) static TAKE: Script = Script {
    text: concat!(include_str!("buckets.lua"), include_str!("take.lua")),
    digest: LazyLock::new(|| digest(&TAKE)),
};

pub(super) static SETTLE: Script = Script {
    text: concat!(include_str!("buckets.lua"), include_str!("settle.lua")),
    digest: LazyLock::new(|| digest(&SETTLE)),
};

pub(super) static MIGRATE: Script = Script {
    text: include_str!("migrate.lua"),
    digest: LazyLock::new(|| digest(&MIGRATE)),
};

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
    /// Runs it on keys that are in one place.
    pub(super) async fn run<C: ClientLike, T: FromValue>(
        &'static self,
        client: &WithOptions<C>,
        keys: Vec<String>,
        arguments: Vec<String>,
    ) -> Result<T, Error> {
        // The methods of the client for these two commands ignore how commands are to be sent.
        let place = keys.first().cloned().unwrap_or_default();
        let command = |name| CustomCommand::new_static(name, place.as_str(), false);
        let (load, call) = (command("EVAL"), command("EVALSHA"));
        let mut values = Vec::with_capacity(2 + keys.len() + arguments.len());
        values.push(Value::from_static_str(&self.digest));
        values.push(Value::Integer(keys.len() as i64));
        values.extend(keys.into_iter().chain(arguments).map(Value::from));
        match client.custom(call, values.clone()).await {
            // The server was started anew, or somebody has flushed its scripts. Nothing was done, so this is
            // not a second time; and from now on the server has the script.
            Err(error) if error.details().starts_with("NOSCRIPT") => {
                values[0] = Value::from_static_str(self.text);
                client.custom(load, values).await
            }
            answer => answer,
        }
    }
}

#[cfg(test)]
mod tests {
    use fred::clients::Client;
    use fred::types::Builder;

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
}
