//! X, formerly Twitter: the Account Activity API and others.
//!
//! * **Secret**: *App > Keys and tokens > API key secret*, the consumer secret
//! * **Header**: `X-Twitter-Webhooks-Signature: sha256=<base64>`
//! * **Signed**: the body, and nothing else
//! * **Time**: none is signed, so an old delivery cannot be told from a new one
//! * **Id**: none. Recognise repeats by the fingerprint
//!
//! The `GET` request with `crc_token` is not a delivery. Its answer is made with the same secret
//! and in the same way as a signature: whoever can have any text answered can forge a delivery.
//!
//! Source: [Webhooks](https://docs.x.com/x-api/webhooks/introduction),
//! [account-activity-dashboard](https://github.com/xdevplatform/account-activity-dashboard).

use alloc::borrow::Cow;

use crate::{
    Algorithm, Encoding, Grammar, HeaderNames, MoreSignatures, Scheme, SecretForm, Segment,
    SignatureHeader, SignatureSource,
};

/// How X signs.
pub const SCHEME: Scheme = Scheme {
    name: Cow::Borrowed("x"),
    algorithm: Algorithm::HmacSha256,
    encoding: Encoding::Base64,
    signature: SignatureSource::Header(SignatureHeader {
        names: HeaderNames::from_static(&["x-twitter-webhooks-signature"]),
        grammar: Grammar::Bare {
            prefix: Cow::Borrowed("sha256="),
        },
        more: MoreSignatures::InHeader,
    }),
    signed: Cow::Borrowed(&[Segment::Body]),
    timestamp: None,
    id: None,
    secret: SecretForm::Verbatim,
};
