//! Vercel.
//!
//! * **Secret**: shown once when the webhook is created; for an integration, its *Client Secret*
//! * **Header**: `x-vercel-signature: <hex>`
//! * **Signed**: the body, and nothing else
//! * **Time**: none is signed, so an old delivery cannot be told from a new one
//! * **Id**: the body's `id`, signed
//!
//! Vercel offers nothing but SHA-1.
//!
//! Source: [Webhooks API](https://vercel.com/docs/webhooks/webhooks-api).

use alloc::borrow::Cow;

use crate::{
    Algorithm, Encoding, Grammar, HeaderNames, IdSource, MoreSignatures, Scheme, SecretForm,
    Segment, SignatureHeader, SignatureSource,
};

/// How Vercel signs.
pub const SCHEME: Scheme = Scheme {
    name: Cow::Borrowed("vercel"),
    algorithm: Algorithm::HmacSha1,
    encoding: Encoding::Hex,
    signature: SignatureSource::Header(SignatureHeader {
        names: HeaderNames::from_static(&["x-vercel-signature"]),
        grammar: Grammar::Bare {
            prefix: Cow::Borrowed(""),
        },
        more: MoreSignatures::InHeader,
    }),
    signed: Cow::Borrowed(&[Segment::Body]),
    timestamp: None,
    id: Some(IdSource::BodyField(Cow::Borrowed("id"))),
    secret: SecretForm::Verbatim,
};
