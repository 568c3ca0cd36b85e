//! Looking at jobs and at what happened to them.

use std::time::Duration;

use fred::{interfaces::ClientLike, types::Value};

use super::{
    names::index,
    record::{self, some_time, timed},
    reply::{Reply, parsed, unexpected},
    script,
    server::Server,
};
use crate::{
    Actor, AuditEntry, AuditPage, AuditQuery, By, Fence, Job, JobId, LogLine, LogPage, Page, Pause,
    Query, QueueState, StoreError, Summary, Tally, Timestamp,
};

impl<C: ClientLike> Server<C> {
    pub(super) async fn get(&self, id: JobId) -> Result<Option<Job>, StoreError> {
        let mut reply = self.ask(&script::GET, [id.to_string().into()]).await?;
        record::job(id, reply.list()?)
    }

    /// Asks for a piece after the other, until the page is full or all was seen.
    pub(super) async fn list(&self, query: &Query) -> Result<Page, StoreError> {
        let limit = query.limit.clamp(1, Query::MAX_LIMIT);
        let mut below = below(query);
        let mut jobs = Vec::new();
        loop {
            let wanted = limit + 1 - jobs.len();
            let mut reply = self
                .ask(&script::LIST, words(query, wanted, &below))
                .await?;
            below = reply.text()?;
            while !reply.is_empty() {
                // One that cannot be read is left out, and hides no other.
                jobs.extend(summary(reply.list()?).ok().flatten());
            }
            if below.is_empty() || jobs.len() > limit {
                break;
            }
        }
        let more = jobs.len() > limit;
        jobs.truncate(limit);
        Ok(Page {
            next: jobs.last().filter(|_| more).map(|job| job.id),
            jobs,
        })
    }

    pub(super) async fn log(
        &self,
        id: JobId,
        after: u64,
        limit: usize,
    ) -> Result<LogPage, StoreError> {
        let limit = limit.clamp(1, LogPage::MAX_LIMIT);
        // No log is so long that a double could not count it.
        let after = after.min(1 << 52);
        let words = [id.to_string(), after.to_string(), (limit + 1).to_string()];
        let reply = self.ask(&script::LOG, words.map(Value::from)).await;
        let mut reply = reply?.list()?;
        let mut lines = Vec::new();
        while !reply.is_empty() {
            lines.push(read_line(&reply.text()?)?);
        }
        let more = lines.len() > limit;
        lines.truncate(limit);
        Ok(LogPage {
            next: lines.last().filter(|_| more).map(|line| line.number),
            lines,
        })
    }

    /// Asks for a piece after the other, until the page is full or all was seen.
    pub(super) async fn audit(&self, query: &AuditQuery) -> Result<AuditPage, StoreError> {
        if query.before == Some(0) {
            return Ok(AuditPage::default());
        }
        let limit = query.limit.clamp(1, AuditQuery::MAX_LIMIT);
        let job = query.job.map(|id| id.to_string()).unwrap_or_default();
        let mut below = query.before.map(|seq| seq.to_string()).unwrap_or_default();
        let mut entries = Vec::new();
        loop {
            let wanted = limit + 1 - entries.len();
            let words = [wanted.to_string(), below, job.clone()];
            let mut reply = self.ask(&script::TRAIL, words.map(Value::from)).await?;
            below = reply.text()?;
            while !reply.is_empty() {
                entries.push(read_entry(reply.list()?)?);
            }
            if below.is_empty() || entries.len() > limit {
                break;
            }
        }
        let more = entries.len() > limit;
        entries.truncate(limit);
        Ok(AuditPage {
            next: entries.last().filter(|_| more).map(|entry| entry.seq),
            entries,
        })
    }

    pub(super) async fn queues(&self) -> Result<Vec<QueueState>, StoreError> {
        let mut states = self.ask(&script::QUEUES, []).await?.list()?;
        let mut queues = Vec::new();
        while !states.is_empty() {
            queues.push(read_queue(states.list()?)?);
        }
        queues.sort_by(|one, other| one.queue.cmp(&other.queue));
        Ok(queues)
    }

    pub(super) async fn batch(&self, batch: &str) -> Result<Tally, StoreError> {
        let reply = self.ask(&script::BATCH, [batch.into()]).await;
        let mut counts = reply?.list()?;
        let mut tally = Tally::default();
        while !counts.is_empty() {
            let (status, count) = (counts.parsed()?, counts.count()?);
            *tally.of_mut(status) = count;
        }
        Ok(tally)
    }
}

