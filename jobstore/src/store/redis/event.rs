//! Events as the scripts are told of them, and what they answer.

use fred::types::Value;

use super::{
    record::{Flagged, json, micros},
    reply::{Reply, parsed, unexpected},
};
use crate::{
    Applied, By, Category, Event, Failure, Fence, Fingerprint, JobId, LogLine, Progress, Refused,
    Retry, StoreError, Timestamp, Triage, failure,
};

/// The arguments that stand for an event: which job, which event, the fence, and what it brings along.
pub(super) fn arguments(id: JobId, event: Event) -> Result<[Value; 7], StoreError> {
    let none = String::new;
    let (name, fence, words) = match event {
        Event::Claim { worker, lease } => {
            let words = [worker.to_string(), micros(lease), none(), none()];
            ("claim", None, words)
        }
        Event::Heartbeat { fence, lease } => {
            let words = [micros(lease), none(), none(), none()];
            ("heartbeat", Some(fence), words)
        }
        Event::Progress { fence, progress } => {
            let note = failure::cut(progress.note, Progress::MAX_NOTE);
            let progress = Progress { note, ..progress };
            let words = [json(&progress)?, none(), none(), none()];
            ("progress", Some(fence), words)
        }
        Event::Log { fence, line } => {
            let text = failure::cut(line.text, LogLine::MAX_TEXT);
            let words = [line.level.to_string(), text, none(), none()];
            ("log", Some(fence), words)
        }
        Event::Complete { fence, result } => {
            let result = result.as_ref().map(json).transpose()?.unwrap_or_default();
            ("complete", Some(fence), [result, none(), none(), none()])
        }
        Event::Fail {
            fence,
            category,
            message,
            retry,
        } => ("fail", Some(fence), failed(category, message, retry)),
        Event::Release { fence } => {
            let print = print_of_interrupted();
            ("release", Some(fence), [print, none(), none(), none()])
        }
        Event::Postpone { fence, delay } => {
            let words = [micros(delay), none(), none(), none()];
            ("postpone", Some(fence), words)
        }
        Event::Expire => {
            let words = [print_of_lost(), none(), none(), none()];
            ("expire", None, words)
        }
        Event::Cancel { by } => {
            let words = [by.actor.to_string(), by.reason, none(), none()];
            ("cancel", None, words)
        }
        Event::Revive { by } => {
            let words = [by.actor.to_string(), by.reason, none(), none()];
            ("revive", None, words)
        }
        Event::Flag { by, assignee } => {
            let assignee = failure::cut(assignee, Triage::MAX_ASSIGNEE);
            let flagged = flagged(&by, assignee)?;
            let words = [by.actor.to_string(), by.reason, flagged, none()];
            ("flag", None, words)
        }
        Event::Resolve { by } => {
            let (flagged, resolved) = (flagged(&by, none())?, json(&by)?);
            let words = [by.actor.to_string(), by.reason, flagged, resolved];
            ("resolve", None, words)
        }
    };
    let fence = fence
        .map(|fence: Fence| fence.to_string())
        .unwrap_or_default();
    let [one, two, three, four] = words;
    let words = [id.to_string(), name.into(), fence, one, two, three, four];
    Ok(words.map(Value::from))
}

fn failed(category: Category, message: String, retry: Retry) -> [String; 4] {
    let message = failure::cut(message, Failure::MAX_MESSAGE);
    let print = Fingerprint::of_failure(category, &message).to_string();
    let delay = match retry {
        Retry::After(delay) => micros(delay),
        Retry::Never => String::new(),
    };
    [category.to_string(), message, print, delay]
}

/// What a dead job is flagged with.
pub(super) fn flagged(by: &By, assignee: String) -> Result<String, StoreError> {
    let by = by.clone();
    json(&Flagged { by, assignee })
}

/// What lost leases have in common, whenever they ran out.
pub(super) fn print_of_lost() -> String {
    let message = failure::lost(Timestamp::EPOCH);
    Fingerprint::of_failure(Category::Lost, &message).to_string()
}

/// What interruptions have in common, however many there were.
fn print_of_interrupted() -> String {
    Fingerprint::of_failure(Category::Timeout, &failure::interrupted(0)).to_string()
}

/// What became of an event.
pub(super) fn applied(reply: &mut Reply) -> Result<Applied, StoreError> {
    let answer = reply.text()?;
    let Some(refused) = answer.strip_prefix('!') else {
        return Ok(Applied::Now(parsed(&answer)?));
    };
    Ok(Applied::Refused(match refused {
        "?" => return Ok(Applied::Unknown),
        "lost" => Refused::LeaseLost,
        "early" => Refused::TooEarly,
        "gone" => Refused::PayloadGone,
        "broken" => return Err(unexpected("something else in a key")),
        _ => match refused.strip_prefix("in ") {
            Some(status) => Refused::Status(parsed(status)?),
            None => return Err(unexpected("another refusal")),
        },
    }))
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn what_the_scripts_know_beforehand_is_what_the_core_finds() {
        let at = Timestamp::EPOCH + Duration::from_micros(1_700_000_000_123_457);
        let print = Fingerprint::of_failure(Category::Lost, &failure::lost(at));
        assert_eq!(print_of_lost(), print.to_string());
        let print = Fingerprint::of_failure(Category::Timeout, &failure::interrupted(100));
        assert_eq!(print_of_interrupted(), print.to_string());
    }
}
