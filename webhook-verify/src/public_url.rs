//! The address under which the outside world reaches an endpoint.

use alloc::string::String;

use crate::misconfigured::Misconfigured;
use crate::rejection::Rejection;

/// Longest target of a request that is taken, in bytes.
pub const MAX_TARGET_LEN: usize = 4096;

/// The address of an endpoint as the provider has it.
///
/// It is what the operator configured. What a request says of its own host and scheme is not asked:
/// whoever sends it can write there what they like, and so can every proxy on the way.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct PublicUrl {
    text: String,
    /// Where the path begins; the length of the text, if there is none.
    path: usize,
}

impl PublicUrl {
    /// # Errors
    ///
    /// It is not an absolute address for `http` or `https`, or has a fragment, or a character that
    /// an address does not have.
    pub(crate) fn new(text: String) -> Result<Self, Misconfigured> {
        match path_of(&text) {
            Some(path) => Ok(Self { text, path }),
            None => Err(Misconfigured::PublicUrl { url: text }),
        }
    }

    /// What is before the path, and the path with the query.
    pub(crate) fn parts(&self) -> [&str; 2] {
        self.text.split_at(self.path).into()
    }

    /// The address of a request, in two parts: with the target from its first line, or as it was
    /// configured.
    ///
    /// # Errors
    ///
    /// The target is no path with an optional query.
    pub(crate) fn of_request<'a>(
        &'a self,
        target: Option<&'a str>,
    ) -> Result<[&'a str; 2], Rejection> {
        let [origin, path] = self.parts();
        match target {
            None => Ok([origin, path]),
            Some(target) if is_target(target) => Ok([origin, target]),
            Some(_) => Err(Rejection::MalformedTarget),
        }
    }
}

fn path_of(url: &str) -> Option<usize> {
    let rest = url
        .strip_prefix("https://")
        .or_else(|| url.strip_prefix("http://"))?;
    let authority = rest.find(['/', '?']).unwrap_or(rest.len());
    let is_address = authority > 0 && url.bytes().all(is_url_byte);
    is_address.then_some(url.len() - rest.len() + authority)
}

fn is_target(target: &str) -> bool {
    target.starts_with('/') && target.len() <= MAX_TARGET_LEN && target.bytes().all(is_url_byte)
}

/// Whether a byte may stand in an address which is sent ([RFC 3986 section
/// 2](https://www.rfc-editor.org/rfc/rfc3986#section-2)): no brace, bracket or quotation mark, with
/// which a JSON body begins, and no `#`, because a fragment is not sent.
pub(crate) const fn is_url_byte(byte: u8) -> bool {
    byte.is_ascii_alphanumeric()
        || matches!(
            byte,
            b'-' | b'.'
                | b'_'
                | b'~'
                | b':'
                | b'/'
                | b'?'
                | b'@'
                | b'!'
                | b'$'
                | b'&'
                | b'\''
                | b'('
                | b')'
                | b'*'
                | b'+'
                | b','
                | b';'
                | b'='
                | b'%'
        )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn url(text: &str) -> Result<PublicUrl, Misconfigured> {
        PublicUrl::new(text.into())
    }

    #[test]
    fn a_request_brings_the_target_and_the_operator_the_rest() {
        let configured = url("https://user:pass@hooks.example.com:8443/a?b=1").expect("an address");
        assert_eq!(
            configured.of_request(None),
            Ok(["https://user:pass@hooks.example.com:8443", "/a?b=1"])
        );
        assert_eq!(
            configured.of_request(Some("/c?d=%27")),
            Ok(["https://user:pass@hooks.example.com:8443", "/c?d=%27"])
        );
        let bare = url("http://localhost").expect("an address");
        assert_eq!(bare.of_request(None), Ok(["http://localhost", ""]));
        let query = url("http://localhost?a").expect("an address");
        assert_eq!(query.of_request(None), Ok(["http://localhost", "?a"]));
    }

    #[test]
    fn a_target_is_a_path_and_a_query() {
        let configured = url("https://example.com").expect("an address");
        let long = ["/", &"x".repeat(MAX_TARGET_LEN)].concat();
        for target in [
            "",
            "a",
            "*",
            "https://evil.example/",
            "/a b",
            "/{",
            "/a#b",
            "/\u{e9}",
            &long,
        ] {
            assert_eq!(
                configured.of_request(Some(target)),
                Err(Rejection::MalformedTarget),
                "{target:?}"
            );
        }
    }

    #[test]
    fn what_is_no_address_is_refused_by_name() {
        for text in [
            "",
            "/webhooks",
            "example.com/webhooks",
            "ftp://example.com",
            "https://",
            "https:///webhooks",
            "https://example.com/a b",
            "https://example.com/#top",
            "https://example.com/\n",
        ] {
            let refused = Misconfigured::PublicUrl { url: text.into() };
            assert_eq!(url(text), Err(refused));
        }
    }
}
