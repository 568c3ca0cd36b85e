//! The keys that open the API.

use std::fmt;

use hyper::header::{self, HeaderMap};
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;

use crate::answer::{Code, Refusal};

/// Production refuses a key with fewer characters than this.
pub(crate) const STRONG_LENGTH: usize = 32;

/// What is kept of an API key: its SHA-256, so that comparing takes the same time whatever is
/// presented, its length included, and so that the key itself is nowhere to be printed.
#[derive(Clone)]
pub(crate) struct ApiKey([u8; 32]);

impl ApiKey {
    pub(crate) fn new(key: &str) -> Self {
        Self(Sha256::digest(key).into())
    }

    /// A fresh key of 256 random bits, and its text.
    ///
    /// # Errors
    ///
    /// When the operating system has no randomness to give.
    pub(crate) fn random() -> Result<(Self, String), getrandom::Error> {
        let mut bytes = [0; 32];
        getrandom::fill(&mut bytes)?;
        let text = const_hex::encode(bytes);
        Ok((Self::new(&text), text))
    }

    /// Whether an `Authorization` header presents this key as a bearer token (RFC 6750, section 2.1).
    fn opens(&self, authorization: &[u8]) -> bool {
        const SCHEME: &[u8] = b"bearer ";
        let Some((scheme, token)) = authorization.split_at_checked(SCHEME.len()) else {
            return false;
        };
        let presented: [u8; 32] = Sha256::digest(token).into();
        scheme.eq_ignore_ascii_case(SCHEME) && presented.ct_eq(&self.0).into()
    }
}

/// Lets in who presents one of these keys.
///
/// # Errors
///
/// A refusal with status 401, which does not tell a missing key from a wrong one.
pub(crate) fn authorize<'a>(
    keys: impl IntoIterator<Item = &'a ApiKey>,
    headers: &HeaderMap,
) -> Result<(), Refusal> {
    if let Some(presented) = headers.get(header::AUTHORIZATION)
        && keys.into_iter().any(|key| key.opens(presented.as_bytes()))
    {
        return Ok(());
    }
    let message = "send the API key: Authorization: Bearer <key>";
    Err(Refusal::new(Code::Unauthorized, message))
}

impl fmt::Debug for ApiKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ApiKey(..)")
    }
}
