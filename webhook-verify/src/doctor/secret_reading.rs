//! What an operator may have meant by a secret.

use alloc::vec::Vec;
use core::fmt;

use base64::Engine;
use base64::alphabet::{STANDARD, URL_SAFE};
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use zeroize::Zeroizing;

/// What does not belong to a secret, and came along when it was copied.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum SecretSlip {
    /// A line break at its end, as in a file which was read whole.
    LineBreak,
    /// White space, or an invisible mark, at one of its ends.
    Space,
    /// Quotes around it.
    Quotes,
    /// The version `v1,` in front of `whsec_`.
    Version,
}

impl fmt::Display for SecretSlip {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::LineBreak => "ends with a line break: remove it, as `tr -d '\\n'` does",
            Self::Space => "has white space or an invisible mark at one of its ends: remove it",
            Self::Quotes => "stands in quotes: remove them, unless the provider shows them too",
            Self::Version => "starts with the version `v1,`: start at `whsec_`",
        })
    }
}

/// Another way than the scheme's to make a key of the text of a secret.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum SecretReading {
    /// The bytes of the text are the key, all of them.
    Verbatim,
    /// The bytes of the text are the key, with `whsec_` in front, which is missing.
    WithPrefix,
    /// The bytes of the text behind `whsec_` are the key.
    WithoutPrefix,
    /// The text, or what is behind `whsec_`, is Base64.
    Base64,
    /// The text, or what is behind `whsec_`, is hexadecimal.
    Hex,
}

impl SecretReading {
    pub(super) const ALL: [Self; 5] = [
        Self::Verbatim,
        Self::WithPrefix,
        Self::WithoutPrefix,
        Self::Base64,
        Self::Hex,
    ];

    /// The key; none if the text cannot be read so.
    pub(super) fn key(self, text: &[u8]) -> Option<Zeroizing<Vec<u8>>> {
        let behind = text.strip_prefix(PREFIX);
        let digits = behind.unwrap_or(text);
        let key = match self {
            Self::Verbatim => text.to_vec(),
            Self::WithPrefix if behind.is_none() => [PREFIX, text].concat(),
            Self::WithPrefix => return None,
            Self::WithoutPrefix => behind?.to_vec(),
            Self::Base64 => decode_base64(digits)?,
            Self::Hex => const_hex::decode(digits).ok()?,
        };
        Some(Zeroizing::new(key))
    }
}

impl fmt::Display for SecretReading {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Verbatim => "the bytes of its text, prefix and all",
            Self::WithPrefix => "the bytes of its text with `whsec_` in front, which is missing",
            Self::WithoutPrefix => "the bytes of its text without `whsec_`",
            Self::Base64 => "what its text is the Base64 of",
            Self::Hex => "what its text is the hexadecimal of",
        })
    }
}

const PREFIX: &[u8] = b"whsec_";

const LENIENT: GeneralPurposeConfig = GeneralPurposeConfig::new()
    .with_decode_padding_mode(DecodePaddingMode::Indifferent)
    .with_decode_allow_trailing_bits(true);

fn decode_base64(digits: &[u8]) -> Option<Vec<u8>> {
    let standard = GeneralPurpose::new(&STANDARD, LENIENT).decode(digits);
    standard
        .or_else(|_| GeneralPurpose::new(&URL_SAFE, LENIENT).decode(digits))
        .ok()
}

/// The text without what came along when it was copied, and what that was, each named once.
pub(super) fn clean(secret: &[u8]) -> (&[u8], Vec<SecretSlip>) {
    let mut slips = Vec::new();
    let Ok(mut text) = core::str::from_utf8(secret) else {
        return (secret, slips);
    };
    while let Some((slip, rest)) = next_slip(text) {
        if !slips.contains(&slip) {
            slips.push(slip);
        }
        text = rest;
    }
    (text.as_bytes(), slips)
}

/// Something which can be taken from the text, and the rest: it is shorter.
fn next_slip(text: &str) -> Option<(SecretSlip, &str)> {
    let invisible = |c: char| c.is_whitespace() || matches!(c, '\u{feff}' | '\u{200b}');
    if let Some(rest) = text.strip_suffix(['\n', '\r']) {
        return Some((SecretSlip::LineBreak, rest));
    }
    let trimmed = text.trim_matches(invisible);
    if trimmed.len() < text.len() {
        return Some((SecretSlip::Space, trimmed));
    }
    if let Some(rest) = unquoted(text) {
        return Some((SecretSlip::Quotes, rest));
    }
    let rest = text.strip_prefix("v1,")?;
    let is_version = rest.as_bytes().starts_with(PREFIX);
    is_version.then_some((SecretSlip::Version, rest))
}

fn unquoted(text: &str) -> Option<&str> {
    ['"', '\'', '`']
        .into_iter()
        .find_map(|quote| text.strip_prefix(quote)?.strip_suffix(quote))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_came_along_is_taken_off_and_named_once() {
        use SecretSlip::{LineBreak, Quotes, Space, Version};
        let cases: [(&str, &str, &[SecretSlip]); 11] = [
            ("abc", "abc", &[]),
            ("abc\n", "abc", &[LineBreak]),
            ("abc\r\n\n", "abc", &[LineBreak]),
            (" abc\t", "abc", &[Space]),
            ("\u{feff}abc\u{200b}", "abc", &[Space]),
            ("\"abc\"", "abc", &[Quotes]),
            ("'abc'\n", "abc", &[LineBreak, Quotes]),
            ("`\"abc\"`", "abc", &[Quotes]),
            ("'v1,whsec_abc '", "whsec_abc", &[Quotes, Space, Version]),
            ("\"abc'", "\"abc'", &[]),
            ("v1,abc", "v1,abc", &[]),
        ];
        for (secret, text, slips) in cases {
            assert_eq!(
                clean(secret.as_bytes()),
                (text.as_bytes(), slips.to_vec()),
                "{secret:?}"
            );
        }
    }

    #[test]
    fn what_is_all_slip_ends_empty_and_what_is_no_text_is_left() {
        for secret in ["", "\"\"", " \n", "''\n"] {
            assert!(clean(secret.as_bytes()).0.is_empty(), "{secret:?}");
        }
        assert_eq!(clean(b"\"").0, b"\"");
        assert_eq!(clean(b" \xff\n"), (&b" \xff\n"[..], Vec::new()));
    }

    #[test]
    fn a_text_is_read_in_every_way_that_it_can_be() {
        use SecretReading::{Base64, Hex, Verbatim, WithPrefix, WithoutPrefix};
        let cases: [(SecretReading, &str, Option<&[u8]>); 12] = [
            (Verbatim, "whsec_AAEC", Some(b"whsec_AAEC")),
            (WithPrefix, "AAEC", Some(b"whsec_AAEC")),
            (WithPrefix, "whsec_AAEC", None),
            (WithoutPrefix, "whsec_AAEC", Some(b"AAEC")),
            (WithoutPrefix, "AAEC", None),
            (Base64, "whsec_AAEC", Some(b"\x00\x01\x02")),
            (Base64, "-_8=", Some(b"\xfb\xff")),
            (Base64, "+/8", Some(b"\xfb\xff")),
            (Base64, "not base64", None),
            (Hex, "00FFab", Some(b"\x00\xff\xab")),
            (Hex, "0", None),
            (Hex, "xy", None),
        ];
        for (reading, text, key) in cases {
            let read = reading.key(text.as_bytes());
            assert_eq!(
                read.as_ref().map(|key| key.as_slice()),
                key,
                "{text} as {reading:?}"
            );
        }
    }
}
