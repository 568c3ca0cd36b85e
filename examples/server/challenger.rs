//! Answers to those who ask whether this address is meant to receive from them.

use hyper::http::request::Parts;
use webhook_verify::challenge::{
    Challenge, braintree::ApiKey, dropbox, meta::VerifyToken, okta, x::ConsumerSecret,
};

/// How the challenge of a provider is answered, which comes as a GET.
#[derive(Debug)]
pub(crate) enum Challenger {
    Braintree(ApiKey),
    Dropbox,
    Meta(VerifyToken),
    Okta,
    X(ConsumerSecret),
}

impl Challenger {
    /// Answers a request, if it is a challenge.
    pub(crate) fn answer(&self, head: &Parts) -> Challenge {
        let query = head.uri.query().unwrap_or_default();
        match self {
            Self::Braintree(key) => key.answer(query),
            Self::Dropbox => dropbox::answer(query),
            Self::Meta(token) => token.answer(query),
            Self::Okta => okta::answer(&head.headers),
            Self::X(secret) => secret.answer(query),
        }
    }

    /// Whether the provider asks with what it proves its deliveries with.
    pub(crate) const fn is_proved(&self) -> bool {
        matches!(self, Self::Okta)
    }
}
