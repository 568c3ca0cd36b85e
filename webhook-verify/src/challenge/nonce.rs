//! Texts that the asker chose.

use core::ops::RangeInclusive;

use super::Refusal;

/// What a text may be which the asker chose, and which the answer repeats or signs.
pub(super) struct Nonce {
    /// Where it stands, for the log.
    pub(super) name: &'static str,
    /// Its length in bytes.
    pub(super) len: RangeInclusive<usize>,
    /// The bytes it may have.
    pub(super) allowed: fn(u8) -> bool,
}

impl Nonce {
    /// # Errors
    ///
    /// The text is shorter or longer, or has another byte.
    pub(super) fn check(&self, text: &str) -> Result<(), Refusal> {
        let name = self.name;
        if !self.len.contains(&text.len()) {
            return Err(Refusal::Length {
                name,
                len: text.len(),
            });
        }
        if !text.bytes().all(self.allowed) {
            return Err(Refusal::Characters { name });
        }
        Ok(())
    }
}

/// Letters, digits, and `-` `.` `_` `~` `+` `/` `=`: either Base64, and what a URL need not escape
/// ([RFC 3986 section 2.3](https://www.rfc-editor.org/rfc/rfc3986#section-2.3)). It cannot write an
/// object or a list of JSON, a tag of HTML, a line break, or anything with a `:`.
pub(super) const fn is_token(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~' | b'+' | b'/' | b'=')
}

#[cfg(test)]
mod tests {
    use super::*;

    const NONCE: Nonce = Nonce {
        name: "n",
        len: 2..=4,
        allowed: is_token,
    };

    #[test]
    fn the_length_has_two_ends() {
        for (text, fits) in [
            ("", false),
            ("a", false),
            ("ab", true),
            ("abcd", true),
            ("abcde", false),
        ] {
            let len = text.len();
            let expected = if fits {
                Ok(())
            } else {
                Err(Refusal::Length { name: "n", len })
            };
            assert_eq!(NONCE.check(text), expected, "{text:?}");
        }
    }

    #[test]
    fn a_token_is_nothing_that_another_format_would_read() {
        for byte in 0..=u8::MAX {
            let expected = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~+/="
                .contains(&byte);
            assert_eq!(is_token(byte), expected, "{byte:#x}");
        }
        assert_eq!(NONCE.check("a{"), Err(Refusal::Characters { name: "n" }));
    }
}
