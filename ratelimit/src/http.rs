//! What HTTP says about limits: the fields that tell a client, what a client makes of them, and who a
//! client is that comes through proxies. Nothing here needs a runtime.

mod fields;
mod forwarded;
mod limits;
mod names;
mod network;
mod node;
mod partition;
mod problem;
mod proxies;
mod retry_after;
mod seconds;

pub use self::fields::{Fields, LegacyReset};
pub use self::limits::{Limits, Policy, Remaining};
pub use self::network::{Network, ParseNetworkError};
pub use self::partition::Partition;
pub use self::problem::Problem;
pub use self::proxies::{ForwardedIn, Proxies};
