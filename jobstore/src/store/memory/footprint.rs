//! How much memory jobs take, as far as that can be told without asking the allocator.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::{Actor, AuditEntry, Job, JobId, LogLine, Timestamp, Triage};

/// What the allocator keeps for itself with each piece, and rounds it up by, on average.
const PIECE: usize = 16;

/// How many entries a node of a B-tree has room for; the tree keeps them about two thirds full.
const NODE: usize = 11;

/// About what a job takes, with its places in the map and in the index.
pub(super) fn of_job(job: &Job) -> usize {
    const PLACES: usize =
        in_tree::<(JobId, usize, usize)>() + in_tree::<(bool, Timestamp, JobId)>();
    let names = [&job.queue, &job.kind, &job.triggered_by];
    let optional = [&job.dedupe_key, &job.subject, &job.subject, &job.batch];
    let texts = names
        .into_iter()
        .chain(optional.into_iter().flatten())
        .chain(job.progress.as_ref().map(|progress| &progress.note))
        .map(|text| of_text(text))
        .sum::<usize>();
    let tags =
        of_nodes::<String>(job.tags.len()) + job.tags.iter().map(|tag| of_text(tag)).sum::<usize>();
    let triage = job.triage.as_ref().map_or(0, of_triage);
    let metadata = of_map(&job.metadata, |text| of_text(text));
    let errors: usize = job
        .errors
        .iter()
        .map(|error| size_of_val(error) + of_text(&error.message))
        .sum();
    let result = job.result.as_ref();
    let result = result.map_or(0, |answer| of_value(answer.value()));
    PIECE
        + size_of::<Job>()
        + PLACES
        + texts
        + tags
        + triage
        + metadata
        + PIECE
        + job.payload.len()
        + errors
        + result
}

fn of_triage(triage: &Triage) -> usize {
    let resolved = triage.resolution.iter().map(|resolution| &resolution.by);
    let by = resolved.chain([&triage.by]);
    of_text(&triage.assignee)
        + by.map(|by| of_text(&by.reason) + of_name(&by.actor))
            .sum::<usize>()
}

/// About what an entry of the audit trail takes.
pub(super) fn of_entry(entry: &AuditEntry) -> usize {
    size_of::<AuditEntry>() + of_name(&entry.actor) + of_text(&entry.reason)
}

/// About what a line of a log takes.
pub(super) fn of_line(line: &LogLine) -> usize {
    size_of::<LogLine>() + of_text(&line.text)
}

/// A name is counted with each that shares it: too much rather than too little.
fn of_name(actor: &Actor) -> usize {
    PIECE + 2 * size_of::<usize>() + actor.as_str().len()
}

/// About what a dedupe key takes, with its entry in the map of keys and that in the windows.
pub(super) const fn of_key<Entry, Window>() -> usize {
    /// A hash map is between seven sixteenths and seven eighths full.
    const SPARSE: usize = 2;
    SPARSE * size_of::<Entry>() + in_tree::<Window>()
}

const fn of_text(text: &str) -> usize {
    if text.is_empty() {
        0
    } else {
        PIECE + text.len()
    }
}

fn of_value(value: &Value) -> usize {
    match value {
        Value::Null | Value::Bool(_) | Value::Number(_) => 0,
        Value::String(text) => of_text(text),
        Value::Array(items) => {
            PIECE
                + items
                    .iter()
                    .map(|item| size_of::<Value>() + of_value(item))
                    .sum::<usize>()
        }
        Value::Object(map) => {
            let texts = map.iter().map(|(key, item)| of_text(key) + of_value(item));
            of_nodes::<(String, Value)>(map.len()) + texts.sum::<usize>()
        }
    }
}

fn of_map<V>(map: &BTreeMap<String, V>, of_value: impl Fn(&V) -> usize) -> usize {
    let texts = map
        .iter()
        .map(|(key, value)| of_text(key) + of_value(value));
    of_nodes::<(String, V)>(map.len()) + texts.sum::<usize>()
}

/// A small tree has one node, with room for all that a node may hold.
const fn of_nodes<Entry>(len: usize) -> usize {
    if len == 0 {
        0
    } else if len <= NODE {
        PIECE + NODE * size_of::<Entry>()
    } else {
        len * in_tree::<Entry>()
    }
}

/// What an entry takes in a large tree.
const fn in_tree<Entry>() -> usize {
    (PIECE + NODE * size_of::<Entry>()).div_ceil(2 * NODE / 3)
}
