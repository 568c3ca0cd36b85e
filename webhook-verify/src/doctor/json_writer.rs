//! JSON written anew, in another form.

use alloc::string::String;
use core::fmt::Write;
use core::iter;

use serde_core::de::IgnoredAny;

use crate::doctor::json_form::{JsonEscapes, JsonForm, JsonLayout};

/// A text which is known to be JSON.
#[derive(Clone, Copy)]
pub(super) struct Json<'a>(&'a str);

impl<'a> Json<'a> {
    /// The body, if it is JSON.
    pub(super) fn parse(body: &'a [u8]) -> Option<Self> {
        let text = core::str::from_utf8(body).ok()?;
        serde_json::from_str::<IgnoredAny>(text).ok()?;
        Some(Self(text))
    }

    /// The same in another form: tokens keep their order, and their text but for escapes. None if it
    /// grows out of proportion, as deep nesting does when it is indented.
    pub(super) fn written(self, form: JsonForm) -> Option<String> {
        let Self(mut rest) = self;
        let mut writer = Writer {
            form,
            text: String::with_capacity(rest.len()),
            depth: 0,
            just_opened: false,
        };
        let limit = rest.len().saturating_mul(MAX_GROWTH);
        while let Some(first) = rest.chars().next() {
            let (token, behind) = rest.split_at(token_len(rest, first));
            writer.token(token, first);
            rest = behind;
            if writer.text.len() > limit {
                return None;
            }
        }
        Some(writer.text)
    }
}

/// How many times as long a text may become. An escape of one byte has six.
const MAX_GROWTH: usize = 8;

/// The length of the token at the start: a string with its quotes, a run of white space, or one
/// character of anything else.
fn token_len(text: &str, first: char) -> usize {
    match first {
        '"' => string_len(text),
        _ if is_space(first) => text.find(|c| !is_space(c)).unwrap_or(text.len()),
        _ => first.len_utf8(),
    }
}

fn string_len(text: &str) -> usize {
    let mut escaped = false;
    for (place, byte) in text.bytes().enumerate().skip(1) {
        match byte {
            _ if escaped => escaped = false,
            b'\\' => escaped = true,
            b'"' => return place + 1,
            _ => {}
        }
    }
    text.len()
}

const fn is_space(c: char) -> bool {
    matches!(c, ' ' | '\t' | '\n' | '\r')
}

struct Writer {
    form: JsonForm,
    text: String,
    depth: usize,
    /// Whether the last token opened an object or an array: an empty one stays on its line.
    just_opened: bool,
}

impl Writer {
    fn token(&mut self, token: &str, first: char) {
        let received = self.form.layout == JsonLayout::Received;
        if is_space(first) && !received {
            return;
        }
        let is_end = matches!(first, '}' | ']');
        if is_end {
            self.depth = self.depth.saturating_sub(1);
        }
        if self.just_opened != is_end {
            self.line_break();
        }
        self.just_opened = false;
        match first {
            '"' => self.string(token),
            _ => self.text.push_str(token),
        }
        match first {
            '{' | '[' => {
                self.depth += 1;
                self.just_opened = true;
            }
            ',' if self.form.layout == JsonLayout::Indented => self.line_break(),
            ',' | ':' => self.space(),
            _ => {}
        }
    }

    fn line_break(&mut self) {
        if self.form.layout == JsonLayout::Indented {
            self.text.push('\n');
            self.text.extend(iter::repeat_n("  ", self.depth));
        }
    }

    fn space(&mut self) {
        if matches!(self.form.layout, JsonLayout::Spaced | JsonLayout::Indented) {
            self.text.push(' ');
        }
    }

    fn string(&mut self, token: &str) {
        let Some(escapes) = self.form.escapes else {
            self.text.push_str(token);
            return;
        };
        let mut rest = token;
        while let Some(unit) = Unit::first(rest) {
            let (text, behind) = rest.split_at(unit.len);
            match unit.meaning {
                Some(c) => self.character(c, escapes),
                None => self.text.push_str(text),
            }
            rest = behind;
        }
    }

    fn character(&mut self, c: char, escapes: JsonEscapes) {
        match c {
            _ if !escapes.covers(c) => self.text.push(c),
            '/' => self.text.push_str("\\/"),
            _ => {
                for half in c.encode_utf16(&mut [0; 2]) {
                    write!(self.text, "\\u{half:04x}").expect("a String takes any text");
                }
            }
        }
    }
}

/// A character or an escape at the start of a string's text.
struct Unit {
    len: usize,
    /// The character, if it can be written in both ways: as itself and as an escape.
    meaning: Option<char>,
}

impl Unit {
    fn first(text: &str) -> Option<Self> {
        let Some(escape) = text.strip_prefix('\\') else {
            let c = text.chars().next()?;
            let meaning = (c != '"').then_some(c);
            return Some(Self {
                len: c.len_utf8(),
                meaning,
            });
        };
        Some(match escape.as_bytes().first() {
            Some(b'/') => Self {
                len: 2,
                meaning: Some('/'),
            },
            Some(b'u') => Self::unicode(text),
            _ => Self {
                len: 2,
                meaning: None,
            },
        })
    }

