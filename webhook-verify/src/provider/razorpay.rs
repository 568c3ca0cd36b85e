//! Razorpay.
//!
//! * **Secret**: the one typed into *Settings > Webhooks > Secret*; not the API key's
//! * **Header**: `X-Razorpay-Signature: <hex>`
//! * **Signed**: the body, and nothing else
//! * **Time**: none is signed, so an old delivery cannot be told from a new one
//! * **Id**: `X-Razorpay-Event-Id`, **not signed**: whoever replays a delivery can change it.
//!   Recognise repeats by the fingerprint
//!
//! Source: [Validate and test webhooks](https://razorpay.com/docs/webhooks/validate-test/),
//! [razorpay-node](https://github.com/razorpay/razorpay-node).

use alloc::borrow::Cow;

use crate::{
    Algorithm, Encoding, Grammar, HeaderNames, IdSource, MoreSignatures, Scheme, SecretForm,
    Segment, SignatureHeader, SignatureSource,
};

/// How Razorpay signs.
pub const SCHEME: Scheme = Scheme {
    name: Cow::Borrowed("razorpay"),
    algorithm: Algorithm::HmacSha256,
    encoding: Encoding::Hex,
    signature: SignatureSource::Header(SignatureHeader {
        names: HeaderNames::from_static(&["x-razorpay-signature"]),
        grammar: Grammar::Bare {
            prefix: Cow::Borrowed(""),
        },
        more: MoreSignatures::InHeader,
    }),
    signed: Cow::Borrowed(&[Segment::Body]),
    timestamp: None,
    id: Some(IdSource::Header(HeaderNames::from_static(&[
        "x-razorpay-event-id",
    ]))),
    secret: SecretForm::Verbatim,
};
