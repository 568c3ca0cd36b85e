//! What the servers can be made to do.

use std::fs;
use std::io::{Read as _, Write as _};
use std::net::{Ipv4Addr, TcpStream};
use std::time::Duration;

use redis_fixture::{Cluster, Options, Sentinel, Server};

#[test]
fn a_server_keeps_what_it_is_asked_to_over_a_kill() {
    for (options, kept) in [(Options::new(), "0"), (Options::new().append_only(), "1")] {
        let mut server = Server::start_with(options);
        server.cli(&["SET", "key", "value"]);
        server.kill();
        assert!(TcpStream::connect((Ipv4Addr::LOCALHOST, server.port())).is_err());
        server.restart();
        assert_eq!(server.cli(&["EXISTS", "key"]), kept);
    }
}

#[test]
fn half_a_transaction_is_taken_off_before_a_restart() {
    let mut server = Server::start_with(Options::new().append_only());
    let set_two = "redis.call('SET', 'one', 1) redis.call('SET', 'two', 2)";
    server.cli(&["SET", "key", "value"]);
    server.cli(&["EVAL", set_two, "0"]);
    server.kill();
    let file = server.append_only_file();
    let text = fs::read_to_string(&file).unwrap();
    fs::write(&file, &text[..text.rfind("two").unwrap()]).unwrap();
    for _ in 0..2 {
        server.restart();
        server.cli(&["EVAL", &set_two.replace("two", "three"), "0"]);
        assert_eq!(server.cli(&["MGET", "key", "two"]), "value");
        server.kill();
    }
}

#[test]
fn a_server_that_is_dropped_is_gone() {
    let server = Server::start();
    let port = server.port();
    drop(server);
    assert!(TcpStream::connect((Ipv4Addr::LOCALHOST, port)).is_err());
}

#[test]
fn a_server_asks_for_its_password_and_speaks_tls() {
    let server = Server::start_with(Options::new().password("swordfish").tls());
    assert!(server.url().starts_with("rediss://:swordfish@127.0.0.1:"));
    assert!(server.authority().contains("BEGIN CERTIFICATE"));
    assert_eq!(
        server.cli(&["AUTH", "guess"]).split(' ').next(),
        Some("WRONGPASS")
    );
    assert_eq!(server.cli(&["PING"]), "PONG");
}

#[test]
fn a_server_that_is_paused_goes_on_where_it_stopped() {
    let mut server = Server::start();
    let mut client = TcpStream::connect((Ipv4Addr::LOCALHOST, server.port())).unwrap();
    let moment = Duration::from_millis(100);
    client.set_read_timeout(Some(moment)).unwrap();
    server.pause();
    client.write_all(b"PING\r\n").unwrap();
    let mut answer = [0; 7];
    assert!(client.read_exact(&mut answer).is_err());

    server.resume();
    client.set_read_timeout(None).unwrap();
    client.read_exact(&mut answer).unwrap();
    assert_eq!(&answer, b"+PONG\r\n");
}

#[test]
fn what_is_flushed_is_gone_and_what_is_set_holds() {
    let server = Server::start();
    server.cli(&["SET", "key", "value"]);
    let script = server.cli(&["SCRIPT", "LOAD", "return 1"]);
    server.flush_all();
    server.flush_scripts();
    assert_eq!(server.cli(&["DBSIZE"]), "0");
    assert_eq!(server.cli(&["SCRIPT", "EXISTS", &script]), "0");
    server.config_set("maxmemory-policy", "allkeys-lru");
    let policy = server.cli(&["CONFIG", "GET", "maxmemory-policy"]);
    assert_eq!(policy, "maxmemory-policy\nallkeys-lru");
}

#[test]
fn a_replica_takes_over_with_what_it_has() {
    let mut sentinel = Sentinel::start();
    let first = sentinel.primary().port();
    sentinel.primary().cli(&["SET", "key", "value"]);
    sentinel.wait_for_replica();
    sentinel.fail_over();
    assert_ne!(sentinel.primary().port(), first);
    assert_eq!(sentinel.primary().cli(&["GET", "key"]), "value");
}

#[test]
fn a_replica_that_is_parted_takes_over_without_what_it_missed() {
    let mut sentinel = Sentinel::start();
    sentinel.primary().cli(&["SET", "told", "value"]);
    sentinel.wait_for_replica();
    sentinel.part_replica();
    sentinel.primary().cli(&["SET", "missed", "value"]);
    sentinel.fail_over();
    assert_eq!(sentinel.primary().cli(&["EXISTS", "told"]), "1");
    assert_eq!(sentinel.primary().cli(&["EXISTS", "missed"]), "0");

    sentinel.add_replica();
    sentinel.primary().cli(&["SET", "missed", "value"]);
    sentinel.wait_for_replica();
}

#[test]
fn a_cluster_keeps_what_it_is_asked_to_over_a_kill() {
    let mut cluster = Cluster::start_with(Options::new().append_only());
    let owner = cluster.owner("key");
    let master = &mut cluster.masters()[owner];
    master.cli(&["SET", "key", "value"]);
    master.kill();
    master.restart();
    assert_eq!(master.cli(&["DBSIZE"]), "1");
}

#[test]
fn a_cluster_serves_each_key_by_one_of_its_masters() {
    let mut cluster = Cluster::start();
    for key in ["a", "b", "c", "d", "e", "f"] {
        let owner = cluster.owner(key);
        for (place, master) in cluster.masters().iter().enumerate() {
            let answer = master.cli(&["SET", key, "value"]);
            assert_eq!(answer == "OK", place == owner, "{answer}");
        }
    }
}

#[test]
fn a_cluster_gives_a_slot_from_one_master_to_another() {
    let mut cluster = Cluster::start();
    for to in [0, 1, 2, 2, 0] {
        cluster.move_slot("key", to);
        assert_eq!(cluster.owner("key"), to);
    }
    cluster.masters()[0].cli(&["SET", "key", "value"]);
    assert_eq!(cluster.masters()[0].cli(&["GET", "key"]), "value");
}
