//! Servers that share the keys among them.

use std::process::Command;

use crate::{Options, Server, wait};

/// How many masters there are: the fewest that can outvote one.
const MASTERS: usize = 3;

/// A cluster of three masters, without replicas.
#[derive(Debug)]
pub struct Cluster {
    masters: Vec<Server>,
}

impl Cluster {
    /// Starts the masters, and waits until each serves its share.
    ///
    /// # Panics
    ///
    /// If Redis is not installed, or they do not become a cluster.
    pub fn start() -> Self {
        Self::start_with(Options::new())
    }

    /// As [`start`](Self::start), and each master with these options.
    ///
    /// # Panics
    ///
    /// If Redis is not installed, or they do not become a cluster.
    pub fn start_with(options: Options) -> Self {
        let options = || {
            let options = options.clone();
            options
                .directive("cluster-enabled yes")
                .directive("cluster-node-timeout 2000")
        };
        let masters: Vec<_> = (0..MASTERS)
            .map(|_| Server::start_with(options()))
            .collect();
        join(&masters);
        Self { masters }
    }

    /// Where clients connect to: all masters.
    pub fn url(&self) -> String {
        let nodes: Vec<_> = self.masters[1..]
            .iter()
            .map(|master| format!("node=127.0.0.1:{}", master.port()))
            .collect();
        format!(
            "redis-cluster://127.0.0.1:{}?{}",
            self.masters[0].port(),
            nodes.join("&")
        )
    }

    /// The masters.
    pub fn masters(&mut self) -> &mut [Server] {
        &mut self.masters
    }

    /// The place among the masters of the one that serves `key`.
    ///
    /// # Panics
    ///
    /// If a master does not answer, or none serves the key.
    pub fn owner(&self, key: &str) -> usize {
        let serves = |master: &Server| !master.cli(&["EXISTS", key]).starts_with("MOVED");
        let owner = self.masters.iter().position(serves);
        owner.expect("every key is served")
    }

    /// Gives the slot of `key`, in which there must not be any key yet, to the master in the place `to`, and
    /// waits until all masters say so.
    ///
    /// # Panics
    ///
    /// If the slot is not empty, or a master does not answer.
    pub fn move_slot(&mut self, key: &str, to: usize) {
        let from = self.owner(key);
        if from == to {
            return;
        }
        let slot = self.masters[to].cli(&["CLUSTER", "KEYSLOT", key]);
        let ids: Vec<_> = self
            .masters
            .iter()
            .map(|master| master.cli(&["CLUSTER", "MYID"]))
            .collect();
        // The new owner first: it takes the slot with an epoch that outdoes those of the others.
        let steps = [
            (to, "IMPORTING", from),
            (from, "MIGRATING", to),
            (to, "NODE", to),
            (from, "NODE", to),
        ];
        for (master, state, other) in steps {
            let set = ["CLUSTER", "SETSLOT", &slot, state, &ids[other]];
            assert_eq!(self.masters[master].cli(&set), "OK", "{state}");
        }
        let moved = format!("MOVED {slot} 127.0.0.1:{}", self.masters[to].port());
        let logs = || self.masters.iter().map(Server::log).collect();
        wait::until("a move of a slot", logs, || {
            let knows = |(place, master): (usize, &Server)| {
                place == to || master.answers(&["EXISTS", key], |answer| answer == moved)
            };
            self.masters.iter().enumerate().all(knows).then_some(())
        });
    }
}

/// Makes a cluster of servers that are none yet.
fn join(masters: &[Server]) {
    let addresses = masters
        .iter()
        .map(|master| format!("127.0.0.1:{}", master.port()));
    let output = Command::new("redis-cli")
        .args(["--cluster", "create"])
        .args(addresses)
        .args(["--cluster-yes", "--cluster-replicas", "0"])
        .output()
        .expect("it was there a moment ago");
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(
        output.status.success(),
        "redis-cli --cluster create: {said}"
    );
    let logs = || masters.iter().map(Server::log).collect();
    wait::until("a cluster", logs, || {
        let serves = |master: &Server| {
            master.answers(&["CLUSTER", "INFO"], |info| {
                info.contains("cluster_state:ok")
            })
        };
        masters.iter().all(serves).then_some(())
    });
}
