//! Finding one text in a JSON body.

use alloc::borrow::Cow;
use core::fmt;

use serde_core::de::{DeserializeSeed, Deserializer, Error, IgnoredAny, MapAccess, Visitor};

/// The text at the end of a path, if the body is JSON throughout, every name on the path is there
/// exactly once, and what stands at its end is a text.
///
/// A name which is there twice is refused because readers differ in which of the two they take.
pub(crate) fn find<'a>(body: &'a [u8], path: &str) -> Option<Cow<'a, str>> {
    let mut json = serde_json::Deserializer::from_slice(body);
    let text = Member { path }.deserialize(&mut json).ok()?;
    json.end().ok()?;
    Some(text)
}

/// What is still to be walked; empty at the end of the path.
struct Member<'p> {
    path: &'p str,
}

impl<'de> DeserializeSeed<'de> for Member<'_> {
    type Value = Cow<'de, str>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        if self.path.is_empty() {
            deserializer.deserialize_str(self)
        } else {
            deserializer.deserialize_map(self)
        }
    }
}

impl<'de> Visitor<'de> for Member<'_> {
    type Value = Cow<'de, str>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if self.path.is_empty() {
            "a text"
        } else {
            "an object"
        })
    }

    fn visit_borrowed_str<E: Error>(self, text: &'de str) -> Result<Self::Value, E> {
        Ok(Cow::Borrowed(text))
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Self::Value, E> {
        Ok(Cow::Owned(text.into()))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Self::Value, A::Error> {
        let (wanted, rest) = self.path.split_once('.').unwrap_or((self.path, ""));
        let mut found = None;
        while let Some(is_wanted) = members.next_key_seed(IsNamed(wanted))? {
            if !is_wanted {
                members.next_value::<IgnoredAny>()?;
            } else if found
                .replace(members.next_value_seed(Member { path: rest })?)
                .is_some()
            {
                return Err(A::Error::custom("a member is there twice"));
            }
        }
        found.ok_or_else(|| A::Error::custom("a member is missing"))
    }
}

/// Whether the name of a member is the wanted one. Escapes are resolved, so `"\u0069d"` is `id`.
struct IsNamed<'p>(&'p str);

impl<'de> DeserializeSeed<'de> for IsNamed<'_> {
    type Value = bool;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<bool, D::Error> {
        deserializer.deserialize_str(self)
    }
}

impl Visitor<'_> for IsNamed<'_> {
    type Value = bool;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the name of a member")
    }

    fn visit_str<E: Error>(self, name: &str) -> Result<bool, E> {
        Ok(name == self.0)
    }
}

#[cfg(test)]
mod tests {
    use alloc::vec;

    use super::*;

    #[test]
    fn finds_a_text_at_any_depth() {
        assert_eq!(
            find(br#"{"id":"evt_1","type":"x"}"#, "id").as_deref(),
            Some("evt_1")
        );
        assert_eq!(
            find(br#" {"a":[{"id":1}],"id":"evt_1"} "#, "id").as_deref(),
            Some("evt_1")
        );
        assert_eq!(
            find(
                br#"{"data":{"object":{"id":"x"}},"id":7}"#,
                "data.object.id"
            )
            .as_deref(),
            Some("x")
        );
    }

    #[test]
    fn resolves_escapes_in_names_and_values() {
        assert_eq!(
            find(br#"{"\u0069d":"\u0065vt"}"#, "id").as_deref(),
            Some("evt")
        );
    }

    #[test]
    fn a_text_without_escapes_is_not_copied() {
        assert!(matches!(
            find(br#"{"id":"evt_1"}"#, "id"),
            Some(Cow::Borrowed("evt_1"))
        ));
    }

    #[test]
    fn a_name_which_is_there_twice_is_refused() {
        assert_eq!(find(br#"{"id":"a","id":"a"}"#, "id"), None);
        assert_eq!(find(br#"{"id":"a","\u0069d":"b"}"#, "id"), None);
        assert_eq!(
            find(br#"{"data":{"id":"a"},"data":{"id":"a"}}"#, "data.id"),
            None
        );
        // Off the path it does not matter.
        assert_eq!(
            find(br#"{"x":1,"x":2,"id":"a"}"#, "id").as_deref(),
            Some("a")
        );
    }

    #[test]
    fn what_is_no_text_is_refused() {
        for body in [
            r#"{"id":1}"#,
            r#"{"id":null}"#,
            r#"{"id":["a"]}"#,
            r#"{"id":{"a":"b"}}"#,
            r#"{"Id":"a"}"#,
        ] {
            assert_eq!(find(body.as_bytes(), "id"), None, "{body}");
        }
        assert_eq!(find(br#"{"data":"a"}"#, "data.id"), None);
    }

    #[test]
    fn what_is_no_json_is_refused() {
        let bodies: [&[u8]; 8] = [
            b"",
            b"id=evt_1",
            b"[\"id\"]",
            b"{",
            b"{\"id\":\"a\"",
            b"{\"id\":\"a\"}x",
            b"{\"id\":\"\xff\"}",
            b"null",
        ];
        for body in bodies {
            assert_eq!(find(body, "id"), None, "{body:?}");
        }
    }

    #[test]
    fn deep_nesting_is_refused_before_the_stack_is() {
        let mut body = vec![b'['; 1 << 20];
        body.splice(0..0, *b"{\"a\":");
        assert_eq!(find(&body, "id"), None);
    }
}
