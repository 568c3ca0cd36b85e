//! Airtable.
//!
//! * **Secret**: the `macSecretBase64` in the answer that created the webhook. The key is what it
//!   decodes to
//! * **Header**: `X-Airtable-Content-MAC: hmac-sha256=<hex>`
//! * **Signed**: the body, and nothing else
//! * **Time**: the body's `timestamp` is signed, but Airtable states no tolerance for it: it is not
//!   asked for
//! * **Id**: none. Recognise repeats by the fingerprint
//!
//! A notification says that something changed and no more. The changes are fetched from Airtable,
//! so that one notification too many does no harm.
//!
//! Source: [Webhooks overview](https://airtable.com/developers/web/api/webhooks-overview).

use alloc::borrow::Cow;

use crate::{
    Algorithm, Encoding, Grammar, HeaderNames, MoreSignatures, Scheme, SecretForm, Segment,
    SignatureHeader, SignatureSource,
};

/// How Airtable signs.
pub const SCHEME: Scheme = Scheme {
    name: Cow::Borrowed("airtable"),
    algorithm: Algorithm::HmacSha256,
    encoding: Encoding::Hex,
    signature: SignatureSource::Header(SignatureHeader {
        names: HeaderNames::from_static(&["x-airtable-content-mac"]),
        grammar: Grammar::Bare {
            prefix: Cow::Borrowed("hmac-sha256="),
        },
        more: MoreSignatures::InHeader,
    }),
    signed: Cow::Borrowed(&[Segment::Body]),
    timestamp: None,
    id: None,
    secret: SecretForm::Base64 {
        prefix: Cow::Borrowed(""),
    },
};
