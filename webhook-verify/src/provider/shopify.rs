//! Shopify.
//!
//! * **Secret**: *Settings > Client credentials > Client secret* of the app
//! * **Header**: `X-Shopify-Hmac-Sha256: <base64>`; deliveries of the Events API have `shopify-hmac-sha256`,
//!   and their other headers are without `X-` as well
//! * **Signed**: the body, and nothing else
//! * **Time**: none is signed: `X-Shopify-Triggered-At` is not read, since whoever replays a
//!   delivery can change it
//! * **Id**: `X-Shopify-Event-Id`, **not signed**: whoever replays a delivery can change it.
//!   Recognise repeats by the fingerprint
//!
//! Source: [Verify webhook
//! deliveries](https://shopify.dev/docs/apps/build/webhooks/subscribe/https),
//! [shopify-app-js](https://github.com/Shopify/shopify-app-js).

use alloc::borrow::Cow;

use crate::{
    Algorithm, Encoding, Grammar, HeaderNames, IdSource, MoreSignatures, Scheme, SecretForm,
    Segment, SignatureHeader, SignatureSource,
};

/// How Shopify signs.
pub const SCHEME: Scheme = Scheme {
    name: Cow::Borrowed("shopify"),
    algorithm: Algorithm::HmacSha256,
    encoding: Encoding::Base64,
    signature: SignatureSource::Header(SignatureHeader {
        names: HeaderNames::from_static(&["x-shopify-hmac-sha256", "shopify-hmac-sha256"]),
        grammar: Grammar::Bare {
            prefix: Cow::Borrowed(""),
        },
        more: MoreSignatures::InHeader,
    }),
    signed: Cow::Borrowed(&[Segment::Body]),
    timestamp: None,
    id: Some(IdSource::Header(HeaderNames::from_static(&[
        "x-shopify-event-id",
        "shopify-event-id",
    ]))),
    secret: SecretForm::Verbatim,
};
