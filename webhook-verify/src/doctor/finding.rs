//! What is found to be wrong with a delivery.

use alloc::borrow::Cow;
use alloc::string::String;
use core::fmt;
use core::time::Duration;

use crate::doctor::body_change::BodyChange;
use crate::doctor::secret_reading::{SecretReading, SecretSlip};
use crate::doctor::url_change::UrlChange;
use crate::{Encoding, Misconfigured, Provider, Rejection, SecretFault, TimestampUnit};

/// Something that is wrong with a delivery, or with what it is verified against.
///
/// Displayed, it says what it is and what to do. It holds no secret, and no signature that would be
/// right.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Finding {
    /// A verifier cannot be built, and it is not for what one of the secrets is.
    Misconfigured(Misconfigured),
    /// The key is in a certificate, so that there is no secret to look into.
    KeyInCertificate,
    /// The time that was given as now is in milliseconds where it should be in seconds.
    ClockInMillis,
    /// A header is missing.
    MissingHeader {
        /// Its name.
        header: Cow<'static, str>,
    },
    /// A header came under another name.
    RenamedHeader {
        /// Its name.
        header: Cow<'static, str>,
        /// The name under which it came.
        found: String,
    },
    /// The headers, or the time in the body, cannot be read for another reason.
    Unreadable(Rejection),
    /// The signature is written in another encoding.
    OtherEncoding {
        /// How the scheme writes it.
        expected: Encoding,
        /// How it is written.
        found: Encoding,
    },
    /// The time is written in another unit.
    OtherUnit {
        /// The unit of the scheme.
        expected: TimestampUnit,
        /// The unit of the delivery.
        found: TimestampUnit,
    },
    /// It is a delivery of another provider, or at least its headers are.
    OtherProvider(Provider),
    /// Something came along when a secret was copied.
    SecretSlip {
        /// The label of the secret.
        label: String,
        /// What it is.
        slip: SecretSlip,
    },
    /// A secret cannot be used.
    SecretFault {
        /// The label of the secret.
        label: String,
        /// What is wrong with it.
        fault: SecretFault,
    },
    /// The key is made of a secret in another way than the scheme's.
    OtherSecretForm {
        /// The label of the secret.
        label: String,
        /// The way in which it matches.
        reading: SecretReading,
    },
    /// The body was changed on the way: with this done to it, it is the one that was signed.
    ChangedBody(BodyChange),
    /// The address is another than the one that was signed.
    ChangedUrl(UrlChange),
    /// The method is another than the one that was signed.
    OtherMethod {
        /// The one that was signed.
        method: &'static str,
    },
    /// It is genuine, and the secret which it was signed with is not valid now.
    SecretNotValid {
        /// The label of the secret.
        label: String,
    },
    /// It is genuine, and too old.
    Stale {
        /// How long ago it was sent.
        age: Duration,
        /// How long ago it may have been.
        allowed: Duration,
    },
    /// It is genuine, and its time is too far ahead.
    FromTheFuture {
        /// How far ahead its time is.
        ahead: Duration,
        /// How far it may be.
        allowed: Duration,
    },
    /// It was not signed with the first of the secrets. That alone is no reason to refuse it.
    OlderSecret {
        /// The label of the secret which it was signed with.
        label: String,
    },
}

impl Finding {
    /// What is wrong with the time of a delivery whose signature is right.
    pub(super) fn of_time(rejection: Rejection) -> Option<Self> {
        match rejection {
            Rejection::Stale { age, allowed } => Some(Self::Stale { age, allowed }),
            Rejection::FromTheFuture { ahead, allowed } => {
                Some(Self::FromTheFuture { ahead, allowed })
            }
            Rejection::NoTimestampInBody { .. } => Some(Self::Unreadable(rejection)),
            _ => None,
        }
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Misconfigured(misconfigured) => {
                write!(f, "no verifier can be built: {misconfigured}")
            }
            Self::KeyInCertificate => f.write_str(
                "the key is in a certificate, and no secret takes its place: verify the delivery \
                 with `Certificates`, and the refusal says what is wrong",
            ),
            Self::ClockInMillis => f.write_str(
                "the present time is given in milliseconds where it should be in seconds: \
                 use `UnixTime::from_millis`, or divide it by 1000",
            ),
            Self::MissingHeader { header } => write!(
                f,
                "header {header} is missing: let what stands in front pass it on, and see \
                 that a secret is set at the provider, without which many do not sign"
            ),
            Self::RenamedHeader { header, found } => write!(
                f,
                "header {header} came as {found:?}: hand it over under its own name"
            ),
            Self::Unreadable(rejection) => write!(
                f,
                "{rejection}: compare it with what the provider shows as sent"
            ),
            Self::OtherEncoding { expected, found } => write!(
                f,
                "the signature is written as {found:?}, and should be as {expected:?}: \
                 hand it over as it came, or describe the sender by a scheme of its own"
            ),
            Self::OtherUnit { expected, found } => write!(
                f,
                "the time is written in {found:?}, and should be in {expected:?}: \
                 hand it over as it came, or describe the sender by a scheme of its own"
            ),
            Self::OtherProvider(provider) => write!(
                f,
                "the headers are those of {provider}: verify it as a delivery of that provider"
            ),
            Self::SecretSlip { label, slip } => write!(f, "secret {label:?} {slip}"),
            Self::SecretFault { label, fault } => write!(f, "secret {label:?} {fault}"),
            Self::OtherSecretForm { label, reading } => write!(
                f,
                "the key is not what the scheme makes of secret {label:?}, but {reading}: \
                 paste it as the provider shows it, or take the scheme that reads it so"
            ),
            Self::ChangedBody(change) => write!(
                f,
                "the body is not the one that was signed, which is this one {change}: \
                 verify the raw bytes, before anything parses or stores them"
            ),
            Self::ChangedUrl(change) => write!(
                f,
                "the address is not the one that was signed, which is this one {change}: \
                 configure it letter by letter as the provider has it"
            ),
            Self::OtherMethod { method } => write!(
                f,
                "the method that was signed is {method}: hand over that of the first line"
            ),
            Self::SecretNotValid { label } => write!(
                f,
                "it was signed with secret {label:?}, which is not valid now: have it sent \
                 again with another, or change until when that one is valid"
            ),
            Self::Stale { age, allowed } => write!(
                f,
                "it was sent {age:?} ago, and {allowed:?} are allowed: set the clock right, \
                 answer before the work is done, or have it sent again"
            ),
            Self::FromTheFuture { ahead, allowed } => write!(
                f,
                "it was sent {ahead:?} from now, and {allowed:?} are allowed: set the clock \
                 right, which is behind the sender's"
            ),
            Self::OlderSecret { label } => write!(
                f,
                "it was signed with secret {label:?}, not with the first: keep that one until \
                 the provider has moved on"
            ),
        }
    }
}
