//! ECDSA over P-256, of which a library does the mathematics.

use alloc::vec::Vec;

use p256::ecdsa::Signature;
use p256::ecdsa::signature::hazmat::{PrehashSigner, PrehashVerifier};
use p256::pkcs8::{DecodePrivateKey, DecodePublicKey};

use crate::algorithm::Algorithm;
use crate::public_key::{Message, PublicKey};
use crate::secret::SecretFault;
use crate::segment::Pieces;
use crate::tag::Tag;

/// Greatest length of a signature in DER: a sequence of two integers, with a zero in front of each.
pub(crate) const MAX_DER_LEN: usize = 72;

/// Reads a signature in DER: its two numbers, 32 bytes each. Neither may be zero, or as great as the
/// order of the curve; of two spellings only the shortest is read.
pub(crate) fn from_der(der: &[u8]) -> Option<Tag> {
    let signature = Signature::from_der(der).ok()?;
    Some(Tag::new(&signature.to_bytes()))
}

/// A key that verifies.
pub(crate) struct VerifyingKey(p256::ecdsa::VerifyingKey);

impl VerifyingKey {
    /// # Errors
    ///
    /// It is no `SubjectPublicKeyInfo` with a point on this curve.
    pub(crate) fn new(key: &[u8]) -> Result<Self, SecretFault> {
        match p256::ecdsa::VerifyingKey::from_public_key_der(key) {
            Ok(key) => Ok(Self(key)),
            Err(_) if p256::SecretKey::from_pkcs8_der(key).is_ok() => Err(SecretFault::OtherHalf),
            Err(_) => Err(SecretFault::NotPublicKey),
        }
    }
}

impl PublicKey for VerifyingKey {
    /// The signature does not tell deliveries apart: whoever sees one, `(r, s)`, can make another,
    /// `(r, n - s)`, which is as right. The hash of what was signed does.
    fn verify(&self, listed: &[Tag], message: &Message<'_>) -> Option<Tag> {
        let is_own = |tag: &Tag| {
            let signature = Signature::from_bytes(tag.as_padded().into());
            let verify = |signature| self.0.verify_prehash(message.sha256(), &signature);
            signature.and_then(verify).is_ok()
        };
        let hit = listed.iter().any(is_own);
        hit.then(|| Tag::new(message.sha256()))
    }
}

/// A key that signs. Wiped when dropped.
#[derive(Clone)]
pub(crate) struct SigningKey {
    key: p256::ecdsa::SigningKey,
    writes_der: bool,
}

impl SigningKey {
    /// # Errors
    ///
    /// It is no private key of this curve in PKCS #8.
    pub(crate) fn new(key: &[u8], algorithm: Algorithm) -> Result<Self, SecretFault> {
        match p256::SecretKey::from_pkcs8_der(key) {
            Ok(key) => Ok(Self {
                key: key.into(),
                writes_der: algorithm == Algorithm::EcdsaP256Sha256,
            }),
            Err(_) if VerifyingKey::new(key).is_ok() => Err(SecretFault::OtherHalf),
            Err(_) => Err(SecretFault::NotPrivateKey),
        }
    }

    /// The signature that this key always makes for these bytes
    /// ([RFC 6979](https://www.rfc-editor.org/rfc/rfc6979)).
    pub(crate) fn sign(&self, pieces: &Pieces<'_>) -> Vec<u8> {
        let signature: Signature = self
            .key
            .sign_prehash(&pieces.sha256())
            .expect("a hash of 32 bytes is as long as the curve needs");
        match self.writes_der {
            true => signature.to_der().as_bytes().to_vec(),
            false => signature.to_bytes().to_vec(),
        }
    }
}

#[cfg(test)]
mod tests {
    use alloc::string::String;

    use p256::pkcs8::{EncodePrivateKey, EncodePublicKey};

    use super::*;
    use crate::segment::Segment;

    // RFC 6979 appendix A.2.5.
    const PRIVATE: &str = "c9afa9d845ba75166b5c215767b1d6934e50c3db36e89b127b8a622b120f6721";
    const R: &str = "efd48b2aacb6a8fd1140dd9cd45e81d69d2c877b56aaf991c34d0ea84eaf3716";
    const S: &str = "f7cb1c942d657c41d436c7a1b6e29f65f3e900dbb9aff4064dc4ab2f843acda8";
    const ORDER: &str = "ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551";
    const ZERO: &str = "0000000000000000000000000000000000000000000000000000000000000000";

    fn bytes(hex: &str) -> Vec<u8> {
        const_hex::decode(hex).expect("hexadecimal")
    }

    fn secret() -> p256::SecretKey {
        p256::SecretKey::from_slice(&bytes(PRIVATE)).expect("a key")
    }

