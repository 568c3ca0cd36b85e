//! How a signature is written in a header.

use alloc::string::String;

use base64::Engine;
use base64::alphabet::URL_SAFE as URL_SAFE_ALPHABET;
use base64::engine::general_purpose::{STANDARD, URL_SAFE, URL_SAFE_NO_PAD};
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};

use crate::tag::Tag;

/// The alphabet in which a signature is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(
    feature = "serde",
    derive(serde::Serialize, serde::Deserialize),
    serde(rename_all = "kebab-case")
)]
#[non_exhaustive]
pub enum Encoding {
    /// Hexadecimal. Written in lower case; either case is read.
    Hex,
    /// Base64, standard alphabet, padded ([RFC 4648 section
    /// 4](https://www.rfc-editor.org/rfc/rfc4648#section-4)).
    Base64,
    /// Base64, URL-safe alphabet, not padded ([RFC 4648 section
    /// 5](https://www.rfc-editor.org/rfc/rfc4648#section-5)).
    Base64UrlNoPad,
    /// Base64, URL-safe alphabet. Written with padding; read with and without.
    Base64Url,
}

const URL_SAFE_MAY_PAD: GeneralPurpose = GeneralPurpose::new(
    &URL_SAFE_ALPHABET,
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

impl Encoding {
    /// Writes a signature.
    pub(crate) fn encode(self, tag: Tag) -> String {
        self.encode_bytes(tag.as_bytes())
    }

    /// Writes a signature that is no tag.
    pub(crate) fn encode_bytes(self, signature: &[u8]) -> String {
        match self {
            Self::Hex => const_hex::encode(signature),
            Self::Base64 => STANDARD.encode(signature),
            Self::Base64UrlNoPad => URL_SAFE_NO_PAD.encode(signature),
            Self::Base64Url => URL_SAFE.encode(signature),
        }
    }

    /// Reads a signature of `len` bytes: the whole text, canonical, and of exactly the right length;
    /// or nothing.
    pub(crate) fn decode(self, text: &str, len: usize) -> Option<Tag> {
        match self {
            Self::Hex => decode_hex(text, len),
            Self::Base64 => decode_base64(&STANDARD, text, len),
            Self::Base64UrlNoPad => decode_base64(&URL_SAFE_NO_PAD, text, len),
            Self::Base64Url => decode_base64(&URL_SAFE_MAY_PAD, text, len),
        }
    }

    /// Reads a signature of any length for which there is room: the whole text, canonical; or
    /// nothing.
    #[cfg(any(feature = "certificates", feature = "p256"))]
    pub(crate) fn decode_into<'r>(self, text: &str, room: &'r mut [u8]) -> Option<&'r [u8]> {
        let len = match self {
            Self::Hex => {
                let len = text.len() / 2;
                const_hex::decode_to_slice(text, room.get_mut(..len)?).ok()?;
                len
            }
            Self::Base64 => STANDARD.decode_slice(text, room).ok()?,
            Self::Base64UrlNoPad => URL_SAFE_NO_PAD.decode_slice(text, room).ok()?,
            Self::Base64Url => URL_SAFE_MAY_PAD.decode_slice(text, room).ok()?,
        };
        room.get(..len)
    }
}

fn decode_hex(text: &str, len: usize) -> Option<Tag> {
    // Looked at first, because the decoder would skip a `0x` in front.
    if text.len() != 2 * len {
        return None;
    }
    let mut tag = Tag::zeros(len);
    const_hex::decode_to_slice(text, tag.room()).ok()?;
    Some(tag)
}

fn decode_base64(engine: &impl Engine, text: &str, len: usize) -> Option<Tag> {
    // The engine wants room for whole groups of three bytes, padding or not.
    let mut room = [0; Tag::MAX_LEN.next_multiple_of(3)];
    let decoded = engine.decode_slice(text, &mut room).ok()?;
    (decoded == len).then(|| Tag::new(&room[..len]))
}

#[cfg(test)]
mod tests {
    use alloc::string::ToString;

    use super::*;

    const LEN: usize = 32;
    const MAC: [u8; LEN] = [0xfb; LEN];
    const HEX: &str = "fbfbfbfbfbfbfbfbfbfbfbfbfbfbfbfbfbfbfbfbfbfbfbfbfbfbfbfbfbfbfbfb";
    const BASE64: &str = "+/v7+/v7+/v7+/v7+/v7+/v7+/v7+/v7+/v7+/v7+/s=";
    const BASE64URL: &str = "-_v7-_v7-_v7-_v7-_v7-_v7-_v7-_v7-_v7-_v7-_s";

