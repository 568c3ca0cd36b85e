//! Polar. It is [Standard Webhooks](crate::provider::standard_webhooks) with another form of
//! secret.
//!
//! * **Secret**: *Settings > Webhooks > Secret*. Its text is the key; it is not Base64, even if it
//!   starts with `whsec_`
//! * **Headers**: `webhook-id`, `webhook-timestamp`, `webhook-signature: v1,<base64>`
//! * **Signed**: `<id>.<timestamp>.<body>`
//! * **Time**: seconds
//! * **Id**: `webhook-id`, signed, the same for each attempt
//!
//! Source: [Handle webhook deliveries](https://polar.sh/docs/integrate/webhooks/delivery),
//! [@polar-sh/sdk](https://github.com/polarsource/polar-js).

use alloc::borrow::Cow;

use crate::{
    Algorithm, Encoding, Grammar, HeaderNames, IdSource, MoreSignatures, Scheme, SecretForm,
    Segment, SignatureHeader, TimestampRule, TimestampSource, TimestampUnit, Tolerance,
};

/// How Polar signs.
pub const SCHEME: Scheme = Scheme {
    name: Cow::Borrowed("polar"),
    algorithm: Algorithm::HmacSha256,
    encoding: Encoding::Base64,
    signature: SignatureHeader {
        names: HeaderNames::from_static(&["webhook-signature"]),
        grammar: Grammar::Versions {
            version: Cow::Borrowed("v1"),
        },
        more: MoreSignatures::InHeader,
    },
    signed: Cow::Borrowed(&[
        Segment::Id,
        Segment::literal("."),
        Segment::Timestamp,
        Segment::literal("."),
        Segment::Body,
    ]),
    timestamp: Some(TimestampRule {
        source: TimestampSource::Header(HeaderNames::from_static(&["webhook-timestamp"])),
        unit: TimestampUnit::Seconds,
        tolerance: Tolerance::STANDARD,
    }),
    id: Some(IdSource::Header(HeaderNames::from_static(&["webhook-id"]))),
    secret: SecretForm::Verbatim,
};
