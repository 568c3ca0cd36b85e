//! Calendly.
//!
//! * **Secret**: the `signing_key` with which the webhook subscription was created
//! * **Header**: `Calendly-Webhook-Signature: t=<seconds>,v1=<hex>`
//! * **Signed**: `<t>.<body>`
//! * **Time**: seconds
//! * **Id**: none. Recognise repeats by the fingerprint
//!
//! Source: [Webhook
//! signatures](https://developer.calendly.com/api-docs/overview/webhooks/webhook-signatures).

use alloc::borrow::Cow;

use crate::{
    Algorithm, Encoding, Grammar, HeaderNames, MoreSignatures, Scheme, SecretForm, Segment,
    Separator, SignatureHeader, SignatureSource, TimestampRule, TimestampSource, TimestampUnit,
    Tolerance,
};

/// How Calendly signs.
pub const SCHEME: Scheme = Scheme {
    name: Cow::Borrowed("calendly"),
    algorithm: Algorithm::HmacSha256,
    encoding: Encoding::Hex,
    signature: SignatureSource::Header(SignatureHeader {
        names: HeaderNames::from_static(&["calendly-webhook-signature"]),
        grammar: Grammar::Pairs {
            separator: Separator::Comma,
            signature: Cow::Borrowed("v1"),
            several: false,
        },
        more: MoreSignatures::InHeader,
    }),
    signed: Cow::Borrowed(&[Segment::Timestamp, Segment::literal("."), Segment::Body]),
    timestamp: Some(TimestampRule {
        source: TimestampSource::InSignature(Cow::Borrowed("t")),
        unit: TimestampUnit::Seconds,
        tolerance: Tolerance::STANDARD,
    }),
    id: None,
    secret: SecretForm::Verbatim,
};
