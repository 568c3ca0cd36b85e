#![doc = include_str!("../README.md")]
#![no_std]

extern crate alloc;
#[cfg(any(
    feature = "memory",
    feature = "file",
    feature = "http",
    feature = "leases",
    feature = "redis",
    feature = "conformance",
    test
))]
extern crate std;

#[cfg(feature = "axum")]
pub mod axum;
mod bucket;
#[cfg(any(feature = "memory", feature = "leases"))]
mod clock;
#[cfg(feature = "conformance")]
pub mod conformance;
mod decision;
#[cfg(feature = "fallback")]
mod fallback;
#[cfg(feature = "file")]
pub mod file;
#[cfg(feature = "http")]
pub mod http;
#[cfg(any(feature = "file", feature = "redis"))]
mod kept;
#[cfg(feature = "memory")]
mod keyed_hash;
#[cfg(feature = "leases")]
mod leases;
#[cfg(feature = "memory")]
mod lock;
#[cfg(feature = "memory")]
mod memory;
mod migration;
#[cfg(feature = "memory")]
mod patience;
#[cfg(feature = "memory")]
mod permits;
#[cfg(feature = "memory")]
mod queue;
mod quota;
mod quota_text;
#[cfg(feature = "redis")]
pub mod redis;
mod rule;
#[cfg(feature = "store")]
mod store;
#[cfg(feature = "memory")]
mod sync;
#[cfg(feature = "memory")]
mod table;
mod time;
#[cfg(feature = "tower")]
pub mod tower;
mod verdict;

pub use crate::bucket::Bucket;
pub use crate::decision::Decision;
#[cfg(feature = "fallback")]
pub use crate::fallback::{Fallback, Local, WhenDown};
#[cfg(feature = "file")]
pub use crate::file::File;
#[cfg(feature = "leases")]
pub use crate::leases::{LeaseTerms, Leases};
#[cfg(feature = "memory")]
pub use crate::memory::reservation::{Reservation, Reserved};
#[cfg(feature = "memory")]
pub use crate::memory::{Memory, WhenFull};
pub use crate::migration::Migration;
#[cfg(feature = "memory")]
pub use crate::permits::{Admission, Busy, Concurrency, Permit, Permits};
#[cfg(feature = "memory")]
pub use crate::queue::{Queue, Turn};
pub use crate::quota::{Quota, QuotaFault};
pub use crate::quota_text::ParseQuotaError;
#[cfg(feature = "redis")]
pub use crate::redis::Redis;
pub use crate::rule::Rule;
#[cfg(feature = "store")]
pub use crate::store::{Store, StoreError};
pub use crate::time::Time;
pub use crate::verdict::{Ask, MAX_ASKS, TooManyAsks, Verdict};
