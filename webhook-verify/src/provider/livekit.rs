//! LiveKit.
//!
//! * **Secret**: the API secret, *Settings > API keys*; for a server of one's own, `keys` in its
//!   configuration. The API key that it belongs to issues the tokens: say it with
//!   `Provider::LiveKit.issued_by("API..")`
//! * **Header**: `Authorization`, or `Authorize`: a JSON Web Token, `HS256`
//! * **Signed**: the token, whose claim `sha256` is the hash of the body, in Base64
//! * **Time**: a token ends after some minutes (`exp`), and must
//! * **Id**: the body's `id`, signed with it
//!
//! The same secret signs the tokens with which participants join a room. They have no hash of a
//! body, and are refused.
//!
//! Source: [Webhooks & events](https://docs.livekit.io/intro/basics/rooms-participants-tracks/webhooks-events/).

use alloc::borrow::Cow;

use crate::{
    Algorithm, Encoding, Grammar, HeaderNames, IdSource, Issuer, JwtRule, MoreSignatures, Scheme,
    SecretForm, Segment, SignatureHeader, SignatureSource,
};

/// How LiveKit signs.
pub const SCHEME: Scheme = Scheme {
    name: Cow::Borrowed("livekit"),
    algorithm: Algorithm::HmacSha256,
    encoding: Encoding::Base64UrlNoPad,
    signature: SignatureSource::Header(SignatureHeader {
        names: HeaderNames::from_static(&["authorization", "authorize"]),
        grammar: Grammar::Jwt(JwtRule {
            body_hash: Cow::Borrowed("sha256"),
            hash_encoding: Encoding::Base64,
            issuer: Issuer::Named,
            address: None,
            must_end: true,
        }),
        more: MoreSignatures::InHeader,
    }),
    signed: Cow::Borrowed(&[Segment::Jwt]),
    timestamp: None,
    id: Some(IdSource::BodyField(Cow::Borrowed("id"))),
    secret: SecretForm::Verbatim,
};
