//! Notion.
//!
//! * **Secret**: the `verification_token` (`secret_..`) in the body of the request with which
//!   Notion opens a webhook
//! * **Header**: `X-Notion-Signature: sha256=<hex>`
//! * **Signed**: the body, and nothing else
//! * **Time**: none is signed, so an old delivery cannot be told from a new one
//! * **Id**: the body's `id`, signed
//!
//! The request that brings the token is not signed with it beforehand: take the token once, by
//! hand.
//!
//! Source: [Webhooks](https://developers.notion.com/reference/webhooks),
//! [@notionhq/client](https://github.com/makenotion/notion-sdk-js).

use alloc::borrow::Cow;

use crate::{
    Algorithm, Encoding, Grammar, HeaderNames, IdSource, MoreSignatures, Scheme, SecretForm,
    Segment, SignatureHeader, SignatureSource,
};

/// How Notion signs.
pub const SCHEME: Scheme = Scheme {
    name: Cow::Borrowed("notion"),
    algorithm: Algorithm::HmacSha256,
    encoding: Encoding::Hex,
    signature: SignatureSource::Header(SignatureHeader {
        names: HeaderNames::from_static(&["x-notion-signature"]),
        grammar: Grammar::Bare {
            prefix: Cow::Borrowed("sha256="),
        },
        more: MoreSignatures::InHeader,
    }),
    signed: Cow::Borrowed(&[Segment::Body]),
    timestamp: None,
    id: Some(IdSource::BodyField(Cow::Borrowed("id"))),
    secret: SecretForm::Verbatim,
};
