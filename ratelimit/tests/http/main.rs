//! Limits as clients on the network meet them: real servers on loopback ports, and clients that do what
//! no well-behaved one would.

#![cfg(all(feature = "axum", feature = "memory", feature = "tower"))]

mod axum;
mod exchange;
#[cfg(feature = "fallback")]
mod fallback;
mod limits;
mod readiness;
#[cfg(feature = "redis")]
mod redis;
mod server;
mod tower;
