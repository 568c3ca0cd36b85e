//! The names under which a header may come.

use alloc::borrow::Cow;
use alloc::string::String;
use alloc::vec::Vec;

/// The names of one header: one for each *family* of headers that the sender may use.
///
/// Svix, for one, sends `svix-id`, `svix-timestamp` and `svix-signature`, and its libraries take
/// the same three with `webhook-` in front. Those are two families; the position in this list is
/// the family. A delivery is read within one family only, the first whose signature header is
/// there, so that nobody can mix the id of one with the signature of the other.
///
/// Names are compared without regard to case.
///
/// ```
/// use webhook_verify::HeaderNames;
///
/// const ID: HeaderNames = HeaderNames::from_static(&["svix-id", "webhook-id"]);
///
/// assert_eq!(ID.iter().collect::<Vec<_>>(), ["svix-id", "webhook-id"]);
/// ```
#[derive(Clone, Debug)]
pub struct HeaderNames(Names);

#[derive(Clone, Debug)]
enum Names {
    Static(&'static [&'static str]),
    Owned(Vec<String>),
}

impl HeaderNames {
    /// The given names, one for each family. A plain header has one.
    pub const fn from_static(names: &'static [&'static str]) -> Self {
        Self(Names::Static(names))
    }

    /// The names, family by family.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = &str> {
        (0..self.len()).map(|family| self.of(family))
    }

    pub(crate) fn len(&self) -> usize {
        match &self.0 {
            Names::Static(names) => names.len(),
            Names::Owned(names) => names.len(),
        }
    }

    /// The name in one family. A scheme is checked to have as many names for each of its headers.
    pub(crate) fn of(&self, family: usize) -> &str {
        match &self.0 {
            Names::Static(names) => names[family],
            Names::Owned(names) => &names[family],
        }
    }

    /// The name that two headers have in common in one family.
    pub(crate) fn clash<'a>(&'a self, other: &Self) -> Option<&'a str> {
        let mut pairs = self.iter().zip(other.iter());
        pairs
            .find(|(one, other)| one.eq_ignore_ascii_case(other))
            .map(|(name, _)| name)
    }

    /// The name in one family, to be kept: a copy is made only of a name which was made at run
    /// time.
    pub(crate) fn to_cow(&self, family: usize) -> Cow<'static, str> {
        match &self.0 {
            Names::Static(names) => Cow::Borrowed(names[family]),
            Names::Owned(names) => Cow::Owned(names[family].clone()),
        }
    }
}

/// A plain header, which has one name.
impl From<String> for HeaderNames {
    fn from(name: String) -> Self {
        Self::from_iter([name])
    }
}

impl FromIterator<String> for HeaderNames {
    fn from_iter<I: IntoIterator<Item = String>>(names: I) -> Self {
        Self(Names::Owned(names.into_iter().collect()))
    }
}

impl PartialEq for HeaderNames {
    fn eq(&self, other: &Self) -> bool {
        self.iter().eq(other.iter())
    }
}

impl Eq for HeaderNames {}

/// Whether this may be the name of a header: a `token` of [RFC 9110 section
/// 5.6.2](https://www.rfc-editor.org/rfc/rfc9110#section-5.6.2).
pub(crate) fn is_token(name: &str) -> bool {
    let tchar = |byte: u8| byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte);
    !name.is_empty() && name.bytes().all(tchar)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_made_at_run_time_equal_the_same_names_in_the_program() {
        let made: HeaderNames = ["svix-id", "webhook-id"]
            .into_iter()
            .map(String::from)
            .collect();
        assert_eq!(made, HeaderNames::from_static(&["svix-id", "webhook-id"]));
        assert_ne!(made, HeaderNames::from_static(&["svix-id"]));
        assert_eq!(made.to_cow(1), "webhook-id");
    }

    #[test]
    fn a_header_name_is_a_token() {
        for name in [
            "stripe-signature",
            "X-Hub-Signature-256",
            "a",
            "!#$%&'*+-.^_`|~9",
        ] {
            assert!(is_token(name), "{name}");
        }
        for name in [
            "",
            " ",
            "a b",
            "a:",
            "a\n",
            "caf\u{e9}",
            "a(b)",
            "a,b",
            "\"a\"",
        ] {
            assert!(!is_token(name), "{name}");
        }
    }
}
