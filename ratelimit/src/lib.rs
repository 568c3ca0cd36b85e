#![doc = include_str!("../README.md")]
#![no_std]

extern crate alloc;
#[cfg(any(feature = "memory", test))]
extern crate std;

mod bucket;
mod decision;
#[cfg(feature = "memory")]
mod memory;
mod migration;
mod quota;
mod quota_text;
mod rule;
#[cfg(feature = "memory")]
mod table;
mod time;
#[cfg(feature = "memory")]
mod verdict;

pub use crate::bucket::Bucket;
pub use crate::decision::Decision;
#[cfg(feature = "memory")]
pub use crate::memory::{Memory, WhenFull};
pub use crate::migration::Migration;
pub use crate::quota::{Quota, QuotaFault};
pub use crate::quota_text::ParseQuotaError;
pub use crate::rule::Rule;
pub use crate::time::Time;
#[cfg(feature = "memory")]
pub use crate::verdict::{Ask, MAX_ASKS, TooManyAsks, Verdict};
