//! What a signature vouches for.

/// What a signature vouches for. Anything else in the request may have been changed by whoever sent
/// it on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct Coverage {
    /// The body.
    pub body: BodyCoverage,
    /// The id of the event, whether it has a header of its own or stands in the body.
    pub id: bool,
    /// The time of the delivery.
    pub timestamp: bool,
    /// The address, with its query.
    pub url: bool,
    /// The method.
    pub method: bool,
}

/// How much of a body a signature vouches for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum BodyCoverage {
    /// Nothing: whoever saw one delivery can put another body under its signature.
    Nothing,
    /// A checksum, for which other bodies are easily made.
    Checksum,
    /// Some of its fields. The others may have been changed.
    Fields,
    /// Every byte, through a cryptographic hash which is signed.
    Hash,
    /// Every byte.
    Whole,
}

impl BodyCoverage {
    /// Whether no byte can have been changed.
    pub const fn is_complete(self) -> bool {
        matches!(self, Self::Hash | Self::Whole)
    }
}
