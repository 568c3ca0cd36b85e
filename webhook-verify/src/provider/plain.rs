//! Plain.
//!
//! * **Secret**: *Settings > Request signing*
//! * **Header**: `Plain-Request-Signature: <hex>`
//! * **Signed**: the body
//! * **Time**: the body's `webhookMetadata.webhookDeliveryAttemptTimestamp`, signed with it.
//!   `Plain-Webhook-Delivery-Attempt-Timestamp` is not signed, and not read
//! * **Id**: the body's `id`, signed with it
//!
//! Source: [Request signing](https://www.plain.com/docs/request-signing).

use alloc::borrow::Cow;

use crate::{
    Algorithm, Encoding, Grammar, HeaderNames, IdSource, MoreSignatures, Scheme, SecretForm,
    Segment, SignatureHeader, SignatureSource, TimestampRule, TimestampSource, TimestampUnit,
    Tolerance,
};

/// How Plain signs.
pub const SCHEME: Scheme = Scheme {
    name: Cow::Borrowed("plain"),
    algorithm: Algorithm::HmacSha256,
    encoding: Encoding::Hex,
    signature: SignatureSource::Header(SignatureHeader {
        names: HeaderNames::from_static(&["plain-request-signature"]),
        grammar: Grammar::Bare {
            prefix: Cow::Borrowed(""),
        },
        more: MoreSignatures::InHeader,
    }),
    signed: Cow::Borrowed(&[Segment::Body]),
    timestamp: Some(TimestampRule {
        source: TimestampSource::BodyField(Cow::Borrowed(
            "webhookMetadata.webhookDeliveryAttemptTimestamp",
        )),
        unit: TimestampUnit::Rfc3339Millis,
        tolerance: Tolerance::STANDARD,
    }),
    id: Some(IdSource::BodyField(Cow::Borrowed("id"))),
    secret: SecretForm::Verbatim,
};
