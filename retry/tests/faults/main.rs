//! Requests over sockets, to a server that misbehaves.
//!
//! `cargo test -p retry --all-features --test faults -- --nocapture` prints what is repeated after which
//! fault.

mod ask;
#[cfg(feature = "metrics")]
mod counted;
mod guards;
mod misbehaving;
mod peers;
mod recovers;
mod table;
mod world;
