//! Jobs that come in.

use rusqlite::Result;

use super::{keys::Key, rows, transaction::Transaction};
use crate::{AuditEntry, Enqueued, Job, JobId, NewJob, Replay, Replayed};

impl Transaction<'_> {
    /// Takes in a job. `key` is that of a job which has one.
    pub(super) fn enqueue(&mut self, new: &NewJob, key: Option<Key>) -> Result<Enqueued> {
        let id = self.next_id();
        if let (Some(key), Some(dedupe)) = (key, &new.dedupe) {
            let until = self.now + dedupe.window;
            if let Some(repeated) = key.take(self.connection, id, until, self.now)? {
                return Ok(repeated);
            }
        }
        let job = Job::new(new.clone(), id, self.now);
        self.keep(&job)?;
        self.tell(&AuditEntry::enqueued(&job))?;
        Ok(Enqueued::Created(id))
    }

    /// Takes in all of these jobs. If one cannot be written, the whole transaction fails, and with it
    /// all of them.
    pub(super) fn enqueue_all(&mut self, jobs: &[(NewJob, Option<Key>)]) -> Result<Vec<Enqueued>> {
        jobs.iter()
            .map(|(job, key)| self.enqueue(job, *key))
            .collect()
    }

    /// Makes a new job of one that has ended.
    pub(super) fn replay(&mut self, id: JobId, replay: &Replay) -> Result<Replayed> {
        let Some(mut kept) = rows::get(self.connection, id)? else {
            return Ok(Replayed::Unknown);
        };
        let before = kept.job.clone();
        if let Err(refused) = before.may_be_replayed(replay, self.now) {
            return Ok(Replayed::Refused(refused));
        }
        let fresh = self.next_id();
        let (new, entries) = match kept.job.replay(replay, fresh, self.now) {
            Ok(replayed) => replayed,
            Err(refused) => return Ok(Replayed::Refused(refused)),
        };
        rows::update(self.connection, &before, &kept)?;
        self.keep(&new)?;
        for entry in &entries {
            self.tell(entry)?;
        }
        Ok(Replayed::Created(fresh))
    }
}
