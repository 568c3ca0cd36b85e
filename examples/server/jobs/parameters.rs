//! The query string of a list: strict, so that a misspelt filter is not silently no filter.

use std::borrow::Cow;

use jobstore::{NewJob, Query, Status};

use crate::answer::{Code, Refusal};

const ALLOWED: &str = "status, queue, kind, limit, after";

/// Reads `?status=&queue=&kind=&limit=&after=`; `after` is the `next` of the page before.
///
/// # Errors
///
/// 400 with every parameter that cannot be used, and what could.
pub(super) fn read(query: &str) -> Result<Query, Refusal> {
    let mut wanted = Query::default();
    let mut faults = Vec::new();
    let mut seen: Vec<Cow<'_, str>> = Vec::new();
    for (name, value) in form_urlencoded::parse(query.as_bytes()) {
        if seen.contains(&name) {
            faults.push((name, "is given twice".to_owned()));
            continue;
        }
        if let Err(fault) = set(&mut wanted, &name, &value) {
            faults.push((name.clone(), fault));
        }
        seen.push(name);
    }
    if faults.is_empty() {
        return Ok(wanted);
    }
    let refusal = Refusal::new(Code::BadParameter, "the query cannot be used");
    Err(faults.into_iter().fold(refusal, |refusal, (name, fault)| {
        refusal.detail(&name, fault)
    }))
}

fn set(query: &mut Query, name: &str, value: &str) -> Result<(), String> {
    match name {
        "status" => query.status = Some(value.parse().map_err(|_| statuses())?),
        "queue" => query.queue = Some(self::name(value)?),
        "kind" => query.kind = Some(self::name(value)?),
        "limit" => query.limit = limit(value)?,
        "after" => query.before = Some(value.parse().map_err(|error| format!("{error}"))?),
        _ => return Err(format!("is not a parameter; allowed: {ALLOWED}")),
    }
    Ok(())
}

fn statuses() -> String {
    format!(
        "is not a status; allowed: {}",
        Status::ALL.map(Status::name).join(", ")
    )
}

fn name(value: &str) -> Result<String, String> {
    if (1..=NewJob::MAX_NAME).contains(&value.len()) {
        return Ok(value.to_owned());
    }
    Err(format!("must be 1 to {} bytes long", NewJob::MAX_NAME))
}

fn limit(value: &str) -> Result<usize, String> {
    match value.parse() {
        Ok(limit @ 1..=Query::MAX_LIMIT) => Ok(limit),
        _ => Err(format!("must be a number from 1 to {}", Query::MAX_LIMIT)),
    }
}
