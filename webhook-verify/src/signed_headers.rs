//! The headers of a delivery that was signed.

use alloc::borrow::Cow;
use alloc::string::String;
use alloc::vec::Vec;

use crate::headers::Headers;

/// The headers that a [`Signer`](crate::Signer) made: they are to be sent with the body, and can be given to a
/// [`Verifier`](crate::Verifier) as they are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SignedHeaders(pub(crate) Vec<(Cow<'static, str>, String)>);

impl SignedHeaders {
    /// Names, in lower case for the built-in providers, and values.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = (&str, &str)> {
        self.0
            .iter()
            .map(|(name, value)| (name.as_ref(), value.as_str()))
    }
}

impl IntoIterator for SignedHeaders {
    type Item = (Cow<'static, str>, String);
    type IntoIter = alloc::vec::IntoIter<Self::Item>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.into_iter()
    }
}

impl Headers for SignedHeaders {
    fn values_of<'a>(&'a self, name: &str) -> impl Iterator<Item = &'a [u8]> {
        self.0.values_of(name)
    }
}
