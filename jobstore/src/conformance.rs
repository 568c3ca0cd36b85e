//! The laws.

/// x
#[macro_export]
macro_rules! conformance { ($($t:tt)*) => {}; }
