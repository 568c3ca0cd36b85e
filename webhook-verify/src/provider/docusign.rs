//! DocuSign Connect.
//!
//! * **Secret**: *Connect > Connect Keys*. Its text is the key, to the `=` at its end: it is not
//!   Base64, though it looks like it. Copied from the list, the `=` is sometimes lost
//! * **Headers**: `X-DocuSign-Signature-1: <base64>`, `X-DocuSign-Signature-2` and so on, one for
//!   each active key. The first eight are read
//! * **Signed**: the body, and nothing else
//! * **Time**: none is signed, so an old delivery cannot be told from a new one
//! * **Id**: none. Recognise repeats by the fingerprint
//!
//! Which number a key has is DocuSign's choice, so every signature is compared with every secret.
//! The body is JSON or XML.
//!
//! Source: [HMAC security](https://developers.docusign.com/platform/webhooks/connect/hmac/).

use alloc::borrow::Cow;

use crate::{
    Algorithm, Encoding, Grammar, HeaderNames, MoreSignatures, Scheme, SecretForm, Segment,
    SignatureHeader, SignatureSource,
};

/// How DocuSign Connect signs.
pub const SCHEME: Scheme = Scheme {
    name: Cow::Borrowed("docusign"),
    algorithm: Algorithm::HmacSha256,
    encoding: Encoding::Base64,
    signature: SignatureSource::Header(SignatureHeader {
        names: HeaderNames::from_static(&["x-docusign-signature-1"]),
        grammar: Grammar::Bare {
            prefix: Cow::Borrowed(""),
        },
        more: MoreSignatures::InHeaders(Cow::Borrowed(&[
            HeaderNames::from_static(&["x-docusign-signature-2"]),
            HeaderNames::from_static(&["x-docusign-signature-3"]),
            HeaderNames::from_static(&["x-docusign-signature-4"]),
            HeaderNames::from_static(&["x-docusign-signature-5"]),
            HeaderNames::from_static(&["x-docusign-signature-6"]),
            HeaderNames::from_static(&["x-docusign-signature-7"]),
            HeaderNames::from_static(&["x-docusign-signature-8"]),
        ])),
    }),
    signed: Cow::Borrowed(&[Segment::Body]),
    timestamp: None,
    id: None,
    secret: SecretForm::Verbatim,
};
