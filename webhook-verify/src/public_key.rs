//! Public keys, with which one can verify and not sign.

#[cfg(feature = "ed25519")]
use alloc::{sync::Arc, vec::Vec};

use crate::segment::Pieces;
use crate::tag::Tag;
#[cfg(feature = "ed25519")]
use crate::{misconfigured::Misconfigured, ring::Decoded, secret::SecretFault};

/// A public key of some algorithm.
pub(crate) trait PublicKey: Send + Sync {
    /// Whether one of the listed signatures is its own, and then what tells the delivery from every
    /// other. It need not hide anything.
    fn verify(&self, listed: &[Tag], pieces: &Pieces<'_>) -> Option<Tag>;
}

/// # Errors
///
/// One of the secrets is no public key.
#[cfg(feature = "ed25519")]
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
