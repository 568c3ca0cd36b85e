//! Message authentication codes, compared without a trace.

use subtle::{Choice, ConditionallySelectable, ConstantTimeEq};

/// A message authentication code, the one in a header or the one it should be.
///
/// It is held in words, which makes a comparison in constant time four steps instead of 32. There is
/// no `PartialEq` on purpose, and no `Debug`: the one that a signature should be is not for a log.
#[derive(Clone, Copy)]
pub(crate) struct Tag([u64; 4]);

impl Tag {
    /// Its length in bytes.
    pub(crate) const LEN: usize = 32;

    /// Stands where there is no tag yet.
    pub(crate) const ZERO: Self = Self([0; 4]);

    pub(crate) fn from_bytes(bytes: [u8; Self::LEN]) -> Self {
        let (words, _) = bytes.as_chunks();
        Self(core::array::from_fn(|place| {
            u64::from_le_bytes(words[place])
        }))
    }

    pub(crate) fn to_bytes(self) -> [u8; Self::LEN] {
        let mut bytes = [0; Self::LEN];
        let (words, _) = bytes.as_chunks_mut();
        for (word, value) in words.iter_mut().zip(self.0) {
            *word = value.to_le_bytes();
        }
        bytes
    }
}

impl ConstantTimeEq for Tag {
    fn ct_eq(&self, other: &Self) -> Choice {
        self.0.ct_eq(&other.0)
    }
}

impl ConditionallySelectable for Tag {
    fn conditional_select(one: &Self, other: &Self, choice: Choice) -> Self {
        Self(<[u64; 4]>::conditional_select(&one.0, &other.0, choice))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn counting() -> [u8; Tag::LEN] {
        core::array::from_fn(|place| u8::try_from(place).expect("fewer than 256"))
    }

    #[test]
    fn the_bytes_that_go_in_come_out() {
        assert_eq!(Tag::from_bytes(counting()).to_bytes(), counting());
        assert_eq!(Tag::ZERO.to_bytes(), [0; Tag::LEN]);
    }

    #[test]
    fn every_bit_counts() {
        let tag = Tag::from_bytes(counting());
        assert!(bool::from(tag.ct_eq(&tag)));
        for bit in 0..Tag::LEN * 8 {
            let mut bytes = counting();
            bytes[bit / 8] ^= 1 << (bit % 8);
            assert!(!bool::from(tag.ct_eq(&Tag::from_bytes(bytes))), "bit {bit}");
        }
    }

    #[test]
    fn one_of_two_is_selected() {
        let tag = Tag::from_bytes(counting());
        let selected = |choice| Tag::conditional_select(&Tag::ZERO, &tag, Choice::from(choice));
        assert_eq!(selected(0).to_bytes(), [0; Tag::LEN]);
        assert_eq!(selected(1).to_bytes(), counting());
    }
}
