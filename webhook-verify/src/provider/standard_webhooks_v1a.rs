//! The asymmetric half of Standard Webhooks, version `v1a`: the sender signs with Ed25519, and
//! receivers hold no secret.
//!
//! * **Key**: `whpk_` and the public key in Base64, as the sender publishes it
//! * **Headers**: `webhook-id`, `webhook-timestamp`, `webhook-signature: v1a,<base64>`, several with
//!   spaces between while a key is rolled
//! * **Signed**, **time** and **id**: as of [`standard_webhooks`](super::standard_webhooks)
//!
//! Signatures of version `v1` in the same header are not read.
//!
//! Source: the
//! [specification](https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md#asymmetric).

use alloc::borrow::Cow;

use super::standard_webhooks::{SIGNED, WEBHOOK};
use crate::{
    Algorithm, Encoding, Grammar, HeaderNames, IdSource, MoreSignatures, Scheme, SecretForm,
    SignatureHeader, SignatureSource, TimestampRule, TimestampSource, TimestampUnit, Tolerance,
};

/// How senders sign that follow the asymmetric half of Standard Webhooks.
pub const SCHEME: Scheme = Scheme {
    name: Cow::Borrowed("standard-webhooks-v1a"),
    algorithm: Algorithm::Ed25519,
    encoding: Encoding::Base64,
    signature: SignatureSource::Header(SignatureHeader {
        names: HeaderNames::from_static(WEBHOOK.signature),
        grammar: Grammar::Versions {
            version: Cow::Borrowed("v1a"),
        },
        more: MoreSignatures::InHeader,
    }),
    signed: Cow::Borrowed(SIGNED),
    timestamp: Some(TimestampRule {
        source: TimestampSource::Header(HeaderNames::from_static(WEBHOOK.timestamp)),
        unit: TimestampUnit::Seconds,
        tolerance: Tolerance::STANDARD,
    }),
    id: Some(IdSource::Header(HeaderNames::from_static(WEBHOOK.id))),
    secret: SecretForm::Base64KeyPair {
        public: Cow::Borrowed("whpk_"),
        private: Cow::Borrowed("whsk_"),
    },
};
