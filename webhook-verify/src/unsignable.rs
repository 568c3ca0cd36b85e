//! Why a delivery cannot be signed.

use thiserror::Error;

/// Why a delivery cannot be signed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum Unsignable {
    /// The scheme signs an id, and none is given.
    #[error("this scheme signs the id, and none is given")]
    MissingId,
    /// The scheme has no header for an id. If it has an id at all, it is in the body.
    #[error("this scheme has no header for an id")]
    NoIdHeader,
    /// The id is empty, longer than [`MAX_ID_LEN`](crate::MAX_ID_LEN), not visible ASCII, or
    /// contains the character that ends it in the signed bytes.
    #[error("the id is empty, too long, not visible ASCII, or contains the character that ends it")]
    MalformedId,
    /// No secret is valid now.
    #[error("no secret is valid now")]
    NoValidSecret,
    /// The body stands right beside the address in the signed bytes, and begins or ends there with a
    /// character of an address. JSON does not.
    #[error("the body cannot be told from the address beside it")]
    AmbiguousBody,
    /// The scheme signs the fields of the body, and the body is no form.
    #[error("this scheme signs the fields of the body, which is no form")]
    MalformedForm,
    /// The address, as it was configured, has the digest of another body.
    #[error("the address has the digest of another body")]
    BodyDigestMismatch,
    /// The time has more or fewer digits than the scheme has for it.
    #[error("the time is before 2001-09-09 or after 2286-11-20")]
    TimeOutOfRange,
    /// The signature belongs in the body: [`Signer::sign_fields`](crate::Signer::sign_fields) makes it.
    #[error("this scheme has the signature in the body: sign the fields, and put it there")]
    InBody,
    /// The signature belongs in a header: [`Signer::sign`](crate::Signer::sign) makes it.
    #[error("this scheme has the signature in a header: sign the body")]
    InHeader,
    /// The body is not written as the scheme needs it, or a field that is signed is missing, or a
    /// verifier would refuse it.
    #[error("the body lacks a field that is signed, or a verifier would refuse it")]
    UnusableBody,
    /// The scheme has the time in the body, and the body does not say it.
    #[error("this scheme has the time in the body, and the body does not say it")]
    NoTimestampInBody,
}
