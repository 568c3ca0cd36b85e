//! Keys for message authentication codes.

use alloc::boxed::Box;

use hmac::{Hmac, KeyInit, Mac};
use sha1::Sha1;
use sha2::{Digest, Sha256, Sha512};

use crate::segment::Pieces;
use crate::tag::Tag;

/// A key which has been expanded already, so that a message costs no more than its own blocks and
/// the two that close it. Wiped when dropped.
#[derive(Clone)]
pub(crate) enum MacKey {
    Sha256(Hmac<Sha256>),
    /// Twice as long as the others, and rare.
    Sha512(Box<Hmac<Sha512>>),
    Sha1(Hmac<Sha1>),
    /// No more than a hash that has taken in the secret.
    SecretPrefix(Sha256),
    /// A token, which is sent as it is.
    Token(Token),
}

impl MacKey {
    pub(crate) fn sha256(key: &[u8]) -> Self {
        Self::Sha256(hmac(key))
    }

    pub(crate) fn sha512(key: &[u8]) -> Self {
        Self::Sha512(Box::new(hmac(key)))
    }

    pub(crate) fn sha1(key: &[u8]) -> Self {
        Self::Sha1(hmac(key))
    }

    pub(crate) fn secret_prefix(key: &[u8]) -> Self {
        Self::SecretPrefix(Sha256::new_with_prefix(key))
    }

    pub(crate) fn token(key: &[u8]) -> Self {
        Self::Token(Token {
            digest: Token::digest(key),
            identity: hmac(key),
        })
    }

    /// The code of a delivery, which its sender has to know.
    pub(crate) fn code(&self, pieces: &Pieces<'_>) -> Tag {
        match self {
            Self::Sha256(key) => code(key.clone(), pieces),
            Self::Sha512(key) => code(Hmac::clone(key), pieces),
            Self::Sha1(key) => code(key.clone(), pieces),
            Self::SecretPrefix(hash) => {
                let mut hash = hash.clone();
                pieces.lay_out(|part| hash.update(part));
                Tag::new(&hash.finalize())
            }
            Self::Token(token) => token.digest,
        }
    }

    /// What tells a delivery with this code from every other.
    pub(crate) fn identity(&self, code: Tag, pieces: &Pieces<'_>) -> Tag {
        match self {
            Self::Token(token) => {
                let mut mac = token.identity.clone();
                mac.update(pieces.body);
                finish(mac)
            }
            Self::Sha256(_) | Self::Sha512(_) | Self::Sha1(_) | Self::SecretPrefix(_) => code,
        }
    }
}

/// A key at work on a delivery of which the body comes in pieces. Wiped when dropped.
pub(crate) struct MacPass(MacKey);

impl MacPass {
    pub(crate) fn begin(key: &MacKey) -> Self {
        Self(key.clone())
    }

    /// Takes the next of the signed bytes; with a token, which signs none, of the body.
    pub(crate) fn update(&mut self, part: &[u8]) {
        match &mut self.0 {
            MacKey::Sha256(mac) => mac.update(part),
            MacKey::Sha512(mac) => mac.update(part),
            MacKey::Sha1(mac) => mac.update(part),
            MacKey::SecretPrefix(hash) => hash.update(part),
            MacKey::Token(token) => token.identity.update(part),
        }
    }

    /// The code of the delivery, and what tells it from every other.
    pub(crate) fn finish(self) -> (Tag, Tag) {
        let code = match self.0 {
            MacKey::Sha256(mac) => finish(mac),
            MacKey::Sha512(mac) => finish(*mac),
            MacKey::Sha1(mac) => finish(mac),
            MacKey::SecretPrefix(hash) => Tag::new(&hash.finalize()),
            MacKey::Token(token) => return (token.digest, finish(token.identity)),
        };
        (code, code)
    }
}

/// A token, compared by its digest: so the comparison says nothing of its length.
#[derive(Clone)]
pub(crate) struct Token {
    digest: Tag,
    /// Tells one delivery from another, which the token does not.
    identity: Hmac<Sha256>,
}

impl Token {
    pub(crate) fn digest(text: &[u8]) -> Tag {
        Tag::new(&Sha256::digest(text))
    }
}

fn hmac<M: KeyInit>(key: &[u8]) -> M {
    // RFC 2104 section 3: a key longer than a block is hashed, a shorter one padded.
    M::new_from_slice(key).expect("HMAC takes a key of any length")
}

fn code(mut mac: impl Mac, pieces: &Pieces<'_>) -> Tag {
    pieces.lay_out(|part| mac.update(part));
    finish(mac)
}

fn finish(mac: impl Mac) -> Tag {
    Tag::new(&mac.finalize().into_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::algorithm::Algorithm;
    use crate::segment::Segment;

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

    fn key(algorithm: Algorithm, key: &[u8]) -> MacKey {
        match algorithm {
            Algorithm::HmacSha512 => MacKey::sha512(key),
            Algorithm::HmacSha1 => MacKey::sha1(key),
            _ => MacKey::sha256(key),
        }
    }

    #[test]
    fn agrees_with_the_rfcs_however_the_message_is_cut() {
        let message = "what do ya want for nothing?";
        for (algorithm, tag) in TAGS {
            let key = key(algorithm, b"Jefe");
            for cut in 0..=message.len() {
                let (head, tail) = message.split_at(cut);
                let pieces = Pieces {
                    id: head,
                    body: tail.as_bytes(),
                    ..Pieces::of(&[Segment::Id, Segment::Body])
                };
                assert_eq!(key.code(&pieces).to_hex(), tag, "{algorithm:?}");
            }
            assert_eq!(
                Some(tag.len()),
                algorithm.signature_len().map(|len| 2 * len)
            );
        }
    }

    #[test]
    fn a_secret_prefix_code_is_the_hash_of_secret_and_message() {
        let pieces = Pieces {
            body: b"bc",
            ..Pieces::of(&[Segment::Body])
        };
        // FIPS 180-2 appendix B.1: the hash of `abc`.
        assert_eq!(
            MacKey::secret_prefix(b"a").code(&pieces).to_hex(),
            "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
        );
    }

    #[test]
    fn deliveries_with_one_token_differ_in_what_they_are_known_by() {
        let key = MacKey::token(b"token");
        let identity = |body: &'static [u8]| {
            let pieces = Pieces {
                body,
                ..Pieces::of(&[])
            };
            let code = key.code(&pieces);
            assert_eq!(code.to_hex(), Token::digest(b"token").to_hex());
            key.identity(code, &pieces).to_hex()
        };
        assert_eq!(identity(b"{}"), identity(b"{}"));
        assert_ne!(identity(b"{}"), identity(b"[]"));
    }
}