    const ALL: [(Encoding, &str); 3] = [
        (Encoding::Hex, HEX),
        (Encoding::Base64, BASE64),
        (Encoding::Base64UrlNoPad, BASE64URL),
    ];

    fn decode(encoding: Encoding, text: &str) -> Option<[u8; LEN]> {
        let tag = encoding.decode(text, LEN)?;
        tag.as_bytes().try_into().ok()
    }

    #[test]
    fn what_is_written_is_read() {
        for (encoding, text) in ALL {
            assert_eq!(encoding.encode(Tag::new(&MAC)), text);
            assert_eq!(decode(encoding, text), Some(MAC));
        }
    }

    #[cfg(any(feature = "certificates", feature = "p256"))]
    #[test]
    fn a_signature_of_any_length_is_read_if_there_is_room() {
        for (encoding, text) in ALL {
            let mut room = [0; LEN + 1];
            let read = encoding.decode_into(text, &mut room);
            assert_eq!(read, Some(&MAC[..]), "{encoding:?}");
            let mut too_small = [0; LEN - 1];
            assert_eq!(encoding.decode_into(text, &mut too_small), None);
            assert_eq!(
                encoding.decode_into(&["0x", text].concat(), &mut room),
                None
            );
        }
        assert_eq!(Encoding::Hex.decode_into("abc", &mut [0; LEN]), None);
    }

    #[test]
    fn hex_is_read_in_either_case() {
        assert_eq!(decode(Encoding::Hex, &HEX.to_uppercase()), Some(MAC));
    }

    #[test]
    fn a_prefix_of_hex_literals_is_refused() {
        assert_eq!(decode(Encoding::Hex, &["0x", HEX].concat()), None);
        assert_eq!(decode(Encoding::Hex, &["0x", &HEX[2..]].concat()), None);
    }

    #[test]
    fn every_other_length_is_refused() {
        for (encoding, text) in ALL {
            for len in 0..text.len() {
                assert_eq!(
                    decode(encoding, &text[..len]),
                    None,
                    "{encoding:?} cut to {len}"
                );
            }
            let longer = text.to_string() + "fb";
            assert_eq!(decode(encoding, &longer), None, "{encoding:?} lengthened");
            assert_eq!(
                decode(encoding, &text.repeat(3)),
                None,
                "{encoding:?} thrice"
            );
        }
    }

    #[test]
    fn an_alphabet_is_not_mistaken_for_another() {
        for (encoding, own) in ALL {
            for (_, other) in ALL.into_iter().filter(|(_, text)| *text != own) {
                assert_eq!(decode(encoding, other), None, "{encoding:?} read {other}");
            }
        }
    }

    #[test]
    fn padding_is_neither_dropped_nor_added() {
        assert_eq!(decode(Encoding::Base64, BASE64.trim_end_matches('=')), None);
        assert_eq!(
            decode(Encoding::Base64UrlNoPad, &(BASE64URL.to_string() + "=")),
            None
        );
    }

    #[test]
    fn padding_may_be_there_or_not_where_a_sender_is_known_to_do_either() {
        let padded = BASE64URL.to_string() + "=";
        assert_eq!(Encoding::Base64Url.encode(Tag::new(&MAC)), padded);
        for text in [BASE64URL, &padded] {
            assert_eq!(decode(Encoding::Base64Url, text), Some(MAC));
        }
        for text in [BASE64, HEX, &(padded + "="), &BASE64URL[1..]] {
            assert_eq!(decode(Encoding::Base64Url, text), None, "{text}");
        }
    }

    #[test]
    fn base64_with_stray_trailing_bits_is_refused() {
        // `t` has the same four leading bits as `s`, so a lax decoder reads the same 32 bytes.
        assert_eq!(decode(Encoding::Base64, &BASE64.replace("s=", "t=")), None);
    }

    // Adyen's library has a test of its own for this length: 44 characters without padding are 33
    // bytes.
    #[test]
    fn forty_four_characters_that_hold_33_bytes_are_refused() {
        assert_eq!(decode(Encoding::Base64, &"A".repeat(44)), None);
    }

    #[test]
    fn signatures_of_other_lengths_are_written_and_read() {
        for encoding in ALL.map(|(encoding, _)| encoding) {
            for len in [20, 32, 64] {
                let text = encoding.encode(Tag::new(&[0xfb; 64][..len]));
                let read = |len| encoding.decode(&text, len).map(Tag::to_hex);
                assert_eq!(read(len), Some("fb".repeat(len)));
                for other in [0, len - 1, len + 1] {
                    assert_eq!(read(other), None, "{encoding:?}: {other} bytes for {len}");
                }
            }
        }
    }
}
