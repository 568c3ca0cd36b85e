//! The id of an event.

use alloc::borrow::Cow;
use core::fmt;

use crate::header_names::HeaderNames;

/// Longest id that is taken, in bytes. Every provider's are far shorter.
pub const MAX_ID_LEN: usize = 256;

/// Where the id of an event stands.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(
    feature = "serde",
    derive(serde::Serialize, serde::Deserialize),
    serde(rename_all = "kebab-case")
)]
#[non_exhaustive]
pub enum IdSource {
    /// In a header. Whether it is signed is for the layout to say.
    Header(HeaderNames),
    /// In the body, which is JSON: the names of members from the outermost inwards, with dots
    /// between, as `id` or `data.id`.
    BodyField(Cow<'static, str>),
    /// In this claim of the [token](crate::Grammar::Jwt), and so signed.
    Claim(Cow<'static, str>),
}

/// The id which the provider gave to an event.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct EventId<'a> {
    text: Cow<'a, str>,
    signed: bool,
}

impl<'a> EventId<'a> {
    pub(crate) const fn new(text: Cow<'a, str>, signed: bool) -> Self {
        Self { text, signed }
    }

    /// The text: visible ASCII, at most [`MAX_ID_LEN`] bytes, not empty.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// Whether the signature covers it.
    ///
    /// One that is not covered is a hint for a log. It must not decide whether a delivery has been
    /// seen before: whoever replays the delivery can write another id on it.
    /// [`Verified::fingerprint`](crate::Verified::fingerprint) is for that.
    pub const fn is_signed(&self) -> bool {
        self.signed
    }

    /// The same id, for longer than the delivery.
    pub fn into_owned(self) -> EventId<'static> {
        EventId::new(self.text.into_owned().into(), self.signed)
    }
}

impl AsRef<str> for EventId<'_> {
    fn as_ref(&self) -> &str {
        self.as_str()
    }
}

impl fmt::Display for EventId<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// Whether a text may be an id: not empty, not too long, without white space or control characters,
/// and without the byte that ends it in the signed bytes.
pub(crate) fn is_well_formed(text: &str, boundary: Option<u8>) -> bool {
    let allowed = |byte: u8| byte.is_ascii_graphic() && Some(byte) != boundary;
    !text.is_empty() && text.len() <= MAX_ID_LEN && text.bytes().all(allowed)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_is_visible_ascii_of_bounded_length() {
        for id in ["a", "msg_2Lml", "!~", &"x".repeat(MAX_ID_LEN)] {
            assert!(is_well_formed(id, None), "{id}");
        }
        for id in [
            "",
            " ",
            "a b",
            "a\n",
            "\t",
            "caf\u{e9}",
            "\u{7f}",
            &"x".repeat(MAX_ID_LEN + 1),
        ] {
            assert!(!is_well_formed(id, None), "{id}");
        }
    }

    #[test]
    fn an_id_does_not_contain_the_byte_that_ends_it() {
        assert!(is_well_formed("msg_1.2", None));
        assert!(is_well_formed("msg_1", Some(b'.')));
        assert!(!is_well_formed("msg_1.2", Some(b'.')));
    }
}
