//! Limits over HTTP. Nothing here needs a runtime.
//!
//! * A [`Gate`] [charges](Charge) requests, and gives the answer for those that may not pass. The layer
//!   for tower and the extractor for axum are made of it.
//! * Whose bucket a request takes from is [said](Identify) by its address behind [`Proxies`]
//!   ([`ByAddress`]), by its API key ([`ByApiKey`]), or by a closure.
//! * [`Fields`] tell a client about its limits, and a [`Problem`] why it is refused.
//! * [`Limits`] are what a client makes of the fields in a response.

mod admitted;
mod by_address;
mod by_api_key;
mod charge;
mod fields;
mod forwarded;
mod gate;
mod limits;
mod names;
mod network;
mod node;
mod partition;
mod problem;
mod proxies;
mod refused;
mod retry_after;
mod seconds;
mod subject;

pub use self::admitted::Admitted;
pub use self::by_address::{ByAddress, Peer};
pub use self::by_api_key::ByApiKey;
pub use self::charge::Charge;
pub use self::fields::{Fields, LegacyReset};
pub use self::gate::Gate;
pub use self::limits::{Limits, Policy, Remaining};
pub use self::network::{Network, ParseNetworkError};
pub use self::partition::{Partition, Partitions};
pub use self::problem::Problem;
pub use self::proxies::{ForwardedIn, Proxies};
pub use self::refused::Refused;
pub use self::subject::{And, Identify, Or, Subject};
