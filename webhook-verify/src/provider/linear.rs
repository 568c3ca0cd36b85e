//! Linear.
//!
//! * **Secret**: *Settings > API > Webhooks > Signing secret*
//! * **Header**: `Linear-Signature: <hex>`
//! * **Signed**: the body, and nothing else
//! * **Time**: the body's `webhookTimestamp`, in **milliseconds**. Linear's own library allows a
//!   minute in both directions, and so does this. The header `Linear-Timestamp` is not signed and
//!   not read
//! * **Id**: `Linear-Delivery`, **not signed**: whoever replays a delivery can change it. Recognise
//!   repeats by the fingerprint
//!
//! Source: [Webhooks](https://linear.app/developers/webhooks),
//! [@linear/sdk](https://github.com/linear/linear).

use alloc::borrow::Cow;
use core::time::Duration;

use crate::{
    Algorithm, Encoding, Grammar, HeaderNames, IdSource, MoreSignatures, Scheme, SecretForm,
    Segment, SignatureHeader, SignatureSource, TimestampRule, TimestampSource, TimestampUnit,
    Tolerance,
};

/// How Linear signs.
pub const SCHEME: Scheme = Scheme {
    name: Cow::Borrowed("linear"),
    algorithm: Algorithm::HmacSha256,
    encoding: Encoding::Hex,
    signature: SignatureSource::Header(SignatureHeader {
        names: HeaderNames::from_static(&["linear-signature"]),
        grammar: Grammar::Bare {
            prefix: Cow::Borrowed(""),
        },
        more: MoreSignatures::InHeader,
    }),
    signed: Cow::Borrowed(&[Segment::Body]),
    timestamp: Some(TimestampRule {
        source: TimestampSource::BodyField(Cow::Borrowed("webhookTimestamp")),
        unit: TimestampUnit::Millis,
        tolerance: Tolerance::Within {
            past: Duration::from_secs(60),
            future: Duration::from_secs(60),
        },
    }),
    id: Some(IdSource::Header(HeaderNames::from_static(&[
        "linear-delivery",
    ]))),
    secret: SecretForm::Verbatim,
};
