//! What is left when nobody is killed any more.

use std::{path::Path, time::Duration};

use jobstore::{Claim, Event, Job, Query, Severity, Store, WorkerId};

use crate::{Result, backend, child::QUEUE, diary::Diary};

/// How long what is left may take.
const PATIENCE: Duration = Duration::from_secs(120);

/// Lets one good worker bring all that is owed to its end, and holds the history against the laws. There
/// must be one job a round at least.
pub(crate) fn check(address: &str, diary: &Path, rounds: u64) -> Result {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(1)
        .enable_all()
        .build()?;
    let left =
        runtime.block_on(async { tokio::time::timeout(PATIENCE, finish(address)).await })??;
    let history = Diary::read(diary)?;
    let (lines, jobs) = (history.len(), left.len());
    println!("{address}: {rounds} rounds, {lines} lines, {jobs} jobs");
    if (jobs as u64) < rounds {
        return Err(format!("only {jobs} jobs in {rounds} rounds").into());
    }
    history.check(&left)?;
    Ok(())
}

/// Completes all that is owed, and returns every job there is. What the store counts and where it looks for jobs
/// must be right too.
async fn finish(address: &str) -> Result<Vec<Job>> {
    let store = backend::open(address).await?;
    let claim = Claim {
        queue: QUEUE.into(),
        worker: WorkerId::new("last"),
        lease: Duration::from_secs(60),
        limit: 500,
    };
    loop {
        store.reap(500).await?;
        let jobs = store.claim(&claim).await?.jobs;
        let ends = jobs.iter().map(|job| {
            let (fence, result) = (job.fence, None);
            (job.id, Event::Complete { fence, result })
        });
        store.apply_all(ends.collect()).await?;
        let queues = store.queues().await?;
        if queues.iter().all(|queue| queue.tally.unfinished() == 0) {
            break;
        }
    }
    is_well(&*store).await?;
    all(&*store).await
}

/// Fails if the store has faults. How it is set up is the test's own choice.
async fn is_well(store: &dyn Store) -> Result {
    let mut found = store.examine(false).await?;
    found.retain(|finding| finding.severity == Severity::Error);
    match found.first() {
        Some(fault) => Err(format!("{} faults, such as {fault}", found.len()).into()),
        None => Ok(()),
    }
}

async fn all(store: &dyn Store) -> Result<Vec<Job>> {
    let mut jobs = Vec::new();
    let mut query = Query::default().limit(Query::MAX_LIMIT);
    loop {
        let page = store.list(&query).await?;
        for summary in page.jobs {
            jobs.extend(store.get(summary.id).await?);
        }
        let Some(next) = page.next else {
            return Ok(jobs);
        };
        query = query.before(next);
    }
}
