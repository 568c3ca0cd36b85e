//! Processes that enqueue and work, and are killed at any moment, and servers of Redis that are killed under
//! them: what the processes were answered must be a right history, whichever store they use. Stores that are
//! wrong are caught.
//!
//! The tests start this program again as the processes that are killed. `CRASH_ROUNDS` says how often
//! that happens for each store; `make crash` asks for 500.

use std::{env, fmt::Display};

use jobstore::conformance::history::Violation;
use libtest_mimic::{Arguments, Failed, Trial};

use crate::{backend::Kept, flawed::Flaw};

mod backend;
mod chance;
mod child;
mod crew;
mod diary;
mod end;
mod flawed;
mod outage;
mod rounds;

/// How many rounds there are when nothing is said.
const ROUNDS: u64 = 25;
/// How many rounds catch a store that is wrong in most cases. A fault shows only if a process dies, or is late,
/// at the right moment: each try has a store of its own, and so many tries that all of them miss are not met.
const FEW: u64 = 10;
const TRIES: u64 = 40;

fn main() {
    let mut arguments = env::args().skip(1);
    if arguments.next().is_some_and(|first| first == child::MARK) {
        return child::run(arguments);
    }
    let trials = vec![
        trial("killed_processes_leave_a_right_history_in_a_file", || {
            rounds::kill(&Kept::in_a_file()?, rounds()?)
        }),
        trial("killed_processes_leave_a_right_history_in_redis", || {
            rounds::kill(&Kept::in_redis(), rounds()?)
        }),
        trial("a_server_that_is_killed_keeps_what_it_acknowledged", || {
            outage::of_the_server(rounds()?)
        }),
        // A master is let back into its cluster after two seconds, and a replica is chosen within some.
        trial("a_master_that_is_killed_keeps_what_it_acknowledged", || {
            outage::of_a_master(rounds()?.div_ceil(20))
        }),
        trial("a_failover_keeps_what_the_replica_acknowledged", || {
            outage::of_the_primary(rounds()?.div_ceil(50))
        }),
        trial("a_failover_loses_what_nobody_waited_for", || {
            caught(outage::of_a_primary_alone, |violation| {
                matches!(violation, Violation::Lost { .. })
            })
        }),
        trial("a_server_that_forgets_is_caught", || {
            caught(outage::of_a_server_that_forgets, |violation| {
                matches!(violation, Violation::Lost { .. })
            })
        }),
        trial("a_store_that_writes_after_its_answer_is_caught", || {
            let test = || rounds::kill(&Kept::in_a_file()?.with(Flaw::Hasty), FEW);
            caught(test, |violation| {
                // What shows depends on when the second claim came: after the end that was told, on its way
                // then, or before it, of which a store that does not look knows nothing.
                matches!(
                    violation,
                    Violation::ClaimedAfterItsEnd { .. }
                        | Violation::EndedTwice { .. }
                        | Violation::StaleWrite { .. }
                )
            })
        }),
        trial("a_store_that_ignores_fences_is_caught", || {
            let test = || rounds::kill(&Kept::in_a_file()?.with(Flaw::Unfenced), FEW);
            caught(test, |violation| {
                matches!(violation, Violation::StaleWrite { .. })
            })
        }),
    ];
    libtest_mimic::run(&Arguments::from_args(), trials).exit();
}

type Result<T = (), E = Box<dyn std::error::Error>> = std::result::Result<T, E>;

fn trial(name: &str, test: impl FnOnce() -> Result + Send + 'static) -> Trial {
    Trial::test(name, move || test().map_err(Failed::from))
}

fn rounds() -> Result<u64> {
    Ok(env::var("CRASH_ROUNDS").map_or(Ok(ROUNDS), |text| text.parse())?)
}

/// A test of a store that is wrong: it passes as soon as a history shows this.
fn caught(test: impl Fn() -> Result, expected: fn(&Violation) -> bool) -> Result {
    for _ in 0..TRIES {
        let Err(error) = test() else { continue };
        return match error.downcast_ref::<Violation>() {
            Some(violation) if expected(violation) => Ok(()),
            _ => Err(error),
        };
    }
    Err("the history is right, and the store is not".into())
}

/// An error of the test itself or of the store, with where it came up.
fn at(
    place: impl Display,
) -> impl FnOnce(Box<dyn std::error::Error>) -> Box<dyn std::error::Error> {
    move |error| format!("{place}: {error}").into()
}
