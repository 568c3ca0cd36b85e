//! Sanity.
//!
//! * **Secret**: the one typed into *API > Webhooks > Secret* of the project
//! * **Header**: `sanity-webhook-signature: t=<milliseconds>,v1=<base64url without padding>`
//! * **Signed**: `<t>.<body>`
//! * **Time**: **milliseconds**
//! * **Id**: `idempotency-key`, **not signed**: whoever replays a delivery can change it. Recognise
//!   repeats by the fingerprint
//!
//! Sanity's own library does not ask how old a delivery is. Here the usual tolerance applies.
//! Whether an attempt that is repeated is signed anew is not documented: if yours turn out stale,
//! widen it with [`Verifier::with_tolerance`](crate::Verifier::with_tolerance).
//!
//! Source: [GROQ-powered webhooks](https://www.sanity.io/docs/webhooks),
//! [webhook-toolkit](https://github.com/sanity-io/webhook-toolkit).

use alloc::borrow::Cow;

use crate::{
    Algorithm, Encoding, Grammar, HeaderNames, IdSource, MoreSignatures, Scheme, SecretForm,
    Segment, Separator, SignatureHeader, SignatureSource, TimestampRule, TimestampSource,
    TimestampUnit, Tolerance,
};

/// How Sanity signs.
pub const SCHEME: Scheme = Scheme {
    name: Cow::Borrowed("sanity"),
    algorithm: Algorithm::HmacSha256,
    encoding: Encoding::Base64UrlNoPad,
    signature: SignatureSource::Header(SignatureHeader {
        names: HeaderNames::from_static(&["sanity-webhook-signature"]),
        grammar: Grammar::Pairs {
            separator: Separator::Comma,
            signature: Cow::Borrowed("v1"),
            several: false,
        },
        more: MoreSignatures::InHeader,
    }),
    signed: Cow::Borrowed(&[Segment::Timestamp, Segment::literal("."), Segment::Body]),
    timestamp: Some(TimestampRule {
        source: TimestampSource::InSignature(Cow::Borrowed("t")),
        unit: TimestampUnit::Millis,
        tolerance: Tolerance::STANDARD,
    }),
    id: Some(IdSource::Header(HeaderNames::from_static(&[
        "idempotency-key",
    ]))),
    secret: SecretForm::Verbatim,
};
