//! Every status with every event: one table, the same one that the README shows.

use super::*;
use std::time::Duration;

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

fn by() -> By {
    By::new("person:ada").because("it has to be")
}

fn cancel() -> Event {
    Event::Cancel { by: by() }
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
    let fence = Fence::NONE.next(time(100));
    let steps = match status {
        Status::Ready => vec![],
        Status::Scheduled => {
            let new = NewJob::new("queue", "kind").max_attempts(2).delay(BACKOFF);
            return Job::new(new, id(), time(100));
        }
        Status::Running => vec![claim()],
        Status::Retrying => vec![claim(), fail(fence, Retry::After(BACKOFF))],
        Status::Done => vec![
            claim(),
            Event::Complete {
                fence,
                result: None,
            },
        ],
        Status::Dead => vec![claim(), fail(fence, Retry::Never)],
        Status::Cancelled => vec![cancel()],
    };
    for event in steps {
        let _ = job.apply(event, time(100)).unwrap();
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
        (
            "progress",
            Event::Progress {
                fence,
                progress: Progress::of(1, 2),
            },
            now,
        ),
        ("cancel", cancel(), now),
        ("revive", Event::Revive { by: by() }, now),
        (
            "flag",
            Event::Flag {
                by: by(),
                assignee: "grace".into(),
            },
            now,
        ),
        ("resolve", Event::Resolve { by: by() }, now),
    ]
}

fn outcome(mut job: Job, event: Event, now: Timestamp) -> String {
    let before = job.clone();
    match job.apply(event, now) {
        Ok(change) => {
            check_audit(&change, &before, &job);
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
                Refused::PayloadGone => "payload gone".into(),
            }
        }
    }
}

/// The entry of the audit trail tells what has happened, and there is none where nothing has.
fn check_audit(change: &Change, before: &Job, after: &Job) {
    let Some(entry) = &change.audit else {
        assert_eq!(before.status, after.status);
        return;
    };
    assert_eq!(
        (entry.before, entry.after),
        (Some(before.status), Some(after.status))
    );
    assert_eq!((entry.job, entry.fence), (after.id, after.fence));
}

/// What holds for every job whatever happened to it.
fn check(job: &Job) {
    assert_eq!(job.contradiction(), None);
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
    let _ = job.apply(claim(), time(200)).unwrap();
    let _ = job
        .apply(fail(job.fence, Retry::After(BACKOFF)), time(201))
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
    assert!(job.apply(claim(), time(105)).is_ok());
}

#[test]
fn a_claim_that_a_store_has_lost_leaves_no_fence_behind() {
    let kept = ready();
    let mut lost = kept.clone();
    let _ = lost.apply(claim(), time(105)).unwrap();
    let mut job = kept;
    let _ = job.apply(claim(), time(106)).unwrap();
    assert!(job.fence > lost.fence);
    let late = Event::Complete {
        fence: lost.fence,
        result: None,
    };
    assert_eq!(job.apply(late, time(107)), Err(Refused::LeaseLost));
}

#[test]
fn a_clock_that_was_set_back_does_not_take_the_fence_along() {
    let mut job = job(Status::Running);
    let first = job.fence;
    let _ = job
        .apply(Event::Release { fence: first }, time(101))
        .unwrap();
    let _ = job.apply(claim(), time(100)).unwrap();
    assert_eq!(job.fence.get(), first.get() + 1);
}

#[test]
fn each_claim_raises_the_fence_and_locks_the_earlier_holder_out() {
    let mut job = job(Status::Running);
    let first = job.fence;
    let _ = job.apply(Event::Expire, time(130)).unwrap();
    let _ = job.apply(claim(), time(131)).unwrap();
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
    let _ = job
        .apply(Event::Release { fence: job.fence }, time(101))
        .unwrap();
    assert_eq!((job.attempts, job.lost, job.errors.len()), (0, 0, 0));
    assert_eq!(job.interrupted, 1);
}

#[test]
fn a_job_that_is_always_interrupted_ends_dead() {
    let mut job = ready();
    job.max_interrupted = 2;
    for _ in 0..2 {
        let _ = job.apply(claim(), time(101)).unwrap();
        let _ = job
            .apply(Event::Release { fence: job.fence }, time(102))
            .unwrap();
    }
    assert_eq!((job.status, job.attempts), (Status::Dead, 0));
    assert_eq!(job.errors.len(), 1);
}

