//! FusionAuth, with an HMAC key.
//!
//! * **Secret**: *Settings > Key Master*: the secret of the HMAC key with SHA-256 that the webhook
//!   signs with (*Settings > Webhooks > Security > Sign events*). It looks like Base64 and is used as
//!   it is
//! * **Header**: `X-FusionAuth-Signature-JWT`: a JSON Web Token, `HS256`
//! * **Signed**: the token, whose claim `request_body_sha256` is the hash of the body, in Base64
//! * **Time**: none that says how old a delivery may be. A token is sent again with every attempt,
//!   for hours; one that has an end (`exp`) is refused behind it
//! * **Id**: the body's `event.id`, signed with it
//!
//! Source: [Signing webhooks](https://fusionauth.io/docs/extend/events-and-webhooks/signing).

use alloc::borrow::Cow;

use crate::{
    Algorithm, Encoding, Grammar, HeaderNames, IdSource, Issuer, JwtRule, MoreSignatures, Scheme,
    SecretForm, Segment, SignatureHeader, SignatureSource,
};

/// How FusionAuth signs.
pub const SCHEME: Scheme = Scheme {
    name: Cow::Borrowed("fusionauth"),
    algorithm: Algorithm::HmacSha256,
    encoding: Encoding::Base64UrlNoPad,
    signature: SignatureSource::Header(SignatureHeader {
        names: HeaderNames::from_static(&["x-fusionauth-signature-jwt"]),
        grammar: Grammar::Jwt(JwtRule {
            body_hash: Cow::Borrowed("request_body_sha256"),
            hash_encoding: Encoding::Base64,
            issuer: Issuer::Any,
            address: None,
            must_end: false,
        }),
        more: MoreSignatures::InHeader,
    }),
    signed: Cow::Borrowed(&[Segment::Jwt]),
    timestamp: None,
    id: Some(IdSource::BodyField(Cow::Borrowed("event.id"))),
    secret: SecretForm::Verbatim,
};
