//! GoCardless.
//!
//! * **Secret**: *Developers > Webhook endpoints > Secret*
//! * **Header**: `Webhook-Signature: <hex>`. Standard Webhooks has a header of this name too,
//!   written otherwise
//! * **Signed**: the body, and nothing else
//! * **Time**: none is signed, so an old delivery cannot be told from a new one
//! * **Id**: the body's `meta.webhook_id`, signed
//!
//! A delivery has several events, each with an id. GoCardless asks for its events to be handled
//! once each.
//!
//! Source: [gocardless-nodejs](https://github.com/gocardless/gocardless-nodejs).

use alloc::borrow::Cow;

use crate::{
    Algorithm, Encoding, Grammar, HeaderNames, IdSource, MoreSignatures, Scheme, SecretForm,
    Segment, SignatureHeader, SignatureSource,
};

/// How GoCardless signs.
pub const SCHEME: Scheme = Scheme {
    name: Cow::Borrowed("gocardless"),
    algorithm: Algorithm::HmacSha256,
    encoding: Encoding::Hex,
    signature: SignatureSource::Header(SignatureHeader {
        names: HeaderNames::from_static(&["webhook-signature"]),
        grammar: Grammar::Bare {
            prefix: Cow::Borrowed(""),
        },
        more: MoreSignatures::InHeader,
    }),
    signed: Cow::Borrowed(&[Segment::Body]),
    timestamp: None,
    id: Some(IdSource::BodyField(Cow::Borrowed("meta.webhook_id"))),
    secret: SecretForm::Verbatim,
};
