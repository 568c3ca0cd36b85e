//! Bodies that are forms.

use alloc::borrow::Cow;
use alloc::string::String;
use alloc::vec::Vec;

use percent_encoding::percent_decode;
use sha2::{Digest, Sha256};

use crate::coverage::BodyCoverage;
use crate::rejection::Rejection;

/// How many fields a form may have. More are refused.
///
/// Senders have a few dozen; readers of forms stop at a thousand or so by themselves.
pub const MAX_FORM_FIELDS: usize = 1000;

/// What stands for a body of which the fields are signed.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Form<'a> {
    /// The fields.
    Fields(Vec<Field<'a>>),
    /// The address has this digest of the body, and none of its fields is signed.
    Digest(&'a str),
}

/// A field of a form, decoded. They are in order by name, then by value.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Field<'a> {
    pub(crate) name: Cow<'a, str>,
    pub(crate) value: Cow<'a, str>,
}

impl<'a> Form<'a> {
    /// What a delivery has of it: the digest that stands in its target, if that has the parameter,
    /// or else the fields of its body.
    ///
    /// # Errors
    ///
    /// The body is no form, or has too many fields.
    pub(crate) fn read(
        digest_parameter: Option<&str>,
        target: &'a str,
        body: &'a [u8],
    ) -> Result<Self, Rejection> {
        let digest = digest_parameter.and_then(|name| last_parameter(target, name));
        match digest {
            Some(digest) => Ok(Self::Digest(digest)),
            None => fields(body)
                .map(Self::Fields)
                .ok_or(Rejection::MalformedForm),
        }
    }

    /// The fields that are signed.
    pub(crate) fn fields(&self) -> &[Field<'a>] {
        match self {
            Self::Fields(fields) => fields,
            Self::Digest(_) => &[],
        }
    }

    /// What a signature over it vouches for.
    pub(crate) const fn coverage(&self) -> BodyCoverage {
        match self {
            Self::Fields(_) => BodyCoverage::Fields,
            Self::Digest(_) => BodyCoverage::Hash,
        }
    }

    /// Whether the digest, if it is one that is signed, is that of the body. It is no secret.
    pub(crate) fn is_of(&self, body: &[u8]) -> bool {
        match self {
            Self::Fields(_) => true,
            Self::Digest(digest) => {
                let mut hex = [0; 2 * 32];
                const_hex::encode_to_slice(Sha256::digest(body), &mut hex)
                    .is_ok_and(|()| digest.as_bytes() == hex)
            }
        }
    }
}

/// The value of the parameter with which the query of a target ends; none if it does not have the
/// parameter.
///
/// It is empty, and so no digest, if the parameter stands elsewhere, or twice. Nothing sets the
/// address apart from the fields behind it: a text in one of them, moved into the query with the
/// others, could otherwise pass for a digest there.
fn last_parameter<'a>(target: &'a str, name: &str) -> Option<&'a str> {
    let (_, query) = target.split_once('?')?;
    let value = |parameter: &'a str| {
        let (found, value) = parameter.split_once('=').unwrap_or((parameter, ""));
        (found == name).then_some(value)
    };
    let (others, last) = query.rsplit_once('&').unwrap_or(("", query));
    match others.split('&').any(|other| value(other).is_some()) {
        true => Some(""),
        false => value(last),
    }
}

/// The fields of a body, in order, none twice; none if it is no form.
///
/// It is read as the [URL standard](https://url.spec.whatwg.org/#urlencoded-parsing) says, but for
/// what readers of forms do not agree on: a percent sign without two digits behind it, and text
/// which is not UTF-8. No sender writes that.
fn fields(body: &[u8]) -> Option<Vec<Field<'_>>> {
    let mut fields = Vec::new();
    for pair in body.split(|&byte| byte == b'&') {
        if pair.is_empty() {
            continue;
        }
        if fields.len() == MAX_FORM_FIELDS {
            return None;
        }
        let end = pair.iter().position(|&byte| byte == b'=');
        let (name, value) = pair.split_at(end.unwrap_or(pair.len()));
        fields.push(Field {
            name: decode(name)?,
            value: decode(value.strip_prefix(b"=").unwrap_or_default())?,
        });
    }
    fields.sort_unstable();
    fields.dedup();
    Some(fields)
}

