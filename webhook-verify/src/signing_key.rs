//! Keys that sign.

use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;

use zeroize::Zeroizing;

use crate::algorithm::Algorithm;
use crate::encoding::Encoding;
use crate::mac::MacKey;
use crate::misconfigured::Misconfigured;
use crate::ring::{Decoded, SecretRing};
use crate::scheme::Scheme;
use crate::segment::Pieces;
use crate::unix_time::UnixTime;
use crate::validity::Validity;

/// The keys of a ring, expanded.
#[derive(Clone)]
pub(crate) struct SigningKeys(Vec<SigningKey>);

/// A key, expanded.
#[derive(Clone)]
pub(crate) struct SigningKey {
    label: String,
    key_id: Option<String>,
    validity: Validity,
    encoding: Encoding,
    material: Material,
}

#[derive(Clone)]
enum Material {
    Mac(MacKey),
    Token(Zeroizing<String>),
    #[cfg(feature = "ed25519")]
    Ed25519(crate::ed25519::SigningKey),
    #[cfg(feature = "p256")]
    EcdsaP256(crate::p256::SigningKey),
    #[cfg(feature = "certificates")]
    Rsa(crate::rsa::SigningKey),
}

impl SigningKeys {
    /// # Errors
    ///
    /// As [`SecretRing::decode`]; or a secret is no key that signs with the algorithm, or this build
    /// does not have the algorithm.
    pub(crate) fn expand(ring: &SecretRing, scheme: &Scheme) -> Result<Self, Misconfigured> {
        if scheme.algorithm == Algorithm::RsaPkcs1Sha1 {
            return Err(Misconfigured::VerifiedOnly {
                scheme: scheme.name.clone().into_owned(),
            });
        }
        let decoded = ring.decode(&scheme.secret.of_signer())?;
        let keys = decoded.into_iter().map(|secret| {
            Ok(SigningKey {
                material: Material::expand(&secret, scheme.algorithm)?,
                encoding: scheme.encoding,
                label: secret.label,
                key_id: secret.key_id,
                validity: secret.validity,
            })
        });
        keys.collect::<Result<_, _>>().map(Self)
    }

    /// The key with that label.
    pub(crate) fn labelled(&self, label: &str) -> Option<&SigningKey> {
        self.0.iter().find(|key| key.label == label)
    }

    /// The labels, in the order of the ring.
    pub(crate) fn labels(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map(SigningKey::label)
    }

    /// The keys that are valid.
    pub(crate) fn valid_at(&self, now: UnixTime) -> impl Iterator<Item = &SigningKey> {
        self.0.iter().filter(move |key| key.validity.includes(now))
    }
}

impl SigningKey {
    /// Its name in a token, if it has one.
    pub(crate) fn key_id(&self) -> Option<&str> {
        self.key_id.as_deref()
    }

    pub(crate) fn label(&self) -> &str {
        &self.label
    }

    /// The signature of a delivery, as it is written in a header.
    pub(crate) fn sign(&self, pieces: &Pieces<'_>) -> String {
        match &self.material {
            Material::Mac(key) => self.encoding.encode(key.code(pieces)),
            Material::Token(text) => String::clone(text),
            #[cfg(feature = "ed25519")]
            Material::Ed25519(key) => self.encoding.encode(key.sign(pieces)),
            #[cfg(feature = "p256")]
            Material::EcdsaP256(key) => self.encoding.encode_bytes(&key.sign(pieces)),
            #[cfg(feature = "certificates")]
            Material::Rsa(key) => self.encoding.encode_bytes(&key.sign(pieces)),
        }
    }
}

impl Material {
    fn expand(secret: &Decoded, algorithm: Algorithm) -> Result<Self, Misconfigured> {
        match algorithm {
            Algorithm::HmacSha256 => Ok(Self::Mac(MacKey::sha256(&secret.key))),
            Algorithm::HmacSha512 => Ok(Self::Mac(MacKey::sha512(&secret.key))),
            Algorithm::HmacSha1 => Ok(Self::Mac(MacKey::sha1(&secret.key))),
            Algorithm::SecretPrefixSha256 => Ok(Self::Mac(MacKey::secret_prefix(&secret.key))),
            Algorithm::Token => secret.text().map(Self::Token),
            #[cfg(feature = "ed25519")]
            Algorithm::Ed25519 => crate::ed25519::SigningKey::new(&secret.key)
                .map(Self::Ed25519)
                .map_err(|fault| secret.fault(fault)),
            #[cfg(not(feature = "ed25519"))]
            Algorithm::Ed25519 => Err(Misconfigured::NeedsFeature { feature: "ed25519" }),
            #[cfg(feature = "certificates")]
            Algorithm::RsaPkcs1Sha256 => crate::rsa::SigningKey::new(&secret.key)
                .map(Self::Rsa)
                .map_err(|fault| secret.fault(fault)),
            #[cfg(not(feature = "certificates"))]
            Algorithm::RsaPkcs1Sha256 => Err(Misconfigured::NeedsFeature {
                feature: "certificates",
            }),
            // `SigningKeys::expand` has refused it already.
            Algorithm::RsaPkcs1Sha1 => Err(Misconfigured::KeyNotInCertificate),
            #[cfg(feature = "p256")]
            Algorithm::EcdsaP256Sha256 | Algorithm::Es256 => {
                crate::p256::SigningKey::new(&secret.key, algorithm)
                    .map(Self::EcdsaP256)
                    .map_err(|fault| secret.fault(fault))
            }
            #[cfg(not(feature = "p256"))]
            Algorithm::EcdsaP256Sha256 | Algorithm::Es256 => {
                Err(Misconfigured::NeedsFeature { feature: "p256" })
            }
        }
    }
}

impl fmt::Debug for SigningKeys {
    /// The labels.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.labels()).finish()
    }
}
