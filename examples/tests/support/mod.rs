//! Drives the real server: starts it, talks to it over sockets, and ends it.

pub(crate) mod delivery;
pub(crate) mod http;
pub(crate) mod metrics;
pub(crate) mod process;
pub(crate) mod upstream;
pub(crate) mod wait;
