//! What was done to a body.

use webhook_verify::Provider;
use webhook_verify::doctor::{
    BodyChange, Finding, JsonEscapes, JsonForm, JsonLayout, MAX_WORK, SecretReading, Verdict,
    diagnose,
};

use crate::{BODY, NOW, WHSEC, explained, form, secrets, sign};

#[test]
fn a_body_that_was_written_anew_is_found() {
    let signed = |body: &str| sign(Provider::GitHub, "secret", body.as_bytes());
    let json = |layout, escapes| BodyChange::WriteJson(JsonForm { layout, escapes });
    let minified = r#"{"a":"x/\u00e9<","b":[1.50]}"#;
    let plain = "{\"a\":\"x/\u{e9}<\",\"b\":[1.50]}";
    let spaced = "{\"a\": \"x/\u{e9}<\", \"b\": [1.50]}";
    let indented = "{\n  \"a\": \"x/\u{e9}<\",\n  \"b\": [\n    1.50\n  ]\n}";
    for (sent, received, change) in [
        (plain, indented, json(JsonLayout::Minified, None)),
        (indented, plain, json(JsonLayout::Indented, None)),
        (spaced, plain, json(JsonLayout::Spaced, None)),
        (
            minified,
            plain,
            json(JsonLayout::Minified, Some(JsonEscapes::UNICODE)),
        ),
        (
            minified,
            spaced,
            json(JsonLayout::Minified, Some(JsonEscapes::UNICODE)),
        ),
        (
            r#"{"a":"x\/\u00e9<","b":[1.50]}"#,
            plain,
            json(JsonLayout::Minified, Some(JsonEscapes::SLASH_AND_UNICODE)),
        ),
        (
            "{\"a\":\"x\\/\u{e9}<\",\"b\":[1.50]}",
            indented,
            json(JsonLayout::Minified, Some(JsonEscapes::SLASH)),
        ),
        (
            "{\"a\":\"x/\u{e9}\\u003c\",\"b\":[1.50]}",
            plain,
            json(JsonLayout::Minified, Some(JsonEscapes::HTML)),
        ),
        (
            plain,
            minified,
            json(JsonLayout::Minified, Some(JsonEscapes::NONE)),
        ),
        (
            "[ 1,\"a\\/b\" ]",
            "[ 1,\"a/b\" ]",
            json(JsonLayout::Received, Some(JsonEscapes::SLASH_AND_UNICODE)),
        ),
        ("a=b", "a=b\n", BodyChange::DropLineBreak),
        ("a=b", "a=b\r\n", BodyChange::DropLineBreak),
        ("a=b\n", "a=b", BodyChange::AppendLineFeed),
        ("{}\r\n", "{}", BodyChange::AppendCrLf),
        ("a\nb\n", "a\r\nb\r\n", BodyChange::CrLfToLineFeed),
        ("a\r\nb\r\n", "a\nb\n", BodyChange::LineFeedToCrLf),
        ("{}", "\u{feff}{}", BodyChange::DropByteOrderMark),
    ] {
        let found = explained(
            Provider::GitHub,
            "secret",
            &signed(sent),
            received.as_bytes(),
        );
        assert_eq!(found, [Finding::ChangedBody(change)], "{received:?}");
    }
}

#[test]
fn two_mistakes_at_once_are_found() {
    let headers = sign(Provider::Stripe, WHSEC, BODY);
    let with_line_break = [BODY, b"\n"].concat();
    let bare = &WHSEC["whsec_".len()..];
    let found = explained(Provider::Stripe, bare, &headers, &with_line_break);
    let line_break = Finding::ChangedBody(BodyChange::DropLineBreak);
    assert_eq!(found, [form(SecretReading::WithPrefix), line_break]);
}

#[test]
fn a_long_body_is_not_tried_forever() {
    let body = vec![b'x'; MAX_WORK / 4];
    let headers = sign(Provider::GitHub, "signed with this", b"");
    let ring = secrets(["one", "two"]);
    let diagnosis = diagnose(Provider::GitHub, &ring, &headers, &body, NOW);
    assert_eq!(diagnosis.verdict(), Verdict::Unexplained);
    assert!(!diagnosis.is_complete());
}

#[test]
fn everything_is_tried_on_a_body_of_50_kib() {
    let value = r#"{"url":"https://example.com/\u00e9"}"#;
    let values = vec![value; (50 << 10) / value.len()];
    let body = ["[", &values.join(","), "]"].concat();
    assert!(body.len() > 50 << 10);
    let headers = sign(Provider::GitHub, "signed with this", b"");
    let ring = secrets(["another"]);
    let diagnosis = diagnose(Provider::GitHub, &ring, &headers, body.as_bytes(), NOW);
    assert_eq!(diagnosis.verdict(), Verdict::Unexplained);
    assert!(diagnosis.is_complete());
}
