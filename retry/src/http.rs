//! What HTTP knows about sending a request again. Nothing here needs a runtime.
//!
//! * [`Repeat`] is whether a request may be sent again at all: by its method, by its
//!   `Idempotency-Key`, and by whether it can [have been sent](Sent).
//! * [`Replay`] is a body that can be sent again, up to a bound.
//! * [`drain()`] gets rid of an answer that nobody wants.

mod drain;
mod repeat;
mod replay;

pub use self::drain::drain;
pub use self::repeat::{IDEMPOTENCY_KEY, Repeat, Sent};
pub use self::replay::{Replay, ReplayError, Sending};
