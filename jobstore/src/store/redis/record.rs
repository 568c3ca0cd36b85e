//! Jobs as the scripts keep them.

use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    fmt::Display,
    str::{FromStr, SplitN},
    time::Duration,
};

use bytes::Bytes;
use fred::types::Value;
use serde::{Deserialize, Serialize, de::DeserializeOwned};

use super::{
    names::{self, index},
    reply::{self, Reply, parsed, unexpected},
};
use crate::{
    Actor, AtDeath, By, Category, Failure, Fence, Fingerprint, Job, JobDigest, JobId, Lease,
    NewJob, Payload, Priority, Resolution, StoreError, Timestamp, Triage, WorkerId, failure,
    new_job::Start,
};

/// For how much longer than its window Redis keeps a dedupe key, in milliseconds: by how much clocks may be apart
/// when one server takes over from another.
const SLACK_MILLIS: u128 = 60_000;

/// How many words a line has; the last but one is a rest with words of its own, two less.
const WORDS: usize = 15;

/// What is between the words of the rest of a line: no name has it, and scripts do not take it for a space.
const UNIT: char = '\u{1f}';

/// What was asked for, apart from what scripts have to know.
#[derive(Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
struct Ask {
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    metadata: BTreeMap<String, String>,
    #[serde(skip_serializing_if = "BTreeSet::is_empty")]
    tags: BTreeSet<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    subject: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    parent: Option<JobId>,
}

/// What a dead job is flagged with, beside the time.
#[derive(Serialize, Deserialize)]
pub(super) struct Flagged {
    pub(super) by: By,
    pub(super) assignee: String,
}

/// The arguments that stand for a new job.
pub(super) fn arguments(new: NewJob) -> Result<[Value; 13], StoreError> {
    let words = words(&new);
    let places = places(&new);
    let start = match new.start {
        Start::Now => "+0".into(),
        Start::After(delay) => format!("+{}", micros(delay)),
        Start::At(time) => format!("@{}", time.as_micros()),
    };
    let (lock, digest, window, millis) = match &new.dedupe {
        None => Default::default(),
        Some(dedupe) => (
            names::lock(&new.queue, &dedupe.key),
            const_hex::encode(JobDigest::of(&new).0),
            micros(dedupe.window),
            expires_in_millis(dedupe.window.as_millis()),
        ),
    };
    let key = new.dedupe.map(|dedupe| dedupe.key).unwrap_or_default();
    let ask = Ask {
        metadata: new.metadata,
        tags: new.tags,
        subject: new.subject,
        parent: new.parent,
    };
    let ask = if ask == Ask::default() {
        String::new()
    } else {
        json(&ask)?
    };
    let by = &new.triggered_by;
    let (by_len, key_len) = (by.len(), key.len());
    let made = format!("{lock} {by_len} {key_len} {places}\n{by}{key}{ask}");
    Ok([
        new.priority.rank().to_string().into(),
        new.queue.into(),
        new.batch.unwrap_or_default().into(),
        words.into(),
        start.into(),
        Value::Bytes(new.payload.into_bytes()),
        made.into(),
        places.into(),
        Actor::new(by).as_str().into(),
        lock.into(),
        digest.into(),
        window.into(),
        millis.into(),
    ])
}

/// The words of a line that follow the batch, of a job that nothing has happened to; without the last two, which are
/// when it was created and the worker.
fn words(new: &NewJob) -> String {
    let at_death = match new.dedupe.as_ref().map(|dedupe| dedupe.at_death) {
        Some(AtDeath::Release) => "release",
        Some(AtDeath::Keep) | None => "",
    };
    let bare = if new.payload.is_empty() { "empty" } else { "" };
    let kind = &new.kind;
    let print = Fingerprint::of_kind(kind);
    let (lost, interrupted, attempts) = (new.max_lost, new.max_interrupted, new.max_attempts);
    format!(
        "{at_death} 0  0   {bare} {kind}{UNIT}{print}{UNIT}{lost}{UNIT}\
         {interrupted}{UNIT}{attempts}{UNIT}0{UNIT}0{UNIT}0{UNIT}{UNIT}0{UNIT}0{UNIT}{UNIT}"
    )
}

fn places(new: &NewJob) -> String {
    let mut places = vec![index::queue(&new.queue)];
    places.extend(new.tags.iter().map(|tag| index::tag(tag)));
    places.extend(new.batch.as_deref().map(index::batch));
    places.extend(new.subject.as_deref().map(index::subject));
    places.extend(new.parent.map(index::parent));
    places.join(" ")
}

