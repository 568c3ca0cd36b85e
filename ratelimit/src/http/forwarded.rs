//! `Forwarded`, read from its end.

use alloc::borrow::Cow;
use alloc::string::String;
use core::net::IpAddr;

use super::node;

/// The elements of one line of `Forwarded` ([RFC
/// 7239](https://www.rfc-editor.org/rfc/rfc7239#section-4)) from the last to the first: the address
/// that each says in `for`, or none if it says none.
///
/// It is taken apart from the end, so that what a client wrote in front, be it with a quotation mark
/// that is never closed, does not change how what a proxy has added is read.
pub(super) struct Elements<'h>(Option<&'h [u8]>);

impl<'h> Elements<'h> {
    pub(super) const fn of(line: &'h [u8]) -> Self {
        Self(Some(line))
    }
}

impl Iterator for Elements<'_> {
    type Item = Option<IpAddr>;

    fn next(&mut self) -> Option<Option<IpAddr>> {
        loop {
            let line = self.0?;
            let (rest, element) = match last_comma(line) {
                Some(comma) => (Some(&line[..comma]), &line[comma + 1..]),
                None => (None, line),
            };
            self.0 = rest;
            let element = element.trim_ascii();
            // A list may have empty places.
            if !element.is_empty() {
                return Some(str::from_utf8(element).ok().and_then(client));
            }
        }
    }
}

/// Where the last element begins: the last comma that is in no quoted string.
fn last_comma(line: &[u8]) -> Option<usize> {
    let mut end = line.len();
    loop {
        let place = line[..end].iter().rposition(|byte| b",\"".contains(byte))?;
        if line[place] == b',' {
            return Some(place);
        }
        end = opening_quote(&line[..place])?;
    }
}

/// The quotation mark that opens a string which ends here: the last that is not escaped.
fn opening_quote(text: &[u8]) -> Option<usize> {
    let mut end = text.len();
    loop {
        let place = text[..end].iter().rposition(|byte| *byte == b'"')?;
        let before = text[..place].iter().rev();
        let backslashes = before.take_while(|byte| **byte == b'\\').count();
        if backslashes % 2 == 0 {
            return Some(place);
        }
        end = place;
    }
}

/// What an element says in `for`, if all of it can be read. One that says it twice could be read as
/// either.
fn client(element: &str) -> Option<IpAddr> {
    let mut found = None;
    let mut text = element;
    loop {
        text = text.trim_ascii_start();
        if let Some(rest) = text.strip_prefix(';') {
            text = rest;
            continue;
        }
        if text.is_empty() {
            return found?;
        }
        let (name, rest) = text.split_once('=').filter(|(name, _)| is_token(name))?;
        let (value, rest) = value(rest)?;
        let is_client = name.eq_ignore_ascii_case("for");
        if is_client && found.replace(node::address(&value)).is_some() {
            return None;
        }
        text = rest.trim_ascii_start();
        if !text.is_empty() && !text.starts_with(';') {
            return None;
        }
    }
}

/// Takes a value off the front. Colons and brackets ought to be quoted, and often are not.
fn value(text: &str) -> Option<(Cow<'_, str>, &str)> {
    if let Some(text) = text.strip_prefix('"') {
        return quoted(text);
    }
    let is_in = |byte: u8| is_token_byte(byte) || b":[]".contains(&byte);
    let end = text
        .bytes()
        .position(|byte| !is_in(byte))
        .unwrap_or(text.len());
    let (value, rest) = text.split_at(end);
    (!value.is_empty()).then_some((value.into(), rest))
}

/// Takes a quoted string off the front, whose first quotation mark is gone.
fn quoted(text: &str) -> Option<(Cow<'_, str>, &str)> {
    let end = text.find(['"', '\\'])?;
    if let Some(rest) = text[end..].strip_prefix('"') {
        return Some((text[..end].into(), rest));
    }
    let mut value = String::from(&text[..end]);
    let mut rest = text[end..].chars();
    loop {
        match rest.next()? {
            '"' => return Some((value.into(), rest.as_str())),
            '\\' => value.push(rest.next()?),
            other => value.push(other),
        }
    }
}

fn is_token(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(is_token_byte)
}

/// `tchar` of [RFC 9110, section 5.6.2](https://www.rfc-editor.org/rfc/rfc9110#section-5.6.2).
fn is_token_byte(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte)
}

