//! How a provider writes its secrets.

use alloc::borrow::Cow;
use alloc::vec::Vec;

use base64::Engine;
use base64::alphabet::STANDARD;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use sha1::{Digest, Sha1};
use zeroize::Zeroizing;

use super::fault::SecretFault;
use crate::certificate_url::CertificateRule;
use crate::jwk;
use crate::pem;

/// How a provider writes its secrets, and so how a text becomes a key.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(
    feature = "serde",
    derive(serde::Serialize, serde::Deserialize),
    serde(rename_all = "kebab-case", deny_unknown_fields)
)]
#[non_exhaustive]
pub enum SecretForm {
    /// The bytes of the text are the key, all of them, whatever it looks like: Stripe's keeps its
    /// `whsec_`.
    Verbatim,
    /// The key is written in Base64, behind a prefix which may be left out. Padding may be left out
    /// too.
    Base64 {
        /// The prefix, as `whsec_`.
        prefix: Cow<'static, str>,
    },
    /// The text is hexadecimal, and the key is the bytes that it stands for. Either case is read.
    Hex,
    /// A key pair in Base64: the public key is what a verifier takes and the private one what a
    /// signer does. The prefix tells them apart, and must be there.
    Base64KeyPair {
        /// What stands before a public key, as `whpk_`.
        public: Cow<'static, str>,
        /// What stands before a private key, as `whsk_`.
        private: Cow<'static, str>,
    },
    /// A key of a pair in DER, written in Base64 or as a PEM file: a verifier takes the public key, a
    /// `SubjectPublicKeyInfo` ([RFC 5280 section
    /// 4.1](https://www.rfc-editor.org/rfc/rfc5280#section-4.1), `PUBLIC KEY`), and a signer the
    /// private one in PKCS #8 ([RFC 5958](https://www.rfc-editor.org/rfc/rfc5958), `PRIVATE KEY`).
    Der,
    /// A key of a pair as JSON, a JSON Web Key on the curve P-256 ([RFC 7518 section
    /// 6.2](https://www.rfc-editor.org/rfc/rfc7518#section-6.2)): a verifier takes the public key, and a
    /// signer the private one. If it has a name (`kid`), a [token](crate::Grammar::Jwt) must say it.
    Jwk,
    /// There is no secret: the key is in a certificate, whose address comes with the delivery. A
    /// verifier takes [`Certificates`](crate::Certificates) in the place of secrets, and a signer the
    /// private key as [`Der`](SecretForm::Der).
    Certificate(CertificateRule),
    /// The text is hexadecimal, behind a tag and a word which may be left out, as
    /// `signkey-prod-12ab`. The key is the bytes of the hexadecimal text, not those it stands for.
    TaggedHexText {
        /// The tag, as `signkey-`. A word and another `-` follow.
        tag: Cow<'static, str>,
    },
    /// The key is the SHA-1 of the text, 20 bytes. How long the text was can then no longer be told.
    Sha1OfText,
}

/// Lenient where an operator's copy may differ harmlessly from the provider's: in padding, and in
/// the bits that are left over before it.
const BASE64: GeneralPurpose = GeneralPurpose::new(
    &STANDARD,
    GeneralPurposeConfig::new()
        .with_decode_padding_mode(DecodePaddingMode::Indifferent)
        .with_decode_allow_trailing_bits(true),
);

impl SecretForm {
    /// How the keys of a signer are written.
    pub(crate) fn of_signer(&self) -> Cow<'_, Self> {
        match self {
            Self::Base64KeyPair { public, private } => Cow::Owned(Self::Base64KeyPair {
                public: private.clone(),
                private: public.clone(),
            }),
            Self::Verbatim
            | Self::Base64 { .. }
            | Self::Hex
            | Self::Der
            | Self::Jwk
            | Self::TaggedHexText { .. }
            | Self::Sha1OfText => Cow::Borrowed(self),
            Self::Certificate(_) => Cow::Owned(Self::Der),
        }
    }

    pub(super) fn decode(&self, text: &[u8]) -> Result<Zeroizing<Vec<u8>>, SecretFault> {
        match self {
            Self::Verbatim => Ok(Zeroizing::new(text.to_vec())),
            Self::Base64 { prefix } => decode_base64(text, prefix),
            Self::Hex => decode_hex(text),
            Self::Jwk => jwk::to_der(text),
            Self::Base64KeyPair { public, private } => decode_half(text, public, private),
            Self::Der => decode_der(text),
            Self::Sha1OfText => Ok(Zeroizing::new(Sha1::digest(text).to_vec())),
            Self::Certificate(_) => Err(SecretFault::NotCertificate),
            Self::TaggedHexText { tag } => {
                let hex = without_tag(text, tag.as_bytes());
                let is_hex = hex.iter().all(u8::is_ascii_hexdigit);
                if is_hex {
                    Ok(Zeroizing::new(hex.to_vec()))
                } else {
                    Err(SecretFault::NotHex)
                }
            }
        }
    }
}

fn decode_base64(text: &[u8], prefix: &str) -> Result<Zeroizing<Vec<u8>>, SecretFault> {
    let digits = text.strip_prefix(prefix.as_bytes()).unwrap_or(text);
    // None of these three can be Base64, so nothing valid is lost by naming them.
    if digits.starts_with(b"v1,") {
        return Err(SecretFault::VersionPrefix);
    }
    if digits.starts_with(b"whpk_") {
        return Err(SecretFault::PublicKey);
    }
    if digits.starts_with(b"whsk_") {
        return Err(SecretFault::PrivateKey);
    }
    BASE64
        .decode(digits)
        .map(Zeroizing::new)
        .map_err(|_| SecretFault::NotBase64)
}

fn decode_half(text: &[u8], own: &str, other: &str) -> Result<Zeroizing<Vec<u8>>, SecretFault> {
    if text.starts_with(other.as_bytes()) {
        return Err(SecretFault::OtherHalf);
    }
    let Some(digits) = text.strip_prefix(own.as_bytes()) else {
        return Err(SecretFault::NoPrefix);
    };
    decode_base64(digits, "")
}

fn decode_der(text: &[u8]) -> Result<Zeroizing<Vec<u8>>, SecretFault> {
    if !pem::is_framed(text) {
        return decode_base64(text, "");
    }
    let digits = pem::unframe(text, "PUBLIC KEY").or_else(|| pem::unframe(text, "PRIVATE KEY"));
    decode_base64(&digits.ok_or(SecretFault::PemLabel)?, "")
}

fn decode_hex(text: &[u8]) -> Result<Zeroizing<Vec<u8>>, SecretFault> {
    // Looked at first, because the decoder would skip a `0x` in front.
    if !text.iter().all(u8::is_ascii_hexdigit) {
        return Err(SecretFault::NotHex);
    }
    let key = const_hex::decode(text).map_err(|_| SecretFault::NotHex)?;
    Ok(Zeroizing::new(key))
}

/// Drops the tag, a word of letters, digits and `_`, and a `-`; or nothing, if they are not there.
fn without_tag<'a>(text: &'a [u8], tag: &[u8]) -> &'a [u8] {
    let word_and_rest = text.strip_prefix(tag).and_then(|rest| {
        let end = rest.iter().position(|&byte| byte == b'-')?;
        Some((&rest[..end], &rest[end + 1..]))
    });
    match word_and_rest {
        Some((word, rest)) if !word.is_empty() && word.iter().all(|&byte| is_word(byte)) => rest,
        _ => text,
    }
}

const fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_'
}
