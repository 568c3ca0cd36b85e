//! The server as a store speaks to it: scripts that are sent once.

use fred::{clients::WithOptions, interfaces::ClientLike, types::Value};

use super::{
    clock::ServerClock,
    names::Base,
    reply::{Reply, diagnose},
    script::Script,
    wait::Wait,
};
use crate::{Durability, StoreError, Timestamp, store::entropy::random};

/// A connection, and all that every script is told.
pub(super) struct Server<C: ClientLike> {
    pub(super) client: WithOptions<C>,
    pub(super) base: Base,
    pub(super) clock: ServerClock,
    /// How many entries of the audit trail are kept.
    pub(super) entries: u64,
    pub(super) durability: Durability,
    /// What is waited for after each step that changes something.
    pub(super) wait: Option<Wait>,
}

impl<C: ClientLike> Server<C> {
    /// Runs a script that changes something; what it answers after the time.
    pub(super) async fn make(
        &self,
        script: &'static Script,
        arguments: impl IntoIterator<Item = Value>,
    ) -> Result<Reply, StoreError> {
        self.run(script, arguments, self.wait.as_ref()).await
    }

    /// Runs a script that looks at something; what it answers after the time.
    pub(super) async fn ask(
        &self,
        script: &'static Script,
        arguments: impl IntoIterator<Item = Value>,
    ) -> Result<Reply, StoreError> {
        self.run(script, arguments, None).await
    }

    async fn run(
        &self,
        script: &'static Script,
        arguments: impl IntoIterator<Item = Value>,
        wait: Option<&Wait>,
    ) -> Result<Reply, StoreError> {
        let time = self.clock.given().map(micros).unwrap_or_default();
        let random = const_hex::encode(random::<10>());
        let head = [time, self.entries.to_string(), random].map(Value::from);
        let arguments = head.into_iter().chain(arguments);
        let call = script.run(&self.client, self.base.as_str(), arguments, wait);
        let (answer, safe) = call.await.map_err(diagnose)?;
        let mut reply = Reply::of(answer)?;
        if let Some(time) = reply.time()? {
            self.clock.hear(time);
        }
        safe.map(|()| reply)
    }
}

fn micros(time: Timestamp) -> String {
    time.as_micros().to_string()
}
