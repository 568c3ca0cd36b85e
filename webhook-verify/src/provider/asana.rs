//! Asana.
//!
//! * **Secret**: the one in `X-Hook-Secret` of the request with which Asana opens a webhook; answer
//!   with the same header, and keep it
//! * **Header**: `X-Hook-Signature: <hex>`
//! * **Signed**: the body, and nothing else
//! * **Time**: none is signed, so an old delivery cannot be told from a new one
//! * **Id**: none. Recognise repeats by the fingerprint
//!
//! The request that brings the secret is not signed. A heartbeat is a delivery like any other,
//! always with the same body.
//!
//! Source: [Webhooks guide](https://developers.asana.com/docs/webhooks-guide),
//! [devrel-examples](https://github.com/Asana/devrel-examples).

use alloc::borrow::Cow;

use crate::{
    Algorithm, Encoding, Grammar, HeaderNames, MoreSignatures, Scheme, SecretForm, Segment,
    SignatureHeader, SignatureSource,
};

/// How Asana signs.
pub const SCHEME: Scheme = Scheme {
    name: Cow::Borrowed("asana"),
    algorithm: Algorithm::HmacSha256,
    encoding: Encoding::Hex,
    signature: SignatureSource::Header(SignatureHeader {
        names: HeaderNames::from_static(&["x-hook-signature"]),
        grammar: Grammar::Bare {
            prefix: Cow::Borrowed(""),
        },
        more: MoreSignatures::InHeader,
    }),
    signed: Cow::Borrowed(&[Segment::Body]),
    timestamp: None,
    id: None,
    secret: SecretForm::Verbatim,
};
