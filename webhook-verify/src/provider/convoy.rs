//! Convoy, with simple signatures.
//!
//! * **Secret**: that of the endpoint
//! * **Header**: `X-Convoy-Signature: <hex>`
//! * **Signed**: the body
//! * **Time**: none is signed. Choose [advanced](super::convoy_advanced) signatures for that
//! * **Id**: none that is signed. Recognise repeats by the fingerprint
//!
//! A project may choose another header, SHA-512 and Base64. Describe that as a [`Scheme`] which differs
//! in these.
//!
//! Source: [Signatures](https://docs.getconvoy.io/product-manual/signatures).

use alloc::borrow::Cow;

use crate::{
    Algorithm, Encoding, Grammar, HeaderNames, MoreSignatures, Scheme, SecretForm, Segment,
    SignatureHeader, SignatureSource,
};

/// How Convoy signs.
pub const SCHEME: Scheme = Scheme {
    name: Cow::Borrowed("convoy"),
    algorithm: Algorithm::HmacSha256,
    encoding: Encoding::Hex,
    signature: SignatureSource::Header(SignatureHeader {
        names: HeaderNames::from_static(&["x-convoy-signature"]),
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
