#![doc = include_str!("../README.md")]
#![no_std]

mod backoff;
mod delays;
mod jitter;

pub use backoff::Backoff;
pub use delays::Delays;
pub use jitter::Jitter;
