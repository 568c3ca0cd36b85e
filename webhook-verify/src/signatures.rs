//! The signatures that a request brings.

use alloc::vec::Vec;

use arrayvec::ArrayVec;

use crate::algorithm::Algorithm;
use crate::encoding::Encoding;
use crate::mac::Token;
use crate::scheme::Scheme;
use crate::tag::Tag;

/// How many signatures a request may list. More are refused.
///
/// A sender lists one for each of its secrets that is still valid, which is two while one is
/// replaced.
pub const MAX_SIGNATURES: usize = 16;

/// Greatest length of an RSA signature: that of a key of 8192 bits, to whole groups of Base64.
#[cfg(feature = "certificates")]
const MAX_RSA_LEN: usize = 1024_usize.next_multiple_of(3);

/// The signatures that a request lists, decoded. They have a fixed place, so that reading them
/// allocates nothing.
pub(crate) struct Signatures {
    algorithm: Algorithm,
    encoding: Encoding,
    listed: usize,
    usable: ArrayVec<Tag, MAX_SIGNATURES>,
    /// Those that are longer than a tag.
    long: Vec<Vec<u8>>,
}

impl Signatures {
    pub(crate) fn new(scheme: &Scheme) -> Self {
        Self {
            algorithm: scheme.algorithm,
            encoding: scheme.encoding,
            listed: 0,
            usable: ArrayVec::new_const(),
            long: Vec::new(),
        }
    }

    pub(crate) const fn algorithm(&self) -> Algorithm {
        self.algorithm
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
        // There is room for as many as may be listed.
        self.usable.extend(self.decode(text));
        self.long.extend(self.decode_long(text));
        Ok(())
    }

    fn decode(&self, text: &str) -> Option<Tag> {
        match self.algorithm {
            Algorithm::Token => Some(Token::digest(text.as_bytes())),
            #[cfg(feature = "p256")]
            Algorithm::EcdsaP256Sha256 => {
                let mut room = [0; crate::p256::MAX_DER_LEN];
                crate::p256::from_der(self.encoding.decode_into(text, &mut room)?)
            }
            _ => self.encoding.decode(text, self.algorithm.signature_len()?),
        }
    }

    #[cfg(feature = "certificates")]
    fn decode_long(&self, text: &str) -> Option<Vec<u8>> {
        let mut room = [0; MAX_RSA_LEN];
        let is_long = self.algorithm.is_rsa();
        let decoded = is_long.then(|| self.encoding.decode_into(text, &mut room));
        decoded.flatten().map(<[u8]>::to_vec)
    }

    #[cfg(not(feature = "certificates"))]
    const fn decode_long(&self, _text: &str) -> Option<Vec<u8>> {
        None
    }

    /// Whether none could be decoded.
    pub(crate) fn is_empty(&self) -> bool {
        self.usable.is_empty() && self.long.is_empty()
    }

    /// Those that are longer than a tag.
    #[cfg(feature = "certificates")]
    pub(crate) fn long(&self) -> &[Vec<u8>] {
        &self.long
    }

    /// The ones that could be decoded.
    pub(crate) fn usable(&self) -> &[Tag] {
        &self.usable
    }
}

/// More signatures than [`MAX_SIGNATURES`] were listed.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct TooMany;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Provider;

    const ONE: &str = "1111111111111111111111111111111111111111111111111111111111111111";

    #[test]
    fn what_cannot_be_decoded_is_left_out() {
        let mut signatures = Signatures::new(&Provider::GitHub.scheme());
        for text in ["zz", ONE, ""] {
            assert_eq!(signatures.add(text), Ok(()));
        }
        let usable: [Tag; 1] = signatures.usable().try_into().expect("one");
        assert_eq!(usable[0].to_hex(), ONE);
    }

    #[test]
    fn more_than_the_limit_are_refused_whether_usable_or_not() {
        for text in ["zz", ONE] {
            let mut signatures = Signatures::new(&Provider::GitHub.scheme());
            for _ in 0..MAX_SIGNATURES {
                assert_eq!(signatures.add(text), Ok(()));
            }
            assert_eq!(signatures.add(text), Err(TooMany));
        }
    }
}
