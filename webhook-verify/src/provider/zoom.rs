//! Zoom.
//!
//! * **Secret**: *Feature > Event Subscriptions > Secret Token* of the app; not the verification
//!   token
//! * **Headers**: `x-zm-signature: v0=<hex>`, `x-zm-request-timestamp`
//! * **Signed**: `v0:<timestamp>:<body>`
//! * **Time**: seconds. Zoom states no tolerance; the usual one applies
//! * **Id**: none. Recognise repeats by the fingerprint
//!
//! The event `endpoint.url_validation` is a delivery like any other and wants an answer.
//!
//! Source: [Using webhooks](https://developers.zoom.us/docs/api/webhooks/),
//! [webhook-sample](https://github.com/zoom/webhook-sample).

use alloc::borrow::Cow;

use crate::{
    Algorithm, Encoding, Grammar, HeaderNames, MoreSignatures, Scheme, SecretForm, Segment,
    SignatureHeader, SignatureSource, TimestampRule, TimestampSource, TimestampUnit, Tolerance,
};

/// How Zoom signs.
pub const SCHEME: Scheme = Scheme {
    name: Cow::Borrowed("zoom"),
    algorithm: Algorithm::HmacSha256,
    encoding: Encoding::Hex,
    signature: SignatureSource::Header(SignatureHeader {
        names: HeaderNames::from_static(&["x-zm-signature"]),
        grammar: Grammar::Bare {
            prefix: Cow::Borrowed("v0="),
        },
        more: MoreSignatures::InHeader,
    }),
    signed: Cow::Borrowed(&[
        Segment::literal("v0:"),
        Segment::Timestamp,
        Segment::literal(":"),
        Segment::Body,
    ]),
    timestamp: Some(TimestampRule {
        source: TimestampSource::Header(HeaderNames::from_static(&["x-zm-request-timestamp"])),
        unit: TimestampUnit::Seconds,
        tolerance: Tolerance::STANDARD,
    }),
    id: None,
    secret: SecretForm::Verbatim,
};
