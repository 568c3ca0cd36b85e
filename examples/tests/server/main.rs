//! The reference server as its users meet it: over sockets, with the environment as its configuration.

#[path = "../support/mod.rs"]
mod support;

mod api;
mod challenges;
mod crash;
mod deliveries;
mod drain;
mod forward;
mod health;
mod hostile;
mod http2;
mod limits;
mod logs;
mod manual;
mod metrics;
mod misconfiguration;
mod outage;
mod redis;
mod schemes;
mod storm;
