//! What is done with a job: delivered where `FORWARD_URL` says, or else recorded.

use jobstore::Job;
use jobstore::worker::{self, Context, Failed};
use serde_json::Value;

use crate::config::Forward;
use crate::delivery::Delivery;

/// Does the work of a job.
#[derive(Debug)]
pub(crate) enum Handler {
    /// Leaves it at what the store has recorded, so that the way from the provider to here can be
    /// seen to work.
    Record,
    /// Posts it to your service.
    Deliver(Box<Delivery>),
}

impl Handler {
    /// # Errors
    ///
    /// As [`Delivery::new`].
    pub(crate) fn new(forward: Option<Forward>) -> std::io::Result<Self> {
        match forward {
            None => Ok(Self::Record),
            Some(forward) => Ok(Self::Deliver(Box::new(Delivery::new(forward)?))),
        }
    }
}

impl worker::Handler for Handler {
    async fn handle(&self, job: Job, _: Context) -> Result<Option<Value>, Failed> {
        match self {
            Self::Record => Ok(Some(Value::from("recorded"))),
            Self::Deliver(delivery) => delivery.deliver(&job).await.map(Some),
        }
    }
}
