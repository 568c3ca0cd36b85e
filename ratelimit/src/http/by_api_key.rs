//! Buckets by API key.

use alloc::format;
use alloc::string::String;

use http::header::{AUTHORIZATION, HeaderName};
use http::request::Parts;
use sha2::{Digest, Sha256};

use super::subject::{Identify, Subject};

/// A bucket for each API key, which is never kept: the key of the bucket is 16 bytes of its SHA-256.
///
/// A request without one, or with two, is [unknown](Subject::Unknown). To find those by their
/// addresses, [`or`](Identify::or) goes with [`ByAddress`](super::ByAddress).
///
/// ```
/// use ratelimit::http::{ByApiKey, Identify, Subject};
///
/// let by_key = ByApiKey::bearer();
/// let request = http::Request::get("/").header("authorization", "Bearer swordfish").body(())?;
/// let (head, ()) = request.into_parts();
/// let Subject::Key(key) = by_key.subject(&head) else { panic!("there is one") };
/// assert_eq!(key, "b9f195c5cc7ef6afadbfbc42892ad47d");
/// # Ok::<(), http::Error>(())
/// ```
///
/// # Security
///
/// Whoever invents keys has a new bucket for each, so this has to stand behind what refuses keys that
/// are not valid; or beside a rule by address, which counts also who guesses.
#[derive(Clone, Debug)]
pub struct ByApiKey {
    header: HeaderName,
    place: Place,
}

#[derive(Clone, Copy, Debug)]
enum Place {
    Whole,
    Bearer,
}

impl ByApiKey {
    /// The key is the whole of a header field, as in `X-Api-Key`.
    pub const fn header(header: HeaderName) -> Self {
        Self {
            header,
            place: Place::Whole,
        }
    }

    /// The key is the token of `Authorization: Bearer`.
    pub const fn bearer() -> Self {
        Self {
            header: AUTHORIZATION,
            place: Place::Bearer,
        }
    }

    fn find<'h>(&self, head: &'h Parts) -> Option<&'h [u8]> {
        let mut values = head.headers.get_all(&self.header).iter();
        let value = values.next()?.as_bytes();
        if values.next().is_some() {
            return None;
        }
        let key = match self.place {
            Place::Whole => value,
            Place::Bearer => {
                let (scheme, token) = value.split_at_checked(b"Bearer ".len())?;
                scheme.eq_ignore_ascii_case(b"Bearer ").then_some(token)?
            }
        };
        let key = key.trim_ascii();
        (!key.is_empty()).then_some(key)
    }
}

impl Identify for ByApiKey {
    fn subject(&self, head: &Parts) -> Subject {
        self.find(head).map(hashed).into()
    }
}

/// Two halves of 16 bytes; the second is not needed.
fn hashed(key: &[u8]) -> String {
    let digest: [u8; 32] = Sha256::digest(key).into();
    let (halves, _) = digest.as_chunks();
    format!("{:032x}", u128::from_be_bytes(halves[0]))
}

#[cfg(test)]
mod tests {
    use http::{HeaderValue, Request};

    use super::*;

    fn subject(by_key: &ByApiKey, lines: &[(&'static str, &'static str)]) -> Subject {
        let mut request = Request::new(());
        for (name, value) in lines {
            let value = HeaderValue::from_static(value);
            request.headers_mut().append(*name, value);
        }
        by_key.subject(&request.into_parts().0)
    }

    #[test]
    fn a_key_is_found_where_it_ought_to_be() {
        let header = ByApiKey::header(HeaderName::from_static("x-api-key"));
        let bearer = ByApiKey::bearer();
        let key = subject(&header, &[("x-api-key", "swordfish")]);
        assert_eq!(
            subject(&bearer, &[("authorization", "Bearer swordfish")]),
            key
        );
        assert_eq!(
            subject(&bearer, &[("authorization", "bearer  swordfish")]),
            key
        );
        assert_ne!(subject(&header, &[("x-api-key", "Swordfish")]), key);
    }

    #[test]
    fn what_is_no_key_or_more_than_one_is_unknown() {
        let bearer = ByApiKey::bearer();
        for value in [
            "",
            "Bearer",
            "Bearer ",
            "Basic c3dvcmRmaXNo",
            "swordfish",
            "Bear",
        ] {
            let found = subject(&bearer, &[("authorization", value)]);
            assert_eq!(found, Subject::Unknown, "{value:?}");
        }
        let line = ("authorization", "Bearer swordfish");
        assert_eq!(subject(&bearer, &[line, line]), Subject::Unknown);
        assert_eq!(subject(&bearer, &[]), Subject::Unknown);
    }
}
