//! Retell AI.
//!
//! * **Secret**: the API key which has the *webhook* badge
//! * **Header**: `X-Retell-Signature: v=<time>,d=<hex>`
//! * **Signed**: the body, then the time, with nothing between
//! * **Time**: **milliseconds**. Retell allows five minutes
//! * **Id**: none that is one delivery's: `call.call_id` in the body comes with each event of a call.
//!   Recognise repeats by the fingerprint
//!
//! Source: [Secure the webhook](https://docs.retellai.com/features/secure-webhook).

use alloc::borrow::Cow;

use crate::{
    Algorithm, Encoding, Grammar, HeaderNames, MoreSignatures, Scheme, SecretForm, Segment,
    Separator, SignatureHeader, SignatureSource, TimestampRule, TimestampSource, TimestampUnit,
    Tolerance,
};

/// How Retell signs.
pub const SCHEME: Scheme = Scheme {
    name: Cow::Borrowed("retell"),
    algorithm: Algorithm::HmacSha256,
    encoding: Encoding::Hex,
    signature: SignatureSource::Header(SignatureHeader {
        names: HeaderNames::from_static(&["x-retell-signature"]),
        grammar: Grammar::Pairs {
            separator: Separator::Comma,
            signature: Cow::Borrowed("d"),
            several: false,
        },
        more: MoreSignatures::InHeader,
    }),
    signed: Cow::Borrowed(&[Segment::Body, Segment::Timestamp]),
    timestamp: Some(TimestampRule {
        source: TimestampSource::InSignature(Cow::Borrowed("v")),
        unit: TimestampUnit::Millis,
        tolerance: Tolerance::STANDARD,
    }),
    id: None,
    secret: SecretForm::Verbatim,
};