fn decode(text: &[u8]) -> Option<Cow<'_, str>> {
    if !text.iter().any(|byte| matches!(byte, b'%' | b'+')) {
        return str::from_utf8(text).ok().map(Cow::Borrowed);
    }
    let is_escape = |behind: &[u8]| {
        behind
            .first_chunk::<2>()
            .is_some_and(|digits| digits.iter().all(u8::is_ascii_hexdigit))
    };
    if !text.split(|&byte| byte == b'%').skip(1).all(is_escape) {
        return None;
    }
    let spaced = text.iter().map(|&byte| match byte {
        b'+' => b' ',
        other => other,
    });
    let spaced: Vec<_> = spaced.collect();
    let decoded = percent_decode(&spaced).collect();
    String::from_utf8(decoded).ok().map(Cow::Owned)
}

#[cfg(test)]
mod tests {
    use alloc::format;

    use super::*;

    fn pairs(body: &[u8]) -> Option<Vec<(String, String)>> {
        let text = |text: Cow<'_, str>| text.into_owned();
        let fields = fields(body)?.into_iter();
        let pairs = fields.map(|field| (text(field.name), text(field.value)));
        Some(pairs.collect())
    }

    fn owned(pairs: &[(&str, &str)]) -> Option<Vec<(String, String)>> {
        let owned = |&(name, value): &(&str, &str)| (name.into(), value.into());
        Some(pairs.iter().map(owned).collect())
    }

    #[test]
    fn a_form_is_read_as_the_standard_says() {
        for (body, expected) in [
            ("", &[][..]),
            ("&&", &[]),
            ("a=1", &[("a", "1")]),
            ("a", &[("a", "")]),
            ("a=", &[("a", "")]),
            ("=1", &[("", "1")]),
            ("a=b=c", &[("a", "b=c")]),
            ("a=1;b=2", &[("a", "1;b=2")]),
            ("a+b=%2B1+%e2%99%a5%26%3D", &[("a b", "+1 \u{2665}&=")]),
            ("a=\u{2665}", &[("a", "\u{2665}")]),
        ] {
            assert_eq!(pairs(body.as_bytes()), owned(expected), "{body}");
        }
    }

    #[test]
    fn fields_are_in_order_and_none_is_there_twice() {
        assert_eq!(
            pairs(b"b=2&a=2&B=3&a=1&ab=0&a=2&b=2"),
            owned(&[("B", "3"), ("a", "1"), ("a", "2"), ("ab", "0"), ("b", "2")])
        );
    }

    #[test]
    fn what_readers_of_forms_do_not_agree_on_is_refused() {
        for body in [
            &b"a=%"[..],
            b"a=%2",
            b"a=%zz",
            b"a=%%41",
            b"%4=1",
            b"a=%+1",
            b"a=\xff",
            b"\xff=a",
            b"a=%ff",
            b"a=%c3",
            b"a=%ed%a0%80",
        ] {
            assert_eq!(pairs(body), None, "{body:?}");
        }
    }

    #[test]
    fn the_number_of_fields_is_bounded() {
        let body = |count: usize| {
            let fields = (0..count).map(|number| format!("{number}=&"));
            fields.collect::<String>()
        };
        let read = |count| fields(body(count).as_bytes()).map(|fields| fields.len());
        assert_eq!(read(MAX_FORM_FIELDS), Some(MAX_FORM_FIELDS));
        assert_eq!(read(MAX_FORM_FIELDS + 1), None);
    }

    #[test]
    fn a_digest_is_the_last_parameter_and_the_only_one_of_its_name() {
        let digest = |target| last_parameter(target, "digest");
        for target in [
            "/",
            "/digest=1",
            "/?",
            "/?a=1",
            "/?xdigest=1",
            "/?digestx=1",
        ] {
            assert_eq!(digest(target), None, "{target}");
        }
        assert_eq!(digest("/?digest=1"), Some("1"));
        assert_eq!(digest("/?a=1&digest=1"), Some("1"));
        for target in [
            "/?digest",
            "/?digest=",
            "/?digest=1&a=1",
            "/?digest=1&",
            "/?digest=1&digest=1",
            "/?digest&digest=1",
        ] {
            assert_eq!(digest(target), Some(""), "{target}");
        }
    }

    #[test]
    fn a_digest_is_compared_as_it_is_written() {
        let hex = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
        assert!(Form::Digest(hex).is_of(b""));
        assert!(!Form::Digest(hex).is_of(b" "));
        assert!(!Form::Digest(&hex.to_uppercase()).is_of(b""));
        assert!(!Form::Digest(&hex[..62]).is_of(b""));
        assert!(!Form::Digest("").is_of(b""));
    }
}
