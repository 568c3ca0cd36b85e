//! How the signed bytes become a signature.

/// The algorithm that makes a signature from a key and the signed bytes.
///
/// It is part of the scheme. A header never chooses it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(
    feature = "serde",
    derive(serde::Serialize, serde::Deserialize),
    serde(rename_all = "kebab-case")
)]
#[non_exhaustive]
pub enum Algorithm {
    /// HMAC with SHA-256 ([RFC 2104](https://www.rfc-editor.org/rfc/rfc2104)).
    HmacSha256,
    /// HMAC with SHA-512.
    HmacSha512,
    /// HMAC with SHA-1, for providers that offer nothing better. Two texts with one SHA-1 can be
    /// made, but that does not help to forge an HMAC ([RFC 6194 section
    /// 3.3](https://www.rfc-editor.org/rfc/rfc6194#section-3.3)). Do not choose it for anything new.
    HmacSha1,
    /// Ed25519 ([RFC 8032](https://www.rfc-editor.org/rfc/rfc8032)): the provider signs with a
    /// private key, and the secret of a [`Verifier`](crate::Verifier) is the public key, 32 bytes.
    /// That of a [`Signer`](crate::Signer) is the private one: the 32 bytes of the seed, or these
    /// and the public key behind them. Needs the feature `ed25519`.
    Ed25519,
    /// SHA-256 of the secret and the signed bytes behind it, which is the secret-prefix code that HMAC
    /// was made to replace: whoever sees one signature can extend what was signed
    /// ([RFC 2104 section 6](https://www.rfc-editor.org/rfc/rfc2104#section-6)). A scheme with it is
    /// [weak](crate::Weakness::ExtendableHash).
    SecretPrefixSha256,
    /// ECDSA over the curve P-256 with SHA-256 ([FIPS 186-5](https://doi.org/10.6028/NIST.FIPS.186-5)),
    /// of which a signature is two numbers. Here they are written in DER, as X.509 and most libraries
    /// have it ([RFC 3279 section 2.2.3](https://www.rfc-editor.org/rfc/rfc3279#section-2.2.3)). The
    /// secret of a [`Verifier`](crate::Verifier) is the public key, that of a
    /// [`Signer`](crate::Signer) the private one. Needs the feature `p256`.
    EcdsaP256Sha256,
    /// The same, with the two numbers written one behind the other, 32 bytes each, as JSON Web Tokens
    /// have it ([RFC 7518 section 3.4](https://www.rfc-editor.org/rfc/rfc7518#section-3.4)).
    Es256,
    /// RSA with SHA-256, PKCS #1 version 1.5
    /// ([RFC 8017 section 8.2](https://www.rfc-editor.org/rfc/rfc8017#section-8.2)), with keys of 2048
    /// bits and more. They come in certificates: see [`CertificateRule`](crate::CertificateRule). Needs
    /// the feature `certificates`. The secret of a [`Signer`](crate::Signer) is the private key.
    RsaPkcs1Sha256,
    /// The same with SHA-1, which is verified only. A scheme with it is
    /// [weak](crate::Weakness::CollidingHash).
    RsaPkcs1Sha1,
    /// No signature at all: the secret itself stands where one would. The layout is empty, and the
    /// encoding is not looked at.
    Token,
}

impl Algorithm {
    /// How many bytes a signature has; none if it has no fixed number.
    pub const fn signature_len(self) -> Option<usize> {
        match self {
            Self::HmacSha256 | Self::SecretPrefixSha256 => Some(32),
            Self::HmacSha512 | Self::Ed25519 | Self::Es256 => Some(64),
            Self::HmacSha1 => Some(20),
            Self::EcdsaP256Sha256 | Self::RsaPkcs1Sha256 | Self::RsaPkcs1Sha1 | Self::Token => None,
        }
    }

    /// Whether its keys come in certificates.
    pub(crate) const fn is_rsa(self) -> bool {
        matches!(self, Self::RsaPkcs1Sha256 | Self::RsaPkcs1Sha1)
    }

    /// Its name in the header of a JSON Web Token, if it has one ([RFC 7518 section
    /// 3.1](https://www.rfc-editor.org/rfc/rfc7518#section-3.1)).
    pub(crate) const fn jose_name(self) -> Option<&'static str> {
        match self {
            Self::HmacSha256 => Some("HS256"),
            Self::HmacSha512 => Some("HS512"),
            Self::Es256 => Some("ES256"),
            Self::Ed25519 => Some("EdDSA"),
            Self::HmacSha1
            | Self::SecretPrefixSha256
            | Self::EcdsaP256Sha256
            | Self::RsaPkcs1Sha256
            | Self::RsaPkcs1Sha1
            | Self::Token => None,
        }
    }
}
