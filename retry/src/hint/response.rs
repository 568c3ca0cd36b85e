//! Hints out of responses of HTTP.

use core::time::Duration;
use std::time::{SystemTime, UNIX_EPOCH};

use http::{HeaderMap, StatusCode};

use super::Hint;

impl Hint {
    /// Reads a response that has come `now`, as [`from_fields`](Hint::from_fields) does. Only a failure
    /// says when to come back: with any status below 400 there is no hint.
    ///
    /// ```
    /// use std::time::{Duration, SystemTime};
    ///
    /// use http::{Response, StatusCode};
    /// use retry::Hint;
    ///
    /// let response = Response::builder()
    ///     .status(StatusCode::TOO_MANY_REQUESTS)
    ///     .header("Retry-After", "120")
    ///     .body(())?;
    /// let hint = Hint::from_response(response.status(), response.headers(), SystemTime::now());
    /// assert_eq!(hint, Some(Hint::Wait(Duration::from_secs(120))));
    ///
    /// let accepted = Hint::from_response(StatusCode::ACCEPTED, response.headers(), SystemTime::now());
    /// assert_eq!(accepted, None);
    /// # Ok::<(), http::Error>(())
    /// ```
    pub fn from_response(status: StatusCode, headers: &HeaderMap, now: SystemTime) -> Option<Self> {
        if !status.is_client_error() && !status.is_server_error() {
            return None;
        }
        let now = now.duration_since(UNIX_EPOCH).unwrap_or(Duration::ZERO);
        let values = |name| headers.get_all(name).iter();
        Self::from_fields(
            |name| values(name).filter_map(|value| value.to_str().ok()),
            now,
        )
    }
}
