//! Convoy, with advanced signatures.
//!
//! * **Secret**: that of the endpoint
//! * **Header**: `X-Convoy-Signature: t=<time>,v1=<hex>`, and one `v1` more while a secret
//!   is replaced
//! * **Signed**: the time, a comma, the body
//! * **Time**: seconds
//! * **Id**: none that is signed. Recognise repeats by the fingerprint
//!
//! A project may choose another header, SHA-512 and Base64. Describe that as a [`Scheme`] which differs
//! in these.
//!
//! Source: [Signatures](https://docs.getconvoy.io/product-manual/signatures).

use alloc::borrow::Cow;

use crate::{
    Algorithm, Encoding, Grammar, HeaderNames, MoreSignatures, Scheme, SecretForm, Segment,
    Separator, SignatureHeader, SignatureSource, TimestampRule, TimestampSource, TimestampUnit,
    Tolerance,
};

/// How Convoy signs.
pub const SCHEME: Scheme = Scheme {
    name: Cow::Borrowed("convoy-advanced"),
    algorithm: Algorithm::HmacSha256,
    encoding: Encoding::Hex,
    signature: SignatureSource::Header(SignatureHeader {
        names: HeaderNames::from_static(&["x-convoy-signature"]),
        grammar: Grammar::Pairs {
            separator: Separator::Comma,
            signature: Cow::Borrowed("v1"),
            several: true,
        },
        more: MoreSignatures::InHeader,
    }),
    signed: Cow::Borrowed(&[Segment::Timestamp, Segment::literal(","), Segment::Body]),
    timestamp: Some(TimestampRule {
        source: TimestampSource::InSignature(Cow::Borrowed("t")),
        unit: TimestampUnit::Seconds,
        tolerance: Tolerance::STANDARD,
    }),
    id: None,
    secret: SecretForm::Verbatim,
};
