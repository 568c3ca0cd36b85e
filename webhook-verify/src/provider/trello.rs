//! Trello.
//!
//! * **Secret**: the secret of the application, beside its API key in the *Power-Up admin portal*; not a
//!   token
//! * **Header**: `X-Trello-Webhook: <base64>`, HMAC-SHA1
//! * **Signed**: the body, then the callback address as it was given when the webhook was made. Say it
//!   with `Provider::Trello.at("https://..")`
//! * **Time**: none is signed, so an old delivery cannot be told from a new one
//! * **Id**: the body's `action.id`, signed with it
//!
//! Nothing stands between the body and the address. So a body is refused that ends as an address could
//! begin, which JSON never does. Before it makes a webhook, Trello asks the address with `HEAD`, and
//! wants a status of 200.
//!
//! Source: [Webhooks](https://developer.atlassian.com/cloud/trello/guides/rest-api/webhooks/#webhook-signatures).

use alloc::borrow::Cow;

use crate::{
    Algorithm, Encoding, Grammar, HeaderNames, IdSource, MoreSignatures, Scheme, SecretForm,
    Segment, SignatureHeader, SignatureSource,
};

/// How Trello signs.
pub const SCHEME: Scheme = Scheme {
    name: Cow::Borrowed("trello"),
    algorithm: Algorithm::HmacSha1,
    encoding: Encoding::Base64,
    signature: SignatureSource::Header(SignatureHeader {
        names: HeaderNames::from_static(&["x-trello-webhook"]),
        grammar: Grammar::Bare {
            prefix: Cow::Borrowed(""),
        },
        more: MoreSignatures::InHeader,
    }),
    signed: Cow::Borrowed(&[Segment::Body, Segment::Url]),
    timestamp: None,
    id: Some(IdSource::BodyField(Cow::Borrowed("action.id"))),
    secret: SecretForm::Verbatim,
};
