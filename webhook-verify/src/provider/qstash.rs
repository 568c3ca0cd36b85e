//! Upstash QStash.
//!
//! * **Secret**: *Console > QStash > Signing keys*. There are two, the current and the next: give
//!   both, so that nothing is lost when they are rolled
//! * **Header**: `Upstash-Signature`: a JSON Web Token, `HS256`
//! * **Signed**: the token, whose claim `body` is the hash of the body, in Base64 for URLs, and whose
//!   `sub` is the address to which QStash delivers. Say it with `Provider::QStash.at("https://..")`
//! * **Time**: the claim `iat`; a token ends after some minutes (`exp`), and must. No other tolerance
//!   is applied unless one is given
//! * **Id**: the claim `jti`, signed. It is that of one token: a message that is delivered once more
//!   has another. `Upstash-Message-Id` is the message's, and not signed
//!
//! Source: [Verify signatures](https://upstash.com/docs/qstash/howto/signature).

use alloc::borrow::Cow;

use crate::{
    Algorithm, Encoding, Grammar, HeaderNames, IdSource, Issuer, JwtRule, MoreSignatures, Scheme,
    SecretForm, Segment, SignatureHeader, SignatureSource, TimestampRule, TimestampSource,
    TimestampUnit, Tolerance,
};

/// How QStash signs.
pub const SCHEME: Scheme = Scheme {
    name: Cow::Borrowed("qstash"),
    algorithm: Algorithm::HmacSha256,
    encoding: Encoding::Base64UrlNoPad,
    signature: SignatureSource::Header(SignatureHeader {
        names: HeaderNames::from_static(&["upstash-signature"]),
        grammar: Grammar::Jwt(JwtRule {
            body_hash: Cow::Borrowed("body"),
            hash_encoding: Encoding::Base64Url,
            issuer: Issuer::Fixed(Cow::Borrowed("Upstash")),
            address: Some(Cow::Borrowed("sub")),
            must_end: true,
        }),
        more: MoreSignatures::InHeader,
    }),
    signed: Cow::Borrowed(&[Segment::Jwt]),
    timestamp: Some(TimestampRule {
        source: TimestampSource::Claim(Cow::Borrowed("iat")),
        unit: TimestampUnit::Seconds,
        tolerance: Tolerance::Unlimited,
    }),
    id: Some(IdSource::Claim(Cow::Borrowed("jti"))),
    secret: SecretForm::Verbatim,
};
