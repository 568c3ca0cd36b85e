//! The forms in which senders write JSON.

use core::{fmt, iter};

/// How a text of JSON is written. Names, values and numbers keep their text and their order; the
/// space between them and the escapes within them vary.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct JsonForm {
    /// The space between the values.
    pub layout: JsonLayout,
    /// Which characters are escaped, of those that need not be; none if they are as received.
    pub escapes: Option<JsonEscapes>,
}

/// The space between the values of a text of JSON.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum JsonLayout {
    /// As received.
    Received,
    /// None.
    Minified,
    /// One space behind each comma and each colon, as Python's `json.dumps` writes.
    Spaced,
    /// A line for each value, each level indented by two spaces.
    Indented,
}

/// Which characters are escaped in a text of JSON, of those that need not be.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct JsonEscapes {
    /// The slash, as `\/`.
    pub slash: bool,
    /// All beyond ASCII, as `\u00e9`.
    pub unicode: bool,
    /// Those that mean something in HTML, as `\u003c`, and the line separators U+2028 and U+2029.
    pub html: bool,
}

impl JsonEscapes {
    /// Nothing that need not be: JavaScript's `JSON.stringify`.
    pub const NONE: Self = Self {
        slash: false,
        unicode: false,
        html: false,
    };

    /// What Python's `json.dumps` escapes.
    pub const UNICODE: Self = Self {
        unicode: true,
        ..Self::NONE
    };

    /// What PHP's `json_encode` escapes.
    pub const SLASH_AND_UNICODE: Self = Self {
        slash: true,
        ..Self::UNICODE
    };

    /// What Java libraries and others escape that write JSON into pages.
    pub const SLASH: Self = Self {
        slash: true,
        ..Self::NONE
    };

    /// What Go's `json.Marshal` and Ruby on Rails escape.
    pub const HTML: Self = Self {
        html: true,
        ..Self::NONE
    };

    pub(super) const ALL: [Self; 5] = [
        Self::NONE,
        Self::UNICODE,
        Self::SLASH_AND_UNICODE,
        Self::SLASH,
        Self::HTML,
    ];

    /// Whether this character is one of them.
    pub(super) const fn covers(self, c: char) -> bool {
        match c {
            '/' => self.slash,
            '<' | '>' | '&' => self.html,
            '\u{2028}' | '\u{2029}' => self.html || self.unicode,
            _ => self.unicode && !c.is_ascii(),
        }
    }
}

impl fmt::Display for JsonForm {
    /// As `JSON without white space, with slashes escaped`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self.layout {
            JsonLayout::Received => "JSON with the same white space",
            JsonLayout::Minified => "JSON without white space",
            JsonLayout::Spaced => "JSON with a space behind each comma and colon",
            JsonLayout::Indented => "JSON indented by two spaces",
        })?;
        match self.escapes {
            None => Ok(()),
            Some(escapes) => write!(f, ", {escapes}"),
        }
    }
}

impl fmt::Display for JsonEscapes {
    /// As `with slashes and all beyond ASCII escaped`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if *self == Self::NONE {
            return f.write_str("with nothing escaped that need not be");
        }
        let escaped = [
            (self.slash, "slashes"),
            (self.unicode, "all beyond ASCII"),
            (self.html, "what HTML reserves"),
        ];
        let mut names = escaped
            .iter()
            .filter(|(is_escaped, _)| *is_escaped)
            .map(|(_, name)| name);
        f.write_str("with ")?;
        if let Some(first) = names.next() {
            f.write_str(first)?;
        }
        for name in names {
            write!(f, " and {name}")?;
        }
        f.write_str(" escaped")
    }
}

impl JsonForm {
    /// Every form that is tried, the likeliest first.
    pub(super) fn all() -> impl Iterator<Item = Self> {
        let layouts = [
            JsonLayout::Minified,
            JsonLayout::Indented,
            JsonLayout::Spaced,
            JsonLayout::Received,
        ];
        let escapes = || iter::once(None).chain(JsonEscapes::ALL.map(Some));
        layouts
            .into_iter()
            .flat_map(move |layout| escapes().map(move |escapes| Self { layout, escapes }))
            .filter(|form| form.layout != JsonLayout::Received || form.escapes.is_some())
    }
}

#[cfg(test)]
mod tests {
    use alloc::string::ToString;
    use alloc::vec::Vec;

    use super::*;

    #[test]
    fn no_form_is_tried_twice_and_none_changes_nothing() {
        let all: Vec<_> = JsonForm::all().collect();
        for (place, form) in all.iter().enumerate() {
            assert!(!all[..place].contains(form));
            assert!(form.layout != JsonLayout::Received || form.escapes.is_some());
        }
        assert_eq!(all.len(), 23);
    }

    #[test]
    fn a_form_is_named_in_words() {
        let form = JsonForm {
            layout: JsonLayout::Minified,
            escapes: Some(JsonEscapes::SLASH_AND_UNICODE),
        };
        assert_eq!(
            form.to_string(),
            "JSON without white space, with slashes and all beyond ASCII escaped"
        );
    }
}
