//! Waiting until a step is where it is safe.

use std::time::Duration;

use fred::{
    clients::{Pipeline, WithOptions},
    error::Error,
    interfaces::ClientLike,
    types::{CustomCommand, Value},
};

use super::reply::parsed;
use crate::StoreError;

/// How long the server waits before it says that it was in vain.
const PATIENCE: Duration = Duration::from_millis(1_500);

/// The command that a step is followed by, on the same connection: what it waits for are the writes that came
/// over that.
pub(super) struct Wait {
    name: &'static str,
    arguments: [u8; 2],
    /// How many have to say that they have it.
    wanted: u8,
}

/// The step was made, and is not where it shall be.
#[derive(Debug, thiserror::Error)]
#[error("the step is made, and after {PATIENCE:?} it is not yet where it is safe")]
struct NotSafe;

impl Wait {
    /// Until the server has synced its append-only file.
    pub(super) const fn for_disk() -> Self {
        Self {
            name: "WAITAOF",
            arguments: [1, 0],
            wanted: 1,
        }
    }

    /// Until so many replicas have it in memory.
    pub(super) const fn for_replicas(replicas: u8) -> Self {
        Self {
            name: "WAIT",
            arguments: [replicas, 0],
            wanted: replicas,
        }
    }

    /// Sends a command and then waits, in one go. The answer to the command is given even if the wait failed.
    pub(super) async fn after<C: ClientLike>(
        &self,
        client: &WithOptions<C>,
        place: &str,
        command: CustomCommand,
        arguments: Vec<Value>,
    ) -> Result<(Value, Result<(), StoreError>), Error> {
        let line = Pipeline::from(client.clone());
        let () = line.custom(command, arguments).await?;
        let wait = CustomCommand::new_static(self.name, place, false);
        let () = line.custom(wait, self.words()).await?;
        let mut answers = line.try_all::<Value>().await.into_iter();
        let answer = answers.next().ok_or_else(Error::new_canceled)??;
        let safe = match answers.next() {
            Some(Ok(count)) => self.is_enough(count),
            Some(Err(error)) => Err(StoreError::Unavailable(error.into())),
            None => Err(StoreError::Unavailable(NotSafe.into())),
        };
        Ok((answer, safe))
    }

    fn words(&self) -> Vec<Value> {
        let [first, second] = self.arguments.map(i64::from);
        let millis = PATIENCE.as_millis() as i64;
        let words = match self.name {
            "WAITAOF" => vec![first, second, millis],
            _ => vec![first, millis],
        };
        words.into_iter().map(Value::Integer).collect()
    }

    /// `WAIT` answers with a number, and `WAITAOF` with two, of which the first is that of the server.
    fn is_enough(&self, count: Value) -> Result<(), StoreError> {
        let count = match count {
            Value::Array(counts) => counts.into_iter().next().unwrap_or(Value::Null),
            count => count,
        };
        let count: u8 = parsed(&count.as_str_lossy().unwrap_or_default())?;
        if count < self.wanted {
            return Err(StoreError::Unavailable(NotSafe.into()));
        }
        Ok(())
    }
}
