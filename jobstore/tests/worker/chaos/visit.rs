use std::{collections::HashMap, iter};

use jobstore::{
    Job, JobId, Status,
    worker::{Context, Failed, Handler},
};
use serde_json::Value;
use tokio::time::Instant;

use crate::support::Notes;

/// One run of a handler, from its first moment to its last.
#[derive(Clone, Debug)]
struct Visit {
    job: JobId,
    fence: u64,
    began: Instant,
    ended: Instant,
}

/// All runs of the handlers of all workers.
#[derive(Clone)]
pub(super) struct Visits(Notes<Visit>);

impl Visits {
    pub(super) fn new() -> Self {
        Self(Notes::new())
    }

    /// Whether each job was run, and never by two at a time, and nothing else was.
    pub(super) fn check(&self, left: &[Job]) {
        let mut by_job: HashMap<JobId, Vec<Visit>> = HashMap::new();
        for visit in self.0.all() {
            by_job.entry(visit.job).or_default().push(visit);
        }
        for job in left {
            let mut visits = by_job.remove(&job.id).unwrap_or_default();
            visits.sort_by_key(|visit| visit.fence);
            check_one(job, &visits);
        }
        assert!(by_job.is_empty(), "nobody enqueued {by_job:?}");
    }
}

fn check_one(job: &Job, visits: &[Visit]) {
    let story = || format!("{visits:#?} {job:#?}");
    let ran = !visits.is_empty() || job.status == Status::Cancelled;
    assert!(ran, "it never ran: {}", story());
    for (one, next) in iter::zip(visits, visits.iter().skip(1)) {
        assert!(one.fence < next.fence, "two with one fence: {}", story());
        assert!(one.ended <= next.began, "two at a time: {}", story());
    }
}

/// Notes the visit when it is dropped: however the handler ends.
struct Guest {
    context: Context,
    began: Instant,
    visits: Visits,
}

impl Drop for Guest {
    fn drop(&mut self) {
        self.visits.0.add(Visit {
            job: self.context.job(),
            fence: self.context.fence().get(),
            began: self.began,
            ended: Instant::now(),
        });
    }
}

/// Runs `handler`, and notes when.
pub(super) fn visited<F, R>(visits: &Visits, handler: F) -> impl Handler
where
    F: Fn(Job, Context) -> R + Send + Sync + 'static,
    R: Future<Output = Result<Option<Value>, Failed>> + Send,
{
    let visits = visits.clone();
    move |job: Job, context: Context| {
        let guest = Guest {
            context: context.clone(),
            began: Instant::now(),
            visits: visits.clone(),
        };
        let handling = handler(job, context);
        async move {
            let _guest = guest;
            handling.await
        }
    }
}
