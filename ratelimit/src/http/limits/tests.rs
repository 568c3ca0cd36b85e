use http::header::{HeaderName, HeaderValue};
use proptest::prelude::*;

use super::*;

/// Sun, 06 Nov 1994 08:49:37 GMT.
const SECONDS: u64 = 784_111_777;

fn now() -> SystemTime {
    SystemTime::UNIX_EPOCH + Duration::from_secs(SECONDS)
}

fn headers(fields: &[(&str, &str)]) -> HeaderMap {
    let mut headers = HeaderMap::new();
    for (name, value) in fields {
        let name: HeaderName = name.parse().expect("a name");
        headers.append(name, value.parse().expect("a value"));
    }
    headers
}

fn read(fields: &[(&str, &str)]) -> Limits {
    Limits::read(&headers(fields), now())
}

fn secs(seconds: u64) -> Option<Duration> {
    Some(Duration::from_secs(seconds))
}

#[test]
fn the_examples_of_the_draft_are_read() {
    let limits = read(&[
        (
            "RateLimit-Policy",
            r#""permin";q=50;w=60,"perhr";q=1000;w=3600"#,
        ),
        (
            "RateLimit-Policy",
            r#""peruser";q=65535;qu="content-bytes";w=10;pk=:sdfjLJUOUH==:"#,
        ),
        ("RateLimit", r#""permin";r=50;t=30"#),
        ("RateLimit", r#""perhr";r=999;pk=:dHJpYWwxMjEzMjM=:"#),
    ]);
    let windows: Vec<_> = limits
        .policies()
        .iter()
        .map(|policy| policy.window)
        .collect();
    assert_eq!(windows, [secs(60), secs(3_600), secs(10)]);
    assert_eq!(limits.policies()[2].unit.as_deref(), Some("content-bytes"));
    assert_eq!(limits.remaining()[0].reset, secs(30));
    assert_eq!(
        limits.remaining()[1].partition.as_deref(),
        Some(&b"trial121323"[..])
    );
    assert_eq!(limits.wait(), None);
}

#[test]
fn the_seventh_draft_is_read() {
    let limits = read(&[
        (
            "RateLimit-Policy",
            r#"100;w=60;comment="fixed window", 10;w=1"#,
        ),
        ("RateLimit", "limit=100, remaining=0, reset=5"),
    ]);
    let tokens: Vec<_> = limits
        .policies()
        .iter()
        .map(|policy| policy.tokens)
        .collect();
    assert_eq!(tokens, [100, 10]);
    assert_eq!(limits.remaining()[0].limit, Some(100));
    assert_eq!(limits.wait(), secs(5));
}

#[test]
fn fields_of_their_own_are_read_in_three_spellings() {
    for prefix in ["RateLimit", "X-RateLimit", "X-Rate-Limit"] {
        let [limit, remaining, reset] =
            ["Limit", "Remaining", "Reset"].map(|name| std::format!("{prefix}-{name}"));
        let limits = read(&[(&limit, "100, 100;w=60"), (&remaining, "0"), (&reset, "50")]);
        assert_eq!(limits.remaining()[0].limit, Some(100));
        assert_eq!(limits.wait(), secs(50), "{prefix}");
    }
}

#[test]
fn a_reset_is_a_time_or_a_duration() {
    let date = ("date", "Sun, 09 Sep 2001 01:46:40 GMT");
    for (reset, seconds) in [
        ("0", Some(0)),
        ("17", Some(17)),
        ("0.25", Some(1)),
        ("999999999", Some(999_999_999)),
        ("1000000000", Some(0)),
        ("1000000009", Some(9)),
        ("1000000008.123", Some(9)),
        ("1000000008001", Some(9)),
        ("999", Some(999)),
        ("1s", None),
        ("-1", None),
        ("", None),
        ("1.", None),
        ("1.5.5", None),
    ] {
        let limits = read(&[
            date,
            ("x-ratelimit-remaining", "0"),
            ("x-ratelimit-reset", reset),
        ]);
        let wait = seconds.map(Duration::from_secs);
        assert_eq!(limits.wait(), wait, "{reset:?}");
        assert_eq!(limits.remaining().len(), 1);
    }
}

#[test]
fn retry_after_takes_precedence_and_what_remains_is_not_waited_for() {
    let spent = ("ratelimit", r#""a";r=0;t=9, "b";r=0;t=7, "c";r=1;t=100"#);
    assert_eq!(read(&[spent]).wait(), secs(9));
    assert_eq!(read(&[spent, ("retry-after", "3")]).wait(), secs(3));
    assert_eq!(read(&[spent, ("retry-after", "soon")]).wait(), secs(9));
}

#[test]
fn what_lay_in_a_cache_tells_of_somebody_else() {
    let fields = [
        ("ratelimit", r#""a";r=0;t=9"#),
        ("ratelimit-policy", r#""a";q=1;w=9"#),
        ("x-ratelimit-remaining", "0"),
        ("age", "1"),
    ];
    assert_eq!(read(&fields), Limits::default());
    let fresh = [fields[0], ("age", "0")];
    assert_eq!(read(&fresh).wait(), secs(9));
}

#[test]
fn a_malformed_field_is_ignored_as_a_whole() {
    for value in [
        r#""a";r=0;t=9, "b""#,
        r#""a";r=0;t=9, "b";r=-1"#,
        r#""a";r=0;t=9, "b";r=1.5"#,
        r#""a";r=0;t=9, b;r=1"#,
        r#""a";r=0;t=9, ("b");r=1"#,
        r#""a";r=0;t=9, "b";r=1;t=-1"#,
        r#""a";r=0;t=9, "b";r=1;t="1""#,
        r#""a";r=0;t=9, "b";r=1;pk="x""#,
        r#""a";r=0;t=9,"#,
        r#""a";r=9999999999999999"#,
        r#""a;r=0;t=9"#,
        "limit=100, remaining=-1",
        "limit=x, remaining=0, reset=9",
        "limit=100, remaining=(0), reset=9",
        "limit=100, reset=9",
        "",
        "0",
    ] {
        let limits = read(&[("ratelimit", value)]);
        assert_eq!(limits, Limits::default(), "{value}");
        // And what is whole beside it is not.
        let limits = read(&[("ratelimit", value), ("x-ratelimit-remaining", "7")]);
        assert_eq!(limits.remaining()[0].tokens, 7, "{value}");
    }
    for value in [
        r#""a";q=1;w=0"#,
        r#""a";q=1;w=-1"#,
        r#""a";w=1"#,
        r#""a";q=1;qu=requests"#,
        r#"-1;w=1"#,
        r#"a;q=1"#,
    ] {
        let limits = read(&[("ratelimit-policy", value)]);
        assert_eq!(limits, Limits::default(), "{value}");
    }
    let twice = [
        ("x-ratelimit-remaining", "0"),
        ("x-ratelimit-remaining", "7"),
    ];
    assert_eq!(read(&twice), Limits::default());
}

#[test]
fn bytes_that_are_no_text_are_malformed() {
    let mut headers = headers(&[("ratelimit", r#""a";r=0;t=9"#)]);
    let value = HeaderValue::from_bytes(b"\xff").expect("opaque");
    headers.append("ratelimit", value.clone());
    headers.append("x-ratelimit-remaining", value.clone());
    headers.append("retry-after", value);
    assert_eq!(Limits::read(&headers, now()), Limits::default());
}

proptest! {
    #[test]
    fn any_fields_can_be_read(
        fields in proptest::collection::vec((0..10_usize, r#"["a-d0-9;=,.:() rtqwpk-]{0,30}"#), 0..6),
    ) {
        const NAMES: [&str; 10] = [
            "ratelimit", "ratelimit-policy", "ratelimit-remaining", "ratelimit-reset",
            "x-ratelimit-limit", "x-ratelimit-remaining", "x-ratelimit-reset",
            "retry-after", "date", "age",
        ];
        let fields: Vec<_> =
            fields.iter().map(|(name, value)| (NAMES[*name], value.as_str())).collect();
        let limits = read(&fields);
        if let Some(retry_after) = limits.retry_after() {
            prop_assert_eq!(limits.wait(), Some(retry_after));
        }
    }
}