    fn private() -> Vec<u8> {
        let der = secret().to_pkcs8_der().expect("encodable");
        der.as_bytes().to_vec()
    }

    fn public() -> Vec<u8> {
        let der = secret().public_key().to_public_key_der();
        der.expect("encodable").into_vec()
    }

    fn pieces(body: &[u8]) -> Pieces<'_> {
        Pieces {
            body,
            ..Pieces::of(&[Segment::Body])
        }
    }

    fn verify(listed: &[Tag], body: &[u8]) -> Option<String> {
        let key = VerifyingKey::new(&public()).expect("a key");
        key.verify(listed, &Message::of(&pieces(body)))
            .map(Tag::to_hex)
    }

    /// Two numbers, each in hexadecimal.
    fn fixed(r: &str, s: &str) -> Tag {
        Tag::new(&bytes(&[r, s].concat()))
    }

    /// The other signature which is as right.
    fn twin() -> Tag {
        let (r, s) = Signature::from_slice(&bytes(&[R, S].concat()))
            .expect("a signature")
            .split_scalars();
        let twin = Signature::from_scalars(r, -s).expect("a signature");
        Tag::new(&twin.to_bytes())
    }

    #[test]
    fn agrees_with_the_rfc_in_both_forms() {
        let sign = |algorithm| {
            let key = SigningKey::new(&private(), algorithm).expect("a key");
            key.sign(&pieces(b"sample"))
        };
        assert_eq!(const_hex::encode(sign(Algorithm::Es256)), [R, S].concat());
        let der = ["3046022100", R, "022100", S].concat();
        let signature = sign(Algorithm::EcdsaP256Sha256);
        assert_eq!(const_hex::encode(&signature), der);
        assert_eq!(signature.len(), MAX_DER_LEN);
        let read = from_der(&signature).map(Tag::to_hex);
        assert_eq!(read, Some([R, S].concat()));
    }

    #[test]
    fn a_delivery_is_known_by_its_hash_whichever_of_its_signatures_it_has() {
        let hash = "af2bdbe1aa9b6ec1e2ade1d694f41fc71a831d0268e9891562113d8a62add1bf";
        let twin = twin();
        for listed in [
            &[fixed(R, S)][..],
            &[twin],
            &[Tag::EMPTY, twin],
            &[twin, fixed(R, S)],
        ] {
            assert_eq!(verify(listed, b"sample").as_deref(), Some(hash));
        }
        assert_eq!(verify(&[fixed(R, S), twin], b"samplf"), None);
        assert_eq!(verify(&[], b"sample"), None);
    }

    #[test]
    fn numbers_out_of_range_are_no_signature() {
        for (r, s) in [(ZERO, ZERO), (ZERO, S), (R, ZERO), (ORDER, S), (R, ORDER)] {
            assert_eq!(verify(&[fixed(r, s)], b"sample"), None, "{r} {s}");
        }
    }

    #[test]
    fn der_has_one_spelling() {
        let [r, s] = [R, S];
        for der in [
            String::new(),
            ["30450220", r, "022100", s].concat(),
            ["304702220000", r, "022100", s].concat(),
            ["3046022100", r, "022100", s, "00"].concat(),
            ["3049022100", r, "022100", s, "020101"].concat(),
            ["30810046022100", r, "022100", s].concat(),
            ["308146022100", r, "022100", s].concat(),
            ["3080022100", r, "022100", s, "0000"].concat(),
            ["3146022100", r, "022100", s].concat(),
            ["3046022100", r, "032100", s].concat(),
            ["3045022100", r, "022100", &s[..62]].concat(),
            "3006020100020100".into(),
            "3006020101020100".into(),
            "3006020181020101".into(),
        ] {
            assert!(from_der(&bytes(&der)).is_none(), "{der}");
        }
    }

    #[test]
    fn what_is_no_key_is_refused_and_the_other_half_named() {
        let fault = |key: &[u8]| VerifyingKey::new(key).err();
        assert_eq!(fault(&private()), Some(SecretFault::OtherHalf));
        let cut = &public()[..90];
        let longer = [public(), [0].to_vec()].concat();
        let mut off_curve = public();
        off_curve[90] ^= 1;
        let mut other_curve = public();
        other_curve[22] ^= 1;
        for key in [&[][..], cut, &longer, &off_curve, &other_curve] {
            assert_eq!(fault(key), Some(SecretFault::NotPublicKey), "{key:?}");
        }

        let fault = |key: &[u8]| SigningKey::new(key, Algorithm::Es256).err();
        assert_eq!(fault(&public()), Some(SecretFault::OtherHalf));
        for key in [&[][..], &private()[1..], &bytes(PRIVATE)] {
            assert_eq!(fault(key), Some(SecretFault::NotPrivateKey));
        }
    }
}
