//! Box.
//!
//! * **Secret**: *Webhooks > Manage signature keys* of the app: the primary and the secondary key
//!   are two secrets of one ring. Their text is the key
//! * **Headers**: `box-signature-primary: <base64>`, `box-signature-secondary: <base64>`,
//!   `box-delivery-timestamp`
//! * **Signed**: `<body><timestamp>`, the time behind the body and nothing between
//! * **Time**: RFC 3339 with an offset. Box's own libraries allow ten minutes, and so does this;
//!   they do not bound the future
//! * **Id**: `box-delivery-id`, **not signed**: whoever replays a delivery can change it. Recognise
//!   repeats by the fingerprint
//!
//! Each key has a header of its own, and either may be missing. `box-signature-version` and
//! `box-signature-algorithm` are not signed and not read: the algorithm is that of version 1.
//!
//! Source: [Verify signatures](https://developer.box.com/guides/webhooks/v2/signatures-v2/),
//! [box-node-sdk](https://github.com/box/box-node-sdk).

use alloc::borrow::Cow;
use core::time::Duration;

use crate::{
    Algorithm, Encoding, Grammar, HeaderNames, IdSource, MoreSignatures, Scheme, SecretForm,
    Segment, SignatureHeader, SignatureSource, TimestampRule, TimestampSource, TimestampUnit,
    Tolerance,
};

/// How Box signs.
pub const SCHEME: Scheme = Scheme {
    name: Cow::Borrowed("box"),
    algorithm: Algorithm::HmacSha256,
    encoding: Encoding::Base64,
    signature: SignatureSource::Header(SignatureHeader {
        names: HeaderNames::from_static(&["box-signature-primary"]),
        grammar: Grammar::Bare {
            prefix: Cow::Borrowed(""),
        },
        more: MoreSignatures::InHeaders(Cow::Borrowed(&[HeaderNames::from_static(&[
            "box-signature-secondary",
        ])])),
    }),
    signed: Cow::Borrowed(&[Segment::Body, Segment::Timestamp]),
    timestamp: Some(TimestampRule {
        source: TimestampSource::Header(HeaderNames::from_static(&["box-delivery-timestamp"])),
        unit: TimestampUnit::Rfc3339,
        tolerance: Tolerance::Within {
            past: Duration::from_secs(600),
            future: Duration::from_secs(60),
        },
    }),
    id: Some(IdSource::Header(HeaderNames::from_static(&[
        "box-delivery-id",
    ]))),
    secret: SecretForm::Verbatim,
};
