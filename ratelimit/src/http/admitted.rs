//! A request that may pass.

use http::header::{Entry, HeaderMap};
use http::{Response, StatusCode};

use super::names::{RATELIMIT, RATELIMIT_POLICY};

/// A request that may pass, and what the response to it tells.
#[derive(Clone, Debug)]
pub struct Admitted {
    fields: HeaderMap,
}

impl Admitted {
    pub(super) const fn new(fields: HeaderMap) -> Self {
        Self { fields }
    }

    /// The header fields for the response.
    pub const fn fields(&self) -> &HeaderMap {
        &self.fields
    }

    /// Adds the header fields to a response, as [`Fields::tell`](super::Fields::tell) does.
    ///
    /// A redirection is left as it is: a client that nothing remains for would wait before it
    /// follows.
    pub fn tell<B>(self, response: &mut Response<B>) {
        if !response.status().is_redirection() || response.status() == StatusCode::NOT_MODIFIED {
            self.add_to(response.headers_mut());
        }
    }

    pub(crate) fn add_to(self, headers: &mut HeaderMap) {
        let mut last = None;
        for (name, value) in self.fields {
            // A name that is there several times comes once.
            last = name.or(last);
            let Some(name) = &last else { continue };
            if *name == RATELIMIT || *name == RATELIMIT_POLICY {
                headers.append(name, value);
            } else if let Entry::Vacant(place) = headers.entry(name) {
                place.insert(value);
            }
        }
    }
}
