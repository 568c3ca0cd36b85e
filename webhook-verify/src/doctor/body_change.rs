//! How a body may have been changed between its sender and the verifier.

use alloc::borrow::Cow;
use alloc::collections::BTreeMap;
use alloc::string::String;
use alloc::vec::Vec;
use core::{fmt, iter};

use crate::doctor::json_form::JsonForm;
use crate::doctor::json_writer::Json;

/// How a body has to be changed back to have the bytes that were signed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum BodyChange {
    /// Take the line break from its end, which an editor or `echo` put there.
    DropLineBreak,
    /// Put `\n` at its end, where something trimmed it.
    AppendLineFeed,
    /// Put `\r\n` at its end, where something trimmed it.
    AppendCrLf,
    /// Write each `\r\n` as `\n`.
    CrLfToLineFeed,
    /// Write each `\n` as `\r\n`.
    LineFeedToCrLf,
    /// Take the byte order mark from its start.
    DropByteOrderMark,
    /// Write each `+` as `%2B`: something took the escapes out of a form.
    EscapePlus,
    /// Write the members of the JSON object, which are texts, as the fields of a form: it was one
    /// once, and was parsed.
    WriteForm,
    /// Write the JSON in another form: it was parsed, and written anew.
    WriteJson(JsonForm),
}

impl BodyChange {
    /// Every change that is tried, the likeliest first.
    pub(super) fn all() -> impl Iterator<Item = Self> {
        let ends = [
            Self::DropLineBreak,
            Self::AppendLineFeed,
            Self::AppendCrLf,
            Self::CrLfToLineFeed,
            Self::LineFeedToCrLf,
            Self::DropByteOrderMark,
            Self::EscapePlus,
            Self::WriteForm,
        ];
        ends.into_iter().chain(JsonForm::all().map(Self::WriteJson))
    }

    /// The body with the change made; none if there is nothing to change.
    pub(super) fn apply(self, body: &[u8], json: Option<Json<'_>>) -> Option<Vec<u8>> {
        let changed: Cow<'_, [u8]> = match self {
            Self::DropLineBreak => without_line_break(body).into(),
            Self::AppendLineFeed => [body, b"\n"].concat().into(),
            Self::AppendCrLf => [body, b"\r\n"].concat().into(),
            Self::CrLfToLineFeed => to_line_feeds(body).into(),
            Self::LineFeedToCrLf => to_cr_lf(body).into(),
            Self::DropByteOrderMark => body.strip_prefix(b"\xef\xbb\xbf")?.into(),
            Self::EscapePlus => escape_plus(body).into(),
            Self::WriteForm => write_form(body)?.into_bytes().into(),
            Self::WriteJson(form) => json?.written(form)?.into_bytes().into(),
        };
        (changed != body).then(|| changed.into_owned())
    }
}

impl fmt::Display for BodyChange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::DropLineBreak => f.write_str("without the line break at its end"),
            Self::AppendLineFeed => f.write_str("with a line feed at its end"),
            Self::AppendCrLf => f.write_str("with a carriage return and a line feed at its end"),
            Self::CrLfToLineFeed => f.write_str("with LF where it has CR LF"),
            Self::LineFeedToCrLf => f.write_str("with CR LF where it has LF"),
            Self::DropByteOrderMark => f.write_str("without the byte order mark at its start"),
            Self::EscapePlus => f.write_str("with %2B where it has a plus sign"),
            Self::WriteForm => f.write_str("as the form it was before it was parsed"),
            Self::WriteJson(form) => write!(f, "as {form}"),
        }
    }
}

fn without_line_break(body: &[u8]) -> &[u8] {
    let body = body.strip_suffix(b"\n").unwrap_or(body);
    body.strip_suffix(b"\r").unwrap_or(body)
}

fn to_line_feeds(body: &[u8]) -> Vec<u8> {
    let next = body.iter().skip(1).map(Some).chain(iter::once(None));
    body.iter()
        .zip(next)
        .filter(|pair| *pair != (&b'\r', Some(&b'\n')))
        .map(|(&byte, _)| byte)
        .collect()
}

fn to_cr_lf(body: &[u8]) -> Vec<u8> {
    let mut changed = Vec::with_capacity(body.len());
    for &byte in body {
        if byte == b'\n' && changed.last() != Some(&b'\r') {
            changed.push(b'\r');
        }
        changed.push(byte);
    }
    changed
}

fn escape_plus(body: &[u8]) -> Vec<u8> {
    let parts: Vec<_> = body.split(|&byte| byte == b'+').collect();
    parts.join(&b"%2B"[..])
}

fn write_form(body: &[u8]) -> Option<String> {
    let fields: BTreeMap<String, String> = serde_json::from_slice(body).ok()?;
    let mut form = form_urlencoded::Serializer::new(String::new());
    Some(form.extend_pairs(fields).finish())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn changed(change: BodyChange, body: &str) -> Option<Vec<u8>> {
        change.apply(body.as_bytes(), Json::parse(body.as_bytes()))
    }

    #[test]
    fn each_change_does_what_it_says() {
        for (change, before, after) in [
            (BodyChange::DropLineBreak, "a\n\r\n", "a\n"),
            (BodyChange::DropLineBreak, "a\n", "a"),
            (BodyChange::AppendLineFeed, "a", "a\n"),
            (BodyChange::AppendCrLf, "a", "a\r\n"),
            (BodyChange::CrLfToLineFeed, "\r\na\rb\n\r\n", "\na\rb\n\n"),
            (
                BodyChange::LineFeedToCrLf,
                "\na\rb\n\r\n",
                "\r\na\rb\r\n\r\n",
            ),
            (BodyChange::DropByteOrderMark, "\u{feff}{}", "{}"),
            (BodyChange::EscapePlus, "a=+1+", "a=%2B1%2B"),
            (BodyChange::WriteForm, r#"{"b":"+1","a":" "}"#, "a=+&b=%2B1"),
        ] {
            let after = Some(after.as_bytes().to_vec());
            assert_eq!(changed(change, before), after, "{change:?} of {before:?}");
        }
    }

    #[test]
    fn a_change_that_changes_nothing_is_none() {
        for change in BodyChange::all() {
            let appends = matches!(change, BodyChange::AppendLineFeed | BodyChange::AppendCrLf);
            assert_eq!(changed(change, "").is_some(), appends, "{change:?}");
            assert_eq!(changed(change, "1").is_some(), appends, "{change:?}");
        }
    }
}
