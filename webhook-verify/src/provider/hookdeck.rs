//! Hookdeck, the Event Gateway.
//!
//! * **Secret**: *Project settings > Secrets > Signing secret*
//! * **Headers**: `x-hookdeck-signature: <base64>`; while the secret is replaced, the other one's in
//!   `x-hookdeck-signature-2`
//! * **Signed**: the body
//! * **Time**: none is signed, so an old delivery cannot be told from a new one
//! * **Id**: `x-hookdeck-eventid`, **not signed**. Recognise repeats by the fingerprint
//!
//! The headers of the provider that sent the event come along. They can be verified as well, if nothing
//! in Hookdeck changes the body.
//!
//! Source: [Authentication](https://hookdeck.com/docs/authentication).

use alloc::borrow::Cow;

use crate::{
    Algorithm, Encoding, Grammar, HeaderNames, IdSource, MoreSignatures, Scheme, SecretForm,
    Segment, SignatureHeader, SignatureSource,
};

const MORE: &[HeaderNames] = &[HeaderNames::from_static(&["x-hookdeck-signature-2"])];

/// How Hookdeck signs.
pub const SCHEME: Scheme = Scheme {
    name: Cow::Borrowed("hookdeck"),
    algorithm: Algorithm::HmacSha256,
    encoding: Encoding::Base64,
    signature: SignatureSource::Header(SignatureHeader {
        names: HeaderNames::from_static(&["x-hookdeck-signature"]),
        grammar: Grammar::Bare {
            prefix: Cow::Borrowed(""),
        },
        more: MoreSignatures::InHeaders(Cow::Borrowed(MORE)),
    }),
    signed: Cow::Borrowed(&[Segment::Body]),
    timestamp: None,
    id: Some(IdSource::Header(HeaderNames::from_static(&[
        "x-hookdeck-eventid",
    ]))),
    secret: SecretForm::Verbatim,
};
