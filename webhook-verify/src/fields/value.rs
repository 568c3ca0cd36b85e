//! What stands in a field of a body.

use alloc::borrow::Cow;
use core::fmt;

use serde_core::de::{Deserialize, Deserializer, Error, Visitor};

/// What stands at the end of a path.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Value<'a> {
    /// A text, borrowed from the body unless it has escapes.
    Text(Cow<'a, str>),
    /// A number or a boolean, as it is written.
    Word(&'a str),
    /// `null`.
    Null,
    /// An object or an array.
    Composite,
}

impl<'a> Value<'a> {
    /// The text, or the number or the boolean as it is written.
    pub(crate) fn as_text(&self) -> Option<&str> {
        match self {
            Self::Text(text) => Some(text),
            Self::Word(word) => Some(word),
            Self::Null | Self::Composite => None,
        }
    }

    /// The same, to be kept.
    pub(crate) fn into_written(self) -> Option<Cow<'a, str>> {
        match self {
            Self::Text(text) => Some(text),
            Self::Word(word) => Some(Cow::Borrowed(word)),
            Self::Null | Self::Composite => None,
        }
    }

    /// The text; none if it is a number or a boolean.
    pub(crate) fn into_text(self) -> Option<Cow<'a, str>> {
        match self {
            Self::Text(text) => Some(text),
            Self::Word(_) | Self::Null | Self::Composite => None,
        }
    }

    /// Reads a piece of JSON; nothing if it is a text with an escape that stands for no character.
    pub(super) fn parse(json: &'a str) -> Option<Self> {
        Some(match json.bytes().next()? {
            b'"' => Self::Text(serde_json::from_str::<Text<'a>>(json).ok()?.0),
            b'{' | b'[' => Self::Composite,
            b'n' => Self::Null,
            _ => Self::Word(json),
        })
    }
}

/// A text, borrowed from the body unless it has escapes.
struct Text<'a>(Cow<'a, str>);

impl<'de> Deserialize<'de> for Text<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_str(TextVisitor)
    }
}

struct TextVisitor;

impl<'de> Visitor<'de> for TextVisitor {
    type Value = Text<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a text")
    }

    fn visit_borrowed_str<E: Error>(self, text: &'de str) -> Result<Self::Value, E> {
        Ok(Text(Cow::Borrowed(text)))
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Self::Value, E> {
        Ok(Text(Cow::Owned(text.into())))
    }
}
