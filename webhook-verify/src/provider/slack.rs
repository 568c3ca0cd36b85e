//! Slack.
//!
//! * **Secret**: *Basic Information > App Credentials > Signing Secret* of the app; not the
//!   verification token
//! * **Headers**: `X-Slack-Signature: v0=<hex>`, `X-Slack-Request-Timestamp`
//! * **Signed**: `v0:<timestamp>:<body>`
//! * **Time**: seconds
//! * **Id**: the `event_id` of an event's body (`Ev..`), signed. Slash commands and interactions
//!   have none: their body is a form
//!
//! Source: [Verifying requests from
//! Slack](https://docs.slack.dev/authentication/verifying-requests-from-slack).

use alloc::borrow::Cow;

use crate::{
    Algorithm, Encoding, Grammar, HeaderNames, IdSource, MoreSignatures, Scheme, SecretForm,
    Segment, SignatureHeader, SignatureSource, TimestampRule, TimestampSource, TimestampUnit,
    Tolerance,
};

/// How Slack signs.
pub const SCHEME: Scheme = Scheme {
    name: Cow::Borrowed("slack"),
    algorithm: Algorithm::HmacSha256,
    encoding: Encoding::Hex,
    signature: SignatureSource::Header(SignatureHeader {
        names: HeaderNames::from_static(&["x-slack-signature"]),
        grammar: Grammar::Bare {
            prefix: Cow::Borrowed("v0="),
        },
        more: MoreSignatures::InHeader,
    }),
    signed: Cow::Borrowed(&[
        Segment::literal("v0:"),
        Segment::Timestamp,
        Segment::literal(":"),
        Segment::Body,
    ]),
    timestamp: Some(TimestampRule {
        source: TimestampSource::Header(HeaderNames::from_static(&["x-slack-request-timestamp"])),
        unit: TimestampUnit::Seconds,
        tolerance: Tolerance::STANDARD,
    }),
    id: Some(IdSource::BodyField(Cow::Borrowed("event_id"))),
    secret: SecretForm::Verbatim,
};
