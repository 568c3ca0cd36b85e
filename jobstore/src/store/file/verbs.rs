//! The verbs of the store, handed to the thread that does them.

use async_trait::async_trait;
use event_listener::EventListener;

use super::{File, examine, keys::Key, log, reader, rows, tally, trail};
use crate::{
    Applied, AuditPage, AuditQuery, By, Claim, Claimed, Clock as _, Durability, Enqueued, Event,
    Finding, InvalidJob, Job, JobId, LogPage, NewJob, Page, Pruned, Query, QueueState, Replay,
    Replayed, Retention, Store, StoreError, Tally, Timestamp,
};

#[async_trait]
impl Store for File {
    async fn enqueue(&self, job: NewJob) -> Result<Enqueued, StoreError> {
        let (job, key) = prepared(job)?;
        self.write(move |transaction| transaction.enqueue(&job, key))
            .await
    }

    async fn enqueue_all(&self, jobs: Vec<NewJob>) -> Result<Vec<Enqueued>, StoreError> {
        let jobs: Vec<_> = jobs.into_iter().map(prepared).collect::<Result<_, _>>()?;
        self.write(move |transaction| transaction.enqueue_all(&jobs))
            .await
    }

    async fn claim(&self, claim: &Claim) -> Result<Claimed, StoreError> {
        let claim = claim.clone();
        self.write(move |transaction| transaction.claim(&claim))
            .await
    }

    async fn apply(&self, id: JobId, event: Event) -> Result<Applied, StoreError> {
        self.write(move |transaction| transaction.apply(id, &event))
            .await
    }

    async fn apply_all(&self, events: Vec<(JobId, Event)>) -> Result<Vec<Applied>, StoreError> {
        self.write(move |transaction| {
            let each = events.iter();
            each.map(|(id, event)| transaction.apply(*id, event))
                .collect()
        })
        .await
    }

    async fn reap(&self, limit: usize) -> Result<Vec<JobId>, StoreError> {
        self.write(move |transaction| transaction.reap(limit)).await
    }

    async fn replay(&self, id: JobId, replay: &Replay) -> Result<Replayed, StoreError> {
        let replay = replay.clone();
        self.write(move |transaction| transaction.replay(id, &replay))
            .await
    }

    async fn delete(&self, id: JobId, by: &By) -> Result<bool, StoreError> {
        let by = by.clone();
        self.write(move |transaction| transaction.delete(id, &by))
            .await
    }

    async fn erase(&self, subject: &str, by: &By, limit: usize) -> Result<usize, StoreError> {
        let (subject, by) = (subject.to_owned(), by.clone());
        self.write(move |transaction| transaction.erase(&subject, &by, limit))
            .await
    }

    async fn prune(&self, retention: &Retention, limit: usize) -> Result<Pruned, StoreError> {
        let retention = *retention;
        self.write(move |transaction| transaction.prune(&retention, limit))
            .await
    }

    async fn pause(&self, queue: &str, by: Option<&By>) -> Result<(), StoreError> {
        let (queue, by) = (queue.to_owned(), by.cloned());
        self.write(move |transaction| transaction.pause(&queue, by.as_ref()))
            .await
    }

    async fn get(&self, id: JobId) -> Result<Option<Job>, StoreError> {
        let kept = self.read(move |connection| rows::get(connection, id));
        Ok(kept.await?.map(|kept| kept.job))
    }

    async fn list(&self, query: &Query) -> Result<Page, StoreError> {
        let query = query.clone();
        self.read(move |connection| reader::list(connection, &query))
            .await
    }

    async fn log(&self, id: JobId, after: u64, limit: usize) -> Result<LogPage, StoreError> {
        self.read(move |connection| log::page(connection, id, after, limit))
            .await
    }

    async fn audit(&self, query: &AuditQuery) -> Result<AuditPage, StoreError> {
        let query = query.clone();
        self.read(move |connection| trail::page(connection, &query))
            .await
    }

    async fn queues(&self) -> Result<Vec<QueueState>, StoreError> {
        let now = self.now();
        self.read(move |connection| reader::queues(connection, now))
            .await
    }

    async fn batch(&self, batch: &str) -> Result<Tally, StoreError> {
        let batch = batch.to_owned();
        self.read(move |connection| tally::batch(connection, &batch))
            .await
    }

    /// What takes long is read beside the writer. To mend is to write, so then the rows are looked at
    /// once more, and everybody waits.
    async fn examine(&self, mend: bool) -> Result<Vec<Finding>, StoreError> {
        let path = self.inner.path.clone();
        let mut findings = self
            .read(move |connection| {
                let mut findings = examine::file(connection, &path)?;
                if !mend {
                    findings.extend(examine::records(connection, false)?);
                }
                Ok(findings)
            })
            .await?;
        if mend {
            let mended = self.write(|transaction| {
                transaction.settle()?;
                examine::records(transaction.connection, true)
            });
            findings.extend(mended.await?);
        }
        Ok(findings)
    }

    fn durability(&self) -> Durability {
        Durability::Disk
    }

    async fn check(&self) -> Result<(), StoreError> {
        self.write(|transaction| transaction.tick()).await?;
        self.read(reader::probe).await
    }

    fn listen(&self) -> EventListener {
        self.inner.changed.listen()
    }

    fn now(&self) -> Timestamp {
        self.inner.clock.now()
    }
}

/// What takes long, done here rather than by the writer, whom everybody waits for.
fn prepared(job: NewJob) -> Result<(NewJob, Option<Key>), InvalidJob> {
    job.validate()?;
    let key = Key::of(&job);
    Ok((job, key))
}
