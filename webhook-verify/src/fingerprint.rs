//! A name for a delivery.

use core::fmt;

use sha2::{Digest, Sha256};

use crate::tag::Tag;

/// A name for a delivery: the same for the same signed bytes under the same secret, and for nothing
/// else.
///
/// It serves to recognise a repeated delivery where the provider signs no id. Whoever knows it can
/// forge nothing, so it may be stored and logged. It is made from what the verifier computed, never
/// from the text of the header: a header can be spelled in more than one way, and an ECDSA signature
/// has a twin.
///
/// Two things to know. Where no time is signed, two events with the same body have the same
/// fingerprint. And a delivery that is signed with another secret has another one, except with ECDSA: there the
/// hash of the signed bytes is all that there is.
///
/// Displayed as 32 hexadecimal digits.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Fingerprint([u8; Self::LEN]);

impl Fingerprint {
    /// Its length in bytes. Enough that no two deliveries ever meet.
    pub const LEN: usize = 16;

    /// The bytes.
    pub const fn as_bytes(&self) -> &[u8; Self::LEN] {
        &self.0
    }

    pub(crate) fn of(tag: Tag) -> Self {
        let digest: [u8; 32] = Sha256::digest(tag.as_bytes()).into();
        let mut fingerprint = [0; Self::LEN];
        fingerprint.copy_from_slice(&digest[..Self::LEN]);
        Self(fingerprint)
    }
}

impl fmt::Display for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl fmt::Debug for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Fingerprint({self})")
    }
}

#[cfg(test)]
mod tests {
    use alloc::format;

    use super::*;

    #[test]
    fn is_the_front_half_of_the_digest_and_not_the_code() {
        let fingerprint = Fingerprint::of(Tag::new(&[0; 32]));
        assert_eq!(format!("{fingerprint}"), "66687aadf862bd776c8fc18b8e9f8e20");
        assert_eq!(
            format!("{fingerprint:?}"),
            "Fingerprint(66687aadf862bd776c8fc18b8e9f8e20)"
        );
        assert_eq!(fingerprint.as_bytes()[..2], [0x66, 0x68]);
    }
}
