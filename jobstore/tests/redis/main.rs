//! Jobs in Redis, over real servers: alone, with TLS, behind Sentinel, as a cluster; killed, paused,
//! flushed, and with what does not belong there.

mod client;
mod cluster;
mod durability;
mod erase;
mod examine;
mod faults;
mod half_a_step;
mod laws;
mod line;
mod look;
mod lost_answers;
mod peers;
mod sentinel;
mod setup;
mod together;
mod unreadable;
mod wake;
mod world;
