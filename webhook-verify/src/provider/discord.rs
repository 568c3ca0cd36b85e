//! Discord: interactions and webhook events.
//!
//! * **Key**: *Developer Portal > your app > General Information > Public Key*, hexadecimal. There is
//!   no secret: it may be published
//! * **Headers**: `X-Signature-Ed25519: <hex>`, `X-Signature-Timestamp`
//! * **Signed**: the time, then the body
//! * **Time**: seconds
//! * **Id**: the body's `id` where it has one, signed with it
//!
//! Discord tries an endpoint with wrong signatures, when it is entered and later, and takes it away
//! from the app if one is not answered with 401. What it sends first is a
//! [challenge](crate::challenge::discord).
//!
//! Source: [Interactions: security and
//! authorization](https://discord.com/developers/docs/interactions/overview#setting-up-an-endpoint).

use alloc::borrow::Cow;

use crate::{
    Algorithm, Encoding, Grammar, HeaderNames, IdSource, MoreSignatures, Scheme, SecretForm,
    Segment, SignatureHeader, SignatureSource, TimestampRule, TimestampSource, TimestampUnit,
    Tolerance,
};

/// How Discord signs.
pub const SCHEME: Scheme = Scheme {
    name: Cow::Borrowed("discord"),
    algorithm: Algorithm::Ed25519,
    encoding: Encoding::Hex,
    signature: SignatureSource::Header(SignatureHeader {
        names: HeaderNames::from_static(&["x-signature-ed25519"]),
        grammar: Grammar::Bare {
            prefix: Cow::Borrowed(""),
        },
        more: MoreSignatures::InHeader,
    }),
    signed: Cow::Borrowed(&[Segment::Timestamp, Segment::Body]),
    timestamp: Some(TimestampRule {
        source: TimestampSource::Header(HeaderNames::from_static(&["x-signature-timestamp"])),
        unit: TimestampUnit::Seconds,
        tolerance: Tolerance::STANDARD,
    }),
    id: Some(IdSource::BodyField(Cow::Borrowed("id"))),
    secret: SecretForm::Hex,
};
