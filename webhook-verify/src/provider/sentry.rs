//! Sentry's integration platform.
//!
//! * **Secret**: *Settings > Developer Settings > the integration > Client Secret*
//! * **Header**: `Sentry-Hook-Signature: <hex>`
//! * **Signed**: the body, and nothing else
//! * **Time**: none is signed: `Sentry-Hook-Timestamp` is not read, since whoever replays a
//!   delivery can change it
//! * **Id**: `Request-ID`, **not signed**: whoever replays a delivery can change it. Recognise
//!   repeats by the fingerprint
//!
//! Source: [Webhooks](https://docs.sentry.io/integrations/integration-platform/webhooks/).

use alloc::borrow::Cow;

use crate::{
    Algorithm, Encoding, Grammar, HeaderNames, IdSource, MoreSignatures, Scheme, SecretForm,
    Segment, SignatureHeader, SignatureSource,
};

/// How Sentry signs.
pub const SCHEME: Scheme = Scheme {
    name: Cow::Borrowed("sentry"),
    algorithm: Algorithm::HmacSha256,
    encoding: Encoding::Hex,
    signature: SignatureSource::Header(SignatureHeader {
        names: HeaderNames::from_static(&["sentry-hook-signature"]),
        grammar: Grammar::Bare {
            prefix: Cow::Borrowed(""),
        },
        more: MoreSignatures::InHeader,
    }),
    signed: Cow::Borrowed(&[Segment::Body]),
    timestamp: None,
    id: Some(IdSource::Header(HeaderNames::from_static(&["request-id"]))),
    secret: SecretForm::Verbatim,
};
