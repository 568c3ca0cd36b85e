//! Paddle Billing.
//!
//! * **Secret**: *Developer tools > Notifications > the destination > Secret key* (`pdl_ntfset_..`)
//! * **Header**: `Paddle-Signature: ts=<seconds>;h1=<hex>`, with one `h1` for each secret that is
//!   valid while one is replaced
//! * **Signed**: `<ts>:<body>`
//! * **Time**: seconds. Paddle's own library allows five seconds, which refuses what a proxy or a
//!   busy receiver held back; here it is the usual five minutes, and the id tells a repeat
//! * **Id**: the body's `event_id`, signed
//!
//! Source: [Verify webhook
//! signatures](https://developer.paddle.com/webhooks/signature-verification),
//! [paddle-node-sdk](https://github.com/PaddleHQ/paddle-node-sdk).

use alloc::borrow::Cow;

use crate::{
    Algorithm, Encoding, Grammar, HeaderNames, IdSource, MoreSignatures, Scheme, SecretForm,
    Segment, Separator, SignatureHeader, SignatureSource, TimestampRule, TimestampSource,
    TimestampUnit, Tolerance,
};

/// How Paddle signs.
pub const SCHEME: Scheme = Scheme {
    name: Cow::Borrowed("paddle"),
    algorithm: Algorithm::HmacSha256,
    encoding: Encoding::Hex,
    signature: SignatureSource::Header(SignatureHeader {
        names: HeaderNames::from_static(&["paddle-signature"]),
        grammar: Grammar::Pairs {
            separator: Separator::Semicolon,
            signature: Cow::Borrowed("h1"),
            several: true,
        },
        more: MoreSignatures::InHeader,
    }),
    signed: Cow::Borrowed(&[Segment::Timestamp, Segment::literal(":"), Segment::Body]),
    timestamp: Some(TimestampRule {
        source: TimestampSource::InSignature(Cow::Borrowed("ts")),
        unit: TimestampUnit::Seconds,
        tolerance: Tolerance::STANDARD,
    }),
    id: Some(IdSource::BodyField(Cow::Borrowed("event_id"))),
    secret: SecretForm::Verbatim,
};
