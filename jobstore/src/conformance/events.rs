//! Events as laws send them.

use std::time::Duration;

use super::world::LEASE;
use crate::{By, Category, Event, Fence, Job, Level, Logged, Progress, Retry, WorkerId};

/// How long a job that [`fail`]s waits for its next attempt.
pub(super) const BACKOFF: Duration = Duration::from_secs(5);

pub(super) fn claim() -> Event {
    Event::Claim {
        worker: WorkerId::new("other"),
        lease: LEASE,
    }
}

pub(super) fn heartbeat(job: &Job) -> Event {
    Event::Heartbeat {
        fence: job.fence,
        lease: LEASE,
    }
}

pub(super) fn complete(job: &Job) -> Event {
    Event::Complete {
        fence: job.fence,
        result: None,
    }
}

/// A failure that another attempt may mend.
pub(super) fn fail(job: &Job) -> Event {
    failed(job.fence, Retry::After(BACKOFF))
}

/// A failure that no attempt will mend.
pub(super) fn fail_for_good(job: &Job) -> Event {
    failed(job.fence, Retry::Never)
}

pub(super) fn release(job: &Job) -> Event {
    Event::Release { fence: job.fence }
}

pub(super) fn progress(job: &Job) -> Event {
    Event::Progress {
        fence: job.fence,
        progress: Progress::of(1, 3).note("reading"),
    }
}

pub(super) fn log(job: &Job, text: &str) -> Event {
    Event::Log {
        fence: job.fence,
        line: line(text),
    }
}

pub(super) fn cancel() -> Event {
    Event::Cancel { by: by() }
}

pub(super) fn revive() -> Event {
    Event::Revive { by: by() }
}

/// Who does what people do in these laws.
pub(super) fn by() -> By {
    By::new("person:ada").because("it has to be")
}

/// One of every kind of event.
pub(super) fn every(fence: Fence) -> Vec<Event> {
    let mut events = of_worker(fence);
    events.extend([claim(), Event::Expire, cancel(), revive()]);
    events.push(Event::Flag {
        by: by(),
        assignee: "grace".into(),
    });
    events.push(Event::Resolve { by: by() });
    events
}

/// One of every kind of event that carries a fence.
pub(super) fn of_worker(fence: Fence) -> Vec<Event> {
    vec![
        Event::Heartbeat {
            fence,
            lease: LEASE,
        },
        Event::Progress {
            fence,
            progress: Progress::so_far(7),
        },
        Event::Log {
            fence,
            line: line("so far so good"),
        },
        Event::Complete {
            fence,
            result: None,
        },
        failed(fence, Retry::After(BACKOFF)),
        failed(fence, Retry::Never),
        Event::Release { fence },
        Event::Postpone {
            fence,
            delay: BACKOFF,
        },
    ]
}

fn line(text: &str) -> Logged {
    Logged {
        level: Level::Info,
        text: text.into(),
    }
}

fn failed(fence: Fence, retry: Retry) -> Event {
    Event::Fail {
        fence,
        category: Category::ExternalApi,
        message: "502 \u{2665}\0 from 'upstream'".into(),
        retry,
    }
}
