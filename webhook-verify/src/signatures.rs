//! The signatures that a request brings.

use crate::algorithm::MAC_LEN;
use crate::encoding::Encoding;

/// How many signatures a header may list. More are refused.
///
/// A sender lists one for each of its secrets that is still valid, which is two while one is
/// replaced.
pub const MAX_SIGNATURES: usize = 16;

/// The signatures that a header lists, decoded. They have a fixed place, so that reading them
/// allocates nothing.
#[derive(Debug)]
pub(crate) struct Signatures {
    encoding: Encoding,
    listed: usize,
    usable: usize,
    macs: [[u8; MAC_LEN]; MAX_SIGNATURES],
}

impl Signatures {
    pub(crate) const fn new(encoding: Encoding) -> Self {
        Self {
            encoding,
            listed: 0,
            usable: 0,
            macs: [[0; MAC_LEN]; MAX_SIGNATURES],
        }
    }

    /// Adds one, which counts whether or not it can be decoded.
    ///
    /// # Errors
    ///
    /// There are [`MAX_SIGNATURES`] already.
    pub(crate) fn add(&mut self, text: &str) -> Result<(), TooMany> {
        if self.listed == MAX_SIGNATURES {
            return Err(TooMany);
        }
        self.listed += 1;
        if let Some(mac) = self.encoding.decode(text) {
            self.macs[self.usable] = mac;
            self.usable += 1;
        }
        Ok(())
    }

    /// The ones that could be decoded.
    pub(crate) fn usable(&self) -> &[[u8; MAC_LEN]] {
        &self.macs[..self.usable]
    }
}

/// More signatures than [`MAX_SIGNATURES`] were listed.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct TooMany;

#[cfg(test)]
mod tests {
    use super::*;

    const ONE: &str = "1111111111111111111111111111111111111111111111111111111111111111";

    #[test]
    fn what_cannot_be_decoded_is_left_out() {
        let mut signatures = Signatures::new(Encoding::Hex);
        for text in ["zz", ONE, ""] {
            assert_eq!(signatures.add(text), Ok(()));
        }
        assert_eq!(signatures.usable(), [[0x11; MAC_LEN]]);
    }

    #[test]
    fn more_than_the_limit_are_refused_whether_usable_or_not() {
        for text in ["zz", ONE] {
            let mut signatures = Signatures::new(Encoding::Hex);
            for _ in 0..MAX_SIGNATURES {
                assert_eq!(signatures.add(text), Ok(()));
            }
            assert_eq!(signatures.add(text), Err(TooMany));
        }
    }
}
