//! Okta event hooks and inline hooks. **Weak**: nothing is signed.
//!
//! * **Secret**: the *authentication secret* that was entered for the hook, with
//!   *Authentication field* left at `authorization`
//! * **Header**: `Authorization: <the secret itself>`
//! * **Signed**: nothing. Say `Provider::Okta.despite(Weakness::SharedToken)`
//! * **Time**: none
//! * **Id**: the body's `eventId`, **not signed**. Recognise repeats by the fingerprint, which is made
//!   from the body
//!
//! [`challenge`](crate::challenge) answers the request by which Okta asks whether the endpoint is there.
//!
//! Source: [Event hooks](https://developer.okta.com/docs/concepts/event-hooks/).

use alloc::borrow::Cow;

use crate::{
    Algorithm, Encoding, Grammar, HeaderNames, IdSource, MoreSignatures, Scheme, SecretForm,
    SignatureHeader, SignatureSource,
};

/// How Okta identifies itself.
pub const SCHEME: Scheme = Scheme {
    name: Cow::Borrowed("okta"),
    algorithm: Algorithm::Token,
    encoding: Encoding::Hex,
    signature: SignatureSource::Header(SignatureHeader {
        names: HeaderNames::from_static(&["authorization"]),
        grammar: Grammar::Bare {
            prefix: Cow::Borrowed(""),
        },
        more: MoreSignatures::InHeader,
    }),
    signed: Cow::Borrowed(&[]),
    timestamp: None,
    id: Some(IdSource::BodyField(Cow::Borrowed("eventId"))),
    secret: SecretForm::Verbatim,
};
