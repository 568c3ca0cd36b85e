//! Public keys, with which one can verify and not sign.

use alloc::sync::Arc;
use alloc::vec::Vec;
use core::cell::OnceCell;

use crate::misconfigured::Misconfigured;
use crate::ring::Decoded;
use crate::secret::SecretFault;
use crate::segment::Pieces;
use crate::tag::Tag;

/// A public key of some algorithm.
pub(crate) trait PublicKey: Send + Sync {
    /// Whether one of the listed signatures is its own, and then what tells the delivery from every
    /// other. It need not hide anything.
    fn verify(&self, listed: &[Tag], message: &Message<'_>) -> Option<Tag>;
}

/// The signed bytes of a delivery, in the forms in which algorithms take them. Each is made when it
/// is first asked for, and once, however many keys are tried.
pub(crate) struct Message<'a> {
    pub(crate) pieces: &'a Pieces<'a>,
    #[cfg(feature = "ed25519")]
    bytes: OnceCell<Vec<u8>>,
    #[cfg(feature = "p256")]
    sha256: OnceCell<[u8; 32]>,
}

impl<'a> Message<'a> {
    pub(crate) const fn of(pieces: &'a Pieces<'a>) -> Self {
        Self {
            pieces,
            #[cfg(feature = "ed25519")]
            bytes: OnceCell::new(),
            #[cfg(feature = "p256")]
            sha256: OnceCell::new(),
        }
    }

    /// All of them, copied into one piece.
    #[cfg(feature = "ed25519")]
    pub(crate) fn bytes(&self) -> &[u8] {
        self.bytes.get_or_init(|| self.pieces.to_vec())
    }

    /// Their SHA-256.
    #[cfg(feature = "p256")]
    pub(crate) fn sha256(&self) -> &[u8; 32] {
        self.sha256.get_or_init(|| self.pieces.sha256())
    }
}

/// # Errors
///
/// One of the secrets is no public key.
pub(crate) fn expand<K: PublicKey + 'static>(
    decoded: &[Decoded],
    new: impl Fn(&[u8]) -> Result<K, SecretFault>,
) -> Result<Vec<Arc<dyn PublicKey>>, Misconfigured> {
    let keys = decoded.iter().map(|secret| match new(&secret.key) {
        Ok(key) => Ok(Arc::new(key) as Arc<dyn PublicKey>),
        Err(fault) => Err(secret.fault(fault)),
    });
    keys.collect()
}
