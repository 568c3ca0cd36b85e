//! SendGrid, of Twilio: the event webhook, signed.
//!
//! * **Key**: *Settings > Mail Settings > Event Webhooks > Security features > Enable Signature
//!   Verification*, where the *Verification Key* is shown: a public key in Base64. There is no secret
//! * **Headers**: `X-Twilio-Email-Event-Webhook-Signature: <Base64 of DER>`,
//!   `X-Twilio-Email-Event-Webhook-Timestamp`
//! * **Signed**: the time, then the body
//! * **Time**: seconds. SendGrid's own library does not look at the age
//! * **Id**: a body is an array of events, each with an `sg_event_id` of its own, signed with it. A
//!   delivery has none
//!
//! Bodies end with a line break (`\r\n`), which is signed: nothing may trim them.
//!
//! Whoever sees a signature can make another for the same delivery, which is as right. Two
//! deliveries are the same if their fingerprints are, not if their signatures are.
//!
//! Source: [Event webhook security
//! features](https://www.twilio.com/docs/sendgrid/for-developers/tracking-events/getting-started-event-webhook-security-features).

use alloc::borrow::Cow;

use crate::{
    Algorithm, Encoding, Grammar, HeaderNames, MoreSignatures, Scheme, SecretForm, Segment,
    SignatureHeader, SignatureSource, TimestampRule, TimestampSource, TimestampUnit, Tolerance,
};

/// How SendGrid signs.
pub const SCHEME: Scheme = Scheme {
    name: Cow::Borrowed("sendgrid"),
    algorithm: Algorithm::EcdsaP256Sha256,
    encoding: Encoding::Base64,
    signature: SignatureSource::Header(SignatureHeader {
        names: HeaderNames::from_static(&["x-twilio-email-event-webhook-signature"]),
        grammar: Grammar::Bare {
            prefix: Cow::Borrowed(""),
        },
        more: MoreSignatures::InHeader,
    }),
    signed: Cow::Borrowed(&[Segment::Timestamp, Segment::Body]),
    timestamp: Some(TimestampRule {
        source: TimestampSource::Header(HeaderNames::from_static(&[
            "x-twilio-email-event-webhook-timestamp",
        ])),
        unit: TimestampUnit::Seconds,
        tolerance: Tolerance::STANDARD,
    }),
    id: None,
    secret: SecretForm::Der,
};
