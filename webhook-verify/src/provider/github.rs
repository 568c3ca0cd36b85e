//! GitHub.
//!
//! * **Secret**: the one typed into *Settings > Webhooks > Secret* of the repository, organisation
//!   or app
//! * **Header**: `X-Hub-Signature-256: sha256=<hex>`; the SHA-1 header `X-Hub-Signature` beside it
//!   is not read
//! * **Signed**: the body, and nothing else
//! * **Time**: none is signed, so an old delivery cannot be told from a new one
//! * **Id**: `X-GitHub-Delivery`, **not signed**: whoever replays a delivery can change it.
//!   Recognise repeats by the fingerprint
//!
//! A `ping` is a delivery like any other. A manual redelivery has the same body, and so the same
//! fingerprint.
//!
//! Source: [Validating webhook
//! deliveries](https://docs.github.com/en/webhooks/using-webhooks/validating-webhook-deliveries).

use alloc::borrow::Cow;

use crate::{
    Algorithm, Encoding, Grammar, HeaderNames, IdSource, MoreSignatures, Scheme, SecretForm,
    Segment, SignatureHeader, SignatureSource,
};

/// How GitHub signs.
pub const SCHEME: Scheme = Scheme {
    name: Cow::Borrowed("github"),
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
    id: Some(IdSource::Header(HeaderNames::from_static(&[
        "x-github-delivery",
    ]))),
    secret: SecretForm::Verbatim,
};
