//! The worker, in virtual time: hours of it take no time, and every moment is exact.
#![cfg(feature = "worker")]

mod ahead;
mod context;
mod drain;
mod failure;
mod lease;
mod log;
mod outage;
mod pause;
mod queue;
mod span;
mod support;
mod threads;
mod together;
