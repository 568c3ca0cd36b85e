//! Why a delivery is not accepted.

use alloc::borrow::Cow;
use alloc::string::String;
use core::time::Duration;

use thiserror::Error;

use crate::certificate_url::CertificateUrl;
use crate::timestamp::TimestampUnit;

/// Why a delivery is not accepted. It is always the sender's doing, or that of something on the
/// way; a misconfigured receiver is refused when it is built, as
/// [`Misconfigured`](crate::Misconfigured).
///
/// It is for the receiver's log. Answer the sender with [`kind`](Rejection::kind) at most: which
/// check failed helps a forger more than it helps a provider. No variant holds a secret or the
/// signature that was expected.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum Rejection {
    /// A header that the scheme needs is not there.
    #[error("header {header} is missing")]
    MissingHeader {
        /// Its name.
        header: Cow<'static, str>,
    },
    /// A header came in several lines that differ.
    #[error("header {header} was sent more than once, with different values")]
    RepeatedHeader {
        /// Its name.
        header: Cow<'static, str>,
    },
    /// A header is longer than it could be.
    #[error("header {header} has {len} bytes, more than the {limit} allowed")]
    HeaderTooLong {
        /// Its name.
        header: Cow<'static, str>,
        /// Its length in bytes.
        len: usize,
        /// What is allowed, in bytes.
        limit: usize,
    },
    /// A header has a byte that is not printable ASCII.
    #[error("header {header} contains a byte that is not printable ASCII")]
    NotAscii {
        /// Its name.
        header: Cow<'static, str>,
    },
    /// The signature header holds no signature that could be read: another version, another
    /// encoding, cut off.
    #[error("header {header} holds no usable signature")]
    NoUsableSignature {
        /// Its name.
        header: Cow<'static, str>,
    },
    /// The signature header lists more signatures than [`MAX_SIGNATURES`](crate::MAX_SIGNATURES).
    #[error("header {header} lists more than {limit} signatures")]
    TooManySignatures {
        /// Its name.
        header: Cow<'static, str>,
        /// What is allowed.
        limit: usize,
    },
    /// The signature header does not say the time.
    #[error("header {header} does not say the time")]
    MissingTimestamp {
        /// Its name.
        header: Cow<'static, str>,
    },
    /// The signature header says two different times.
    #[error("header {header} says two different times")]
    RepeatedTimestamp {
        /// Its name.
        header: Cow<'static, str>,
    },
    /// The time is not written as the scheme says.
    #[error("the time in header {header} is not {unit}")]
    MalformedTimestamp {
        /// The name of the header where it stands.
        header: Cow<'static, str>,
        /// How it must be written.
        unit: TimestampUnit,
    },
    /// The id is empty or too long, is not visible ASCII, or contains what ends it in the signed
    /// bytes.
    #[error("header {header} is not a well-formed id")]
    MalformedId {
        /// Its name.
        header: Cow<'static, str>,
    },
    /// The target of the request is not a path with an optional query, is longer than
    /// [`MAX_TARGET_LEN`](crate::MAX_TARGET_LEN), or has a character that no address has.
    #[error("the target of the request is no path with a query")]
    MalformedTarget,
    /// The method of the request is not in upper case.
    #[error("the method of the request is not a word in upper case")]
    MalformedMethod,
    /// The body stands right beside the address in the signed bytes, and begins or ends there with a
    /// character of an address: the bytes could be cut elsewhere.
    #[error("the body cannot be told from the address beside it")]
    AmbiguousBody,
    /// The body, of which the fields are signed, is no form: it has a percent sign without two digits
    /// behind it, or is not UTF-8; or it has more fields than
    /// [`MAX_FORM_FIELDS`](crate::MAX_FORM_FIELDS).
    #[error("the body is no form, or has too many fields")]
    MalformedForm,
    /// The scheme reads fields of the body, and the body is not JSON, or not a form, throughout.
    #[error("the body is not written as it should be")]
    UnreadableBody,
    /// A field that the scheme needs is not in the body.
    #[error("field {path} of the body is missing")]
    MissingField {
        /// Where it should be.
        path: Cow<'static, str>,
    },
    /// A field is in the body more than once: readers differ in which of the two they take.
    #[error("field {path} of the body is there more than once")]
    RepeatedField {
        /// Where it stands.
        path: Cow<'static, str>,
    },
    /// An array of which one item is signed has more, or none.
    #[error("an array on the way to field {path} of the body has not exactly one item")]
    NotOneItem {
        /// Where the field should be.
        path: Cow<'static, str>,
    },
    /// A field of the body holds nothing that the scheme has there: no usable signature, or too many;
    /// no time or id as it should be written; an object or an array; what ends it in the signed bytes.
    #[error("field {path} of the body is malformed")]
    MalformedField {
        /// Where it stands.
        path: Cow<'static, str>,
    },
    /// The body says that it is signed by another scheme.
    #[error("field {path} of the body says that it is signed by another scheme")]
    OtherVersion {
        /// Where it says so.
        path: Cow<'static, str>,
    },
    /// More of the body came than the receiver takes of one that streams in.
    #[error("the body has more than the {limit} bytes allowed")]
    BodyTooLong {
        /// What is allowed, in bytes.
        limit: u64,
    },
    /// The header which names the algorithm names another than the scheme's.
    #[error("header {header} names another algorithm")]
    OtherAlgorithm {
        /// Its name.
        header: Cow<'static, str>,
    },
    /// The certificate is said to be where no certificate of this sender is. It must not be fetched.
    #[error("the certificate is said to be where none of this sender is")]
    ForeignCertificate,
    /// The certificate is not known, or is no longer valid. It may be fetched from there, and be
    /// admitted if it proves itself.
    #[error("the certificate from {url} is not admitted")]
    CertificateNotAdmitted {
        /// Where it is.
        url: CertificateUrl,
    },
    /// The delivery is genuine, but the secret that it was signed with is not valid now.
    #[error("signed with secret {label:?}, which is not valid now")]
    SecretNotValid {
        /// The label of the secret.
        label: String,
    },
    /// No signature is the one that any of the secrets makes for this delivery.
    #[error("no signature matches")]
    Mismatch,
    /// The signature is right, and what it vouches for is another body: the digest that is signed is
    /// not that of this one.
    #[error("the digest that is signed is not that of the body")]
    BodyDigestMismatch,
    /// The delivery is genuine, but its body does not say the time, or not as the scheme says.
    #[error("the body does not say the time at {path}")]
    NoTimestampInBody {
        /// Where it should: the names of members with dots between.
        path: Cow<'static, str>,
    },
    /// The token is genuine, but its claims are no JSON object in which each name is once.
    #[error("the claims of the token are no JSON object, or have a name twice")]
    MalformedClaims,
    /// The token is genuine, but does not claim what the scheme needs.
    #[error("the token has no claim {claim}")]
    MissingClaim {
        /// Its name.
        claim: String,
    },
    /// The token is genuine, but a claim is not written as the scheme says.
    #[error("claim {claim} of the token is malformed")]
    MalformedClaim {
        /// Its name.
        claim: String,
    },
    /// The token is genuine, but of another issuer or for another endpoint.
    #[error("claim {claim} of the token is another")]
    ClaimMismatch {
        /// Its name.
        claim: String,
    },
    /// The delivery is genuine, but its token is no longer valid.
    #[error("the token ended {ago:?} ago")]
    Expired {
        /// How long ago it ended.
        ago: Duration,
    },
    /// The delivery is genuine, but its token is not valid yet.
    #[error("the token begins {ahead:?} from now")]
    NotYetValid {
        /// How far ahead it begins.
        ahead: Duration,
    },
    /// The delivery is genuine, but was sent too long ago.
    #[error("sent {age:?} ago, more than the {allowed:?} allowed")]
    Stale {
        /// How long ago it was sent.
        age: Duration,
        /// How long ago it may have been.
        allowed: Duration,
    },
    /// The delivery is genuine, but the sender's clock is too far ahead.
    #[error("sent {ahead:?} from now, more than the {allowed:?} allowed")]
    FromTheFuture {
        /// How far ahead its time is.
        ahead: Duration,
        /// How far it may be.
        allowed: Duration,
    },
}

