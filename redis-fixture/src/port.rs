//! Ports of the loopback interface that are free.

use std::hash::{BuildHasher as _, RandomState};
use std::net::{Ipv4Addr, TcpListener};

/// How far the port on which the nodes of a cluster talk to each other is from the one for clients, if
/// nothing else is configured.
const BUS: u16 = 10_000;

/// Where to look. Both a port and its bus are below what systems give to outgoing connections (on Linux
/// from 32768 on), so a server that is down does not lose its port to a client meanwhile.
const FIRST: u16 = 20_000;
const COUNT: u16 = 2_700;

/// A port that nobody listens on, and whose bus nobody listens on, either. Somebody else may take it before
/// it is used: then take another.
///
/// # Panics
///
/// If there is none.
pub(crate) fn free() -> u16 {
    // Processes that look at the same time begin in different places.
    let random = RandomState::new().hash_one(()) % u64::from(COUNT);
    let offsets = (random..u64::from(COUNT)).chain(0..random);
    offsets
        .map(|offset| FIRST + offset as u16)
        .find(|&port| is_free(port) && is_free(port + BUS))
        .expect("one of the ports from 20000 to 22699 is free")
}

fn is_free(port: u16) -> bool {
    TcpListener::bind((Ipv4Addr::LOCALHOST, port)).is_ok()
}
