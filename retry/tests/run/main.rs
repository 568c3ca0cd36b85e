//! Closures that are called until they work, in virtual time.
#![cfg(feature = "tokio")]

use std::time::Duration;

use retry::{Backoff, Jitter};

mod calls;
mod cost;
mod flaky;
mod guards;
mod threads;

const SECOND: Duration = Duration::from_secs(1);
const EXACT: Backoff = Backoff::exponential().base(SECOND).jitter(Jitter::None);
