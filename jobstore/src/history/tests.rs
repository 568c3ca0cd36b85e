use proptest::prelude::*;

use super::*;
use crate::{Category, IdSource};

const SECOND: Duration = Duration::from_secs(1);

fn at(seconds: u64) -> Timestamp {
    Timestamp::EPOCH + Duration::from_secs(seconds)
}

fn run(outcome: Outcome, seconds: u64) -> Run {
    Run {
        job: IdSource::default().next(at(seconds), || [0; 10]),
        queue: "mail".into(),
        kind: "mail.welcome".into(),
        attempt: 1,
        outcome,
        category: (outcome == Outcome::Dead).then_some(Category::Timeout),
        waited: 2 * SECOND,
        took: 3 * SECOND,
        at: at(seconds),
    }
}

/// Five windows of ten seconds, and three runs.
fn history() -> History {
    History::new(10 * SECOND, 5, 3)
}

#[test]
fn each_run_counts_once_in_the_window_of_its_end() {
    let mut history = history();
    for (outcome, seconds) in Outcome::ALL.into_iter().zip([100, 109, 110, 119, 120, 129]) {
        history.ran(run(outcome, seconds));
    }
    let counts: Vec<_> = history
        .windows(at(129))
        .map(|window| (window.done, window.failed, window.dead, window.undecided))
        .collect();
    let none = (0, 0, 0, 0);
    assert_eq!(
        counts,
        [none, none, (1, 1, 0, 0), (0, 0, 1, 1), (0, 0, 0, 2)]
    );
    let all = history.over(50 * SECOND, at(129));
    assert_eq!((all.took.count(), all.took.mean()), (6, Some(3 * SECOND)));
    assert_eq!(all.waited.quantile(100), Some(2 * SECOND));
}

#[test]
fn windows_begin_at_whole_multiples_of_their_length_and_end_with_now() {
    let history = history();
    let begins: Vec<_> = history
        .windows(at(129))
        .map(|window| history.begin(&window))
        .collect();
    assert_eq!(begins, [80, 90, 100, 110, 120].map(at));
    let first: Vec<_> = history.windows(at(3)).collect();
    assert_eq!(first.len(), 1, "there is nothing before the epoch");
}

#[test]
fn what_is_older_than_the_windows_reach_is_forgotten() {
    let mut history = history();
    history.enqueued(1, at(100));
    history.enqueued(2, at(149));
    assert_eq!(history.over(100 * SECOND, at(149)).enqueued, 3);
    history.enqueued(4, at(150));
    assert_eq!(history.over(100 * SECOND, at(150)).enqueued, 6);
    assert_eq!(history.kept.len(), 2);
    // A long silence, and nothing of before is left; nor does anything come in that is so old.
    history.enqueued(8, at(1_000));
    history.enqueued(16, at(150));
    assert_eq!(history.over(1_000 * SECOND, at(1_000)).enqueued, 8);
}

#[test]
fn what_comes_late_still_counts_where_it_belongs() {
    let mut history = history();
    history.enqueued(1, at(140));
    history.enqueued(2, at(115));
    let counts: Vec<_> = history
        .windows(at(140))
        .map(|window| window.enqueued)
        .collect();
    assert_eq!(counts, [0, 2, 0, 0, 1]);
}

#[test]
fn the_latest_runs_are_kept_newest_first() {
    let mut history = history();
    for seconds in 1..=5 {
        history.ran(run(Outcome::Done, seconds));
    }
    let latest: Vec<_> = history.latest().map(|run| run.at).collect();
    assert_eq!(latest, [5, 4, 3].map(at));
}

#[test]
fn settings_without_sense_are_moved_into_range() {
    let mut history = History::new(Duration::ZERO, 0, 0);
    history.ran(run(Outcome::Done, 7));
    assert_eq!(history.latest().count(), 0);
    assert_eq!(
        history
            .windows(at(7))
            .map(|window| window.done)
            .sum::<u64>(),
        1
    );
    let mut history = History::new(Duration::MAX, 2, 0);
    history.enqueued(1, Timestamp::MAX);
    assert_eq!(history.windows(Timestamp::MAX).count(), 1);
}

proptest! {
    /// Against a list of all that ever happened.
    #[test]
    fn it_counts_what_a_list_counts(steps in proptest::collection::vec((0..30_u64, 0..60_u64), 1..60)) {
        let mut history = history();
        let mut list = Vec::new();
        let mut now = 1_000;
        for (step, late) in steps {
            now += step;
            history.enqueued(1, at(now - late));
            list.push(now - late);
            let expected: Vec<_> = (0..5_u64)
                .map(|n| now / 10 - 4 + n)
                .map(|number| list.iter().filter(|&&at| at / 10 == number).count() as u64)
                .collect();
            let counted: Vec<_> = history.windows(at(now)).map(|window| window.enqueued).collect();
            prop_assert_eq!(counted, expected);
            prop_assert!(history.kept.len() <= 5);
        }
    }
}
