//! Zendesk.
//!
//! * **Secret**: *Admin Center > Apps and integrations > Webhooks > your webhook > Reveal secret*. It
//!   looks like Base64 and is used as it is
//! * **Headers**: `X-Zendesk-Webhook-Signature: <base64>`, `X-Zendesk-Webhook-Signature-Timestamp`
//! * **Signed**: the time, then the body, which may be empty
//! * **Time**: a date and time in whole seconds, as `2021-07-25T10:00:00Z`
//! * **Id**: `X-Zendesk-Webhook-Invocation-Id`, **not signed**: whoever replays a delivery can change
//!   it. Recognise repeats by the fingerprint
//!
//! The test that the settings send is signed with a secret which Zendesk publishes, and does not
//! verify with one's own. An older page of Zendesk's signs the body first and the time behind it;
//! that is not what it sends now, and not accepted.
//!
//! Source: [Verifying webhook
//! authenticity](https://developer.zendesk.com/documentation/webhooks/verifying/).

use alloc::borrow::Cow;

use crate::{
    Algorithm, Encoding, Grammar, HeaderNames, IdSource, MoreSignatures, Scheme, SecretForm,
    Segment, SignatureHeader, SignatureSource, TimestampRule, TimestampSource, TimestampUnit,
    Tolerance,
};

/// How Zendesk signs.
pub const SCHEME: Scheme = Scheme {
    name: Cow::Borrowed("zendesk"),
    algorithm: Algorithm::HmacSha256,
    encoding: Encoding::Base64,
    signature: SignatureSource::Header(SignatureHeader {
        names: HeaderNames::from_static(&["x-zendesk-webhook-signature"]),
        grammar: Grammar::Bare {
            prefix: Cow::Borrowed(""),
        },
        more: MoreSignatures::InHeader,
    }),
    signed: Cow::Borrowed(&[Segment::Timestamp, Segment::Body]),
    timestamp: Some(TimestampRule {
        source: TimestampSource::Header(HeaderNames::from_static(&[
            "x-zendesk-webhook-signature-timestamp",
        ])),
        unit: TimestampUnit::Rfc3339,
        tolerance: Tolerance::STANDARD,
    }),
    id: Some(IdSource::Header(HeaderNames::from_static(&[
        "x-zendesk-webhook-invocation-id",
    ]))),
    secret: SecretForm::Verbatim,
};
