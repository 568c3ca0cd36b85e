//! Inngest.
//!
//! * **Secret**: the environment's *Signing Key*, `signkey-<environment>-<hex>`. The key is the
//!   hexadecimal text behind the environment, as text
//! * **Header**: `x-inngest-signature: t=<seconds>&s=<hex>`
//! * **Signed**: `<body><t>`, the time behind the body and nothing between
//! * **Time**: seconds
//! * **Id**: none
//!
//! The signing key and its fallback are two secrets of one ring.
//!
//! Inngest's own libraries write a JSON body anew, in the canonical form of [RFC
//! 8785](https://www.rfc-editor.org/rfc/rfc8785), before they check it. Here the bytes that came
//! are checked, as the specification asks of those who have them; the two agree on every body that
//! is sent in that form.
//!
//! Source: [Inngest's SDK
//! specification](https://github.com/inngest/inngest/blob/main/docs/SDK_SPEC.md).

use alloc::borrow::Cow;

use crate::{
    Algorithm, Encoding, Grammar, HeaderNames, MoreSignatures, Scheme, SecretForm, Segment,
    Separator, SignatureHeader, SignatureSource, TimestampRule, TimestampSource, TimestampUnit,
    Tolerance,
};

/// How Inngest signs.
pub const SCHEME: Scheme = Scheme {
    name: Cow::Borrowed("inngest"),
    algorithm: Algorithm::HmacSha256,
    encoding: Encoding::Hex,
    signature: SignatureSource::Header(SignatureHeader {
        names: HeaderNames::from_static(&["x-inngest-signature"]),
        grammar: Grammar::Pairs {
            separator: Separator::Ampersand,
            signature: Cow::Borrowed("s"),
            several: false,
        },
        more: MoreSignatures::InHeader,
    }),
    signed: Cow::Borrowed(&[Segment::Body, Segment::Timestamp]),
    timestamp: Some(TimestampRule {
        source: TimestampSource::InSignature(Cow::Borrowed("t")),
        unit: TimestampUnit::Seconds,
        tolerance: Tolerance::STANDARD,
    }),
    id: None,
    secret: SecretForm::TaggedHexText {
        tag: Cow::Borrowed("signkey-"),
    },
};
