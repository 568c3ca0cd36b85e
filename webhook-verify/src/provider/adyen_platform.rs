//! Adyen's webhooks for platforms and for management. Those for payments are signed in another way:
//! the signature of each notification stands in the body and covers eight of its fields. They are
//! not accepted here.
//!
//! * **Secret**: *Developers > Webhooks > the webhook > HMAC key*, in hexadecimal. The key is the
//!   bytes that it stands for
//! * **Header**: `HmacSignature: <base64>`
//! * **Signed**: the body, and nothing else
//! * **Time**: none is signed, so an old delivery cannot be told from a new one
//! * **Id**: none. Recognise repeats by the fingerprint
//!
//! Source: [Verify HMAC
//! signatures](https://docs.adyen.com/development-resources/webhooks/secure-webhooks/verify-hmac-signatures),
//! [adyen-node-api-library](https://github.com/Adyen/adyen-node-api-library).

use alloc::borrow::Cow;

use crate::{
    Algorithm, Encoding, Grammar, HeaderNames, MoreSignatures, Scheme, SecretForm, Segment,
    SignatureHeader, SignatureSource,
};

/// How Adyen signs for platforms and for management.
pub const SCHEME: Scheme = Scheme {
    name: Cow::Borrowed("adyen-platform"),
    algorithm: Algorithm::HmacSha256,
    encoding: Encoding::Base64,
    signature: SignatureSource::Header(SignatureHeader {
        names: HeaderNames::from_static(&["hmacsignature"]),
        grammar: Grammar::Bare {
            prefix: Cow::Borrowed(""),
        },
        more: MoreSignatures::InHeader,
    }),
    signed: Cow::Borrowed(&[Segment::Body]),
    timestamp: None,
    id: None,
    secret: SecretForm::Hex,
};