/// The kinds of [`Rejection`], for an answer or a metric.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum RejectionKind {
    /// Something that the scheme needs is not there: not a webhook of this provider, or not signed.
    Missing,
    /// It is there and cannot be what the provider sends.
    Malformed,
    /// There is more of it than the receiver takes.
    TooLong,
    /// It is well-formed and was not signed with any of the secrets, or was changed since.
    Mismatch,
    /// It was signed with one of the secrets, but not now.
    Stale,
}

impl Rejection {
    /// The kind.
    pub const fn kind(&self) -> RejectionKind {
        match self {
            Self::MissingHeader { .. }
            | Self::MissingTimestamp { .. }
            | Self::MissingField { .. }
            | Self::NoTimestampInBody { .. }
            | Self::MissingClaim { .. } => RejectionKind::Missing,
            Self::RepeatedHeader { .. }
            | Self::HeaderTooLong { .. }
            | Self::NotAscii { .. }
            | Self::NoUsableSignature { .. }
            | Self::TooManySignatures { .. }
            | Self::RepeatedTimestamp { .. }
            | Self::MalformedTimestamp { .. }
            | Self::MalformedId { .. }
            | Self::MalformedTarget
            | Self::MalformedMethod
            | Self::AmbiguousBody
            | Self::MalformedForm
            | Self::MalformedClaims
            | Self::MalformedClaim { .. }
            | Self::UnreadableBody
            | Self::RepeatedField { .. }
            | Self::NotOneItem { .. }
            | Self::MalformedField { .. }
            | Self::OtherVersion { .. }
            | Self::OtherAlgorithm { .. }
            | Self::ForeignCertificate => RejectionKind::Malformed,
            Self::BodyTooLong { .. } => RejectionKind::TooLong,
            Self::Mismatch
            | Self::BodyDigestMismatch
            | Self::SecretNotValid { .. }
            | Self::CertificateNotAdmitted { .. }
            | Self::ClaimMismatch { .. } => RejectionKind::Mismatch,
            Self::Stale { .. }
            | Self::FromTheFuture { .. }
            | Self::Expired { .. }
            | Self::NotYetValid { .. } => RejectionKind::Stale,
        }
    }

