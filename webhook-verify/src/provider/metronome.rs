//! Metronome.
//!
//! * **Secret**: shown when the webhook is made
//! * **Headers**: `Metronome-Webhook-Signature: <hex>`, `X-Metronome-Date`
//! * **Signed**: the date, a line break, the body
//! * **Time**: a date as HTTP writes it. Metronome allows five minutes
//! * **Id**: the body's `id`, signed with it
//!
//! Source: [Webhooks](https://docs.metronome.com/developer-resources/using-the-api/webhooks/), and the
//! `webhooks` of the library `@metronome/sdk`.

use alloc::borrow::Cow;

use crate::{
    Algorithm, Encoding, Grammar, HeaderNames, IdSource, MoreSignatures, Scheme, SecretForm,
    Segment, SignatureHeader, SignatureSource, TimestampRule, TimestampSource, TimestampUnit,
    Tolerance,
};

/// How Metronome signs.
pub const SCHEME: Scheme = Scheme {
    name: Cow::Borrowed("metronome"),
    algorithm: Algorithm::HmacSha256,
    encoding: Encoding::Hex,
    signature: SignatureSource::Header(SignatureHeader {
        names: HeaderNames::from_static(&["metronome-webhook-signature"]),
        grammar: Grammar::Bare {
            prefix: Cow::Borrowed(""),
        },
        more: MoreSignatures::InHeader,
    }),
    signed: Cow::Borrowed(&[Segment::Timestamp, Segment::literal("\n"), Segment::Body]),
    timestamp: Some(TimestampRule {
        source: TimestampSource::Header(HeaderNames::from_static(&["x-metronome-date"])),
        unit: TimestampUnit::HttpDate,
        tolerance: Tolerance::STANDARD,
    }),
    id: Some(IdSource::BodyField(Cow::Borrowed("id"))),
    secret: SecretForm::Verbatim,
};