#[test]
fn a_revived_job_has_an_attempt_and_is_not_held_to_how_it_died() {
    let mut job = job(Status::Dead);
    (job.attempts, job.lost, job.interrupted) = (2, 9, 9);
    let _ = job.apply(Event::Revive { by: by() }, time(300)).unwrap();
    assert_eq!(
        (job.status, job.run_at, job.ended_at),
        (Status::Ready, time(300), None)
    );
    assert_eq!((job.max_attempts, job.lost, job.interrupted), (3, 0, 0));
    assert_eq!(job.errors.len(), 1, "its history stays");

    let mut bare = self::job(Status::Dead);
    bare.payload_gone = true;
    let refused = bare.apply(Event::Revive { by: by() }, time(300));
    assert_eq!(refused, Err(Refused::PayloadGone));
}

#[test]
fn a_dead_job_is_flagged_and_resolved() {
    let mut job = job(Status::Dead);
    let flag = Event::Flag {
        by: by(),
        assignee: "grace".into(),
    };
    let _ = job.apply(flag.clone(), time(300)).unwrap();
    let _ = job.apply(Event::Resolve { by: by() }, time(301)).unwrap();
    let triage = job.triage.clone().unwrap();
    assert_eq!((triage.at, triage.assignee.as_str()), (time(300), "grace"));
    assert_eq!(
        triage.resolution.map(|resolution| resolution.at),
        Some(time(301))
    );
    let _ = job.apply(flag, time(302)).unwrap();
    assert_eq!(
        job.triage.unwrap().resolution,
        None,
        "it waits for a person again"
    );
}

#[test]
fn a_key_is_released_at_death_where_that_was_asked_for() {
    let keyed = NewJob::new("queue", "kind").dedupe("key", LEASE);
    for (new, frees) in [(keyed.clone(), false), (keyed.release_key_at_death(), true)] {
        let mut job = Job::new(new, id(), time(100));
        assert!(!job.apply(claim(), time(100)).unwrap().frees_key);
        assert_eq!(job.apply(cancel(), time(100)).unwrap().frees_key, frees);
    }
}

#[test]
fn a_postponed_job_waits_and_keeps_its_attempts_and_its_history() {
    let mut job = job(Status::Retrying);
    let _ = job.apply(claim(), time(105)).unwrap();
    let (errors, fence) = (job.errors.clone(), job.fence);
    let delay = Duration::from_secs(60);
    let _ = job
        .apply(Event::Postpone { fence, delay }, time(110))
        .unwrap();
    assert_eq!((job.status, job.run_at), (Status::Scheduled, time(170)));
    assert_eq!((job.attempts, job.lost), (1, 0));
    assert_eq!(job.errors, errors);
    assert_eq!(job.apply(claim(), time(169)), Err(Refused::TooEarly));
    assert!(job.apply(claim(), time(170)).is_ok());
}

#[test]
fn a_job_that_loses_every_worker_ends_dead_though_no_attempt_failed() {
    let mut job = ready();
    for round in 1..=NewJob::DEFAULT_MAX_LOST {
        let now = time(1_000 * u64::from(round));
        let _ = job.apply(claim(), now).unwrap();
        let _ = job.apply(Event::Expire, now + LEASE).unwrap();
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
    let _ = job.apply(short, time(101)).unwrap();
    assert_eq!(job.lease.as_ref().unwrap().until, time(130));
    let long = Event::Heartbeat {
        fence: job.fence,
        lease: LEASE,
    };
    let _ = job.apply(long, time(110)).unwrap();
    assert_eq!(job.lease.unwrap().until, time(140));
}

#[test]
fn the_error_history_keeps_the_newest_and_is_bounded() {
    let mut job = ready();
    job.max_attempts = u32::MAX;
    let count = u32::try_from(Failure::MAX_HISTORY).unwrap() + 5;
    for _ in 0..count {
        let now = job.run_at;
        let _ = job.apply(claim(), now).unwrap();
        let _ = job
            .apply(fail(job.fence, Retry::After(BACKOFF)), now)
            .unwrap();
    }
    assert_eq!(job.errors.len(), Failure::MAX_HISTORY);
    assert_eq!(job.errors.last().unwrap().attempt, count);
}
