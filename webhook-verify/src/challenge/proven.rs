//! Deliveries that were verified here, whether they own their body or not.

use core::fmt;

#[cfg(feature = "delivery")]
use crate::delivery::Delivery;
use crate::verified::Verified;

/// A delivery that was verified here: a [`Verified`] one, or a `Delivery` which owns its body. Nobody
/// can vouch for one.
#[derive(Clone, Copy)]
pub struct Proven<'a> {
    pub(super) body: &'a [u8],
    pub(super) secret_label: &'a str,
}

impl<'a> From<&Verified<'a>> for Proven<'a> {
    fn from(delivery: &Verified<'a>) -> Self {
        Self {
            body: delivery.body(),
            secret_label: delivery.secret_label(),
        }
    }
}

#[cfg(feature = "delivery")]
impl<'a> From<&'a Delivery> for Proven<'a> {
    fn from(delivery: &'a Delivery) -> Self {
        Self {
            body: delivery.body(),
            secret_label: delivery.proof().secret_label(),
        }
    }
}

impl fmt::Debug for Proven<'_> {
    /// Without the body.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Proven")
            .field("body_len", &self.body.len())
            .field("secret_label", &self.secret_label)
            .finish()
    }
}
