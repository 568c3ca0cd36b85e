//! What a signature vouches for.

/// What a signature vouches for. Anything else in the request may have been changed by whoever sent
/// it on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct Coverage {
    /// The body, every byte of it.
    pub body: bool,
    /// The id of the event, whether it has a header of its own or stands in the body.
    pub id: bool,
    /// The time of the delivery.
    pub timestamp: bool,
}
