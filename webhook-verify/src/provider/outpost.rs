//! Outpost, with which others send webhooks: Hookdeck's, or one that they run themselves.
//!
//! * **Secret**: of the destination, as the sender shows it; all of it is the key, `whsec_` too
//! * **Header**: `x-outpost-signature: v0=<hex>`; while the secret is replaced `v0=<hex>,<hex>`, newest
//!   first
//! * **Signed**: the body, and nothing else
//! * **Time**: none is signed: `x-outpost-timestamp` is not read, since whoever replays a delivery can
//!   change it
//! * **Id**: `x-outpost-event-id`, **not signed**. Recognise repeats by the fingerprint
//!
//! Whoever runs it can choose another prefix than `x-outpost-`, another layout and other headers: for
//! those, describe the scheme. Outpost has the scheme of [`standard_webhooks`](super::standard_webhooks),
//! too.
//!
//! Source: [Webhook](https://hookdeck.com/docs/outpost/destinations/webhook),
//! [outpost](https://github.com/hookdeck/outpost).

use alloc::borrow::Cow;

use crate::{
    Algorithm, Encoding, Grammar, HeaderNames, IdSource, MoreSignatures, Scheme, SecretForm,
    Segment, Separator, SignatureHeader, SignatureSource,
};

/// How Outpost signs, unless its sender chooses otherwise.
pub const SCHEME: Scheme = Scheme {
    name: Cow::Borrowed("outpost"),
    algorithm: Algorithm::HmacSha256,
    encoding: Encoding::Hex,
    signature: SignatureSource::Header(SignatureHeader {
        names: HeaderNames::from_static(&["x-outpost-signature"]),
        grammar: Grammar::List {
            prefix: Cow::Borrowed("v0="),
            separator: Separator::Comma,
        },
        more: MoreSignatures::InHeader,
    }),
    signed: Cow::Borrowed(&[Segment::Body]),
    timestamp: None,
    id: Some(IdSource::Header(HeaderNames::from_static(&[
        "x-outpost-event-id",
    ]))),
    secret: SecretForm::Verbatim,
};