#[cfg(test)]
mod tests {
    use alloc::string::ToString;
    use alloc::vec::Vec;

    use super::*;

    fn read(line: &str) -> Vec<Option<String>> {
        let elements = Elements::of(line.as_bytes());
        elements
            .map(|address| address.map(|address| address.to_string()))
            .collect()
    }

    fn one(line: &str) -> Option<String> {
        let elements = read(line);
        assert_eq!(elements.len(), 1, "{line}");
        elements.into_iter().next().flatten()
    }

    #[test]
    fn the_examples_of_the_rfc_are_read() {
        for (line, addresses) in [
            ("for=\"_gazonk\"", &[None][..]),
            (
                "For=\"[2001:db8:cafe::17]:4711\"",
                &[Some("2001:db8:cafe::17")],
            ),
            (
                "for=192.0.2.60;proto=http;by=203.0.113.43",
                &[Some("192.0.2.60")],
            ),
            (
                "for=192.0.2.43, for=198.51.100.17",
                &[Some("198.51.100.17"), Some("192.0.2.43")],
            ),
            ("for=_hidden, for=_SEVKISEK", &[None, None]),
            (
                "for=192.0.2.43, for=\"[2001:db8:cafe::17]\";by=_x, for=unknown",
                &[None, Some("2001:db8:cafe::17"), Some("192.0.2.43")],
            ),
        ] {
            let expected: Vec<_> = addresses
                .iter()
                .map(|text| text.map(String::from))
                .collect();
            assert_eq!(read(line), expected, "{line}");
        }
    }

    #[test]
    fn all_of_the_grammar_is_read() {
        let expected = Some("192.0.2.43".into());
        for line in [
            "for=192.0.2.43",
            "FOR=192.0.2.43",
            "for=\"192.0.2.43:47011\"",
            "for=\"192.0.2.43:_port\"",
            "for=\"1\\92.0.2.43\"",
            ";;for=192.0.2.43;;",
            "proto=https;for=192.0.2.43;host=\"a,b;c=\\\"d\\\"\";by=_x",
            "proto=https ; for=192.0.2.43 ",
            "secret=\"for=198.51.100.17\";for=192.0.2.43",
            ", for=192.0.2.43, ,",
            // Not in the grammar, and often met.
            "for=192.0.2.43:47011",
            "for=\"::ffff:192.0.2.43\"",
            "for=::ffff:192.0.2.43",
        ] {
            assert_eq!(one(line), expected, "{line}");
        }
    }

    #[test]
    fn an_element_that_cannot_be_read_names_nobody() {
        for line in [
            "for",
            "for=",
            "=192.0.2.43",
            "for=192.0.2.43;for=192.0.2.43",
            "for=192.0.2.43;FOR=198.51.100.17",
            "for=unknown;for=192.0.2.43",
            "for =192.0.2.43",
            "for= 192.0.2.43",
            "for=192.0.2.43 for=198.51.100.17",
            "for=192.0.2.43;x y=1",
            "for=192.0.2.43;=1",
            "for=\"192.0.2.43",
            "for=192.0.2.43\"",
            "for=\"192.0.2.43\"x",
            "for=\"192.0.2.43\\\"",
            "by=192.0.2.43",
            "for=(192.0.2.43)",
            "192.0.2.43",
        ] {
            assert_eq!(one(line), None, "{line}");
        }
        assert_eq!(read(""), []);
        assert_eq!(read(" , ,"), []);
    }

    /// Whoever reads from the front sees one string that begins with the client's quotation mark, and
    /// takes the client's word or nobody's.
    #[test]
    fn a_quotation_mark_that_is_never_closed_hides_nothing() {
        for forged in [
            "for=\"10.0.0.1",
            "for=\"10.0.0.1\\",
            "for=\"",
            "for=10.0.0.1;host=\"\\\"",
            "\"",
            "\\",
            "for=10.0.0.1,\"",
        ] {
            for added in ["for=192.0.2.43", "for=\"192.0.2.43:80\";host=\"a,\\\"b\""] {
                let elements = read(&[forged, ", ", added].concat());
                assert_eq!(elements[0].as_deref(), Some("192.0.2.43"), "{forged}");
            }
        }
    }
}
