//! What a host writes.

use serde_json::Value;

use super::{Context, Failed};
use crate::Job;

/// Does what a job asks for.
///
/// Any async function or closure of the right shape is one; closures need their argument types written
/// out (`|job: Job, context: Context| async move { .. }`). One worker has one handler: where a queue holds
/// several kinds of jobs, that is [`Kinds`](super::Kinds). For payloads that are JSON of one shape there is
/// [`typed`](super::typed()).
///
/// A handler may be stopped at any await, when its time is up or its lease is lost: its future is then
/// dropped.
pub trait Handler: Send + Sync + 'static {
    /// Runs one attempt. What it returns becomes the result of the job; if that is outside of the limits of
    /// an [`Answer`](crate::Answer), the job is dead, because the next attempt would answer the same.
    ///
    /// # Errors
    ///
    /// Why the attempt failed, and whether another one makes sense.
    fn handle(
        &self,
        job: Job,
        context: Context,
    ) -> impl Future<Output = Result<Option<Value>, Failed>> + Send;
}

impl<F, R> Handler for F
where
    F: Fn(Job, Context) -> R + Send + Sync + 'static,
    R: Future<Output = Result<Option<Value>, Failed>> + Send,
{
    fn handle(
        &self,
        job: Job,
        context: Context,
    ) -> impl Future<Output = Result<Option<Value>, Failed>> + Send {
        self(job, context)
    }
}
