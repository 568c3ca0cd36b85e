//! Resend, which sends through [Svix](crate::provider::svix).
//!
//! * **Secret**: *Webhooks > the webhook > Signing Secret*: `whsec_` and the key in Base64
//! * **Headers**: `svix-id`, `svix-timestamp`, `svix-signature: v1,<base64>`
//! * **Signed**: `<id>.<timestamp>.<body>`
//! * **Time**: seconds, signed anew for each attempt
//! * **Id**: `svix-id`, signed, the same for each attempt
//!
//! Source: [Verify webhooks
//! requests](https://resend.com/docs/dashboard/webhooks/verify-webhooks-requests).

use alloc::borrow::Cow;

use crate::{
    Algorithm, Encoding, Grammar, HeaderNames, IdSource, MoreSignatures, Scheme, SecretForm,
    Segment, SignatureHeader, TimestampRule, TimestampSource, TimestampUnit, Tolerance,
};

/// How Resend signs.
pub const SCHEME: Scheme = Scheme {
    name: Cow::Borrowed("resend"),
    algorithm: Algorithm::HmacSha256,
    encoding: Encoding::Base64,
    signature: SignatureHeader {
        names: HeaderNames::from_static(&["svix-signature"]),
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
        source: TimestampSource::Header(HeaderNames::from_static(&["svix-timestamp"])),
        unit: TimestampUnit::Seconds,
        tolerance: Tolerance::STANDARD,
    }),
    id: Some(IdSource::Header(HeaderNames::from_static(&["svix-id"]))),
    secret: SecretForm::Base64 {
        prefix: Cow::Borrowed("whsec_"),
    },
};
