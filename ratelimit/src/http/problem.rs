//! The answer to who is refused.

use alloc::borrow::Cow;
use alloc::string::String;
use alloc::vec::Vec;

use http::header::{CONTENT_TYPE, HeaderValue};
use http::{Response, StatusCode};
use serde::Serialize;

use super::fields::told_name;
use crate::verdict::Verdict;

/// The body of an answer to who is refused: a problem of [RFC
/// 9457](https://www.rfc-editor.org/rfc/rfc9457), of the types that
/// [draft-ietf-httpapi-ratelimit-headers](https://datatracker.ietf.org/doc/draft-ietf-httpapi-ratelimit-headers/)
/// registers.
///
/// ```
/// use ratelimit::http::Problem;
/// use ratelimit::{Ask, Memory, Quota, Rule, WhenFull};
///
/// static LOGIN: Rule = Rule::new("login", Quota::per_minute(1));
/// let limiter = Memory::for_keys(1_000, WhenFull::Refuse);
/// let ask = || limiter.take_all(&[Ask::one(&LOGIN, "203.0.113.7")]);
///
/// assert_eq!(Problem::of(&ask()?), None);
/// let verdict = ask()?;
/// let problem = Problem::of(&verdict).expect("refused");
/// assert_eq!(problem.status(), 429);
/// assert_eq!(
///     problem.to_json(),
///     r#"{"type":"https://iana.org/assignments/http-problem-types#quota-exceeded","#.to_owned()
///         + r#""title":"Quota Exceeded","status":429,"violated-policies":["login"]}"#
/// );
/// # Ok::<(), ratelimit::TooManyAsks>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Problem<'a> {
    r#type: &'static str,
    title: &'static str,
    status: u16,
    #[serde(skip_serializing_if = "Option::is_none")]
    detail: Option<&'static str>,
    #[serde(rename = "violated-policies", skip_serializing_if = "Vec::is_empty")]
    violated_policies: Vec<Cow<'a, str>>,
}

impl<'a> Problem<'a> {
    /// What the body is: the value of `Content-Type`.
    pub const CONTENT_TYPE: HeaderValue = HeaderValue::from_static("application/problem+json");

    /// The problem of whom a verdict refuses; none if it does not.
    ///
    /// If the client is not to blame because all that is missing is [room](crate::WhenFull::Refuse),
    /// it is a matter of capacity, 503. Otherwise its quota is exceeded, 429.
    pub fn of(verdict: &Verdict<'a>) -> Option<Self> {
        if verdict.is_allowed() {
            return None;
        }
        let is_crowded = verdict
            .refusals()
            .all(|(_, answer)| answer.is_crowded_out());
        let (r#type, title, status) = match is_crowded {
            true => (CAPACITY_REDUCED, "Temporary Reduced Capacity", 503),
            false => (QUOTA_EXCEEDED, "Quota Exceeded", 429),
        };
        let detail = match verdict.retry_after() {
            Some(_) => None,
            None => Some("This asks for more than is ever allowed at once."),
        };
        let violated = verdict.refusals().map(|(rule, _)| told_name(rule));
        Some(Self {
            r#type,
            title,
            status,
            detail,
            violated_policies: violated.collect(),
        })
    }

    /// A problem of no type but its status.
    pub(super) fn blank(status: StatusCode) -> Self {
        Self {
            r#type: "about:blank",
            title: status.canonical_reason().unwrap_or_default(),
            status: status.as_u16(),
            detail: None,
            violated_policies: Vec::new(),
        }
    }

    /// The status to answer with.
    pub fn status(&self) -> StatusCode {
        StatusCode::from_u16(self.status).unwrap_or(StatusCode::TOO_MANY_REQUESTS)
    }

    /// The body.
    pub fn to_json(&self) -> String {
        serde_json::to_string(self).expect("strings and a number can be written")
    }

    /// The whole answer but for the [`Fields`](super::Fields).
    pub fn to_response<B: From<String>>(&self) -> Response<B> {
        let mut response = Response::new(self.to_json().into());
        *response.status_mut() = self.status();
        let headers = response.headers_mut();
        headers.insert(CONTENT_TYPE, Self::CONTENT_TYPE);
        response
    }
}

const QUOTA_EXCEEDED: &str = "https://iana.org/assignments/http-problem-types#quota-exceeded";
const CAPACITY_REDUCED: &str =
    "https://iana.org/assignments/http-problem-types#temporary-reduced-capacity";

#[cfg(all(test, feature = "memory"))]
mod tests {
    use super::*;
    use crate::{Ask, Memory, Quota, Rule, WhenFull};

    static ONE: Rule = Rule::new("one", Quota::per_minute(1));
    static TWO: Rule = Rule::new("zw\u{f6}lf", Quota::per_minute(12));

    #[test]
    fn every_rule_that_refuses_is_named_as_its_policy_is() {
        let limiter = Memory::for_keys(10, WhenFull::Refuse);
        let shadow = Rule::new("watched", Quota::per_minute(1)).in_shadow();
        let asks = [
            Ask::one(&ONE, "a"),
            Ask {
                rule: &TWO,
                key: "a",
                tokens: 13,
            },
            Ask::one(&shadow, "a"),
        ];
        limiter.take(&ONE, "a", 1);
        limiter.take(&shadow, "a", 1);
        let verdict = limiter.take_all(&asks).expect("few");
        let problem = Problem::of(&verdict).expect("refused");
        assert_eq!(problem.violated_policies, ["one", "zw%C3%B6lf"]);
        // Waiting does not help.
        assert!(problem.to_json().contains("more than is ever allowed"));

        let response: Response<String> = problem.to_response();
        assert_eq!(response.status(), 429);
        assert_eq!(
            response.headers()["content-type"],
            "application/problem+json"
        );
    }

    #[test]
    fn who_finds_no_room_is_not_to_blame() {
        let limiter = Memory::for_keys(0, WhenFull::Refuse);
        let mut problems = (0..1_000).filter_map(|key: u32| {
            let key = alloc::string::ToString::to_string(&key);
            let verdict = limiter.take_all(&[Ask::one(&ONE, &key)]).expect("few");
            Problem::of(&verdict).map(|problem| problem.to_json())
        });
        let problem = problems.next().expect("no room for so many");
        assert!(problem.contains("#temporary-reduced-capacity"), "{problem}");
        assert!(problem.contains("503"), "{problem}");
    }
}
