//! Lists, and those of `key=value`.

/// What stands between two items of a list.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(
    feature = "serde",
    derive(serde::Serialize, serde::Deserialize),
    serde(rename_all = "kebab-case")
)]
#[non_exhaustive]
pub enum Separator {
    /// `,`
    Comma,
    /// `;`
    Semicolon,
    /// `&`
    Ampersand,
}

impl Separator {
    pub(crate) const fn as_char(self) -> char {
        match self {
            Self::Comma => ',',
            Self::Semicolon => ';',
            Self::Ampersand => '&',
        }
    }

    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::Comma => ",",
            Self::Semicolon => ";",
            Self::Ampersand => "&",
        }
    }
}

/// The pairs of a list. What has no `=` is skipped.
pub(crate) fn pairs(header: &str, separator: Separator) -> impl Iterator<Item = (&str, &str)> {
    header
        .split(separator.as_char())
        .filter_map(|pair| pair.trim_matches([' ', '\t']).split_once('='))
}
