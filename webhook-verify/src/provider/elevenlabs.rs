//! ElevenLabs.
//!
//! * **Secret**: *Settings > Webhooks*: the one shown once when the webhook is created
//! * **Header**: `ElevenLabs-Signature: t=<seconds>,v0=<hex>`
//! * **Signed**: `<t>.<body>`
//! * **Time**: seconds. ElevenLabs' own libraries allow half an hour, and so does this: whether an
//!   attempt that is repeated is signed anew is not documented
//! * **Id**: none. Recognise repeats by the fingerprint
//!
//! Source: [elevenlabs-python](https://github.com/elevenlabs/elevenlabs-python).

use alloc::borrow::Cow;
use core::time::Duration;

use crate::{
    Algorithm, Encoding, Grammar, HeaderNames, MoreSignatures, Scheme, SecretForm, Segment,
    Separator, SignatureHeader, SignatureSource, TimestampRule, TimestampSource, TimestampUnit,
    Tolerance,
};

/// How ElevenLabs signs.
pub const SCHEME: Scheme = Scheme {
    name: Cow::Borrowed("elevenlabs"),
    algorithm: Algorithm::HmacSha256,
    encoding: Encoding::Hex,
    signature: SignatureSource::Header(SignatureHeader {
        names: HeaderNames::from_static(&["elevenlabs-signature"]),
        grammar: Grammar::Pairs {
            separator: Separator::Comma,
            signature: Cow::Borrowed("v0"),
            several: false,
        },
        more: MoreSignatures::InHeader,
    }),
    signed: Cow::Borrowed(&[Segment::Timestamp, Segment::literal("."), Segment::Body]),
    timestamp: Some(TimestampRule {
        source: TimestampSource::InSignature(Cow::Borrowed("t")),
        unit: TimestampUnit::Seconds,
        tolerance: Tolerance::Within {
            past: Duration::from_secs(1800),
            future: Duration::from_secs(60),
        },
    }),
    id: None,
    secret: SecretForm::Verbatim,
};
