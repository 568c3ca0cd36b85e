//! The store in a file, in processes that are killed: what was answered is missing from the bucket
//! afterwards, and no more than one call beside it.
//!
//! The test starts this program again as the process that is killed. It writes a line for each answer of
//! the store, so the lines that arrived are what was answered.

use std::env;
use std::error::Error;
use std::io::{self, BufRead as _, BufReader, Write as _};
use std::path::Path;
use std::process::{Command, Stdio};

use libtest_mimic::{Arguments, Failed, Trial};
use ratelimit::{Ask, File, Quota, Rule, Store as _};
use tokio::runtime::{Builder, Runtime};

/// Nothing comes back while the test runs.
static RULE: Rule = Rule::new("slow", Quota::per_day(1).with_burst(1_500));

/// The argument by which this program is the process that is killed.
const MARK: &str = "the-process-that-is-killed";

const ROUNDS: usize = 10;

type Result<T = ()> = std::result::Result<T, Box<dyn Error>>;

fn main() -> Result {
    let mut arguments = env::args_os().skip(1);
    if arguments.next().is_some_and(|first| first == MARK) {
        let path = arguments.next().ok_or("no file is given")?;
        return take_until_killed(Path::new(&path));
    }
    let trial = Trial::test("what_was_answered_survives_a_kill", || {
        kill_and_count().map_err(Failed::from)
    });
    libtest_mimic::run(&Arguments::from_args(), vec![trial]).exit()
}

fn kill_and_count() -> Result {
    let dir = tempfile::tempdir()?;
    let path = dir.path().join("limits.db");
    let mut answered = 0;
    for round in 0..ROUNDS {
        // Spread without a pattern, and the same in each run.
        answered += kill_after(&path, 1 + round * 7_919 % 97)?;
        let taken = RULE.quota().burst() - remaining(&path)?;
        // A process leaves at most the call that it was killed in.
        let most = answered + round as u64 + 1;
        if taken < answered || taken > most {
            return Err(format!("{taken} are taken, and {answered} were answered").into());
        }
    }
    Ok(())
}

/// Starts a process, kills it after so many answers, and counts those that it gave.
fn kill_after(path: &Path, answers: usize) -> Result<u64> {
    let mut child = Command::new(env::current_exe()?)
        .arg(MARK)
        .arg(path)
        .stdout(Stdio::piped())
        .spawn()?;
    let mut lines = BufReader::new(child.stdout.take().ok_or("no output")?).lines();
    for _ in 0..answers {
        lines.next().ok_or("the process has ended by itself")??;
    }
    child.kill()?;
    let late = lines.count();
    child.wait()?;
    Ok((answers + late) as u64)
}

fn take_until_killed(path: &Path) -> Result {
    let (file, runtime) = (File::open(path)?, runtime()?);
    let mut out = io::stdout().lock();
    loop {
        let verdict = runtime.block_on(file.take_all(&[Ask::one(&RULE, "a")]))?;
        if !verdict.is_allowed() {
            return Err("the bucket is empty".into());
        }
        writeln!(out, "taken")?;
    }
}

fn remaining(path: &Path) -> Result<u64> {
    let file = File::open(path)?;
    let look = Ask {
        tokens: 0,
        ..Ask::one(&RULE, "a")
    };
    let verdict = runtime()?.block_on(file.take_all(&[look]))?;
    let (_, decision) = verdict.decisions().next().ok_or("no answer")?;
    Ok(decision.remaining())
}

fn runtime() -> io::Result<Runtime> {
    Builder::new_current_thread().build()
}
