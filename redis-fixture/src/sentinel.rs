//! A primary, its replica, and who watches over them.

use crate::{Options, Server, wait};

/// How many sentinels there are, and how many must agree.
const SENTINELS: usize = 3;
const QUORUM: usize = 2;
/// What they call the primary.
const SERVICE: &str = "primary";

/// A primary with a replica, and three sentinels, which make the replica the primary when the primary does
/// not answer for half a second.
#[derive(Debug)]
pub struct Sentinel {
    sentinels: Vec<Server>,
    /// The primary and the replica, in that order.
    servers: Vec<Server>,
}

impl Sentinel {
    /// Starts all, and waits until they know each other.
    ///
    /// # Panics
    ///
    /// If Redis is not installed, or they do not come to know each other.
    pub fn start() -> Self {
        let primary = Server::start_with(options());
        let replica = replica_of(&primary);
        let sentinels = (0..SENTINELS).map(|_| watcher(&primary)).collect();
        let this = Self {
            sentinels,
            servers: vec![primary, replica],
        };
        this.wait_until_complete();
        this
    }

    /// Where clients connect to: the sentinels, and what they call the primary.
    pub fn url(&self) -> String {
        let nodes: Vec<_> = self.sentinels[1..]
            .iter()
            .map(|sentinel| format!("&node=127.0.0.1:{}", sentinel.port()))
            .collect();
        format!(
            "redis-sentinel://127.0.0.1:{}?sentinelServiceName={SERVICE}{}",
            self.sentinels[0].port(),
            nodes.concat()
        )
    }

    /// The server that is the primary now.
    pub fn primary(&mut self) -> &mut Server {
        &mut self.servers[0]
    }

    /// Waits until the replica has all that the primary has written so far.
    pub fn wait_for_replica(&self) {
        let primary = &self.servers[0];
        // With no write on this connection, WAIT asks for all that came before.
        assert_eq!(
            primary.cli(&["WAIT", "1", "10000"]),
            "1",
            "{}",
            primary.log()
        );
    }

    /// Parts the replica from the primary, until the next failover: it does not get what is written from now
    /// on.
    ///
    /// # Panics
    ///
    /// If there is no replica any more.
    pub fn part_replica(&mut self) {
        // While it is paused it cannot connect again.
        self.servers[1].pause();
        let parted = self.servers[0].cli(&["CLIENT", "KILL", "TYPE", "replica"]);
        assert_eq!(parted, "1", "{}", self.servers[0].log());
    }

    /// Starts a replica of the primary after a failover, and waits until it has all keys. The sentinels may not
    /// know it yet.
    ///
    /// # Panics
    ///
    /// If that does not happen.
    pub fn add_replica(&mut self) {
        let replica = replica_of(&self.servers[0]);
        wait::until(
            "a synchronisation",
            || replica.log(),
            || is_synchronised(&replica).then_some(()),
        );
        self.servers.push(replica);
    }

    /// Kills the primary, and waits until the replica is the primary and every sentinel says so.
    ///
    /// # Panics
    ///
    /// If that does not happen, or there is no replica any more.
    pub fn fail_over(&mut self) {
        assert!(self.servers.len() > 1, "no replica is left");
        self.servers.remove(0).kill();
        // It may have been parted from the primary.
        self.servers[0].resume();
        let port = self.servers[0].port().to_string();
        let is_known = |sentinel: &Server| {
            sentinel.answers(
                &["SENTINEL", "get-master-addr-by-name", SERVICE],
                |address| address.lines().nth(1) == Some(&port),
            )
        };
        self.wait_until("a failover", || {
            self.servers[0].answers(&["ROLE"], |role| role.starts_with("master"))
                && self.sentinels.iter().all(is_known)
        });
    }

    fn wait_until_complete(&self) {
        let has = |sentinel: &Server, what: &str, count: usize| {
            let name = format!("{what}\n{count}");
            let describe = ["SENTINEL", "MASTER", SERVICE];
            sentinel.answers(&describe, |state| {
                format!("{state}\n").contains(&format!("{name}\n"))
            })
        };
        self.wait_until("an acquaintance of the sentinels", || {
            self.sentinels.iter().all(|sentinel| {
                has(sentinel, "num-slaves", 1)
                    && has(sentinel, "num-other-sentinels", SENTINELS - 1)
            })
        });
        self.wait_until("a first synchronisation", || {
            is_synchronised(&self.servers[1])
        });
    }

    fn wait_until(&self, what: &str, holds: impl Fn() -> bool) {
        let logs = || self.sentinels.iter().map(Server::log).collect();
        wait::until(what, logs, || holds().then_some(()));
    }
}

/// Without a delay a new replica is served at once.
fn options() -> Options {
    Options::new().directive("repl-diskless-sync-delay 0")
}

fn replica_of(primary: &Server) -> Server {
    Server::start_with(options().directive(format!("replicaof 127.0.0.1 {}", primary.port())))
}

fn is_synchronised(replica: &Server) -> bool {
    replica.answers(&["ROLE"], |role| role.contains("\nconnected\n"))
}

fn watcher(primary: &Server) -> Server {
    let monitor = format!(
        "sentinel monitor {SERVICE} 127.0.0.1 {} {QUORUM}",
        primary.port()
    );
    let options = Options::new()
        .directive(monitor)
        .directive(format!("sentinel down-after-milliseconds {SERVICE} 500"))
        .directive(format!("sentinel failover-timeout {SERVICE} 5000"));
    Server::start_as(options, &["--sentinel"])
}
