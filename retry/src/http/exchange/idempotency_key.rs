//! Keys by which a server knows a request that it has seen before.

use alloc::format;

use http::header::HeaderValue;
use http::request::Parts;

use crate::http::repeat::{IDEMPOTENCY_KEY, Repeat};

/// Gives a key to a request that needs one to be repeated. 128 bits of the operating system, as a string
/// of structured fields, which is what the draft asks for.
///
/// Without chance there is no key, and the request is sent once.
pub(super) fn add_key(head: &mut Parts) {
    if Repeat::of(head) != Repeat::Unsent || head.headers.contains_key(IDEMPOTENCY_KEY) {
        return;
    }
    let mut bits = [0; 16];
    if getrandom::fill(&mut bits).is_err() {
        return;
    }
    let key = format!("\"{:032x}\"", u128::from_be_bytes(bits));
    if let Ok(key) = HeaderValue::try_from(key) {
        head.headers.insert(IDEMPOTENCY_KEY, key);
    }
}

#[cfg(test)]
mod tests {
    use http::Request;

    use super::*;

    fn key(method: &str, given: Option<&str>) -> Option<HeaderValue> {
        let mut request = Request::builder().method(method);
        if let Some(given) = given {
            request = request.header(IDEMPOTENCY_KEY, given);
        }
        let (mut head, ()) = request.body(()).expect("a request").into_parts();
        add_key(&mut head);
        head.headers.remove(IDEMPOTENCY_KEY)
    }

    #[test]
    fn a_request_that_needs_a_key_gets_one_of_its_own() {
        let (one, other) = (key("POST", None), key("POST", None));
        assert_ne!(one, other);
        let one = one.expect("a key");
        let text = one.to_str().expect("text");
        assert_eq!(text.len(), 34);
        let bare = text.trim_matches('"');
        assert!(bare.bytes().all(|byte| byte.is_ascii_hexdigit()), "{text}");
    }

    #[test]
    fn a_request_that_needs_no_key_or_has_one_is_left_alone() {
        assert_eq!(key("GET", None), None);
        assert_eq!(key("PUT", None), None);
        let own = Some(HeaderValue::from_static("order-7"));
        assert_eq!(key("POST", Some("order-7")), own);
    }
}
