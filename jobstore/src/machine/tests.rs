//! Every status with every event: one table, the same one that the README shows.

use super::*;
use crate::{IdSource, JobId, NewJob};

const LEASE: Duration = Duration::from_secs(30);
const BACKOFF: Duration = Duration::from_secs(5);

fn time(seconds: u64) -> Timestamp {
    Timestamp::EPOCH + Duration::from_secs(seconds)
}

fn id() -> JobId {
    IdSource::default().next(time(0), || [0; 10])
}

fn ready() -> Job {
    Job::new(
        NewJob::new("queue", "kind").max_attempts(2),
        id(),
        time(100),
    )
}

fn claim() -> Event {
    Event::Claim {
        worker: WorkerId::new("worker"),
        lease: LEASE,
    }
}

fn fail(fence: Fence, retry: Retry) -> Event {
    Event::Fail {
        fence,
        category: Category::Unknown,
        message: "no".into(),
        retry,
    }
}

/// A job that came to `status` by its own events, at the second 100.
fn job(status: Status) -> Job {
    let mut job = ready();
    let steps = match status {
        Status::Ready => vec![],
        Status::Scheduled => {
            let new = NewJob::new("queue", "kind").max_attempts(2).delay(BACKOFF);
            return Job::new(new, id(), time(100));
        }
        Status::Running => vec![claim()],
        Status::Retrying => vec![claim(), fail(Fence::new(1), Retry::After(BACKOFF))],
        Status::Done => vec![
            claim(),
            Event::Complete {
                fence: Fence::new(1),
                result: None,
            },
        ],
        Status::Dead => vec![claim(), fail(Fence::new(1), Retry::Never)],
        Status::Cancelled => vec![Event::Cancel],
    };
    for event in steps {
        job.apply(event, time(100)).unwrap();
    }
    assert_eq!(job.status, status);
    job
}

/// The columns of the table: what happens, and when.
fn events(job: &Job) -> Vec<(&'static str, Event, Timestamp)> {
    let (now, later) = (time(101), time(200));
    let fence = job.fence;
    let stale = Fence::new(fence.get() + 1);
    vec![
        ("claim", claim(), now),
        ("claim when due", claim(), later),
        (
            "heartbeat",
            Event::Heartbeat {
                fence,
                lease: LEASE,
            },
            now,
        ),
        (
            "complete",
            Event::Complete {
                fence,
                result: None,
            },
            now,
        ),
        ("fail", fail(fence, Retry::After(BACKOFF)), now),
        ("fail for good", fail(fence, Retry::Never), now),
        ("release", Event::Release { fence }, now),
        (
            "postpone",
            Event::Postpone {
                fence,
                delay: BACKOFF,
            },
            now,
        ),
        (
            "any with a stale fence",
            Event::Complete {
                fence: stale,
                result: None,
            },
            now,
        ),
        ("expire", Event::Expire, now),
        ("expire when over", Event::Expire, later),
        ("cancel", Event::Cancel, now),
    ]
}

fn outcome(mut job: Job, event: Event, now: Timestamp) -> String {
    let before = job.clone();
    match job.apply(event, now) {
        Ok(()) => {
            check(&job);
            job.status.to_string()
        }
        Err(refused) => {
            assert_eq!(job, before, "a refused event must change nothing");
            match refused {
                Refused::LeaseLost => "lease lost".into(),
                Refused::TooEarly => "too early".into(),
                Refused::Status(status) => {
                    assert_eq!(status, before.status);
                    "-".into()
                }
            }
        }
    }
}

/// What holds for every job whatever happened to it.
fn check(job: &Job) {
    assert_eq!(job.lease.is_some(), job.status == Status::Running);
    assert_eq!(job.ended_at.is_some(), job.status.is_final());
    assert!(
        job.lease
            .as_ref()
            .is_none_or(|lease| lease.fence == job.fence)
    );
    assert!(job.attempts <= job.max_attempts);
    assert!(job.errors.len() <= Failure::MAX_HISTORY);
}

#[test]
fn every_status_answers_every_event_as_the_readme_says() {
    let names: Vec<_> = events(&ready())
        .into_iter()
        .map(|(name, ..)| name)
        .collect();
    let mut table = format!(
        "| | {} |\n|---|{}\n",
        Status::ALL.map(Status::name).join(" | "),
        "---|".repeat(7)
    );
    for (row, name) in names.iter().enumerate() {
        let cells = Status::ALL.map(|status| {
            let job = job(status);
            let (_, event, now) = events(&job).swap_remove(row);
            outcome(job, event, now)
        });
        table += &format!("| {name} | {} |\n", cells.join(" | "));
    }
    let readme = include_str!("../../README.md");
    assert!(
        readme.contains(&table),
        "the README's table should read:\n\n{table}"
    );
}

