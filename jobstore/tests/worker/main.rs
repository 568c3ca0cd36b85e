//! The worker, in virtual time: hours of it take no time, and every moment is exact.
#![cfg(feature = "worker")]

mod drain;
mod failure;
mod lease;
mod log;
mod outage;
mod queue;
mod support;
mod threads;
