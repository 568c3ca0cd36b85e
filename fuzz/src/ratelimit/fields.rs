//! What a server says about its limits.

use std::time::{Duration, SystemTime};

use http::header::{AGE, HeaderMap, HeaderName, HeaderValue, RETRY_AFTER};
use ratelimit::http::Limits;

/// Any fields can be read, and say what does not depend on how they were sent: a list in several lines is one list,
/// what lay in a cache tells of nothing, and who is told to wait waits.
///
/// The input is a response's head: a name, a colon and a value on each line.
pub fn ratelimit_fields(data: &[u8]) {
    let lines = data.split(|byte| *byte == b'\n');
    let headers: HeaderMap = lines.filter_map(field).collect();
    let now = SystemTime::UNIX_EPOCH + Duration::from_secs(1_750_000_000);
    let limits = Limits::read(&headers, now);

    let spent = limits.remaining().iter().filter(|limit| limit.tokens == 0);
    let reset = spent.filter_map(|limit| limit.reset).max();
    assert_eq!(limits.wait(), limits.retry_after().or(reset));
    assert_eq!(Limits::read(&joined(&headers), now), limits, "{headers:?}");

    let mut told = headers;
    told.insert(RETRY_AFTER, HeaderValue::from_static("7"));
    told.remove(AGE);
    assert_eq!(
        Limits::read(&told, now).wait(),
        Some(Duration::from_secs(7))
    );

    told.insert(AGE, HeaderValue::from_static("2"));
    let stored = Limits::read(&told, now);
    assert!(stored.remaining().is_empty() && stored.policies().is_empty());
    assert_eq!(stored.wait(), Some(Duration::from_secs(5)));
}

fn field(line: &[u8]) -> Option<(HeaderName, HeaderValue)> {
    let colon = line.iter().position(|byte| *byte == b':')?;
    let name = HeaderName::from_bytes(&line[..colon]).ok()?;
    let value = HeaderValue::from_bytes(line[colon + 1..].trim_ascii()).ok()?;
    Some((name, value))
}

/// The same with each structured field on one line.
fn joined(headers: &HeaderMap) -> HeaderMap {
    let mut joined = headers.clone();
    for name in ["ratelimit", "ratelimit-policy"] {
        let lines: Vec<_> = headers
            .get_all(name)
            .iter()
            .map(HeaderValue::as_bytes)
            .collect();
        if !lines.is_empty() {
            let line = HeaderValue::from_bytes(&lines.join(&b", "[..]));
            joined.insert(name, line.expect("each can be in a header"));
        }
    }
    joined
}