/// For how long Redis keeps a dedupe key by itself; 0 is for ever.
fn expires_in_millis(window: u128) -> String {
    /// Later than any time; what is added to the time must not overflow.
    const FOR_EVER: u128 = 1 << 50;
    let millis = window.saturating_add(SLACK_MILLIS);
    if millis < FOR_EVER {
        millis.to_string()
    } else {
        "0".into()
    }
}

/// A span in microseconds, or as many as there are.
pub(super) fn micros(span: Duration) -> String {
    let most = Timestamp::MAX.as_micros().unsigned_abs().into();
    span.as_micros().min(most).to_string()
}

pub(super) fn json<T: Serialize>(value: &T) -> Result<String, StoreError> {
    serde_json::to_string(value).map_err(|error| StoreError::Corrupt(error.into()))
}

/// Reads a job from the fields of its hash; none if there are none. In a list some are left out.
pub(super) fn job(id: JobId, fields: Reply) -> Result<Option<Job>, StoreError> {
    let fields = Fields::read(fields)?;
    let Some(line) = fields.text("line")? else {
        return Ok(None);
    };
    let mut words = Words(line.splitn(WORDS, ' '));
    let (status, run_at) = (words.next()?, words.some_time()?);
    let _trail = words.word()?;
    let rank = words.next()?;
    let (queue, batch, at_death) = (words.word()?, words.word()?, words.word()?);
    let (attempts, started_at) = (words.next()?, words.time()?);
    let (fence, until) = (Fence::new(words.next()?), words.time()?);
    let (ended_at, bare) = (words.time()?, words.word()?);
    let (rest, worker) = (words.word()?, words.word()?);

    let mut words = Words(rest.splitn(WORDS, UNIT));
    let kind = words.word()?;
    let _print = words.word()?;
    let (max_lost, max_interrupted) = (words.next()?, words.next()?);
    let (max_attempts, lost, interrupted) = (words.next()?, words.next()?, words.next()?);
    let (failures, fingerprint) = (words.next()?, words.option()?);
    let (log_lines, replays, replayed_at) = (words.next()?, words.next()?, words.time()?);
    let created_at = words.some_time()?;

    let made = Made::read(fields.text("made")?.unwrap_or_default())?;
    Ok(Some(Job {
        id,
        queue: queue.into(),
        kind: kind.into(),
        status,
        priority: Priority::from_rank(rank).ok_or_else(|| unexpected("no priority"))?,
        payload: fields
            .bytes("payload")
            .map(Payload::from)
            .unwrap_or_default(),
        payload_gone: bare == "gone",
        triggered_by: made.by.into(),
        metadata: made.ask.metadata,
        tags: made.ask.tags,
        subject: made.ask.subject,
        batch: (!batch.is_empty()).then(|| batch.into()),
        parent: made.ask.parent,
        replay_of: fields.text("of")?.map(parsed).transpose()?,
        replays,
        replayed_at,
        dedupe_key: (!made.key.is_empty()).then(|| made.key.into()),
        at_death: match at_death {
            "release" => AtDeath::Release,
            _ => AtDeath::Keep,
        },
        attempts,
        max_attempts,
        lost,
        max_lost,
        interrupted,
        max_interrupted,
        created_at,
        run_at,
        started_at,
        ended_at,
        fence,
        lease: until.map(|until| Lease {
            fence,
            worker: WorkerId::new(worker),
            until,
        }),
        errors: fields.failures(failures)?,
        fingerprint,
        triage: fields.triage()?,
        progress: fields.json("progress")?,
        log_lines,
        result: fields.json("result")?,
    }))
}

/// What a job was made with, as far as scripts need not know it.
struct Made<'a> {
    by: &'a str,
    key: &'a str,
    ask: Ask,
}

impl<'a> Made<'a> {
    /// Reads `lock by_length key_length places`, and on the next line who asked, the dedupe key and what was asked.
    fn read(text: &'a str) -> Result<Self, StoreError> {
        let half = || unexpected("half of what a job was made with");
        let (head, said) = text.split_once('\n').ok_or_else(half)?;
        let mut words = head.splitn(4, ' ').skip(1);
        let mut length = || parsed(words.next().unwrap_or_default());
        let (by, rest) = said.split_at_checked(length()?).ok_or_else(half)?;
        let (key, ask) = rest.split_at_checked(length()?).ok_or_else(half)?;
        let ask = match ask {
            "" => Ask::default(),
            ask => from_json(ask)?,
        };
        Ok(Self { by, key, ask })
    }
}

/// The fields of a hash.
struct Fields(HashMap<String, Bytes>);

impl Fields {
    fn read(mut reply: Reply) -> Result<Self, StoreError> {
        let mut fields = HashMap::new();
        while !reply.is_empty() {
            let (name, value) = (reply.text()?, reply.bytes()?);
            // Nothing is kept empty.
            if !value.is_empty() {
                fields.insert(name, value);
            }
        }
        Ok(Self(fields))
    }

