//! Limits in Redis, over real servers: alone, with TLS, behind Sentinel, as a cluster; killed, paused,
//! flushed, and with what does not belong there.

mod client;
mod cluster;
mod faults;
mod histories;
mod laws;
mod leases;
mod line;
mod lost_answers;
mod migrations;
mod outage;
mod sentinel;
mod setup;
mod sharing;
mod together;
mod world;
