//! Killing processes, again and again.

use std::{thread, time::Duration};

use crate::{Result, at, backend::Kept, chance::Chance, crew::Crew, end};

/// How long a process lives at most once it has begun to work, in milliseconds.
const LIFE: u64 = 120;

/// Lets two processes at a time work on one store, and kills each after a while; the next two go on with
/// what they left.
pub(crate) fn kill(kept: &Kept, rounds: u64) -> Result {
    let dir = tempfile::tempdir()?;
    let diary = dir.path().join("history.jsonl");
    let mut chance = Chance::fresh();
    for round in 0..rounds {
        let place = || at(format!("round {round}"));
        let mut crew = Crew::start(&kept.address, &diary, round)?;
        crew.wait_for_work().map_err(place())?;
        let first = chance.below(2) as usize;
        for child in [first, 1 - first] {
            thread::sleep(Duration::from_millis(chance.below(LIFE)));
            crew.kill(child)?;
        }
    }
    end::check(&kept.address, &diary, rounds)
}
