//! A disk that fails at the n-th call, by means of `strace`, which makes system calls fail on purpose.

use std::{env, path::Path, process::Output};

use jobstore::File;

use crate::{
    Result,
    child::{self, FILL, Work},
    ledger::Ledger,
    verbs::{self, VERBS},
};

/// The calls of the writer's thread while the child works: some syncs, and many writes.
const SYNCS: Calls = Calls {
    names: "fsync,fdatasync",
    step: 1,
    last: FILL,
};
const WRITES: Calls = Calls {
    names: "pwrite64",
    step: 11,
    last: 12 * FILL,
};

/// The same while the child does one of each verb.
const SYNCS_OF_VERBS: Calls = Calls {
    last: VERBS,
    ..SYNCS
};
const WRITES_OF_VERBS: Calls = Calls {
    step: 13,
    last: 14 * VERBS,
    ..WRITES
};

/// Which calls are to fail: one of these in each run.
#[derive(Clone, Copy)]
struct Calls {
    names: &'static str,
    /// Every so many of them, unless `FAULTS_AT_EVERY_CALL` is set.
    step: usize,
    last: usize,
}

impl Calls {
    fn each(self) -> impl Iterator<Item = usize> {
        let every = env::var_os("FAULTS_AT_EVERY_CALL").is_some();
        (1..=self.last).step_by(if every { 1 } else { self.step })
    }
}

pub(crate) fn sync_fails() -> Result {
    while_working(SYNCS, "error=EIO", Fate::Stops)
}

pub(crate) fn write_fails() -> Result {
    while_working(WRITES, "error=EIO", Fate::Stops)
}

pub(crate) fn disk_is_full() -> Result {
    while_working(WRITES, "error=ENOSPC", Fate::Stops)
}

pub(crate) fn killed_at_sync() -> Result {
    while_working(SYNCS, "signal=KILL", Fate::Dies)
}

pub(crate) fn killed_at_write() -> Result {
    while_working(WRITES, "signal=KILL", Fate::Dies)
}

pub(crate) fn killed_while_creating() -> Result {
    each(WRITES, "signal=KILL", Fate::Dies, |_| Ok(()))?;
    each(SYNCS, "signal=KILL", Fate::Dies, |_| Ok(())).map(drop)
}

pub(crate) fn killed_in_a_verb() -> Result {
    in_a_verb(SYNCS_OF_VERBS, "signal=KILL")?;
    in_a_verb(WRITES_OF_VERBS, "signal=KILL")
}

pub(crate) fn verb_fails() -> Result {
    in_a_verb(SYNCS_OF_VERBS, "error=EIO")?;
    in_a_verb(WRITES_OF_VERBS, "error=EIO")
}

/// What becomes of the child.
#[derive(Clone, Copy, PartialEq)]
enum Fate {
    /// It gets an error, and then refuses everything.
    Stops,
    /// It is killed.
    Dies,
}

/// Lets the calls fail in a file that is there already.
fn while_working(calls: Calls, fault: &str, fate: Fate) -> Result {
    let met = each(calls, fault, fate, |path| {
        drop(File::open(path)?);
        Ok(())
    })?;
    let runs = calls.each().count();
    if met < runs / 2 {
        return Err(format!("only {met} of {runs} faults came between two answers").into());
    }
    Ok(())
}

/// Lets one call fail, a later one in each run, and sees what is there afterwards. Returns how often that
/// was between two answers of the store.
fn each(calls: Calls, fault: &str, fate: Fate, prepare: impl Fn(&Path) -> Result) -> Result<usize> {
    let mut met = 0;
    for call in calls.each() {
        let dir = tempfile::tempdir()?;
        let path = dir.path().join("jobs.db");
        prepare(&path)?;
        let output = run(
            &path,
            calls.names,
            &format!("{fault}:when={call}"),
            Work::Fill,
        )?;
        let between = judge(&path, &output, fate)
            .map_err(|error| format!("call {call} of {} with {fault}: {error}", calls.names))?;
        met += usize::from(between);
    }
    Ok(met)
}

/// Lets one call fail while the child does one of each verb. The verb that was not answered must have
/// happened in whole or not at all, and those before it must have happened.
fn in_a_verb(calls: Calls, fault: &str) -> Result {
    let looks = verbs::looks()?;
    let mut met = 0;
    for call in calls.each() {
        let dir = tempfile::tempdir()?;
        let path = dir.path().join("jobs.db");
        drop(File::open(&path)?);
        let inject = format!("{fault}:when={call}");
        let output = run(&path, calls.names, &inject, Work::Verbs)?;
        let said = String::from_utf8(output.stdout)?;
        let done = said.lines().filter(|line| *line == "done").count();
        let look = verbs::look_at(&path)
            .map_err(|error| format!("call {call} of {} with {fault}: {error}", calls.names))?;
        if !looks[done..].iter().take(2).any(|other| *other == look) {
            let wrong = format!(
                "after {done} verbs and {fault} at call {call} of {}",
                calls.names
            );
            return Err(format!("{wrong}:\n{look}\ninstead of\n{}", looks[done]).into());
        }
        met += usize::from(done < VERBS);
    }
    let runs = calls.each().count();
    if met < runs / 2 {
        return Err(format!("only {met} of {runs} faults came before the last answer").into());
    }
    Ok(())
}

fn run(path: &Path, calls: &str, fault: &str, work: Work) -> Result<Output> {
    let trace = format!("trace={calls}");
    let inject = format!("inject={calls}:{fault}");
    let strace = [
        "strace",
        "-f",
        "-qq",
        "-o",
        "/dev/null",
        "-e",
        &trace,
        "-e",
        &inject,
    ];
    let output = child::command(&strace, path, work)?
        .output()
        .map_err(|error| format!("strace is needed (`make test` installs it): {error}"))?;
    Ok(output)
}

/// Compares what the child said with what is in the file. Says whether the fault came
/// between two answers.
fn judge(path: &Path, output: &Output, fate: Fate) -> Result<bool> {
    let said = String::from_utf8(output.stdout.clone())?;
    let mut ledger = Ledger::default();
    let mut failed = false;
    for line in said.split_inclusive('\n') {
        match line.split_once(' ') {
            Some(("enqueued", _)) if !failed => ledger.note(line)?,
            Some(("failed", _)) if !failed => failed = true,
            Some(("refused", why)) if failed && why.contains("must be opened again") => {}
            _ => return Err(format!("not expected after a fault: {said}").into()),
        }
    }
    // The job whose enqueue failed or was cut short may be there or not; all others must.
    let present = ledger.compare(path)?;
    let acknowledged = ledger.enqueued();
    if !(acknowledged..=acknowledged + 1).contains(&present) {
        return Err(format!("{acknowledged} were acknowledged, {present} are there").into());
    }
    let cut_short = match fate {
        Fate::Stops => failed,
        Fate::Dies => !output.status.success(),
    };
    if !cut_short && acknowledged != FILL {
        return Err(format!("no fault, and {acknowledged} of {FILL} jobs: {output:?}").into());
    }
    Ok(cut_short && (1..FILL).contains(&acknowledged))
}