#[test]
fn the_last_attempt_that_fails_is_the_death_of_a_job() {
    let mut job = job(Status::Retrying);
    job.apply(claim(), time(200)).unwrap();
    job.apply(fail(job.fence, Retry::After(BACKOFF)), time(201))
        .unwrap();
    assert_eq!((job.status, job.attempts), (Status::Dead, 2));
    assert_eq!(
        job.errors.iter().map(|e| e.attempt).collect::<Vec<_>>(),
        [1, 2]
    );
    assert_eq!(job.duration(), Some(Duration::from_secs(1)));
}

#[test]
fn a_failed_job_waits_for_its_backoff() {
    let mut job = job(Status::Retrying);
    assert_eq!(job.run_at, time(105));
    assert_eq!(job.apply(claim(), time(104)), Err(Refused::TooEarly));
    assert_eq!(job.apply(claim(), time(105)), Ok(()));
}

#[test]
fn each_claim_raises_the_fence_and_locks_the_earlier_holder_out() {
    let mut job = job(Status::Running);
    let first = job.fence;
    job.apply(Event::Expire, time(130)).unwrap();
    job.apply(claim(), time(131)).unwrap();
    assert!(job.fence > first);
    let late = Event::Complete {
        fence: first,
        result: None,
    };
    assert_eq!(job.apply(late, time(132)), Err(Refused::LeaseLost));
    assert_eq!(job.status, Status::Running);
}

#[test]
fn a_release_gives_the_attempt_back() {
    let mut job = job(Status::Running);
    job.apply(Event::Release { fence: job.fence }, time(101))
        .unwrap();
    assert_eq!((job.attempts, job.lost, job.errors.len()), (0, 0, 0));
}

#[test]
fn a_postponed_job_waits_and_keeps_its_attempts_and_its_history() {
    let mut job = job(Status::Retrying);
    job.apply(claim(), time(105)).unwrap();
    let (errors, fence) = (job.errors.clone(), job.fence);
    let delay = Duration::from_secs(60);
    job.apply(Event::Postpone { fence, delay }, time(110))
        .unwrap();
    assert_eq!((job.status, job.run_at), (Status::Scheduled, time(170)));
    assert_eq!((job.attempts, job.lost), (1, 0));
    assert_eq!(job.errors, errors);
    assert_eq!(job.apply(claim(), time(169)), Err(Refused::TooEarly));
    assert_eq!(job.apply(claim(), time(170)), Ok(()));
}

#[test]
fn a_job_that_loses_every_worker_ends_dead_though_no_attempt_failed() {
    let mut job = ready();
    for round in 1..=Job::MAX_LOST {
        let now = time(1_000 * u64::from(round));
        job.apply(claim(), now).unwrap();
        job.apply(Event::Expire, now + LEASE).unwrap();
        assert_eq!((job.attempts, job.lost), (0, round));
    }
    assert_eq!(job.status, Status::Dead);
    assert!(
        job.errors
            .iter()
            .all(|error| error.category == Category::Lost)
    );
}

#[test]
fn a_heartbeat_never_shortens_a_lease() {
    let mut job = job(Status::Running);
    let short = Event::Heartbeat {
        fence: job.fence,
        lease: Duration::ZERO,
    };
    job.apply(short, time(101)).unwrap();
    assert_eq!(job.lease.as_ref().unwrap().until, time(130));
    let long = Event::Heartbeat {
        fence: job.fence,
        lease: LEASE,
    };
    job.apply(long, time(110)).unwrap();
    assert_eq!(job.lease.unwrap().until, time(140));
}

#[test]
fn the_error_history_keeps_the_newest_and_is_bounded() {
    let mut job = ready();
    job.max_attempts = u32::MAX;
    let count = u32::try_from(Failure::MAX_HISTORY).unwrap() + 5;
    for _ in 0..count {
        let now = job.run_at;
        job.apply(claim(), now).unwrap();
        job.apply(fail(job.fence, Retry::After(BACKOFF)), now)
            .unwrap();
    }
    assert_eq!(job.errors.len(), Failure::MAX_HISTORY);
    assert_eq!(job.errors.last().unwrap().attempt, count);
}
