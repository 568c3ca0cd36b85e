//! Webflow.
//!
//! * **Secret**: the *client secret* of the app; for a webhook made in the dashboard, the secret
//!   shown when it was created
//! * **Headers**: `x-webflow-signature: <hex>`, `x-webflow-timestamp`
//! * **Signed**: `<timestamp>:<body>`
//! * **Time**: **milliseconds**
//! * **Id**: none. Recognise repeats by the fingerprint
//!
//! Source: [Working with webhooks](https://developers.webflow.com/data/docs/working-with-webhooks).

use alloc::borrow::Cow;

use crate::{
    Algorithm, Encoding, Grammar, HeaderNames, MoreSignatures, Scheme, SecretForm, Segment,
    SignatureHeader, SignatureSource, TimestampRule, TimestampSource, TimestampUnit, Tolerance,
};

/// How Webflow signs.
pub const SCHEME: Scheme = Scheme {
    name: Cow::Borrowed("webflow"),
    algorithm: Algorithm::HmacSha256,
    encoding: Encoding::Hex,
    signature: SignatureSource::Header(SignatureHeader {
        names: HeaderNames::from_static(&["x-webflow-signature"]),
        grammar: Grammar::Bare {
            prefix: Cow::Borrowed(""),
        },
        more: MoreSignatures::InHeader,
    }),
    signed: Cow::Borrowed(&[Segment::Timestamp, Segment::literal(":"), Segment::Body]),
    timestamp: Some(TimestampRule {
        source: TimestampSource::Header(HeaderNames::from_static(&["x-webflow-timestamp"])),
        unit: TimestampUnit::Millis,
        tolerance: Tolerance::STANDARD,
    }),
    id: None,
    secret: SecretForm::Verbatim,
};
