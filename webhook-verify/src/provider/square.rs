//! Square.
//!
//! * **Secret**: *Developer Dashboard > Webhooks > Subscriptions > Signature key*. It looks like
//!   Base64 and is used as it is
//! * **Header**: `x-square-hmacsha256-signature: <base64>`
//! * **Signed**: the address of the endpoint as it was entered at Square, then the body. Say it with
//!   `Provider::Square.at("https://..")`
//! * **Time**: none is signed, so an old delivery cannot be told from a new one
//! * **Id**: the body's `event_id`, signed with it
//!
//! Nothing stands between the address and the body. So a body is refused that begins as an address
//! could go on, which JSON never does.
//!
//! Source: [Verify and validate an event
//! notification](https://developer.squareup.com/docs/webhooks/step3validate).

use alloc::borrow::Cow;

use crate::{
    Algorithm, Encoding, Grammar, HeaderNames, IdSource, MoreSignatures, Scheme, SecretForm,
    Segment, SignatureHeader, SignatureSource,
};

/// How Square signs.
pub const SCHEME: Scheme = Scheme {
    name: Cow::Borrowed("square"),
    algorithm: Algorithm::HmacSha256,
    encoding: Encoding::Base64,
    signature: SignatureSource::Header(SignatureHeader {
        names: HeaderNames::from_static(&["x-square-hmacsha256-signature"]),
        grammar: Grammar::Bare {
            prefix: Cow::Borrowed(""),
        },
        more: MoreSignatures::InHeader,
    }),
    signed: Cow::Borrowed(&[Segment::Url, Segment::Body]),
    timestamp: None,
    id: Some(IdSource::BodyField(Cow::Borrowed("event_id"))),
    secret: SecretForm::Verbatim,
};
