//! Svix, and those who send through it: Clerk, Resend and others.
//!
//! It is [Standard Webhooks](crate::provider::standard_webhooks) under other names.
//!
//! * **Secret**: the endpoint's *Signing Secret*: `whsec_` and the key in Base64
//! * **Headers**: `svix-id`, `svix-timestamp`, `svix-signature: v1,<base64>`; or, if
//!   `svix-signature` is not there, the same three with `webhook-` in front
//! * **Signed**: `<id>.<timestamp>.<body>`
//! * **Time**: seconds, signed anew for each attempt
//! * **Id**: `svix-id`, signed, the same for each attempt
//!
//! Source: [Verifying webhooks
//! manually](https://docs.svix.com/receiving/verifying-payloads/how-manual).

use alloc::borrow::Cow;

use crate::{
    Algorithm, Encoding, Grammar, HeaderNames, IdSource, MoreSignatures, Scheme, SecretForm,
    Segment, SignatureHeader, TimestampRule, TimestampSource, TimestampUnit, Tolerance,
};

/// How Svix signs.
pub const SCHEME: Scheme = Scheme {
    name: Cow::Borrowed("svix"),
    algorithm: Algorithm::HmacSha256,
    encoding: Encoding::Base64,
    signature: SignatureHeader {
        names: HeaderNames::from_static(&["svix-signature", "webhook-signature"]),
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
        source: TimestampSource::Header(HeaderNames::from_static(&[
            "svix-timestamp",
            "webhook-timestamp",
        ])),
        unit: TimestampUnit::Seconds,
        tolerance: Tolerance::STANDARD,
    }),
    id: Some(IdSource::Header(HeaderNames::from_static(&[
        "svix-id",
        "webhook-id",
    ]))),
    secret: SecretForm::Base64 {
        prefix: Cow::Borrowed("whsec_"),
    },
};
