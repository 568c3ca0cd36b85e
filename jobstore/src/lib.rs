#![doc = include_str!("../README.md")]

mod backlog;
mod clock;
#[cfg(any(test, feature = "conformance"))]
pub mod conformance;
mod dedupe;
mod failure;
mod id;
mod job;
mod jobs;
mod lease;
mod machine;
mod new_job;
mod payload;
mod query;
mod status;
pub mod store;
mod time;
#[cfg(feature = "worker")]
pub mod worker;

pub use backlog::Backlog;
pub use clock::{Clock, ManualClock, SystemClock};
pub use dedupe::{Dedupe, JobDigest, Remembered, Repetition};
pub use failure::{Category, Failure};
pub use id::{BadJobId, IdSource, JobId};
pub use job::{Job, Summary};
pub use jobs::Jobs;
pub use lease::{Fence, Lease, WorkerId};
pub use machine::{Event, Refused, Retry};
pub use new_job::{InvalidJob, NewJob};
pub use payload::Payload;
pub use query::{Page, Query};
pub use status::{BadStatus, Status};
#[cfg(feature = "file")]
pub use store::file::File;
pub use store::{Applied, Claim, Claimed, Enqueued, Store, StoreError, memory::Memory};
pub use time::{BadTimestamp, Timestamp};
#[cfg(feature = "worker")]
pub use worker::Worker;
