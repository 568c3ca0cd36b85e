#![doc = include_str!("../README.md")]
#![no_std]

#[cfg(feature = "std")]
extern crate alloc;
#[cfg(any(feature = "std", test))]
extern crate std;

mod backoff;
#[cfg(feature = "std")]
mod blocking;
#[cfg(feature = "std")]
mod breaker;
mod budget;
#[cfg(feature = "std")]
mod bulkhead;
mod call;
#[cfg(feature = "client")]
pub mod client;
mod delays;
mod failure;
mod gave_up;
mod guard;
#[cfg(feature = "std")]
mod hedge;
mod hint;
mod history;
#[cfg(feature = "http")]
pub mod http;
mod jitter;
#[cfg(feature = "std")]
pub mod nesting;
mod policy;
mod random;
mod reason;
#[cfg(feature = "reqwest")]
pub mod reqwest;
#[cfg(feature = "std")]
mod run;
mod sync;
#[cfg(feature = "std")]
mod throttle;
#[cfg(feature = "std")]
mod timer;
#[cfg(feature = "tower")]
pub mod tower;
#[cfg(any(feature = "client", feature = "reqwest"))]
mod unsent;

pub use crate::backoff::Backoff;
#[cfg(feature = "std")]
pub use crate::blocking::{Thread, blocking};
#[cfg(feature = "std")]
pub use crate::breaker::{
    Admission, Breaker, BreakerOpen, BreakerPolicy, BreakerState, Counts, Transition,
};
pub use crate::budget::{Budget, BudgetedAttempt, Withdrawal};
#[cfg(feature = "std")]
pub use crate::budget::{Budgets, HostBudget};
#[cfg(feature = "std")]
pub use crate::bulkhead::{Bulkhead, Permit};
pub use crate::call::{Call, Next};
pub use crate::delays::Delays;
pub use crate::failure::{Failure, FailureKind};
pub use crate::gave_up::GaveUp;
pub use crate::guard::Guard;
#[cfg(feature = "std")]
pub use crate::hedge::Hedge;
pub use crate::hint::Hint;
pub use crate::history::History;
pub use crate::jitter::Jitter;
pub use crate::policy::Policy;
pub use crate::reason::Reason;
#[cfg(feature = "std")]
pub use crate::run::{EveryError, Retry, Retrying, Run, Unwatched, retry};
#[cfg(feature = "std")]
pub use crate::throttle::Throttle;
#[cfg(all(feature = "std", not(feature = "tokio")))]
pub use crate::timer::NoTimer;
#[cfg(feature = "std")]
pub use crate::timer::Timer;
#[cfg(feature = "tokio")]
pub use crate::timer::Tokio;
