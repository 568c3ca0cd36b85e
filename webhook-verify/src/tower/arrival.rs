//! What becomes of a delivery that is verified while it is read.

use core::fmt;
use std::sync::{Arc, OnceLock};

use crate::proof::Proof;
use crate::refused::Refused;

/// What becomes of a delivery whose body is verified while it is read: not known before the body has
/// been read to its end, and the same ever after, for every clone.
///
/// A service behind a [`VerifyStreamLayer`](super::VerifyStreamLayer) finds it in the extensions of the
/// request and with [`ArrivingBody::arrival`](super::ArrivingBody::arrival).
#[derive(Clone, Default)]
pub struct Arrival(Arc<OnceLock<Result<Proof, Arc<Refused>>>>);

impl Arrival {
    /// What is known of the delivery, if its body has been read to the end and it is genuine.
    pub fn proof(&self) -> Option<&Proof> {
        self.0.get()?.as_ref().ok()
    }

    /// Why it is no delivery, if it has been refused.
    pub fn refused(&self) -> Option<&Arc<Refused>> {
        self.0.get()?.as_ref().err()
    }

    /// Says what has become of it. It is said once: what is known does not change.
    pub(super) fn settle(&self, outcome: Result<Proof, Arc<Refused>>) {
        self.0.get_or_init(|| outcome);
    }
}

impl fmt::Debug for Arrival {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0.get() {
            None => f.write_str("Arrival(under way)"),
            Some(Ok(proof)) => f.debug_tuple("Arrival").field(proof).finish(),
            Some(Err(refused)) => f.debug_tuple("Arrival").field(refused).finish(),
        }
    }
}
