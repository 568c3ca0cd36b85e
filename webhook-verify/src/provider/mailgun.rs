//! Mailgun, webhooks in JSON. **Weak**, and there is nothing else.
//!
//! * **Secret**: *Send > Sending > Webhooks > HTTP webhook signing key*; not the API key
//! * **Field**: `signature.signature`, in hex. There is no header
//! * **Signed**: `<signature.timestamp><signature.token>`, and nothing of `event-data`: whoever sees one
//!   delivery can put any event under its signature, once for each token that is not yet remembered.
//!   Say `Provider::Mailgun.despite(Weakness::BodyNotCovered)`
//! * **Time**: `signature.timestamp`, in seconds
//! * **Id**: `signature.token`, signed, and made for one delivery: remember it, because it is all that
//!   stands against a second event under the same signature. `event-data.id` is **not signed**
//!
//! Fields that `parent-signature` repeats for the parent of a subaccount are not read.
//!
//! Source: [Securing
//! webhooks](https://documentation.mailgun.com/docs/mailgun/user-manual/webhooks/securing-webhooks).

use alloc::borrow::Cow;

use crate::{
    Algorithm, BodyFormat, Encoding, Grammar, IdSource, Scheme, SecretForm, Segment,
    SignatureField, SignatureSource, TimestampRule, TimestampSource, TimestampUnit, Tolerance,
};

/// How Mailgun signs.
pub const SCHEME: Scheme = Scheme {
    name: Cow::Borrowed("mailgun"),
    algorithm: Algorithm::HmacSha256,
    encoding: Encoding::Hex,
    signature: SignatureSource::BodyField(SignatureField {
        format: BodyFormat::Json,
        path: Cow::Borrowed("signature.signature"),
        grammar: Grammar::Bare {
            prefix: Cow::Borrowed(""),
        },
        version: None,
    }),
    signed: Cow::Borrowed(&[Segment::Timestamp, Segment::Id]),
    timestamp: Some(TimestampRule {
        source: TimestampSource::BodyField(Cow::Borrowed("signature.timestamp")),
        unit: TimestampUnit::Seconds,
        tolerance: Tolerance::STANDARD,
    }),
    id: Some(IdSource::BodyField(Cow::Borrowed("signature.token"))),
    secret: SecretForm::Verbatim,
};
