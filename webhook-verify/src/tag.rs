//! Message authentication codes, compared without a trace.

use subtle::{Choice, ConditionallySelectable, ConstantTimeEq};

/// A message authentication code, the one in a header or the one it should be.
///
/// It is held in words, which makes a comparison in constant time four steps instead of 32, and in
/// two halves, so that a code of up to 32 bytes pays nothing for there being longer ones. There is no
/// `PartialEq` on purpose, and no `Debug`: the one that a signature should be is not for a log.
#[derive(Clone, Copy)]
pub(crate) struct Tag {
    front: [u64; 4],
    back: [u64; 4],
    /// In bytes. Words behind it are zero. It is the algorithm's, and no secret.
    len: usize,
}

impl Tag {
    /// Its greatest length in bytes.
    pub(crate) const MAX_LEN: usize = 64;

    const HALF_LEN: usize = Self::MAX_LEN / 2;

    /// Stands where there is no tag yet.
    pub(crate) const EMPTY: Self = Self {
        front: [0; 4],
        back: [0; 4],
        len: 0,
    };

    /// A tag of at most [`Tag::MAX_LEN`] bytes.
    pub(crate) fn new(bytes: &[u8]) -> Self {
        let len = bytes.len();
        match bytes.split_at_checked(Self::HALF_LEN) {
            None => Self {
                front: words(bytes),
                len,
                ..Self::EMPTY
            },
            Some((front, back)) => Self {
                front: words(front),
                back: words(back),
                len,
            },
        }
    }

    /// Its bytes, and zeros behind them.
    pub(crate) fn to_padded(self) -> [u8; Self::MAX_LEN] {
        let mut bytes = [0; Self::MAX_LEN];
        let (words, _) = bytes.as_chunks_mut();
        let own = self.front.iter().chain(&self.back);
        for (word, value) in words.iter_mut().zip(own) {
            *word = value.to_le_bytes();
        }
        bytes
    }

    /// In bytes.
    pub(crate) const fn len(self) -> usize {
        self.len
    }

    const fn is_long(self) -> bool {
        self.len > Self::HALF_LEN
    }
}

fn words(half: &[u8]) -> [u64; 4] {
    let mut bytes = [0; Tag::HALF_LEN];
    bytes[..half.len()].copy_from_slice(half);
    let (words, _) = bytes.as_chunks();
    core::array::from_fn(|place| u64::from_le_bytes(words[place]))
}

impl ConstantTimeEq for Tag {
    fn ct_eq(&self, other: &Self) -> Choice {
        let front = self.front.ct_eq(&other.front) & Choice::from(u8::from(self.len == other.len));
        if self.is_long() {
            front & self.back.ct_eq(&other.back)
        } else {
            front
        }
    }
}

impl ConditionallySelectable for Tag {
    /// Selects between tags of one algorithm, and so of one length, or [`Tag::EMPTY`].
    fn conditional_select(one: &Self, other: &Self, choice: Choice) -> Self {
        let len = |tag: &Self| tag.len as u64;
        Self {
            front: <[u64; 4]>::conditional_select(&one.front, &other.front, choice),
            back: <[u64; 4]>::conditional_select(&one.back, &other.back, choice),
            len: u64::conditional_select(&len(one), &len(other), choice) as usize,
        }
    }
}

#[cfg(test)]
impl Tag {
    pub(crate) fn to_hex(self) -> alloc::string::String {
        const_hex::encode(&self.to_padded()[..self.len])
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
            assert_eq!(tag.len(), len);
            assert_eq!(tag.to_padded()[..len], counting()[..len]);
            assert!(tag.to_padded()[len..].iter().all(|&byte| byte == 0));
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

    #[test]
    fn one_of_two_is_selected() {
        for len in LENGTHS {
            let tag = Tag::new(&counting()[..len]);
            let selected =
                |choice| Tag::conditional_select(&Tag::EMPTY, &tag, Choice::from(choice));
            assert_eq!(selected(0).to_padded(), [0; Tag::MAX_LEN]);
            assert!(bool::from(selected(1).ct_eq(&tag)));
        }
    }
}
