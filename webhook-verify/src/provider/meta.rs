//! Meta: Facebook, Instagram, Messenger, WhatsApp.
//!
//! * **Secret**: *App settings > Basic > App secret*; not the verify token
//! * **Header**: `X-Hub-Signature-256: sha256=<hex>`; the SHA-1 header `X-Hub-Signature` beside it
//!   is not read
//! * **Signed**: the body as it was sent, and nothing else: letters outside ASCII are `\uXXXX`
//!   there, and must stay so
//! * **Time**: none is signed, so an old delivery cannot be told from a new one
//! * **Id**: none. Each entry of the body has ids, signed, and a delivery may have several
//!
//! The `GET` request with `hub.challenge` is not a delivery, and not signed.
//!
//! Source: [Getting started with
//! webhooks](https://developers.facebook.com/docs/graph-api/webhooks/getting-started).

use alloc::borrow::Cow;

use crate::{
    Algorithm, Encoding, Grammar, HeaderNames, MoreSignatures, Scheme, SecretForm, Segment,
    SignatureHeader, SignatureSource,
};

/// How Meta signs.
pub const SCHEME: Scheme = Scheme {
    name: Cow::Borrowed("meta"),
    algorithm: Algorithm::HmacSha256,
    encoding: Encoding::Hex,
    signature: SignatureSource::Header(SignatureHeader {
        names: HeaderNames::from_static(&["x-hub-signature-256"]),
        grammar: Grammar::Bare {
            prefix: Cow::Borrowed("sha256="),
        },
        more: MoreSignatures::InHeader,
    }),
    signed: Cow::Borrowed(&[Segment::Body]),
    timestamp: None,
    id: None,
    secret: SecretForm::Verbatim,
};
