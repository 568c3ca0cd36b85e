//! Events as laws send them.

use std::time::Duration;

use super::world::LEASE;
use crate::{Category, Event, Fence, Job, Retry, WorkerId};

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

/// One of every kind of event.
pub(super) fn every(fence: Fence) -> Vec<Event> {
    let mut events = of_worker(fence);
    events.extend([claim(), Event::Expire, Event::Cancel]);
    events
}

/// One of every kind of event that carries a fence.
pub(super) fn of_worker(fence: Fence) -> Vec<Event> {
    vec![
        Event::Heartbeat {
            fence,
            lease: LEASE,
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

fn failed(fence: Fence, retry: Retry) -> Event {
    Event::Fail {
        fence,
        category: Category::ExternalApi,
        message: "502 \u{2665}\0 from 'upstream'".into(),
        retry,
    }
}
