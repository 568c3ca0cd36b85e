//! Answers to those who ask whether this address is meant to receive from them.

use hyper::http::request::Parts;
use webhook_verify::Verified;
use webhook_verify::challenge::{
    Challenge, braintree::ApiKey, discord, dropbox, meta::VerifyToken, okta, slack,
    x::ConsumerSecret, zoom::SecretTokens,
};

/// How the challenge of a provider is answered.
#[derive(Debug)]
pub(crate) enum Challenger {
    Braintree(ApiKey),
    Discord,
    Dropbox,
    Meta(VerifyToken),
    Okta,
    Slack,
    X(ConsumerSecret),
    Zoom(SecretTokens),
}

impl Challenger {
    /// Answers a GET, if it is a challenge.
    pub(crate) fn answer(&self, head: &Parts) -> Challenge {
        let query = head.uri.query().unwrap_or_default();
        match self {
            Self::Braintree(key) => key.answer(query),
            Self::Dropbox => dropbox::answer(query),
            Self::Meta(token) => token.answer(query),
            Self::Okta => okta::answer(&head.headers),
            Self::X(secret) => secret.answer(query),
            Self::Discord | Self::Slack | Self::Zoom(_) => Challenge::NotAChallenge,
        }
    }

    /// Answers a genuine delivery, if it is a challenge.
    pub(crate) fn answer_delivery(&self, delivery: &Verified<'_>) -> Challenge {
        match self {
            Self::Discord => discord::answer_event(delivery),
            Self::Slack => slack::answer(delivery),
            Self::Zoom(secrets) => secrets.answer(delivery),
            Self::Braintree(_) | Self::Dropbox | Self::Meta(_) | Self::Okta | Self::X(_) => {
                Challenge::NotAChallenge
            }
        }
    }

    /// Whether the provider asks with what it proves its deliveries with.
    pub(crate) const fn is_proved(&self) -> bool {
        matches!(self, Self::Okta)
    }
}
