//! Jira Cloud.
//!
//! * **Secret**: *System > WebHooks > Secret* of the webhook. Without one, deliveries are not
//!   signed
//! * **Header**: `X-Hub-Signature: sha256=<hex>`
//! * **Signed**: the body, and nothing else
//! * **Time**: none is signed, so an old delivery cannot be told from a new one
//! * **Id**: `X-Atlassian-Webhook-Identifier`, the same for each attempt, but **not signed**:
//!   whoever replays a delivery can change it. Recognise repeats by the fingerprint
//!
//! Source: [Webhooks](https://developer.atlassian.com/cloud/jira/platform/webhooks/).

use alloc::borrow::Cow;

use crate::{
    Algorithm, Encoding, Grammar, HeaderNames, IdSource, MoreSignatures, Scheme, SecretForm,
    Segment, SignatureHeader, SignatureSource,
};

/// How Jira signs.
pub const SCHEME: Scheme = Scheme {
    name: Cow::Borrowed("jira"),
    algorithm: Algorithm::HmacSha256,
    encoding: Encoding::Hex,
    signature: SignatureSource::Header(SignatureHeader {
        names: HeaderNames::from_static(&["x-hub-signature"]),
        grammar: Grammar::Bare {
            prefix: Cow::Borrowed("sha256="),
        },
        more: MoreSignatures::InHeader,
    }),
    signed: Cow::Borrowed(&[Segment::Body]),
    timestamp: None,
    id: Some(IdSource::Header(HeaderNames::from_static(&[
        "x-atlassian-webhook-identifier",
    ]))),
    secret: SecretForm::Verbatim,
};
