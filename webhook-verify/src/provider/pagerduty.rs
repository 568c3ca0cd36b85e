//! PagerDuty, webhooks of version 3.
//!
//! * **Secret**: the one shown once when the webhook subscription is created
//! * **Header**: `X-PagerDuty-Signature: v1=<hex>`, with one `v1` for each secret that is valid
//! * **Signed**: the body, and nothing else
//! * **Time**: none is signed, so an old delivery cannot be told from a new one
//! * **Id**: the body's `event.id`, signed
//!
//! Source: [Verifying
//! signatures](https://docs.pagerduty.com/developer/verifying-webhook-signatures).

use alloc::borrow::Cow;

use crate::{
    Algorithm, Encoding, Grammar, HeaderNames, IdSource, MoreSignatures, Scheme, SecretForm,
    Segment, Separator, SignatureHeader, SignatureSource,
};

/// How PagerDuty signs.
pub const SCHEME: Scheme = Scheme {
    name: Cow::Borrowed("pagerduty"),
    algorithm: Algorithm::HmacSha256,
    encoding: Encoding::Hex,
    signature: SignatureSource::Header(SignatureHeader {
        names: HeaderNames::from_static(&["x-pagerduty-signature"]),
        grammar: Grammar::Pairs {
            separator: Separator::Comma,
            signature: Cow::Borrowed("v1"),
            several: true,
        },
        more: MoreSignatures::InHeader,
    }),
    signed: Cow::Borrowed(&[Segment::Body]),
    timestamp: None,
    id: Some(IdSource::BodyField(Cow::Borrowed("event.id"))),
    secret: SecretForm::Verbatim,
};
