//! Processes that enqueue and work, and are killed at any moment: what they were answered must be a right
//! history, whichever store they use.
//!
//! The tests start this program again as the processes that are killed. `CRASH_ROUNDS` says how often
//! that happens for each store; `make crash` asks for 500.

use std::{env, fmt::Display};

use libtest_mimic::{Arguments, Failed, Trial};

mod backend;
mod chance;
mod child;
mod diary;
mod rounds;

fn main() {
    let mut arguments = env::args().skip(1);
    if arguments.next().is_some_and(|first| first == child::MARK) {
        return child::run(arguments);
    }
    let trials = vec![trial(
        "killed_processes_leave_a_right_history_in_a_file",
        || rounds::kill(backend::Kept::in_a_file()?),
    )];
    libtest_mimic::run(&Arguments::from_args(), trials).exit();
}

type Result<T = (), E = Box<dyn std::error::Error>> = std::result::Result<T, E>;

fn trial(name: &str, test: impl FnOnce() -> Result + Send + 'static) -> Trial {
    Trial::test(name, move || test().map_err(Failed::from))
}

/// An error of the test itself or of the store, with where it came up.
fn at(
    place: impl Display,
) -> impl FnOnce(Box<dyn std::error::Error>) -> Box<dyn std::error::Error> {
    move |error| format!("{place}: {error}").into()
}
