//! Dropbox.
//!
//! * **Secret**: *App Console > Settings > App secret*
//! * **Header**: `X-Dropbox-Signature: <hex>`
//! * **Signed**: the body, and nothing else
//! * **Time**: none is signed, so an old delivery cannot be told from a new one
//! * **Id**: none. Recognise repeats by the fingerprint
//!
//! A notification names accounts and no changes. The `GET` request that opens a webhook is not a
//! delivery, and not signed.
//!
//! Source: [Webhooks](https://www.dropbox.com/developers/reference/webhooks),
//! [mdwebhook](https://github.com/dropbox/mdwebhook).

use alloc::borrow::Cow;

use crate::{
    Algorithm, Encoding, Grammar, HeaderNames, MoreSignatures, Scheme, SecretForm, Segment,
    SignatureHeader, SignatureSource,
};

/// How Dropbox signs.
pub const SCHEME: Scheme = Scheme {
    name: Cow::Borrowed("dropbox"),
    algorithm: Algorithm::HmacSha256,
    encoding: Encoding::Hex,
    signature: SignatureSource::Header(SignatureHeader {
        names: HeaderNames::from_static(&["x-dropbox-signature"]),
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
