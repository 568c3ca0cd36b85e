//! Keys and certificates as text with a frame around it.

use alloc::vec::Vec;

use zeroize::Zeroizing;

const BEGIN: &[u8] = b"-----BEGIN ";
const END: &[u8] = b"-----END ";
const DASHES: &[u8] = b"-----";

/// Whether there is a frame.
pub(crate) fn is_framed(text: &[u8]) -> bool {
    text.trim_ascii_start().starts_with(BEGIN)
}

/// The Base64 digits inside the frame of a label, as `PUBLIC KEY`; none if the text is not one such
/// frame with nothing around it ([RFC 7468](https://www.rfc-editor.org/rfc/rfc7468)). Lines may have
/// any length, and white space may stand between them.
pub(crate) fn unframe(text: &[u8], label: &str) -> Option<Zeroizing<Vec<u8>>> {
    let text = text.trim_ascii();
    let line = |text: &[u8]| [text, label.as_bytes(), DASHES].concat();
    let digits = text
        .strip_prefix(line(BEGIN).as_slice())?
        .strip_suffix(line(END).as_slice())?;
    let digits = digits
        .iter()
        .copied()
        .filter(|byte| !byte.is_ascii_whitespace());
    Some(Zeroizing::new(digits.collect()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn unframe(text: &str) -> Option<Vec<u8>> {
        super::unframe(text.as_bytes(), "PUBLIC KEY").map(|digits| digits.to_vec())
    }

    #[test]
    fn what_stands_in_the_frame_is_joined() {
        for text in [
            "-----BEGIN PUBLIC KEY-----\nAAEC\n/w==\n-----END PUBLIC KEY-----\n",
            "-----BEGIN PUBLIC KEY-----\r\nAAEC/w==\r\n-----END PUBLIC KEY-----\r\n\r\n",
            " -----BEGIN PUBLIC KEY----- AAEC /w== -----END PUBLIC KEY-----",
        ] {
            assert!(is_framed(text.as_bytes()));
            assert_eq!(unframe(text).as_deref(), Some(&b"AAEC/w=="[..]), "{text}");
        }
    }

    #[test]
    fn another_frame_or_none_is_refused() {
        for text in [
            "",
            "AAEC/w==",
            "-----BEGIN PUBLIC KEY-----",
            "-----BEGIN PUBLIC KEY-----\nAAEC/w==",
            "-----BEGIN PUBLIC KEY-----\nAAEC/w==\n-----END PRIVATE KEY-----",
            "-----BEGIN EC PRIVATE KEY-----\nAAEC/w==\n-----END EC PRIVATE KEY-----",
            "AAEC -----BEGIN PUBLIC KEY-----\nAAEC/w==\n-----END PUBLIC KEY-----",
        ] {
            assert_eq!(unframe(text), None, "{text}");
        }
    }
}
