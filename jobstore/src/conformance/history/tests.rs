use super::*;
use crate::{IdSource, NewJob, Timestamp};

const KEY: &str = "key";

fn jobs() -> [JobId; 2] {
    let mut ids = IdSource::default();
    [(); 2].map(|()| ids.next(Timestamp::EPOCH, || [0; 10]))
}

fn left(id: JobId, status: Status) -> Job {
    let mut job = Job::new(NewJob::new("queue", "kind"), id, Timestamp::EPOCH);
    job.status = status;
    job
}

/// The lines of steps that do not overlap.
fn lines(steps: Vec<(Step, Answer)>) -> Vec<Line> {
    let pair = |(number, (step, answer)): (u64, _)| {
        [Line::Began(number, step), Line::Ended(number, answer)]
    };
    (0..).zip(steps).flat_map(pair).collect()
}

fn check(steps: Vec<(Step, Answer)>, left: &[Job]) -> Result<(), Violation> {
    lines(steps).into_iter().collect::<History>().check(left)
}

fn enqueued(id: JobId) -> (Step, Answer) {
    (Step::Enqueue(KEY.into()), Answer::Enqueued(id))
}

fn claimed(id: JobId, fence: u64) -> (Step, Answer) {
    (Step::Claim, Answer::Claimed(vec![(id, Fence::new(fence))]))
}

fn wrote(id: JobId, fence: u64, status: Status) -> (Step, Answer) {
    let step = Step::Write(id, Fence::new(fence));
    (step, Answer::Wrote(status))
}

#[test]
fn a_life_with_a_lost_lease_is_right() {
    let [id, _] = jobs();
    let steps = vec![
        enqueued(id),
        enqueued(id),
        claimed(id, 1),
        wrote(id, 1, Status::Running),
        claimed(id, 2),
        (Step::Write(id, Fence::new(1)), Answer::Refused),
        wrote(id, 2, Status::Done),
        (Step::Cancel(id), Answer::Refused),
    ];
    assert_eq!(check(steps, &[left(id, Status::Done)]), Ok(()));
}

#[test]
fn each_law_finds_the_store_that_breaks_it() {
    let [id, other] = jobs();
    let done = [left(id, Status::Done)];
    let key = KEY.to_owned();
    let cases = [
        (
            vec![enqueued(id)],
            vec![],
            Violation::Lost {
                key: key.clone(),
                job: id,
            },
        ),
        (
            vec![enqueued(id), enqueued(other)],
            vec![],
            Violation::TwoJobs {
                key,
                jobs: [id, other],
            },
        ),
        (
            vec![claimed(id, 1), claimed(id, 1)],
            vec![],
            Violation::TwoHolders {
                job: id,
                fence: Fence::new(1),
            },
        ),
        (
            vec![claimed(id, 2), claimed(id, 1)],
            vec![],
            Violation::FenceFell {
                job: id,
                fences: [2, 1].map(Fence::new),
            },
        ),
        (
            vec![
                claimed(id, 1),
                claimed(id, 2),
                wrote(id, 1, Status::Running),
            ],
            vec![],
            Violation::StaleWrite {
                job: id,
                fence: Fence::new(1),
                newer: Fence::new(2),
            },
        ),
        (
            vec![wrote(id, 1, Status::Done), claimed(id, 2)],
            vec![],
            Violation::ClaimedAfterItsEnd {
                job: id,
                status: Status::Done,
            },
        ),
        (
            vec![wrote(id, 1, Status::Done), wrote(id, 1, Status::Dead)],
            vec![],
            Violation::EndedTwice {
                job: id,
                ends: [Status::Done, Status::Dead],
            },
        ),
        (
            vec![wrote(id, 1, Status::Done), wrote(id, 1, Status::Ready)],
            vec![],
            Violation::EndedTwice {
                job: id,
                ends: [Status::Done, Status::Ready],
            },
        ),
        (
            vec![wrote(id, 1, Status::Dead)],
            done.to_vec(),
            Violation::Undone {
                job: id,
                told: Status::Dead,
                status: Some(Status::Done),
            },
        ),
        (
            vec![enqueued(id)],
            vec![left(id, Status::Running)],
            Violation::NeverEnded {
                job: id,
                status: Status::Running,
            },
        ),
    ];
    for (steps, left, violation) in cases {
        assert_eq!(check(steps, &left), Err(violation));
    }
}

/// Of two claims that overlap nobody knows which was first; of a write that overlaps a claim neither.
#[test]
fn nothing_is_concluded_of_steps_that_overlap() {
    let [id, _] = jobs();
    let lines = vec![
        Line::Began(1, Step::Claim),
        Line::Began(2, Step::Claim),
        Line::Ended(1, Answer::Claimed(vec![(id, Fence::new(2))])),
        Line::Ended(2, Answer::Claimed(vec![(id, Fence::new(1))])),
        Line::Began(3, Step::Write(id, Fence::new(2))),
        Line::Began(4, Step::Claim),
        Line::Ended(4, Answer::Claimed(vec![(id, Fence::new(3))])),
        Line::Ended(3, Answer::Wrote(Status::Running)),
    ];
    let history: History = lines.into_iter().collect();
    assert_eq!(history.check(&[]), Ok(()));
    assert_eq!((history.len(), history.is_empty()), (8, false));
}

/// Who gave a job back may be told so after the next holder was told that it is done. Of two ends one is wrong
/// all the same.
#[test]
fn a_write_that_overlaps_with_an_end_may_have_come_before_it() {
    let [id, _] = jobs();
    let history = |late| -> History {
        let lines = vec![
            Line::Began(1, Step::Write(id, Fence::new(1))),
            Line::Began(2, Step::Claim),
            Line::Ended(2, Answer::Claimed(vec![(id, Fence::new(2))])),
            Line::Began(3, Step::Write(id, Fence::new(2))),
            Line::Ended(3, Answer::Wrote(Status::Done)),
            Line::Ended(1, Answer::Wrote(late)),
        ];
        lines.into_iter().collect()
    };
    let left = [left(id, Status::Done)];
    assert_eq!(history(Status::Ready).check(&left), Ok(()));
    let ends = [Status::Done, Status::Dead];
    assert_eq!(
        history(Status::Dead).check(&left),
        Err(Violation::EndedTwice { job: id, ends })
    );
}

#[test]
fn an_answer_without_a_question_is_no_history() {
    let history: History = [Line::Ended(7, Answer::Refused)].into_iter().collect();
    assert_eq!(history.check(&[]), Err(Violation::NeverAsked(7)));
}

#[test]
fn a_line_is_one_line_of_json() {
    let [id, _] = jobs();
    for line in lines(vec![
        enqueued(id),
        claimed(id, 7),
        wrote(id, 7, Status::Done),
    ]) {
        let json = serde_json::to_string(&line).unwrap();
        assert!(!json.contains('\n'));
        assert_eq!(serde_json::from_str::<Line>(&json).unwrap(), line);
    }
}
