//! Bitbucket, Cloud and Data Center.
//!
//! * **Secret**: the one typed into *Repository settings > Webhooks > Secret*. Without one,
//!   deliveries are not signed
//! * **Header**: `X-Hub-Signature: sha256=<hex>`. GitHub has a header of this name too, with SHA-1
//! * **Signed**: the body, and nothing else
//! * **Time**: none is signed, so an old delivery cannot be told from a new one
//! * **Id**: `X-Request-UUID`, **not signed**: whoever replays a delivery can change it. Recognise
//!   repeats by the fingerprint
//!
//! Data Center calls the id `X-Request-Id`, which is not looked at: proxies write headers of that
//! name.
//!
//! Source: [Manage webhooks](https://support.atlassian.com/bitbucket-cloud/docs/manage-webhooks/),
//! [Enhanced webhook security](https://bitbucket.org/blog/enhanced-webhook-security).

use alloc::borrow::Cow;

use crate::{
    Algorithm, Encoding, Grammar, HeaderNames, IdSource, MoreSignatures, Scheme, SecretForm,
    Segment, SignatureHeader, SignatureSource,
};

/// How Bitbucket signs.
pub const SCHEME: Scheme = Scheme {
    name: Cow::Borrowed("bitbucket"),
    algorithm: Algorithm::HmacSha256,
    encoding: Encoding::Hex,
    signature: SignatureSource::Header(SignatureHeader {
        names: HeaderNames::from_static(&["x-hub-signature"]),
        grammar: Grammar::Bare {
            prefix: Cow::Borrowed("sha256="),
        },
        more: MoreSignatures::InHeader,
    }),
    signed: Cow::Borrowed(&[Segment::Body]),
    timestamp: None,
    id: Some(IdSource::Header(HeaderNames::from_static(&[
        "x-request-uuid",
    ]))),
    secret: SecretForm::Verbatim,
};
