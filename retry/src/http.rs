//! What HTTP knows about sending a request again. Nothing here needs a runtime.
//!
//! * [`Terms`] say how often and when, and the layer for tower, the client and the middleware for
//!   reqwest are made of them.
//! * [`Repeat`] is whether a request may be sent again at all: by its method, by its
//!   `Idempotency-Key`, and by whether it can [have been sent](Sent).
//! * [`failure`] is what an answer says about another attempt.
//! * [`Replay`] is a body that can be sent again, up to a bound.
//! * [`drain()`] gets rid of an answer that nobody wants.

mod drain;
#[cfg(any(feature = "tower", feature = "client", feature = "reqwest"))]
pub(crate) mod exchange;
mod fault;
mod repeat;
mod replay;
mod retrying;
mod status;
mod terms;

pub use self::drain::drain;
pub use self::fault::Fault;
pub use self::repeat::{IDEMPOTENCY_KEY, Repeat, Sent, WasSent};
pub use self::replay::{Replay, ReplayError, Sending};
pub use self::retrying::Retrying;
#[cfg(feature = "client")]
pub(crate) use self::status::failed;
pub use self::status::failure;
pub use self::terms::Terms;
