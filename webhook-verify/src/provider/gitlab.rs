//! GitLab, webhooks with a *signing token*. It is [Standard
//! Webhooks](crate::provider::standard_webhooks).
//!
//! * **Secret**: *Settings > Webhooks > Signing token*: `whsec_` and the key in Base64
//! * **Headers**: `webhook-id`, `webhook-timestamp`, `webhook-signature: v1,<base64>`
//! * **Signed**: `<id>.<timestamp>.<body>`
//! * **Time**: seconds
//! * **Id**: `webhook-id`, signed, the same for each attempt
//!
//! The older *secret token* is sent as it is, in `X-Gitlab-Token`. It signs nothing, and whoever
//! sees one delivery can make another: it is not read.
//!
//! Source: [the change that introduced
//! it](https://gitlab.com/gitlab-org/gitlab/-/merge_requests/230944).

use alloc::borrow::Cow;

use crate::{
    Algorithm, Encoding, Grammar, HeaderNames, IdSource, MoreSignatures, Scheme, SecretForm,
    Segment, SignatureHeader, TimestampRule, TimestampSource, TimestampUnit, Tolerance,
};

/// How GitLab signs with a signing token.
pub const SCHEME: Scheme = Scheme {
    name: Cow::Borrowed("gitlab"),
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
