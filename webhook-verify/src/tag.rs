//! Message authentication codes, compared without a trace.

use subtle::{Choice, ConstantTimeEq};

/// A message authentication code, the one in a header or the one it should be.
///
/// It has a fixed place, whatever the algorithm. There is no `PartialEq` on purpose, and no `Debug`:
/// the one that a signature should be is not for a log.
#[derive(Clone, Copy)]
pub(crate) struct Tag {
    /// Those behind its own are zero.
    bytes: [u8; Self::MAX_LEN],
    /// In bytes. It is the algorithm's, and no secret.
    len: usize,
}

impl Tag {
    /// Its greatest length in bytes.
    pub(crate) const MAX_LEN: usize = 64;

    /// Stands where there is no tag yet.
    pub(crate) const EMPTY: Self = Self {
        bytes: [0; Self::MAX_LEN],
        len: 0,
    };

    /// A tag of at most [`Tag::MAX_LEN`] bytes.
    #[inline]
    pub(crate) fn new(bytes: &[u8]) -> Self {
        let mut tag = Self::EMPTY;
        tag.bytes[..bytes.len()].copy_from_slice(bytes);
        tag.len = bytes.len();
        tag
    }

    /// A tag of at most [`Tag::MAX_LEN`] bytes, which are still to be written into its
    /// [`room`](Tag::room).
    pub(crate) const fn zeros(len: usize) -> Self {
        Self { len, ..Self::EMPTY }
    }

    pub(crate) fn room(&mut self) -> &mut [u8] {
        &mut self.bytes[..self.len]
    }

    pub(crate) fn as_bytes(&self) -> &[u8] {
        &self.bytes[..self.len]
    }

    /// Its bytes, and zeros behind them.
    #[cfg(any(feature = "ed25519", feature = "p256"))]
    pub(crate) const fn as_padded(&self) -> &[u8; Self::MAX_LEN] {
        &self.bytes
    }
}

impl ConstantTimeEq for Tag {
    /// Every bit is looked at, a word at a time.
    fn ct_eq(&self, other: &Self) -> Choice {
        let (own, _) = self.bytes.as_chunks();
        let (others, _) = other.bytes.as_chunks();
        let words = own.iter().zip(others);
        let lengths = (self.len ^ other.len) as u64;
        words
            .fold(lengths, |bits, (own, other)| {
                bits | (word(own) ^ word(other))
            })
            .ct_eq(&0)
    }
}

const fn word(bytes: &[u8; 8]) -> u64 {
    u64::from_ne_bytes(*bytes)
}

#[cfg(test)]
impl Tag {
    pub(crate) fn to_hex(self) -> alloc::string::String {
        const_hex::encode(self.as_bytes())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The lengths there are, and those beside the middle and the ends.
    const LENGTHS: [usize; 8] = [1, 20, 31, 32, 33, 48, 63, 64];

    fn counting() -> [u8; Tag::MAX_LEN] {
        core::array::from_fn(|place| u8::try_from(place + 1).expect("fewer than 256"))
    }

    #[test]
    fn the_bytes_that_go_in_come_out() {
        for len in LENGTHS {
            let tag = Tag::new(&counting()[..len]);
            assert_eq!(tag.as_bytes(), &counting()[..len]);
            assert!(tag.bytes[len..].iter().all(|&byte| byte == 0));
        }
    }

    #[test]
    fn every_bit_counts() {
        for len in LENGTHS {
            let tag = Tag::new(&counting()[..len]);
            assert!(bool::from(tag.ct_eq(&tag)));
            for bit in 0..len * 8 {
                let mut bytes = counting();
                bytes[bit / 8] ^= 1 << (bit % 8);
                let other = Tag::new(&bytes[..len]);
                assert!(!bool::from(tag.ct_eq(&other)), "bit {bit} of {len} bytes");
            }
        }
    }

    #[test]
    fn a_tag_is_not_its_own_beginning() {
        let zeros = [0; Tag::MAX_LEN];
        for len in LENGTHS {
            for other in LENGTHS.into_iter().filter(|&other| other != len) {
                let (one, other) = (Tag::new(&zeros[..len]), Tag::new(&zeros[..other]));
                assert!(!bool::from(one.ct_eq(&other)));
            }
        }
    }
}
