//! HubSpot, version 3 of its signatures.
//!
//! * **Secret**: the client secret of the app, *Auth* in its settings
//! * **Headers**: `X-HubSpot-Signature-v3: <base64>`, `X-HubSpot-Request-Timestamp`
//! * **Signed**: the method, the address of the endpoint, the body, the time. Say the address with
//!   `Provider::HubSpot.at("https://..")`
//! * **Time**: **milliseconds**. HubSpot allows five minutes
//! * **Id**: none that is one delivery's: a body is a list of events, each with an `eventId`.
//!   Recognise repeats by the fingerprint
//!
//! Nothing stands between the pieces. So a body is refused that begins as an address could go on,
//! which JSON never does.
//!
//! Source: [Validating
//! requests](https://developers.hubspot.com/docs/apps/legacy-apps/authentication/validating-requests).

use alloc::borrow::Cow;

use crate::{
    Algorithm, Encoding, Grammar, HeaderNames, MoreSignatures, Scheme, SecretForm, Segment,
    SignatureHeader, SignatureSource, TimestampRule, TimestampSource, TimestampUnit, Tolerance,
};

/// How HubSpot signs.
pub const SCHEME: Scheme = Scheme {
    name: Cow::Borrowed("hubspot"),
    algorithm: Algorithm::HmacSha256,
    encoding: Encoding::Base64,
    signature: SignatureSource::Header(SignatureHeader {
        names: HeaderNames::from_static(&["x-hubspot-signature-v3"]),
        grammar: Grammar::Bare {
            prefix: Cow::Borrowed(""),
        },
        more: MoreSignatures::InHeader,
    }),
    signed: Cow::Borrowed(&[
        Segment::Method,
        Segment::Url,
        Segment::Body,
        Segment::Timestamp,
    ]),
    timestamp: Some(TimestampRule {
        source: TimestampSource::Header(HeaderNames::from_static(&["x-hubspot-request-timestamp"])),
        unit: TimestampUnit::Millis,
        tolerance: Tolerance::STANDARD,
    }),
    id: None,
    secret: SecretForm::Verbatim,
};
