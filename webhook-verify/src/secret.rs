//! Secrets: how they are kept, and how a provider writes them.

use alloc::borrow::Cow;
use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;

use base64::Engine;
use base64::alphabet::STANDARD;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use sha1::{Digest, Sha1};
use thiserror::Error;
use zeroize::Zeroizing;

use crate::certificate_url::CertificateRule;
use crate::jwk;
use crate::pem;
use crate::unix_time::UnixTime;
use crate::validity::Validity;

/// A secret as the provider shows it, to be pasted without change: prefixes and the like are for
/// the [`SecretForm`] of the scheme to deal with.
///
/// It is wiped from memory when dropped, and never printed.
///
/// ```
/// use webhook_verify::Secret;
///
/// let secret = Secret::new("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw").labelled("2026-11");
///
/// let shown = r#"Secret { label: Some("2026-11"), text: "[32 bytes or more]" }"#;
/// assert_eq!(format!("{secret:?}"), shown);
/// ```
#[derive(Clone)]
pub struct Secret {
    label: Option<String>,
    validity: Validity,
    text: Zeroizing<Vec<u8>>,
}

impl Secret {
    /// A key with fewer bytes than this can be guessed sooner or later ([RFC 2104 section
    /// 3](https://www.rfc-editor.org/rfc/rfc2104#section-3) asks for as many as the hash has, which
    /// is 32, but providers do give shorter ones). It is counted behind the prefix and after
    /// decoding.
    ///
    /// Building a verifier does not refuse it,
    /// [`Verifier::weak_secrets`](crate::Verifier::weak_secrets) tells.
    pub const MIN_STRONG_LEN: usize = 16;

    /// The secret, as the provider shows it.
    pub fn new(text: impl Into<Vec<u8>>) -> Self {
        Self {
            label: None,
            validity: Validity::ALWAYS,
            text: Zeroizing::new(text.into()),
        }
    }

    /// Names the secret, so that [`Verified::secret_label`](crate::Verified::secret_label) can tell
    /// which one matched. Without a name its place in the ring is its label: `1`, `2` and so on.
    #[must_use]
    pub fn labelled(mut self, label: impl Into<String>) -> Self {
        self.label = Some(label.into());
        self
    }

    /// Refuses what is signed with it before this moment. Two systems can so be told today of the
    /// secret of tomorrow.
    #[must_use]
    pub const fn valid_from(mut self, from: UnixTime) -> Self {
        self.validity.from = Some(from);
        self
    }

    /// Refuses what is signed with it from this moment on. So an old secret ends by itself, and not
    /// when somebody remembers it.
    ///
    /// ```
    /// use webhook_verify::{Provider, Rejection, Secret, Signer, UnixTime, Verifier};
    ///
    /// let december = UnixTime::from_secs(1_764_547_200);
    /// let old = Secret::new("the old one of last month").labelled("2025-10");
    /// let headers = Signer::new(Provider::GitHub, old.clone())?.sign(None, december, b"{}")?;
    ///
    /// let ring = [Secret::new("a new secret for this month"), old.valid_until(december)];
    /// let verifier = Verifier::new(Provider::GitHub, ring)?;
    /// let november = UnixTime::from_secs(1_764_547_199);
    /// assert!(verifier.verify_at(&headers, b"{}", november).is_ok());
    ///
    /// let rejection = verifier.verify_at(&headers, b"{}", december).unwrap_err();
    /// assert_eq!(rejection, Rejection::SecretNotValid { label: "2025-10".into() });
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub const fn valid_until(mut self, until: UnixTime) -> Self {
        self.validity.until = Some(until);
        self
    }

    pub(crate) const fn validity(&self) -> Validity {
        self.validity
    }

    /// The name that the key has in a token, if the form has one and it is there.
    pub(crate) fn key_id(&self, form: &SecretForm) -> Option<String> {
        match form {
            SecretForm::Jwk => jwk::key_id(&self.text),
            _ => None,
        }
    }

    pub(crate) fn label(&self) -> Option<&str> {
        self.label.as_deref()
    }

    /// The text, as it was given.
    #[cfg(feature = "doctor")]
    pub(crate) fn text(&self) -> &[u8] {
        &self.text
    }

    /// The bytes of the key.
    ///
    /// # Errors
    ///
    /// The text is not what the form says, or plainly a slip; or it is never valid.
    pub(crate) fn key(&self, form: &SecretForm) -> Result<Zeroizing<Vec<u8>>, SecretFault> {
        // A file is pasted whole, with the line breaks that it has.
        let is_file = *form == SecretForm::Der && pem::is_framed(&self.text);
        if !is_file {
            check_slips(&self.text)?;
        }
        if self.validity.is_empty() {
            return Err(SecretFault::NeverValid);
        }
        let key = form.decode(&self.text)?;
        if key.is_empty() {
            Err(SecretFault::NothingBehindPrefix)
        } else {
            Ok(key)
        }
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let size = match self.text.len() {
            0 => "[empty]",
            1..16 => "[fewer than 16 bytes]",
            16..32 => "[16 to 31 bytes]",
            _ => "[32 bytes or more]",
        };
        f.debug_struct("Secret")
            .field("label", &self.label)
            .field("text", &size)
            .finish()
    }
}

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
    /// verifier takes [`Certificates`](crate::Certificates) in the place of secrets.
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
            | Self::Sha1OfText
            | Self::Certificate(_) => Cow::Borrowed(self),
        }
    }

    fn decode(&self, text: &[u8]) -> Result<Zeroizing<Vec<u8>>, SecretFault> {
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

/// Slips that no form allows for.
fn check_slips(text: &[u8]) -> Result<(), SecretFault> {
    if text.is_empty() {
        return Err(SecretFault::Empty);
    }
    if pem::is_framed(text) {
        return Err(SecretFault::Pem);
    }
    let Ok(text) = core::str::from_utf8(text) else {
        return Ok(());
    };
    let invisible = |c: char| c.is_whitespace() || matches!(c, '\u{feff}' | '\u{200b}');
    if text.chars().all(invisible) {
        return Err(SecretFault::Blank);
    }
    if text.ends_with(['\n', '\r']) {
        return Err(SecretFault::TrailingLineBreak);
    }
    if text.starts_with(invisible) || text.ends_with(invisible) {
        return Err(SecretFault::SurroundingSpace);
    }
    Ok(())
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

#[cfg(test)]
mod tests;
