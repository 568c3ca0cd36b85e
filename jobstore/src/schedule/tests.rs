use super::*;
use crate::JobDigest;

const MINUTE: Duration = Duration::from_secs(60);

fn quarterly() -> Schedule {
    Schedule::every("sweep", 15 * MINUTE, NewJob::new("files", "file.sweep")).unwrap()
}

/// So many minutes after the epoch.
fn at(minutes: u32) -> Timestamp {
    Timestamp::EPOCH + minutes * MINUTE
}

fn problem(schedule: Result<Schedule, InvalidSchedule>) -> String {
    schedule.unwrap_err().to_string()
}

#[test]
fn an_interval_is_due_at_its_multiples() {
    let schedule = quarterly();
    assert_eq!(schedule.next(at(0)), Some(at(15)));
    assert_eq!(schedule.next(at(14)), Some(at(15)));
    assert_eq!(schedule.next(at(15) - TICK), Some(at(15)));
    assert_eq!(schedule.next(Timestamp::MAX), None);
    let long = Schedule::every(
        "eon",
        Duration::from_secs(253_402_300_799),
        NewJob::new("q", "k"),
    );
    let long = long.unwrap();
    assert_eq!(long.next(long.next(at(0)).unwrap()), None);
}

#[test]
fn what_is_on_time_is_due_whatever_is_missed() {
    for missed in [Missed::Skip, Missed::Latest, Missed::All { max: 0 }] {
        let schedule = quarterly().missed(missed);
        assert_eq!(schedule.due(at(14), at(15)), [at(15)], "{missed:?}");
        assert_eq!(schedule.due(at(14), at(16)), [at(15)], "{missed:?}");
        assert!(schedule.due(at(15), at(29)).is_empty(), "{missed:?}");
    }
    let seconds = Schedule::every("often", Duration::from_secs(20), NewJob::new("q", "k"));
    let due = seconds.unwrap().missed(Missed::Skip).due(at(0), at(10));
    assert_eq!(due.len(), 4, "those of the last minute");
}

#[test]
fn what_is_missed_is_made_up_for_as_it_is_said() {
    let due = |missed| quarterly().missed(missed).due(at(0), at(70));
    assert!(due(Missed::Skip).is_empty());
    assert_eq!(due(Missed::Latest), [at(60)]);
    assert_eq!(due(Missed::All { max: 3 }), [at(30), at(45), at(60)]);
    assert_eq!(
        due(Missed::All { max: 99 }),
        [at(15), at(30), at(45), at(60)]
    );
    // With one on time, that is the latest.
    assert_eq!(quarterly().due(at(0), at(60)), [at(60)]);
    let all = quarterly().missed(Missed::All { max: 1 });
    assert_eq!(all.due(at(0), at(60)), [at(45), at(60)]);
}

#[test]
fn before_its_start_nothing_is_due() {
    let schedule = quarterly().missed(Missed::All { max: 99 }).starting(at(30));
    assert_eq!(schedule.next(at(0)), Some(at(30)));
    assert_eq!(schedule.next(at(30)), Some(at(45)));
    assert_eq!(schedule.due(at(0), at(50)), [at(30), at(45)]);
    let between = quarterly().starting(at(31));
    assert_eq!(between.next(at(0)), Some(at(45)));
}

#[test]
fn the_beginning_of_time_is_due_once() {
    let all = quarterly().missed(Missed::All { max: 99 });
    assert_eq!(all.due(Timestamp::EPOCH, at(15)), [at(15)]);
    assert!(all.due(Timestamp::EPOCH, Timestamp::EPOCH).is_empty());
}

#[test]
fn a_job_says_what_it_stands_for() {
    let job = quarterly().job(at(15), MINUTE);
    assert_eq!(
        job.metadata[Schedule::SCHEDULED_FOR],
        "1970-01-01T00:15:00Z"
    );
    assert_eq!(job.triggered_by, "schedule:sweep");
    let dedupe = job.dedupe_by().unwrap();
    assert_eq!(dedupe.key, "schedule:sweep:1970-01-01T00:15:00Z");
    assert_eq!(dedupe.window, MINUTE);
    let other = quarterly().job(at(30), MINUTE);
    assert_eq!(JobDigest::of(&job), JobDigest::of(&other));
}

#[test]
fn what_is_wrong_is_said_with_the_name() {
    let job = || NewJob::new("q", "k");
    assert_eq!(
        problem(Schedule::every("fast", Duration::from_millis(999), job())),
        "the schedule \"fast\": its interval is not within a second and eight thousand years"
    );
    assert!(
        problem(Schedule::every("slow", Duration::MAX, job())).starts_with("the schedule \"slow\"")
    );
    assert_eq!(
        problem(Schedule::every("two words", MINUTE, job())),
        "the schedule \"two words\": its name has a character that is not visible ASCII"
    );
    assert_eq!(
        problem(Schedule::every("sweep", MINUTE, NewJob::new("", "k"))),
        "the schedule \"sweep\": the job's queue is empty"
    );
    let crowded = (0..NewJob::MAX_METADATA).fold(job(), |job, n| job.metadata(format!("k{n}"), ""));
    assert!(problem(Schedule::every("sweep", MINUTE, crowded)).contains("metadata"));
}
