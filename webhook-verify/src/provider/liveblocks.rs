//! Liveblocks. It is [Standard Webhooks](crate::provider::standard_webhooks).
//!
//! * **Secret**: *Webhooks > the endpoint > Signing secret*: `whsec_` and the key in Base64
//! * **Headers**: `webhook-id`, `webhook-timestamp`, `webhook-signature: v1,<base64>`
//! * **Signed**: `<id>.<timestamp>.<body>`
//! * **Time**: seconds
//! * **Id**: `webhook-id`, signed, the same for each attempt
//!
//! Source: [Webhooks](https://liveblocks.io/docs/platform/webhooks),
//! [@liveblocks/node](https://github.com/liveblocks/liveblocks).

use alloc::borrow::Cow;

use crate::{
    Algorithm, Encoding, Grammar, HeaderNames, IdSource, MoreSignatures, Scheme, SecretForm,
    Segment, SignatureHeader, TimestampRule, TimestampSource, TimestampUnit, Tolerance,
};

/// How Liveblocks signs.
pub const SCHEME: Scheme = Scheme {
    name: Cow::Borrowed("liveblocks"),
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
    secret: SecretForm::Base64 {
        prefix: Cow::Borrowed("whsec_"),
    },
};
