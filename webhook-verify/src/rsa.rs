//! RSA, of which a library does the mathematics.

use alloc::sync::Arc;
use alloc::vec;
use alloc::vec::Vec;

use ring::error::Unspecified;
use ring::rand::SystemRandom;
use ring::signature::{RSA_PKCS1_SHA256, RsaKeyPair};
use rustls_pki_types::SubjectPublicKeyInfoDer;
use webpki::RawPublicKeyEntity;

use crate::secret::SecretFault;
use crate::segment::Pieces;

/// A key that signs, with SHA-256. Keys have 2048 to 4096 bits.
#[derive(Clone)]
pub(crate) struct SigningKey(Arc<RsaKeyPair>);

impl SigningKey {
    /// # Errors
    ///
    /// It is no private key of RSA in PKCS #8, or a shorter or longer one; or its parts do not belong
    /// together.
    pub(crate) fn new(key: &[u8]) -> Result<Self, SecretFault> {
        match RsaKeyPair::from_pkcs8(key) {
            // The library looks at every part, and at all of them together when it signs.
            Ok(key) if try_sign(&key, b"").is_ok() => Ok(Self(Arc::new(key))),
            Err(_) if is_public(key) => Err(SecretFault::OtherHalf),
            Ok(_) | Err(_) => Err(SecretFault::NotPrivateKey),
        }
    }

    /// The signature that this key always makes for these bytes: PKCS #1 version 1.5 has nothing random.
    pub(crate) fn sign(&self, pieces: &Pieces<'_>) -> Vec<u8> {
        try_sign(&self.0, &pieces.to_vec()).expect("a key that has signed once does so again")
    }
}

fn try_sign(key: &RsaKeyPair, message: &[u8]) -> Result<Vec<u8>, Unspecified> {
    let mut signature = vec![0; key.public().modulus_len()];
    let random = SystemRandom::new();
    key.sign(&RSA_PKCS1_SHA256, &random, message, &mut signature)?;
    Ok(signature)
}

fn is_public(key: &[u8]) -> bool {
    RawPublicKeyEntity::try_from(&SubjectPublicKeyInfoDer::from(key)).is_ok()
}
