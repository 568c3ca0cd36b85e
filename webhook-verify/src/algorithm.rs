//! How the signed bytes become a signature.

use alloc::boxed::Box;

use hmac::{Hmac, KeyInit, Mac};
use sha1::Sha1;
use sha2::{Sha256, Sha512};

use crate::tag::Tag;

/// The algorithm that makes a signature from a key and the signed bytes.
///
/// It is part of the scheme. A header never chooses it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Algorithm {
    /// HMAC with SHA-256 ([RFC 2104](https://www.rfc-editor.org/rfc/rfc2104)).
    HmacSha256,
    /// HMAC with SHA-512.
    HmacSha512,
    /// HMAC with SHA-1, for providers that offer nothing better. Two texts with one SHA-1 can be
    /// made, but that does not help to forge an HMAC ([RFC 6194 section
    /// 3.3](https://www.rfc-editor.org/rfc/rfc6194#section-3.3)). Do not choose it for anything new.
    HmacSha1,
}

impl Algorithm {
    /// How many bytes a signature has.
    pub const fn signature_len(self) -> usize {
        match self {
            Self::HmacSha256 => 32,
            Self::HmacSha512 => 64,
            Self::HmacSha1 => 20,
        }
    }

    /// Expands a key, so that a message costs no more than its own blocks and the two that close
    /// it.
    pub(crate) fn expand(self, key: &[u8]) -> MacKey {
        match self {
            Self::HmacSha256 => MacKey::Sha256(hmac(key)),
            Self::HmacSha512 => MacKey::Sha512(Box::new(hmac(key))),
            Self::HmacSha1 => MacKey::Sha1(hmac(key)),
        }
    }
}

/// A key which has been expanded already. Wiped when dropped.
#[derive(Clone)]
pub(crate) enum MacKey {
    Sha256(Hmac<Sha256>),
    /// Twice as long as the others, and rare.
    Sha512(Box<Hmac<Sha512>>),
    Sha1(Hmac<Sha1>),
}

impl MacKey {
    /// The code of the concatenated parts.
    pub(crate) fn mac<'a>(&self, parts: impl Iterator<Item = &'a [u8]>) -> Tag {
        match self {
            Self::Sha256(key) => code(key.clone(), parts),
            Self::Sha512(key) => code(Hmac::clone(key), parts),
            Self::Sha1(key) => code(key.clone(), parts),
        }
    }
}

fn hmac<M: KeyInit>(key: &[u8]) -> M {
    // RFC 2104 section 3: a key longer than a block is hashed, a shorter one padded.
    M::new_from_slice(key).expect("HMAC takes a key of any length")
}

fn code<'a>(mut mac: impl Mac, parts: impl Iterator<Item = &'a [u8]>) -> Tag {
    for part in parts {
        mac.update(part);
    }
    Tag::new(&mac.finalize().into_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    // RFC 2202 and RFC 4231, test case 2 of each.
    const TAGS: [(Algorithm, &str); 3] = [
        (
            Algorithm::HmacSha1,
            "effcdf6ae5eb2fa2d27416d5f184df9c259a7c79",
        ),
        (
            Algorithm::HmacSha256,
            "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843",
        ),
        (
            Algorithm::HmacSha512,
            "164b7a7bfcf819e2e395fbe73b56e0a387bd64222e831fd610270cd7ea250554\
             9758bf75c05a994a6d034f65f8f0e6fdcaeab1a34d4a6b4b636e070a38bce737",
        ),
    ];

    #[test]
    fn agrees_with_the_rfcs_however_the_message_is_cut() {
        let message = b"what do ya want for nothing?";
        for (algorithm, tag) in TAGS {
            let key = algorithm.expand(b"Jefe");
            for cut in 0..=message.len() {
                let (head, tail) = message.split_at(cut);
                let mac = key.mac([head, tail].into_iter());
                assert_eq!(mac.to_hex(), tag, "{algorithm:?}");
            }
            assert_eq!(tag.len(), 2 * algorithm.signature_len());
        }
    }
}
