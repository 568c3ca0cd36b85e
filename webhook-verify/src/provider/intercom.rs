//! Intercom.
//!
//! * **Secret**: *Developer Hub > the app > Basic information > Client secret*
//! * **Header**: `X-Hub-Signature: sha1=<hex>`
//! * **Signed**: the body, and nothing else
//! * **Time**: none is signed, so an old delivery cannot be told from a new one
//! * **Id**: the body's `id` (`notif_..`), signed
//!
//! Intercom offers nothing but SHA-1.
//!
//! Source: [Webhook
//! notifications](https://developers.intercom.com/docs/webhooks/webhook-notifications).

use alloc::borrow::Cow;

use crate::{
    Algorithm, Encoding, Grammar, HeaderNames, IdSource, MoreSignatures, Scheme, SecretForm,
    Segment, SignatureHeader, SignatureSource,
};

/// How Intercom signs.
pub const SCHEME: Scheme = Scheme {
    name: Cow::Borrowed("intercom"),
    algorithm: Algorithm::HmacSha1,
    encoding: Encoding::Hex,
    signature: SignatureSource::Header(SignatureHeader {
        names: HeaderNames::from_static(&["x-hub-signature"]),
        grammar: Grammar::Bare {
            prefix: Cow::Borrowed("sha1="),
        },
        more: MoreSignatures::InHeader,
    }),
    signed: Cow::Borrowed(&[Segment::Body]),
    timestamp: None,
    id: Some(IdSource::BodyField(Cow::Borrowed("id"))),
    secret: SecretForm::Verbatim,
};
