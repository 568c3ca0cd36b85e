//! What is sent back.

use alloc::string::String;
use core::fmt;

use zeroize::Zeroizing;

/// The answer to a challenge, to be sent as it is.
///
/// ```
/// use webhook_verify::challenge::{Challenge, dropbox};
///
/// let Challenge::Answer(answer) = dropbox::answer("challenge=abc123") else {
///     panic!("it is a challenge");
/// };
/// assert_eq!(answer.status(), 200);
/// assert_eq!(answer.body(), "abc123");
/// let headers: Vec<_> = answer.headers().collect();
/// assert_eq!(
///     headers,
///     [("content-type", "text/plain"), ("x-content-type-options", "nosniff")]
/// );
/// ```
#[derive(Clone)]
pub struct Answer {
    status: u16,
    content_type: &'static str,
    /// Wiped when dropped: Asana's is a secret.
    header: Option<(&'static str, Zeroizing<String>)>,
    body: String,
}

impl Answer {
    /// The HTTP status: 200 or 204.
    pub const fn status(&self) -> u16 {
        self.status
    }

    /// The media type of the body.
    pub const fn content_type(&self) -> &'static str {
        self.content_type
    }

    /// The headers, all of them, the media type among them. Names are in lower case.
    pub fn headers(&self) -> impl Iterator<Item = (&'static str, &str)> {
        let own = self
            .header
            .as_ref()
            .map(|(name, value)| (*name, value.as_str()));
        // A browser which guesses the type from the body could take an echo for a page.
        [
            ("content-type", self.content_type),
            ("x-content-type-options", "nosniff"),
        ]
        .into_iter()
        .chain(own)
    }

    /// The body. It has been made for a stranger to read.
    pub fn body(&self) -> &str {
        &self.body
    }

    pub(super) fn text(body: impl Into<String>) -> Self {
        Self::new(200, "text/plain", body.into())
    }

    pub(super) fn json(body: String) -> Self {
        Self::new(200, "application/json", body)
    }

    /// An answer without a body. Its type is stated nonetheless: Discord wants one.
    pub(super) const fn no_content() -> Self {
        Self::new(204, "application/json", String::new())
    }

    pub(super) fn with_header(mut self, name: &'static str, value: String) -> Self {
        self.header = Some((name, Zeroizing::new(value)));
        self
    }

    const fn new(status: u16, content_type: &'static str, body: String) -> Self {
        Self {
            status,
            content_type,
            header: None,
            body,
        }
    }
}

impl fmt::Debug for Answer {
    /// Names of headers without their values, and the length of the body: what an answer proves is
    /// for the provider alone.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Answer")
            .field("status", &self.status)
            .field("content_type", &self.content_type)
            .field("header", &self.header.as_ref().map(|(name, _)| name))
            .field("body_len", &self.body.len())
            .finish()
    }
}

#[cfg(test)]
mod tests {
    use alloc::format;
    use alloc::vec::Vec;

    use super::*;

    #[test]
    fn debug_shows_neither_what_is_repeated_nor_what_is_proved() {
        let answer = Answer::text("hunter2").with_header("x-hook-secret", "hunter3".into());
        let shown = format!("{answer:?}");
        assert!(!shown.contains("hunter"), "{shown}");
        assert!(shown.contains("x-hook-secret") && shown.contains("body_len: 7"));
    }

    #[test]
    fn every_answer_says_its_type_and_forbids_guessing() {
        for answer in [
            Answer::text("a"),
            Answer::json("{}".into()),
            Answer::no_content(),
        ] {
            let headers: Vec<_> = answer.headers().collect();
            assert_eq!(headers[0], ("content-type", answer.content_type()));
            assert_eq!(headers[1], ("x-content-type-options", "nosniff"));
        }
    }
}