    /// An escape of six bytes, or of two times six for what is beyond the first plane.
    fn unicode(text: &str) -> Self {
        let high = code_unit(text);
        let low = text.get(6..).and_then(code_unit);
        let pair = high.into_iter().chain(low);
        match (high, char::decode_utf16(pair).next()) {
            (Some(high), Some(Ok(c))) => Self {
                len: if u32::from(high) == u32::from(c) {
                    6
                } else {
                    12
                },
                meaning: (c >= ' ' && !matches!(c, '"' | '\\')).then_some(c),
            },
            _ => Self {
                len: 6.min(text.len()),
                meaning: None,
            },
        }
    }
}

fn code_unit(text: &str) -> Option<u16> {
    let digits = text.strip_prefix("\\u")?.get(..4)?;
    u16::from_str_radix(digits, 16).ok()
}

#[cfg(test)]
mod tests {
    use alloc::string::ToString;

    use proptest::prelude::*;
    use serde_json::Value;

    use super::*;

    fn write(json: &str, layout: JsonLayout, escapes: Option<JsonEscapes>) -> String {
        let json = Json::parse(json.as_bytes()).expect("JSON");
        json.written(JsonForm { layout, escapes })
            .expect("in proportion")
    }

    const RECEIVED: &str = "{ \"a\":[1.50, {}, [ ]],\n\t\"b\\\"{,:\" : \"c, d\" }\n";

    #[test]
    fn every_layout_keeps_the_text_of_strings_and_numbers() {
        for (layout, expected) in [
            (JsonLayout::Received, RECEIVED),
            (
                JsonLayout::Minified,
                r#"{"a":[1.50,{},[]],"b\"{,:":"c, d"}"#,
            ),
            (
                JsonLayout::Spaced,
                r#"{"a": [1.50, {}, []], "b\"{,:": "c, d"}"#,
            ),
            (
                JsonLayout::Indented,
                "{\n  \"a\": [\n    1.50,\n    {},\n    []\n  ],\n  \"b\\\"{,:\": \"c, d\"\n}",
            ),
        ] {
            assert_eq!(write(RECEIVED, layout, None), expected, "{layout:?}");
        }
    }

    #[test]
    fn every_escape_is_written_and_read() {
        let plain = "[\"a/b <\u{e9}\u{2028}\u{1f600}>\"]";
        for (escapes, expected) in [
            (JsonEscapes::NONE, plain),
            (
                JsonEscapes::UNICODE,
                r#"["a/b <\u00e9\u2028\ud83d\ude00>"]"#,
            ),
            (
                JsonEscapes::SLASH_AND_UNICODE,
                r#"["a\/b <\u00e9\u2028\ud83d\ude00>"]"#,
            ),
            (JsonEscapes::SLASH, "[\"a\\/b <\u{e9}\u{2028}\u{1f600}>\"]"),
            (
                JsonEscapes::HTML,
                "[\"a/b \\u003c\u{e9}\\u2028\u{1f600}\\u003e\"]",
            ),
        ] {
            assert_eq!(write(plain, JsonLayout::Received, Some(escapes)), expected);
            assert_eq!(
                write(expected, JsonLayout::Received, Some(JsonEscapes::NONE)),
                plain
            );
        }
    }

    #[test]
    fn what_must_be_escaped_or_is_no_character_stays_as_it_is() {
        let text = r#"["\n\u000a\u0022\"\u005c\\\b \ud83d \ude00 \ud83d\u000a"]"#;
        for escapes in JsonEscapes::ALL {
            assert_eq!(write(text, JsonLayout::Received, Some(escapes)), text);
        }
    }

    #[test]
    fn what_is_no_json_is_not_rewritten() {
        for body in [&b""[..], b"{", b"a=b", b"{} {}", b"\"\xff\""] {
            assert!(Json::parse(body).is_none(), "{body:?}");
        }
    }

    #[test]
    fn nesting_does_not_grow_without_bound() {
        let deep = ["[".repeat(10_000), "]".repeat(10_000)].concat();
        let Some(json) = Json::parse(deep.as_bytes()) else {
            panic!("nesting is no matter for what ignores it");
        };
        let indented = JsonForm {
            layout: JsonLayout::Indented,
            escapes: None,
        };
        assert_eq!(json.written(indented), None);
    }

    fn value() -> impl Strategy<Value = Value> {
        let leaf = prop_oneof![
            Just(Value::Null),
            any::<bool>().prop_map(Value::from),
            any::<i64>().prop_map(Value::from),
            any::<String>().prop_map(Value::from),
        ];
        leaf.prop_recursive(4, 32, 4, |inner| {
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
                prop::collection::btree_map(any::<String>(), inner, 0..4)
                    .prop_map(|members| members.into_iter().collect()),
            ]
        })
    }

    proptest! {
        #[test]
        fn every_form_means_the_same_and_is_written_the_same_again(value in value()) {
            let text = value.to_string();
            let json = Json(&text);
            for form in JsonForm::all() {
                let Some(written) = json.written(form) else { continue };
                prop_assert_eq!(&serde_json::from_str::<Value>(&written).unwrap(), &value);
                prop_assert_eq!(Json(&written).written(form), Some(written.clone()));
            }
            let minified = JsonForm { layout: JsonLayout::Minified, escapes: None };
            prop_assert_eq!(json.written(minified), Some(text.clone()));
        }
    }
}
