//! The names under which a header may come.

use alloc::borrow::Cow;
use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;

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
#[derive(Clone)]
pub struct HeaderNames {
    names: Names,
    /// The same, as `http` has them; none until they are prepared.
    #[cfg(feature = "http")]
    parsed: Vec<http::HeaderName>,
}

#[derive(Clone, Debug)]
enum Names {
    Static(&'static [&'static str]),
    Owned(Vec<String>),
}

impl HeaderNames {
    /// The given names, one for each family. A plain header has one.
    pub const fn from_static(names: &'static [&'static str]) -> Self {
        Self::of_names(Names::Static(names))
    }

    const fn of_names(names: Names) -> Self {
        Self {
            names,
            #[cfg(feature = "http")]
            parsed: Vec::new(),
        }
    }

    /// Makes all of them ready to be looked up again and again. They must be tokens.
    #[cfg(feature = "http")]
    pub(crate) fn prepare(&mut self) {
        let parse = |name: &str| http::HeaderName::from_bytes(name.as_bytes());
        let parsed = self.iter().map(parse).collect::<Result<_, _>>();
        self.parsed = parsed.unwrap_or_default();
    }

    /// The names, family by family.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = &str> {
        (0..self.len()).map(|family| self.of(family))
    }

    pub(crate) fn len(&self) -> usize {
        match &self.names {
            Names::Static(names) => names.len(),
            Names::Owned(names) => names.len(),
        }
    }

    /// The name in one family. A scheme is checked to have as many names for each of its headers.
    pub(crate) fn of(&self, family: usize) -> &str {
        match &self.names {
            Names::Static(names) => names[family],
            Names::Owned(names) => &names[family],
        }
    }

    /// The same, as it is looked up.
    pub(crate) fn known(&self, family: usize) -> KnownName<'_> {
        KnownName {
            text: self.of(family),
            #[cfg(feature = "http")]
            parsed: self.parsed.get(family),
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
        match &self.names {
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
        Self::of_names(Names::Owned(names.into_iter().collect()))
    }
}

impl fmt::Debug for HeaderNames {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.iter()).finish()
    }
}

impl PartialEq for HeaderNames {
    fn eq(&self, other: &Self) -> bool {
        self.iter().eq(other.iter())
    }
}

impl Eq for HeaderNames {}

/// The name of a header that a verifier knows before there is any request.
///
/// What keeps headers in a table by names of its own making need not make one for each request: with
/// the feature `http` there is a `http::HeaderName` to be had.
#[derive(Clone, Copy, Debug)]
pub struct KnownName<'n> {
    text: &'n str,
    #[cfg(feature = "http")]
    parsed: Option<&'n http::HeaderName>,
}

impl<'n> KnownName<'n> {
    /// The name as a text, in any case.
    pub const fn as_str(self) -> &'n str {
        self.text
    }

    /// The name as `http` has it, if it was made when the verifier was.
    #[cfg(feature = "http")]
    pub const fn as_http(self) -> Option<&'n http::HeaderName> {
        self.parsed
    }
}

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
