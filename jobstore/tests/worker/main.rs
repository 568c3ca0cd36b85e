//! The worker, in virtual time: hours of it take no time, and every moment is exact.
#![cfg(feature = "worker")]

mod ahead;
mod batch;
#[cfg(feature = "conformance")]
mod chaos;
mod classify;
mod context;
mod doctor;
mod drain;
mod failure;
mod kinds;
mod lease;
mod log;
#[cfg(feature = "metrics")]
mod metrics;
mod observe;
mod outage;
mod pause;
mod queue;
mod rate;
#[cfg(feature = "recovery")]
mod recovery;
#[cfg(feature = "redis")]
mod redis;
mod schedule;
mod span;
mod support;
mod threads;
mod together;
#[cfg(feature = "tower")]
mod tower;
mod typed;
