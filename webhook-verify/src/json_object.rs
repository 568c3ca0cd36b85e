//! The members of a small JSON object.

use alloc::borrow::Cow;
use alloc::vec::Vec;
use core::fmt;

use serde_core::de::{Deserialize, Deserializer, Error, MapAccess, SeqAccess, Visitor};

/// Most members that an object may have. The headers and claims of tokens have a dozen.
const MAX_MEMBERS: usize = 64;

/// The members of a JSON object, each name once.
///
/// An object that has a name twice is none: readers differ in which of the two they take.
pub(crate) struct JsonObject<'a>(Vec<(Cow<'a, str>, Value<'a>)>);

/// What a member is.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Value<'a> {
    /// A text, borrowed unless it has escapes.
    Text(Cow<'a, str>),
    /// A whole number that is not negative.
    Number(u64),
    /// Anything else. It is not kept.
    Other,
}

impl<'a> JsonObject<'a> {
    /// An object with at most [`MAX_MEMBERS`] members, and nothing behind it.
    pub(crate) fn parse(json: &'a [u8]) -> Option<Self> {
        serde_json::from_slice(json).ok()
    }

    pub(crate) fn get(&self, name: &str) -> Option<&Value<'a>> {
        let mut members = self.0.iter();
        members.find_map(|(own, value)| (own == name).then_some(value))
    }

    /// The text of a member, if it is there and is one.
    pub(crate) fn text(&self, name: &str) -> Option<&str> {
        match self.get(name)? {
            Value::Text(text) => Some(text),
            Value::Number(_) | Value::Other => None,
        }
    }
}

impl<'de> Deserialize<'de> for JsonObject<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(Members)
    }
}

struct Members;

impl<'de> Visitor<'de> for Members {
    type Value = JsonObject<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut members: Vec<(Cow<'de, str>, Value<'de>)> = Vec::new();
        while let Some(Name(name)) = map.next_key()? {
            if members.len() == MAX_MEMBERS {
                return Err(A::Error::custom("there are too many members"));
            }
            if members.iter().any(|(other, _)| *other == name) {
                return Err(A::Error::custom("a member is there twice"));
            }
            members.push((name, map.next_value()?));
        }
        Ok(JsonObject(members))
    }
}

/// The name of a member, borrowed unless it has escapes.
struct Name<'a>(Cow<'a, str>);

impl<'de> Deserialize<'de> for Name<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        match deserializer.deserialize_str(AnyValue)? {
            Value::Text(text) => Ok(Self(text)),
            Value::Number(_) | Value::Other => Err(D::Error::custom("a name is a text")),
        }
    }
}

impl<'de> Deserialize<'de> for Value<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(AnyValue)
    }
}

/// Reads what is not kept too: what `IgnoredAny` skips need not be UTF-8, nor its escapes mean
/// anything.
struct AnyValue;

impl<'de> Visitor<'de> for AnyValue {
    type Value = Value<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("any value")
    }

    fn visit_borrowed_str<E: Error>(self, text: &'de str) -> Result<Self::Value, E> {
        Ok(Value::Text(Cow::Borrowed(text)))
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Self::Value, E> {
        Ok(Value::Text(Cow::Owned(text.into())))
    }

    fn visit_u64<E: Error>(self, number: u64) -> Result<Self::Value, E> {
        Ok(Value::Number(number))
    }

    fn visit_i64<E: Error>(self, _: i64) -> Result<Self::Value, E> {
        Ok(Value::Other)
    }

    fn visit_f64<E: Error>(self, _: f64) -> Result<Self::Value, E> {
        Ok(Value::Other)
    }

    fn visit_bool<E: Error>(self, _: bool) -> Result<Self::Value, E> {
        Ok(Value::Other)
    }

    fn visit_unit<E: Error>(self) -> Result<Self::Value, E> {
        Ok(Value::Other)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut elements: A) -> Result<Self::Value, A::Error> {
        while elements.next_element::<Value<'_>>()?.is_some() {}
        Ok(Value::Other)
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Self::Value, A::Error> {
        while members.next_entry::<Name<'_>, Value<'_>>()?.is_some() {}
        Ok(Value::Other)
    }
}

#[cfg(test)]
mod tests {
    use alloc::format;

    use super::*;

    #[test]
    fn members_are_found_by_name_whatever_stands_between() {
        let json = br#" {"a":"x","b":7,"c":[1,{"a":2}],"d":{"a":3},"\u0065":"\u0079"} "#;
        let object = JsonObject::parse(json).expect("an object");
        assert_eq!(object.text("a"), Some("x"));
        assert_eq!(object.get("b"), Some(&Value::Number(7)));
        assert_eq!(object.text("b"), None);
        assert_eq!(object.get("c"), Some(&Value::Other));
        assert_eq!(object.get("d"), Some(&Value::Other));
        assert_eq!(object.text("e"), Some("y"));
        assert_eq!(object.get("A"), None);
    }

    #[test]
    fn a_number_is_whole_and_not_negative() {
        for (json, value) in [
            ("0", Value::Number(0)),
            ("18446744073709551615", Value::Number(u64::MAX)),
            ("18446744073709551616", Value::Other),
            ("-1", Value::Other),
            ("1.0", Value::Other),
            ("1e9", Value::Other),
            ("true", Value::Other),
            ("null", Value::Other),
        ] {
            let json = format!(r#"{{"a":{json}}}"#);
            let object = JsonObject::parse(json.as_bytes()).expect("an object");
            assert_eq!(object.get("a"), Some(&value), "{json}");
        }
    }

    #[test]
    fn a_name_which_is_there_twice_is_refused_however_it_is_written() {
        for json in [r#"{"a":1,"a":1}"#, r#"{"a":1,"b":2,"\u0061":3}"#] {
            assert!(JsonObject::parse(json.as_bytes()).is_none(), "{json}");
        }
    }

    #[test]
    fn what_is_no_object_is_refused() {
        let texts: [&[u8]; 9] = [
            b"",
            b"null",
            b"[]",
            b"\"a\"",
            b"{",
            b"{\"a\":}",
            b"{}x",
            b"{1:2}",
            b"{\"a\":\"\xff\"}",
        ];
        for text in texts {
            assert!(JsonObject::parse(text).is_none(), "{text:?}");
        }
    }

    #[test]
    fn what_is_not_kept_is_json_too() {
        let values: [&[u8]; 5] = [b"\xff", b"\\ud800", b"\\ud800\\u0041", b"\x00", b"\\x"];
        for value in values {
            for (before, after) in [("[\"", "\"]"), ("{\"", "\":0}"), ("{\"b\":\"", "\"}")] {
                let parts = [
                    br#"{"a":"#,
                    before.as_bytes(),
                    value,
                    after.as_bytes(),
                    b"}",
                ];
                assert!(JsonObject::parse(&parts.concat()).is_none(), "{value:?}");
            }
        }
        assert!(JsonObject::parse(br#"{"a":[1e999]}"#).is_none());
    }

    #[test]
    fn members_are_counted() {
        let object = |members: usize| {
            let members: Vec<_> = (0..members).map(|at| format!(r#""{at}":0"#)).collect();
            ["{", &members.join(","), "}"].concat()
        };
        assert!(JsonObject::parse(object(MAX_MEMBERS).as_bytes()).is_some());
        assert!(JsonObject::parse(object(MAX_MEMBERS + 1).as_bytes()).is_none());
    }

    #[test]
    fn deep_nesting_is_refused_before_the_stack_is() {
        let json = [r#"{"a":"#, &"[".repeat(1 << 20)].concat();
        assert!(JsonObject::parse(json.as_bytes()).is_none());
    }
}
