//! Coinbase Commerce.
//!
//! * **Secret**: *Settings > Notifications > Webhook shared secret*
//! * **Header**: `X-CC-Webhook-Signature: <hex>`
//! * **Signed**: the body, and nothing else
//! * **Time**: none is signed, so an old delivery cannot be told from a new one
//! * **Id**: the body's `event.id`, signed
//!
//! Source: [coinbase-commerce-node](https://github.com/coinbase/coinbase-commerce-node).

use alloc::borrow::Cow;

use crate::{
    Algorithm, Encoding, Grammar, HeaderNames, IdSource, MoreSignatures, Scheme, SecretForm,
    Segment, SignatureHeader, SignatureSource,
};

/// How Coinbase Commerce signs.
pub const SCHEME: Scheme = Scheme {
    name: Cow::Borrowed("coinbase-commerce"),
    algorithm: Algorithm::HmacSha256,
    encoding: Encoding::Hex,
    signature: SignatureSource::Header(SignatureHeader {
        names: HeaderNames::from_static(&["x-cc-webhook-signature"]),
        grammar: Grammar::Bare {
            prefix: Cow::Borrowed(""),
        },
        more: MoreSignatures::InHeader,
    }),
    signed: Cow::Borrowed(&[Segment::Body]),
    timestamp: None,
    id: Some(IdSource::BodyField(Cow::Borrowed("event.id"))),
    secret: SecretForm::Verbatim,
};
