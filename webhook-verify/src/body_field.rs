//! Finding one member of a JSON body.

use alloc::borrow::Cow;

use crate::body_format::BodyFormat;
use crate::fields::{self, Value};

/// The text at the end of a path, if the body is JSON throughout, in UTF-8, every name on the path is there
/// exactly once, and what stands at its end is a text.
///
/// A name which is there twice is refused because readers differ in which of the two they take.
pub(crate) fn find<'a>(body: &'a [u8], path: &str) -> Option<Cow<'a, str>> {
    fields::find(BodyFormat::Json, body, path)?.into_text()
}

/// The number at the end of a path: as [`find`], with a whole number that is not negative.
pub(crate) fn find_number(body: &[u8], path: &str) -> Option<u64> {
    match fields::find(BodyFormat::Json, body, path)? {
        Value::Word(number) => serde_json::from_str(number).ok(),
        Value::Text(_) | Value::Null | Value::Composite => None,
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
    fn a_number_is_whole_and_not_negative() {
        let find = |body: &str| find_number(body.as_bytes(), "at");
        assert_eq!(find(r#"{"at":1700000000000}"#), Some(1_700_000_000_000));
        assert_eq!(find(r#"{"at":18446744073709551615}"#), Some(u64::MAX));
        for body in [
            r#"{"at":"1700000000000"}"#,
            r#"{"at":1700000000000.0}"#,
            r#"{"at":17e11}"#,
            r#"{"at":-1}"#,
            r#"{"at":18446744073709551616}"#,
            r#"{"at":null}"#,
            r#"{"at":1,"at":1}"#,
            r#"{"At":1}"#,
        ] {
            assert_eq!(find(body), None, "{body}");
        }
    }

    #[test]
    fn what_is_no_json_is_refused() {
        let bodies: [&[u8]; 11] = [
            b"",
            b"id=evt_1",
            b"[\"id\"]",
            b"{",
            b"{\"id\":\"a\"",
            b"{\"id\":\"a\"}x",
            b"{\"id\":\"\xff\"}",
            b"{\"id\":\"a\",\"x\":\"\xff\"}",
            b"{\"\xff\":1,\"id\":\"a\"}",
            b"{\"x\":[{\"y\":\"\xed\xa0\x80\"}],\"id\":\"a\"}",
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
