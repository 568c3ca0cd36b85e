//! Standard Webhooks, the convention that many senders follow: OpenAI, Replicate, Supabase, GitLab
//! and others.
//!
//! * **Secret**: `whsec_` and the key in Base64, as the sender's settings show it. A `v1,` in
//!   front, which some show, is no part of it
//! * **Headers**: `webhook-id`, `webhook-timestamp`, `webhook-signature: v1,<base64>`, several with
//!   spaces between while a secret is rolled
//! * **Signed**: `<id>.<timestamp>.<body>`
//! * **Time**: seconds, signed anew for each attempt
//! * **Id**: `webhook-id`, signed, the same for each attempt
//!
//! Signatures of version `v1a` are asymmetric and not read here, but by
//! [`standard_webhooks_v1a`](super::standard_webhooks_v1a). Ids which contain a `.` are refused, as
//! the specification asks: the signed bytes could be cut in two ways.
//!
//! Source: the [specification].
//!
//! [specification]: https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md

use alloc::borrow::Cow;

use crate::{
    Algorithm, Encoding, Grammar, HeaderNames, IdSource, MoreSignatures, Scheme, SecretForm,
    Segment, SignatureHeader, SignatureSource, TimestampRule, TimestampSource, TimestampUnit,
    Tolerance,
};

/// How senders sign that follow Standard Webhooks.
pub const SCHEME: Scheme = followed_by("standard-webhooks", WEBHOOK, WHSEC);

/// The headers by the names of the specification.
pub(super) const WEBHOOK: Headers = Headers {
    id: &["webhook-id"],
    timestamp: &["webhook-timestamp"],
    signature: &["webhook-signature"],
};

/// The form of a secret in the specification.
pub(super) const WHSEC: SecretForm = SecretForm::Base64 {
    prefix: Cow::Borrowed("whsec_"),
};

/// What is signed.
pub(super) const SIGNED: &[Segment] = &[
    Segment::Id,
    Segment::literal("."),
    Segment::Timestamp,
    Segment::literal("."),
    Segment::Body,
];

/// The names of the three headers, one for each family.
pub(super) struct Headers {
    pub(super) id: &'static [&'static str],
    pub(super) timestamp: &'static [&'static str],
    pub(super) signature: &'static [&'static str],
}

/// The scheme of a sender that follows Standard Webhooks, in all but what is given.
pub(super) const fn followed_by(
    sender: &'static str,
    headers: Headers,
    secret: SecretForm,
) -> Scheme {
    Scheme {
        name: Cow::Borrowed(sender),
        algorithm: Algorithm::HmacSha256,
        encoding: Encoding::Base64,
        signature: SignatureSource::Header(SignatureHeader {
            names: HeaderNames::from_static(headers.signature),
            grammar: Grammar::Versions {
                version: Cow::Borrowed("v1"),
            },
            more: MoreSignatures::InHeader,
        }),
        signed: Cow::Borrowed(SIGNED),
        timestamp: Some(TimestampRule {
            source: TimestampSource::Header(HeaderNames::from_static(headers.timestamp)),
            unit: TimestampUnit::Seconds,
            tolerance: Tolerance::STANDARD,
        }),
        id: Some(IdSource::Header(HeaderNames::from_static(headers.id))),
        secret,
    }
}
