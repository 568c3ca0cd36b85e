//! Ed25519, of which a library does the mathematics.

use ed25519_dalek::{Signature, Signer};

use crate::public_key::{Message, PublicKey};
use crate::secret::SecretFault;
use crate::segment::Pieces;
use crate::tag::Tag;

/// A key that verifies.
pub(crate) struct VerifyingKey(ed25519_dalek::VerifyingKey);

impl VerifyingKey {
    /// # Errors
    ///
    /// It is no point on the curve, or one of the few for which signatures prove nothing.
    pub(crate) fn new(key: &[u8]) -> Result<Self, SecretFault> {
        let key = key.try_into().map_err(|_| SecretFault::NotPublicKey)?;
        let key =
            ed25519_dalek::VerifyingKey::from_bytes(key).map_err(|_| SecretFault::NotPublicKey)?;
        if key.is_weak() {
            return Err(SecretFault::NotPublicKey);
        }
        Ok(Self(key))
    }
}

impl PublicKey for VerifyingKey {
    /// Every delivery has one signature only, so that is what tells it from the others: nobody
    /// without the private key can make a second.
    fn verify(&self, listed: &[Tag], message: &Message<'_>) -> Option<Tag> {
        let is_own = |tag: &&Tag| {
            let signature = Signature::from_bytes(tag.as_padded());
            self.0.verify_strict(message.bytes(), &signature).is_ok()
        };
        listed.iter().find(is_own).copied()
    }
}

/// A key that signs. Wiped when dropped.
#[derive(Clone)]
pub(crate) struct SigningKey(ed25519_dalek::SigningKey);

impl SigningKey {
    /// The seed, or the seed and the public key behind it.
    ///
    /// # Errors
    ///
    /// It has another length, or the public key belongs to another seed.
    pub(crate) fn new(key: &[u8]) -> Result<Self, SecretFault> {
        if let Ok(seed) = key.try_into() {
            return Ok(Self(ed25519_dalek::SigningKey::from_bytes(seed)));
        }
        let pair = key.try_into().map_err(|_| SecretFault::NotPrivateKey)?;
        let key = ed25519_dalek::SigningKey::from_keypair_bytes(pair);
        key.map(Self).map_err(|_| SecretFault::NotPrivateKey)
    }

    pub(crate) fn sign(&self, pieces: &Pieces<'_>) -> Tag {
        let message = pieces.to_vec();
        Tag::new(&self.0.sign(&message).to_bytes())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::segment::Segment;

    // RFC 8032 section 7.1, test 3.
    const SEED: &str = "c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7";
    const PUBLIC: &str = "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025";
    const SIGNATURE: &str = "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac\
                             18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a";

    fn bytes(hex: &str) -> alloc::vec::Vec<u8> {
        const_hex::decode(hex).expect("hexadecimal")
    }

    fn pieces(body: &[u8]) -> Pieces<'_> {
        Pieces {
            body,
            ..Pieces::of(&[Segment::Body])
        }
    }

    #[test]
    fn agrees_with_the_rfc() {
        let signature = Tag::new(&bytes(SIGNATURE));
        let public = VerifyingKey::new(&bytes(PUBLIC)).expect("a key");
        let verify = |listed: &[Tag], body| public.verify(listed, &Message::of(&pieces(body)));
        let found = verify(&[Tag::EMPTY, signature], b"\xaf\x82");
        assert_eq!(found.map(Tag::to_hex).as_deref(), Some(SIGNATURE));
        assert!(verify(&[signature], b"\xaf\x83").is_none());

        let pair = [bytes(SEED), bytes(PUBLIC)].concat();
        for secret in [bytes(SEED), pair] {
            let private = SigningKey::new(&secret).expect("a key");
            assert_eq!(private.sign(&pieces(b"\xaf\x82")).to_hex(), SIGNATURE);
        }
    }

    #[test]
    fn what_is_no_key_is_refused() {
        let small_order = [0; 32];
        let no_point = [2; 32];
        for key in [&[][..], &[1; 31], &[1; 33], &small_order, &no_point] {
            let fault = VerifyingKey::new(key).err();
            assert_eq!(fault, Some(SecretFault::NotPublicKey), "{key:?}");
        }
        let mismatched = [bytes(SEED), [9; 32].to_vec()].concat();
        for key in [&[][..], &[1; 31], &[1; 63], &mismatched] {
            let fault = SigningKey::new(key).err();
            assert_eq!(fault, Some(SecretFault::NotPrivateKey));
        }
    }
}
