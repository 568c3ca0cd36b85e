//! What is wrong with a secret.

use thiserror::Error;

/// What is wrong with a secret.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum SecretFault {
    /// There is nothing.
    #[error("is empty")]
    Empty,
    /// There is white space and nothing else.
    #[error("is nothing but white space")]
    Blank,
    /// The last character is a line break, as in a file which was read whole.
    #[error("ends with a line break: remove it")]
    TrailingLineBreak,
    /// White space, or an invisible mark, is at one of its ends.
    #[error("has white space before or behind it: remove it")]
    SurroundingSpace,
    /// A prefix, and nothing behind it.
    #[error("has nothing behind its prefix")]
    NothingBehindPrefix,
    /// It should be Base64.
    #[error("is not Base64: paste it as the provider shows it")]
    NotBase64,
    /// It should be hexadecimal.
    #[error("is not hexadecimal: paste it as the provider shows it")]
    NotHex,
    /// The version of the signature was pasted with it.
    #[error("starts with the version `v1,`, which is no part of it: start at `whsec_`")]
    VersionPrefix,
    /// It is a public key of an asymmetric scheme.
    #[error("is a public key, and this scheme needs the secret that is shared with the provider")]
    PublicKey,
    /// It is a private key of an asymmetric scheme.
    #[error("is a private key, and this scheme needs the secret that is shared with the provider")]
    PrivateKey,
    /// It is the other half of the key pair.
    #[error(
        "is the other half of the key pair: one verifies with the public key, and signs with the private one"
    )]
    OtherHalf,
    /// The prefix is missing which tells a public key from a private one.
    #[error("does not begin with the prefix which tells a public key from a private one")]
    NoPrefix,
    /// It is not a JSON Web Key for the algorithm.
    #[error("is not a JSON Web Key of type EC, on the curve P-256, for signatures with ES256")]
    NotJwk,
    /// It is not a public key of the algorithm.
    #[error("is not a public key of this algorithm")]
    NotPublicKey,
    /// It is not a private key of the algorithm.
    #[error("is not a private key of this algorithm")]
    NotPrivateKey,
    /// It is a PEM file, and of something else than a key.
    #[error("is a PEM file of something else: it must say `PUBLIC KEY` or `PRIVATE KEY`")]
    PemLabel,
    /// The scheme has no secrets.
    #[error("is of no use: the keys of this scheme are in certificates")]
    NotCertificate,
    /// It has characters that cannot stand in a header, as a token must.
    #[error("has characters that cannot stand in a header: a token is visible ASCII")]
    NotInHeader,
    /// It ends before it begins.
    #[error("is never valid: it ends before it begins")]
    NeverValid,
    /// It is a key or a certificate in PEM.
    #[error("is a PEM file, and this scheme needs the secret that is shared with the provider")]
    Pem,
}
