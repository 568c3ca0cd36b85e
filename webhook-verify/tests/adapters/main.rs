//! The adapters as their peers on the network meet them: real servers on loopback ports, and clients
//! that do what no well-behaved one would.

#![cfg(all(feature = "actix", feature = "axum", feature = "tower"))]

mod actix;
mod axum;
mod delivery;
mod exchange;
mod tower;
