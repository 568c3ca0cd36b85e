//! What was acknowledged, to be compared with what is there.

use std::{
    collections::{BTreeMap, BTreeSet},
    path::Path,
};

use jobstore::{Fence, File, Job, JobId, Status, Store as _};
use rusqlite::Connection;

use crate::Result;

/// What children have said.
#[derive(Debug, Default)]
pub(crate) struct Ledger {
    enqueued: BTreeSet<JobId>,
    claims: BTreeSet<(JobId, Fence)>,
    ends: BTreeMap<JobId, (Fence, Status)>,
}

impl Ledger {
    /// Notes a line of a child. One that was cut off by its death was not acknowledged.
    pub(crate) fn note(&mut self, line: &str) -> Result {
        let Some(line) = line.strip_suffix('\n') else {
            return Ok(());
        };
        let words: Vec<&str> = line.split(' ').collect();
        match words[..] {
            ["enqueued", id] => {
                self.enqueued.insert(id.parse()?);
            }
            ["claimed", id, fence] => {
                let claim = (id.parse()?, Fence::new(fence.parse()?));
                if !self.claims.insert(claim) {
                    return Err(format!("two workers hold {claim:?}").into());
                }
            }
            ["completed" | "failed" | "released", id, fence, status] => {
                self.end(id.parse()?, Fence::new(fence.parse()?), status.parse()?)?;
            }
            _ => return Err(format!("not understood: {line}").into()),
        }
        Ok(())
    }

    /// Notes that a job has ended, which it may do once.
    fn end(&mut self, id: JobId, fence: Fence, status: Status) -> Result {
        if !status.is_final() {
            return Ok(());
        }
        match self.ends.insert(id, (fence, status)) {
            None => Ok(()),
            Some(before) => {
                Err(format!("{id} has ended twice: {before:?}, {fence} {status}").into())
            }
        }
    }

    /// How many jobs were acknowledged.
    pub(crate) fn enqueued(&self) -> usize {
        self.enqueued.len()
    }

    /// How many jobs are known to have ended.
    pub(crate) fn ended(&self) -> usize {
        self.ends.len()
    }

    /// Opens the file and compares. Returns how many jobs it holds.
    pub(crate) fn compare(&self, path: &Path) -> Result<usize> {
        let file = File::open(path)?;
        let runtime = tokio::runtime::Builder::new_current_thread().build()?;
        runtime.block_on(async {
            for &id in &self.enqueued {
                let job = kept(&file, id).await?;
                if let Some(&end) = self.ends.get(&id)
                    && end != (job.fence, job.status)
                {
                    return Err(format!("{id} had ended as {end:?}, now {job:?}").into());
                }
            }
            for &(id, fence) in &self.claims {
                let job = kept(&file, id).await?;
                if job.fence < fence {
                    return Err(
                        format!("the fence of {id} fell from {fence} to {}", job.fence).into(),
                    );
                }
            }
            file.check().await?;
            Ok::<(), Box<dyn std::error::Error>>(())
        })?;
        drop(file);
        inspect(path)
    }
}

async fn kept(file: &File, id: JobId) -> Result<Job> {
    let job = file.get(id).await?;
    job.ok_or_else(|| format!("{id} is lost").into())
}

/// Lets SQLite look at every page, and counts the jobs.
fn inspect(path: &Path) -> Result<usize> {
    let sqlite = Connection::open(path)?;
    let one = |sql| sqlite.query_row(sql, [], |row| row.get::<_, i64>(0));
    let verdict: String = sqlite.query_row("PRAGMA integrity_check", [], |row| row.get(0))?;
    if verdict != "ok" {
        return Err(verdict.into());
    }
    let repeated =
        one("SELECT count(*) - count(DISTINCT dedupe_key) FROM jobs WHERE dedupe_key NOTNULL")?;
    let bare = one(
        "SELECT count(*) FROM jobs LEFT JOIN payloads USING (seq) WHERE whole AND payload IS NULL",
    )?;
    if (repeated, bare) != (0, 0) {
        return Err(format!("{repeated} jobs are there twice, {bare} have no payload").into());
    }
    Ok(usize::try_from(one("SELECT count(*) FROM jobs")?)?)
}