    fn bytes(&self, name: &str) -> Option<Bytes> {
        self.0.get(name).cloned()
    }

    fn text(&self, name: &str) -> Result<Option<&str>, StoreError> {
        let bytes = self.0.get(name);
        bytes
            .map(|bytes| str::from_utf8(bytes).map_err(|error| StoreError::Corrupt(error.into())))
            .transpose()
    }

    fn json<T: DeserializeOwned>(&self, name: &str) -> Result<Option<T>, StoreError> {
        self.text(name)?.map(from_json).transpose()
    }

    /// The newest failures, of which there were so many in all. What is left out of a list is not there.
    fn failures(&self, count: usize) -> Result<Vec<Failure>, StoreError> {
        let first = count.saturating_sub(Failure::MAX_HISTORY);
        let kept =
            (first..count).map(|number| self.text(&format!("e{}", number % Failure::MAX_HISTORY)));
        kept.filter_map(Result::transpose)
            .map(|entry| entry.and_then(read_failure))
            .collect()
    }

    fn triage(&self) -> Result<Option<Triage>, StoreError> {
        let Some(text) = self.text("triage")? else {
            return Ok(None);
        };
        let (at, Flagged { by, assignee }) = timed(text)?;
        let resolution = self.text("solved")?.map(read_resolution).transpose()?;
        Ok(Some(Triage {
            at,
            by,
            assignee,
            resolution,
        }))
    }
}

/// Reads `attempt at category form length worker+message`.
fn read_failure(entry: &str) -> Result<Failure, StoreError> {
    let mut words = entry.splitn(6, ' ');
    let mut word = || words.next().ok_or_else(|| unexpected("half a failure"));
    let attempt = parsed(word()?)?;
    let at = some_time(word()?)?;
    let category = Category::of_record(word()?);
    let (form, length) = (word()?, parsed(word()?)?);
    let (worker, message) = word()?
        .split_at_checked(length)
        .ok_or_else(|| unexpected("half a failure"))?;
    let message = match form {
        "lost" => failure::lost(some_time(message)?),
        "interrupted" => failure::interrupted(parsed(message)?),
        _ => message.into(),
    };
    Ok(Failure {
        attempt,
        at,
        worker: WorkerId::new(worker),
        category,
        message,
    })
}

/// Reads `at replayed_as by`.
fn read_resolution(text: &str) -> Result<Resolution, StoreError> {
    let (at, rest) = text.split_once(' ').unwrap_or_default();
    let (new, by) = rest.split_once(' ').unwrap_or_default();
    Ok(Resolution {
        at: some_time(at)?,
        by: from_json(by)?,
        replayed_as: (!new.is_empty()).then(|| parsed(new)).transpose()?,
    })
}

/// Reads a time and JSON.
pub(super) fn timed<T: DeserializeOwned>(text: &str) -> Result<(Timestamp, T), StoreError> {
    let (at, rest) = text.split_once(' ').unwrap_or_default();
    Ok((some_time(at)?, from_json(rest)?))
}

fn from_json<T: DeserializeOwned>(text: &str) -> Result<T, StoreError> {
    // The error of the parser is left out: it may quote what it read.
    serde_json::from_str(text).map_err(|_| unexpected("something else than JSON"))
}

pub(super) fn some_time(word: &str) -> Result<Timestamp, StoreError> {
    reply::time(word)?.ok_or_else(|| unexpected("no time"))
}

/// The words of a line, one after the other. The last may have separators in it.
struct Words<'a>(SplitN<'a, char>);

impl<'a> Words<'a> {
    fn word(&mut self) -> Result<&'a str, StoreError> {
        self.0.next().ok_or_else(|| unexpected("half a line"))
    }

    fn next<T: FromStr<Err: Display>>(&mut self) -> Result<T, StoreError> {
        parsed(self.word()?)
    }

    fn option<T: FromStr<Err: Display>>(&mut self) -> Result<Option<T>, StoreError> {
        let word = self.word()?;
        (!word.is_empty()).then(|| parsed(word)).transpose()
    }

    fn time(&mut self) -> Result<Option<Timestamp>, StoreError> {
        reply::time(self.word()?)
    }

    fn some_time(&mut self) -> Result<Timestamp, StoreError> {
        some_time(self.word()?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_error_does_not_quote_what_is_kept() {
        for text in [r#"{"subject": 4242}"#, "4242", r#"{"tags": {"4242""#] {
            let error = from_json::<Ask>(text).unwrap_err();
            assert!(!format!("{error} {error:?}").contains("4242"), "{error}");
        }
    }
}
