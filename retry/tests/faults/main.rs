//! Requests over sockets, to a server that misbehaves.
//!
//! `cargo test -p retry --all-features --test faults -- --nocapture` prints what is repeated after which
//! fault.

mod ask;
#[cfg(feature = "metrics")]
mod counted;
#[cfg(feature = "webpki-roots")]
mod encrypted;
mod guards;
#[cfg(feature = "reqwest")]
mod middleware;
mod misbehaving;
mod peers;
mod recovers;
mod table;
mod world;
