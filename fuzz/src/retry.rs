//! Properties of `retry`.

mod hint;

pub use self::hint::retry_hint;
