//! Killing the servers of Redis while processes work, which keep asking.

use std::{path::PathBuf, thread, time::Duration};

use jobstore::Durability;
use redis_fixture::{Cluster, Options, Sentinel, Server};
use tempfile::TempDir;

use crate::{
    Result, at,
    backend::{self, PREFIX},
    chance::Chance,
    crew::Crew,
    end,
};

/// How long a server lives at most once it has begun to answer, in milliseconds.
const LIFE: u64 = 120;

/// A store, and who works on it.
struct Work {
    address: String,
    crew: Crew,
    diary: PathBuf,
    chance: Chance,
    _dir: TempDir,
}

impl Work {
    fn start(address: String) -> Result<Self> {
        let dir = tempfile::tempdir()?;
        let diary = dir.path().join("history.jsonl");
        let mut crew = Crew::start(&address, &diary, 0)?;
        crew.wait_for_work()?;
        Ok(Self {
            address,
            crew,
            diary,
            chance: Chance::fresh(),
            _dir: dir,
        })
    }

    /// Lets them work for a while.
    fn go_on(&mut self) {
        thread::sleep(Duration::from_millis(self.chance.below(LIFE)));
    }

    fn end(self, rounds: u64) -> Result {
        drop(self.crew);
        end::check(&self.address, &self.diary, rounds)
    }
}

/// The only server is killed, and comes back with its file.
pub(crate) fn of_the_server(rounds: u64) -> Result {
    let mut server = Server::start_with(Options::new().append_only());
    let mut work = Work::start(backend::in_redis(&server.url()))?;
    for round in 0..rounds {
        work.go_on();
        server.kill();
        server.restart();
        let next = work.crew.wait_for_another("ended");
        next.map_err(at(format!("round {round}")))?;
    }
    work.end(rounds)
}

/// A server that keeps nothing is killed: it has acknowledged what it did not write.
pub(crate) fn of_a_server_that_forgets() -> Result {
    let mut server = Server::start();
    let mut work = Work::start(backend::in_redis(&server.url()))?;
    work.crew.wait_for_another("enqueued")?;
    server.kill();
    // They would claim jobs of the old and of the new server under the same fences.
    drop(work.crew);
    server.restart();
    end::check(&work.address, &work.diary, 0)
}

/// One of three masters is killed, that of the store, and comes back with its file.
pub(crate) fn of_a_master(rounds: u64) -> Result {
    let mut cluster = Cluster::start_with(Options::new().append_only());
    let owner = cluster.owner(&format!("{{{PREFIX}}}"));
    let mut work = Work::start(backend::in_redis(&cluster.url()))?;
    for round in 0..rounds {
        work.go_on();
        cluster.masters()[owner].kill();
        cluster.masters()[owner].restart();
        let next = work.crew.wait_for_another("ended");
        next.map_err(at(format!("round {round}")))?;
    }
    work.end(rounds)
}

/// The primary is killed, and its replica takes over: it has all that was acknowledged, because the store
/// waited for it.
pub(crate) fn of_the_primary(rounds: u64) -> Result {
    for _ in 0..rounds {
        let mut sentinel = Sentinel::start();
        let mut work = Work::start(backend::on_two_machines(&sentinel.url()))?;
        work.go_on();
        sentinel.fail_over();
        // One machine is not two: nothing is acknowledged until there is another replica.
        sentinel.add_replica();
        work.crew.wait_for_another("enqueued")?;
        work.end(1)?;
    }
    Ok(())
}

/// A store that does not wait says so, and loses what the replica was not told.
pub(crate) fn of_a_primary_alone() -> Result {
    let mut sentinel = Sentinel::start();
    let mut work = Work::start(backend::in_redis(&sentinel.url()))?;
    sentinel.part_replica();
    work.crew.wait_for_another("enqueued")?;
    drop(work.crew);
    sentinel.fail_over();
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    let durability = runtime.block_on(backend::open(&work.address))?.durability();
    if durability != Durability::Server {
        return Err(format!("it says {durability}").into());
    }
    end::check(&work.address, &work.diary, 0)
}
