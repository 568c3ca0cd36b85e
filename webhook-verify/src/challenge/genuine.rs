//! Bodies that are known to be genuine.

use core::fmt;

#[cfg(feature = "delivery")]
use crate::delivery::Delivery;
use crate::verified::Verified;

/// A body that is known to come from the provider.
///
/// It is made from a [`Verified`] delivery. If something in front of the host has verified it, the
/// host [vouches](Genuine::vouched_for) for it.
#[derive(Clone, Copy)]
pub struct Genuine<'a>(&'a [u8]);

impl<'a> Genuine<'a> {
    /// A body whose signature the caller has verified. What is handed over here unverified is
    /// answered to whoever sent it.
    pub const fn vouched_for(body: &'a [u8]) -> Self {
        Self(body)
    }

    pub(super) const fn body(self) -> &'a [u8] {
        self.0
    }
}

impl<'a> From<&Verified<'a>> for Genuine<'a> {
    fn from(delivery: &Verified<'a>) -> Self {
        Self(delivery.body())
    }
}

#[cfg(feature = "delivery")]
impl<'a> From<&'a Delivery> for Genuine<'a> {
    fn from(delivery: &'a Delivery) -> Self {
        Self(delivery.body())
    }
}

impl fmt::Debug for Genuine<'_> {
    /// Without the body.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Genuine")
            .field("body_len", &self.0.len())
            .finish()
    }
}
