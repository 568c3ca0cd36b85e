//! Processes that are killed at any moment.

use std::{
    io::{BufRead as _, BufReader},
    path::Path,
    process::Child,
    thread,
};

use crate::{
    Result,
    child::{self, Work},
    ledger::Ledger,
};

const ROUNDS: usize = 12;

/// Two processes at a time work on one file; each is killed after a number of answers, the others go on
/// with what they left.
pub(crate) fn churn() -> Result {
    let dir = tempfile::tempdir()?;
    let path = dir.path().join("jobs.db");
    let mut ledger = Ledger::default();
    for round in 0..ROUNDS {
        let first = child::command(&[], &path, Work::Churn)?.spawn()?;
        let second = child::command(&[], &path, Work::Churn)?.spawn()?;
        // Spread without a pattern, and the same in each run.
        let lines = 20 + round * 7_919 % 400;
        let (first, second) = thread::scope(|scope| {
            let first = scope.spawn(move || kill_after(first, lines));
            let second = scope.spawn(move || kill_after(second, 420 - lines));
            (first.join(), second.join())
        });
        let survived = "the thread does not panic";
        for line in first
            .expect(survived)?
            .into_iter()
            .chain(second.expect(survived)?)
        {
            ledger.note(&line)?;
        }
        check(&ledger, &path).map_err(|error| format!("round {round}: {error}"))?;
    }
    Ok(())
}

fn check(ledger: &Ledger, path: &Path) -> Result {
    let present = ledger.compare(path)?;
    if ledger.enqueued() == 0 || ledger.ended() == 0 {
        return Err(format!("nothing was done: {ledger:?}").into());
    }
    assert!(present >= ledger.enqueued());
    Ok(())
}

/// Reads so many lines, kills the process, and reads what it had written before it died.
fn kill_after(mut child: Child, lines: usize) -> std::io::Result<Vec<String>> {
    let mut output = BufReader::new(child.stdout.take().expect("the output is piped"));
    let mut read = Vec::new();
    loop {
        if read.len() == lines {
            child.kill()?;
        }
        let mut line = String::new();
        if output.read_line(&mut line)? == 0 {
            child.wait()?;
            return Ok(read);
        }
        read.push(line);
    }
}
