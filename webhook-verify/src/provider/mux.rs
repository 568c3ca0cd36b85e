//! Mux.
//!
//! * **Secret**: *Settings > Webhooks > Signing secret*
//! * **Header**: `Mux-Signature: t=<seconds>,v1=<hex>`
//! * **Signed**: `<t>.<body>`
//! * **Time**: seconds
//! * **Id**: the body's `id`, signed
//!
//! Mux's own library bounds the past only. Here a time too far ahead is refused as well.
//!
//! Source: [Verify webhook signatures](https://www.mux.com/docs/core/verify-webhook-signatures),
//! [@mux/mux-node](https://github.com/muxinc/mux-node-sdk).

use alloc::borrow::Cow;

use crate::{
    Algorithm, Encoding, Grammar, HeaderNames, IdSource, MoreSignatures, Scheme, SecretForm,
    Segment, Separator, SignatureHeader, SignatureSource, TimestampRule, TimestampSource,
    TimestampUnit, Tolerance,
};

/// How Mux signs.
pub const SCHEME: Scheme = Scheme {
    name: Cow::Borrowed("mux"),
    algorithm: Algorithm::HmacSha256,
    encoding: Encoding::Hex,
    signature: SignatureSource::Header(SignatureHeader {
        names: HeaderNames::from_static(&["mux-signature"]),
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
    id: Some(IdSource::BodyField(Cow::Borrowed("id"))),
    secret: SecretForm::Verbatim,
};