/// Where a list starts: below the job it is to go on from. An id tells when it was made, or later where the
/// clock was set back; so what was made more than a day after the time asked for need not be looked at.
fn below(query: &Query) -> String {
    const DAY: Duration = Duration::from_secs(24 * 60 * 60);
    let till = query.until.map(|until| first_id_of(until + DAY));
    let before = query.before.map(|id| id.to_string());
    before.into_iter().chain(till).min().unwrap_or_default()
}

/// The lowest id that could be made at this time.
fn first_id_of(time: Timestamp) -> String {
    let millis = format!("{:012x}", time.as_micros() / 1_000);
    format!("{}-{}-7000-8000-000000000000", &millis[..8], &millis[8..])
}

/// The arguments that stand for a query.
fn words(query: &Query, wanted: usize, below: &str) -> Vec<Value> {
    let time = |time: Option<Timestamp>| time.map(|time| time.as_micros().to_string());
    let words = [
        Some(wanted.to_string()),
        Some(below.into()),
        query.since.map(first_id_of),
        time(query.since),
        time(query.until),
        query.status.map(|status| status.to_string()),
        query.queue.clone(),
        query.kind.clone(),
        Some(places(query).join(" ")),
    ];
    words.map(|word| word.unwrap_or_default().into()).into()
}

/// The indexes that hold what is asked for.
fn places(query: &Query) -> Vec<String> {
    let places = [
        query.queue.as_deref().map(index::queue),
        query.tag.as_deref().map(index::tag),
        query.subject.as_deref().map(index::subject),
        query.batch.as_deref().map(index::batch),
        query.parent.map(index::parent),
        query.fingerprint.map(index::fingerprint),
    ];
    places.into_iter().flatten().collect()
}

fn summary(mut reply: Reply) -> Result<Option<Summary>, StoreError> {
    let id = reply.parsed()?;
    let job = record::job(id, reply.list()?)?;
    Ok(job.as_ref().map(Summary::from))
}

/// Reads `number at attempt level text`.
fn read_line(line: &str) -> Result<LogLine, StoreError> {
    let mut words = line.splitn(5, ' ');
    let mut word = || words.next().ok_or_else(|| unexpected("half a line"));
    Ok(LogLine {
        number: parsed(word()?)?,
        at: some_time(word()?)?,
        attempt: parsed(word()?)?,
        level: parsed(word()?)?,
        text: word()?.into(),
    })
}

/// Reads the number of an entry, what happened, and who did it and why.
fn read_entry(mut reply: Reply) -> Result<AuditEntry, StoreError> {
    let seq = reply.parsed()?;
    let (entry, by) = (reply.text()?, reply.text()?);
    let (actor, reason) = by
        .split_once(' ')
        .and_then(|(length, by)| by.split_at_checked(length.parse().ok()?))
        .ok_or_else(|| unexpected("nobody"))?;
    let mut words = entry.split(' ');
    let mut word = || words.next().ok_or_else(|| unexpected("half an entry"));
    let status = |word: &str| (!word.is_empty()).then(|| parsed(word)).transpose();
    Ok(AuditEntry {
        seq,
        job: parsed(word()?)?,
        at: some_time(word()?)?,
        action: parsed(word()?)?,
        before: status(word()?)?,
        after: status(word()?)?,
        fence: Fence::new(parsed(word()?)?),
        actor: Actor::new(actor),
        reason: reason.into(),
    })
}

/// Reads how many jobs there are in each status.
fn read_tally(counts: &str) -> Result<Tally, StoreError> {
    let mut counts = counts.split(' ');
    let mut next = || parsed(counts.next().unwrap_or_default());
    Ok(Tally {
        scheduled: next()?,
        ready: next()?,
        running: next()?,
        retrying: next()?,
        done: next()?,
        dead: next()?,
        cancelled: next()?,
    })
}

fn read_queue(mut reply: Reply) -> Result<QueueState, StoreError> {
    let mut state = QueueState::new(reply.text()?);
    state.tally = read_tally(&reply.text()?)?;
    state.due_since = reply.time()?;
    state.next_due = reply.time()?;
    state.asked_at = reply.time()?;
    let paused = reply.text()?;
    if !paused.is_empty() {
        let (since, by) = timed::<By>(&paused)?;
        state.paused = Some(Pause { since, by });
    }
    Ok(state)
}
