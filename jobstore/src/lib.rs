#![doc = include_str!("../README.md")]

mod actor;
mod answer;
mod audit;
mod backlog;
mod batch;
mod classify;
mod clock;
#[cfg(any(test, feature = "conformance"))]
pub mod conformance;
pub mod dead_letters;
mod dedupe;
pub mod doctor;
mod durability;
mod event;
mod failure;
mod finding;
mod fingerprint;
pub mod history;
mod id;
mod job;
mod jobs;
mod lease;
mod log;
mod machine;
mod new_job;
mod payload;
mod priority;
mod progress;
mod query;
mod queue;
mod replay;
mod retention;
mod run;
mod schedule;
mod scheduler;
mod status;
pub mod store;
mod time;
mod triage;
#[cfg(feature = "worker")]
pub mod worker;

pub use actor::{Actor, By};
pub use answer::Answer;
pub use audit::{Action, AuditEntry, AuditPage, AuditQuery, BadAction};
pub use backlog::Backlog;
pub use batch::Batch;
pub use classify::{ByType, Classify};
pub use clock::{Clock, ManualClock, SystemClock};
pub use dead_letters::DeadLetters;
pub use dedupe::{AtDeath, Dedupe, JobDigest, Remembered, Repetition};
pub use doctor::Doctor;
pub use durability::Durability;
pub use event::{Event, Logged, Retry};
pub use failure::{BadCategory, Category, Failure};
pub use finding::{Finding, Severity};
pub use fingerprint::{BadFingerprint, Fingerprint};
pub use history::History;
pub use id::{BadJobId, IdSource, JobId};
pub use job::{Job, Summary};
pub use jobs::Jobs;
pub use lease::{Fence, Lease, WorkerId};
pub use log::{BadLevel, Level, LogLine, LogPage};
pub use machine::{Change, Refused};
pub use new_job::{InvalidJob, NewJob};
pub use payload::Payload;
pub use priority::{BadPriority, Priority};
pub use progress::Progress;
pub use query::{Page, Query};
pub use queue::{Pause, QueueState, Tally};
pub use replay::{NoReplay, Replay, Replayed};
pub use retention::{Keep, Pruned, Retention};
pub use run::{Outcome, Run};
pub use schedule::{InvalidSchedule, Missed, Schedule};
pub use scheduler::{Scheduler, Ticked};
pub use status::{BadStatus, Status};
#[cfg(feature = "file")]
pub use store::file::File;
#[cfg(feature = "redis")]
pub use store::redis::Redis;
pub use store::{Applied, Claim, Claimed, Conflict, Enqueued, Store, StoreError, memory::Memory};
pub use time::{BadTimestamp, Timestamp};
pub use triage::{Resolution, Triage};
#[cfg(feature = "worker")]
pub use worker::Worker;
