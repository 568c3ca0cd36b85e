//! What is done with a job: delivered where `FORWARD_URL` says, or else recorded.

use jobstore::Job;
use jobstore::worker::{self, Context, Failed};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use crate::config::Forward;
use crate::delivery::Delivery;

/// Does the work of a job.
#[derive(Debug)]
pub(crate) enum Handler {
    /// Notes what was received, so that the way from the provider to here can be seen to work.
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
            Self::Record => Ok(Some(record(&job))),
            Self::Deliver(delivery) => delivery.deliver(&job).await.map(Some),
        }
    }
}

fn record(job: &Job) -> Value {
    let digest: [u8; 32] = Sha256::digest(job.payload.as_bytes()).into();
    json!({
        "bytes": job.payload.len(),
        "sha256": const_hex::encode(digest),
        "event_id": job.metadata.get("event_id"),
    })
}
