//! What HTTP says about limits: the fields that tell a client, what a client makes of them, and who a
//! client is that comes through proxies. Nothing here needs a runtime.

mod fields;
mod limits;
mod names;
mod partition;
mod problem;
mod retry_after;
mod seconds;

pub use self::fields::{Fields, LegacyReset};
pub use self::limits::{Limits, Policy, Remaining};
pub use self::partition::Partition;
pub use self::problem::Problem;
