//! Typeform.
//!
//! * **Secret**: the one typed into *Connect > Webhooks > Edit > Secret* of the form
//! * **Header**: `Typeform-Signature: sha256=<base64>`
//! * **Signed**: the body, and nothing else
//! * **Time**: none is signed, so an old delivery cannot be told from a new one
//! * **Id**: the body's `event_id`, signed
//!
//! Source: [Secure your
//! webhooks](https://www.typeform.com/developers/webhooks/secure-your-webhooks/).

use alloc::borrow::Cow;

use crate::{
    Algorithm, Encoding, Grammar, HeaderNames, IdSource, MoreSignatures, Scheme, SecretForm,
    Segment, SignatureHeader, SignatureSource,
};

/// How Typeform signs.
pub const SCHEME: Scheme = Scheme {
    name: Cow::Borrowed("typeform"),
    algorithm: Algorithm::HmacSha256,
    encoding: Encoding::Base64,
    signature: SignatureSource::Header(SignatureHeader {
        names: HeaderNames::from_static(&["typeform-signature"]),
        grammar: Grammar::Bare {
            prefix: Cow::Borrowed("sha256="),
        },
        more: MoreSignatures::InHeader,
    }),
    signed: Cow::Borrowed(&[Segment::Body]),
    timestamp: None,
    id: Some(IdSource::BodyField(Cow::Borrowed("event_id"))),
    secret: SecretForm::Verbatim,
};
