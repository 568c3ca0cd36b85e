//! Stripe.
//!
//! * **Secret**: *Developers > Webhooks > the endpoint > Signing secret*, or what `stripe listen`
//!   prints. The key is its text **with** `whsec_`; it is not Base64
//! * **Header**: `Stripe-Signature: t=<seconds>,v1=<hex>`, with one `v1` for each secret that is
//!   valid while one is rolled; `v0` is for test events and not read
//! * **Signed**: `<t>.<body>`
//! * **Time**: seconds, signed anew for each attempt
//! * **Id**: the body's `id` (`evt_..`), signed
//!
//! Stripe's own libraries bound the past only. Here a time too far ahead is refused as well.
//!
//! Source: [Verify webhook signatures manually](https://docs.stripe.com/webhooks#verify-manually).

use alloc::borrow::Cow;

use crate::{
    Algorithm, Encoding, Grammar, HeaderNames, IdSource, MoreSignatures, Scheme, SecretForm,
    Segment, Separator, SignatureHeader, SignatureSource, TimestampRule, TimestampSource,
    TimestampUnit, Tolerance,
};

/// How Stripe signs.
pub const SCHEME: Scheme = Scheme {
    name: Cow::Borrowed("stripe"),
    algorithm: Algorithm::HmacSha256,
    encoding: Encoding::Hex,
    signature: SignatureSource::Header(SignatureHeader {
        names: HeaderNames::from_static(&["stripe-signature"]),
        grammar: Grammar::Pairs {
            separator: Separator::Comma,
            signature: Cow::Borrowed("v1"),
            several: true,
        },
        more: MoreSignatures::InHeader,
    }),
    signed: Cow::Borrowed(&[Segment::Timestamp, Segment::literal("."), Segment::Body]),
    timestamp: Some(TimestampRule {
        source: TimestampSource::InSignature(Cow::Borrowed("t")),
        unit: TimestampUnit::Seconds,
        tolerance: Tolerance::STANDARD,
    }),
    id: Some(IdSource::BodyField(Cow::Borrowed("id"))),
    secret: SecretForm::Verbatim,
};
