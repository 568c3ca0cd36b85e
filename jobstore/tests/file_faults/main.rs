//! The file store under a disk that fails and in a process that is killed: what was acknowledged is
//! there afterwards, and nothing is there twice.
//!
//! The tests start this program again as the process that meets the fault. It writes a line to its
//! standard output for each answer of the store, so the lines that arrived are what was acknowledged.
//!
//! Of the many writes some fail, and with `FAULTS_AT_EVERY_CALL=1`, as in `make crash`, each of them.

use std::env;

use libtest_mimic::{Arguments, Failed, Trial};

mod child;
mod disk;
mod kill;
mod ledger;
mod verbs;

fn main() {
    let mut arguments = env::args_os().skip(1);
    if arguments.next().is_some_and(|first| first == child::MARK) {
        return child::run(arguments);
    }
    let mut trials = vec![trial(
        "nothing_acknowledged_is_lost_when_processes_are_killed",
        kill::churn,
    )];
    if cfg!(target_os = "linux") {
        trials.extend([
            trial("a_sync_that_fails_stops_the_store", disk::sync_fails),
            trial("a_write_that_fails_stops_the_store", disk::write_fails),
            trial("a_full_disk_stops_the_store", disk::disk_is_full),
            trial("a_kill_at_a_sync_loses_nothing", disk::killed_at_sync),
            trial("a_kill_at_a_write_loses_nothing", disk::killed_at_write),
            trial(
                "a_kill_in_a_verb_leaves_all_of_it_or_nothing",
                disk::killed_in_a_verb,
            ),
            trial(
                "a_fault_in_a_verb_leaves_all_of_it_or_nothing",
                disk::verb_fails,
            ),
            trial(
                "a_kill_at_the_creation_leaves_a_usable_file",
                disk::killed_while_creating,
            ),
        ]);
    }
    libtest_mimic::run(&Arguments::from_args(), trials).exit();
}

type Result<T = (), E = Box<dyn std::error::Error>> = std::result::Result<T, E>;

fn trial(name: &str, test: fn() -> Result) -> Trial {
    Trial::test(name, move || test().map_err(Failed::from))
}
