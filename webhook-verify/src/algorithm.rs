//! How the signed bytes become a signature.

use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

use crate::tag::Tag;

/// The algorithm that makes a signature from a key and the signed bytes.
///
/// It is part of the scheme. A header never chooses it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Algorithm {
    /// HMAC with SHA-256 ([RFC 2104](https://www.rfc-editor.org/rfc/rfc2104)).
    HmacSha256,
}

impl Algorithm {
    /// Expands a key, so that a message costs no more than its own blocks and the two that close
    /// it.
    pub(crate) fn expand(self, key: &[u8]) -> MacKey {
        match self {
            Self::HmacSha256 => MacKey(
                // RFC 2104 section 3: a key longer than a block is hashed, a shorter one padded.
                Hmac::new_from_slice(key).expect("HMAC takes a key of any length"),
            ),
        }
    }
}

/// A key which has been expanded already. Wiped when dropped.
#[derive(Clone)]
pub(crate) struct MacKey(Hmac<Sha256>);

impl MacKey {
    /// The code of the concatenated parts.
    pub(crate) fn mac<'a>(&self, parts: impl Iterator<Item = &'a [u8]>) -> Tag {
        let mut mac = self.0.clone();
        for part in parts {
            mac.update(part);
        }
        Tag::from_bytes(mac.finalize().into_bytes().into())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    // RFC 4231, test case 2.
    const TAG: &str = "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843";

    #[test]
    fn agrees_with_rfc_4231_however_the_message_is_cut() {
        let key = Algorithm::HmacSha256.expand(b"Jefe");
        let message = b"what do ya want for nothing?";
        for cut in 0..=message.len() {
            let (head, tail) = message.split_at(cut);
            let mac = key.mac([head, tail].into_iter());
            assert_eq!(const_hex::encode(mac.to_bytes()), TAG);
        }
    }
}
