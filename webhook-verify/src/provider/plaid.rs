//! Plaid.
//!
//! * **Secret**: the public key, as JSON, which `/webhook_verification_key/get` answers with in `key`.
//!   [`Scheme::key_id`](crate::Scheme::key_id) says which one a request asks for. Keep the keys by
//!   their names, and end one that has an `expired_at` with
//!   [`valid_until`](crate::Secret::valid_until)
//! * **Header**: `Plaid-Verification`: a JSON Web Token, `ES256`. Needs the feature `p256`
//! * **Signed**: the token, whose claim `request_body_sha256` is the hash of the body, in hexadecimal
//! * **Time**: the claim `iat`. Plaid allows five minutes
//! * **Id**: none. Recognise repeats by the fingerprint
//!
//! A key that has a name (`kid`) verifies tokens which say that name, and no other.
//!
//! Source: [Webhook
//! verification](https://plaid.com/docs/api/webhooks/webhook-verification/).

use alloc::borrow::Cow;

use crate::{
    Algorithm, Encoding, Grammar, HeaderNames, Issuer, JwtRule, MoreSignatures, Scheme, SecretForm,
    Segment, SignatureHeader, SignatureSource, TimestampRule, TimestampSource, TimestampUnit,
    Tolerance,
};

/// How Plaid signs.
pub const SCHEME: Scheme = Scheme {
    name: Cow::Borrowed("plaid"),
    algorithm: Algorithm::Es256,
    encoding: Encoding::Base64UrlNoPad,
    signature: SignatureSource::Header(SignatureHeader {
        names: HeaderNames::from_static(&["plaid-verification"]),
        grammar: Grammar::Jwt(JwtRule {
            body_hash: Cow::Borrowed("request_body_sha256"),
            hash_encoding: Encoding::Hex,
            issuer: Issuer::Any,
            address: None,
            must_end: false,
        }),
        more: MoreSignatures::InHeader,
    }),
    signed: Cow::Borrowed(&[Segment::Jwt]),
    timestamp: Some(TimestampRule {
        source: TimestampSource::Claim(Cow::Borrowed("iat")),
        unit: TimestampUnit::Seconds,
        tolerance: Tolerance::STANDARD,
    }),
    id: None,
    secret: SecretForm::Jwk,
};
