//! Properties of `ratelimit`.

mod client;
mod fields;

pub use self::client::ratelimit_client;
pub use self::fields::ratelimit_fields;
