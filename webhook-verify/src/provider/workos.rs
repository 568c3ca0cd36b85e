//! WorkOS.
//!
//! * **Secret**: *Webhooks > the endpoint > Signing Secret*
//! * **Header**: `WorkOS-Signature: t=<milliseconds>, v1=<hex>`, with a space
//! * **Signed**: `<t>.<body>`
//! * **Time**: **milliseconds**. WorkOS's own library allows three minutes, and so does this
//! * **Id**: the body's `id`, signed
//!
//! WorkOS's own library parses the body and writes it anew before it checks it. Here the bytes that
//! came are checked, which WorkOS signed.
//!
//! Source: [Webhooks](https://workos.com/docs/events/data-syncing/webhooks),
//! [workos-node](https://github.com/workos/workos-node).

use alloc::borrow::Cow;
use core::time::Duration;

use crate::{
    Algorithm, Encoding, Grammar, HeaderNames, IdSource, MoreSignatures, Scheme, SecretForm,
    Segment, Separator, SignatureHeader, SignatureSource, TimestampRule, TimestampSource,
    TimestampUnit, Tolerance,
};

/// How WorkOS signs.
pub const SCHEME: Scheme = Scheme {
    name: Cow::Borrowed("workos"),
    algorithm: Algorithm::HmacSha256,
    encoding: Encoding::Hex,
    signature: SignatureSource::Header(SignatureHeader {
        names: HeaderNames::from_static(&["workos-signature"]),
        grammar: Grammar::Pairs {
            separator: Separator::Comma,
            signature: Cow::Borrowed("v1"),
            several: false,
        },
        more: MoreSignatures::InHeader,
    }),
    signed: Cow::Borrowed(&[Segment::Timestamp, Segment::literal("."), Segment::Body]),
    timestamp: Some(TimestampRule {
        source: TimestampSource::InSignature(Cow::Borrowed("t")),
        unit: TimestampUnit::Millis,
        tolerance: Tolerance::Within {
            past: Duration::from_secs(180),
            future: Duration::from_secs(60),
        },
    }),
    id: Some(IdSource::BodyField(Cow::Borrowed("id"))),
    secret: SecretForm::Verbatim,
};