    /// Whether only the time is wrong: the signature is right, and the time too far from now in
    /// either direction.
    pub const fn is_stale(&self) -> bool {
        matches!(self.kind(), RejectionKind::Stale)
    }
}

impl RejectionKind {
    /// A word for it, for logs and labels of metrics.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Missing => "missing",
            Self::Malformed => "malformed",
            Self::TooLong => "too_long",
            Self::Mismatch => "mismatch",
            Self::Stale => "stale",
        }
    }
}

#[cfg(test)]
mod tests {
    use alloc::string::ToString;

    use super::*;

    #[test]
    fn a_stale_delivery_says_by_how_much() {
        let rejection = Rejection::Stale {
            age: Duration::from_secs(412),
            allowed: Duration::from_secs(300),
        };
        assert_eq!(
            rejection.to_string(),
            "sent 412s ago, more than the 300s allowed"
        );
        assert!(rejection.is_stale());

        let ahead = Duration::from_millis(61_500);
        let rejection = Rejection::FromTheFuture {
            ahead,
            allowed: Duration::from_secs(60),
        };
        assert_eq!(
            rejection.to_string(),
            "sent 61.5s from now, more than the 60s allowed"
        );
        assert!(rejection.is_stale());
    }

    #[test]
    fn only_what_is_genuine_is_stale() {
        assert!(!Rejection::Mismatch.is_stale());
        assert_eq!(Rejection::Mismatch.kind().as_str(), "mismatch");
        let missing = Rejection::MissingHeader {
            header: "stripe-signature".into(),
        };
        assert_eq!(missing.kind(), RejectionKind::Missing);
        assert_eq!(missing.to_string(), "header stripe-signature is missing");
    }
}
