//! Why challenges could not be answered.

use alloc::string::String;

use thiserror::Error;

use crate::misconfigured::Misconfigured;
use crate::secret::SecretFault;

/// Why challenges could not be answered with what is configured: the operator's mistake, said when
/// the program starts. No secret is in it.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum Unanswerable {
    /// A secret cannot be used.
    #[error("the {name} {fault}")]
    Secret {
        /// Which one.
        name: &'static str,
        /// What is wrong with it.
        fault: SecretFault,
    },
    /// The ring of secrets cannot be used.
    #[error(transparent)]
    Ring(#[from] Misconfigured),
    /// The public key is not what Braintree shows. It is sent to whoever asks, so make sure that it
    /// is not the private one.
    #[error("the public key must be 1 to 64 letters, digits, `_` and `-`")]
    PublicKey,
    /// There is no topic, so that every subscription would be refused.
    #[error("there is no topic: give the ARN of at least one")]
    NoTopic,
    /// A text is not the ARN of a topic.
    #[error("{arn:?} is not the ARN of an SNS topic, as `arn:aws:sns:us-east-2:123456789012:name`")]
    TopicArn {
        /// The text.
        arn: String,
    },
}
