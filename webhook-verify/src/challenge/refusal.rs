//! Why a challenge is not answered.

use thiserror::Error;

/// Why a challenge is not answered. It is for the receiver's log, and shows nothing of what was
/// sent, nor of what it was compared with.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum Refusal {
    /// A part of the challenge is not there.
    #[error("{name} is missing, or is no text that stands there once")]
    Missing {
        /// Its name.
        name: &'static str,
    },
    /// A part of the challenge is there more than once.
    #[error("{name} is there more than once")]
    Repeated {
        /// Its name.
        name: &'static str,
    },
    /// A text is shorter or longer than the provider would choose it.
    #[error("{name} has {len} bytes, which is out of bounds")]
    Length {
        /// Its name.
        name: &'static str,
        /// Its length in bytes.
        len: usize,
    },
    /// A text has characters that the provider would not choose. Signing or repeating it could
    /// serve another end.
    #[error("{name} has characters that do not belong there")]
    Characters {
        /// Its name.
        name: &'static str,
    },
    /// The token which the asker has to know is another one.
    #[error("the verify token is wrong")]
    WrongToken,
    /// The delivery was signed with a secret that was not given for answering.
    #[error("no secret for the answer has the label of the one that signed the challenge")]
    UnknownSecret,
    /// Nobody asked for a webhook at this address.
    #[error("no handshake is awaited at this address")]
    NotAwaited,
    /// The subscription is to a topic which is not on the list.
    #[error("the topic is not one of those that are subscribed to")]
    UnknownTopic,
    /// The URL to confirm the subscription with does not lead to the topic's own region.
    #[error("the URL does not confirm a subscription in the region of the topic")]
    ForeignUrl,
}
