//! WooCommerce.
//!
//! * **Secret**: the one typed into *Settings > Advanced > Webhooks > Secret*. WooCommerce undoes
//!   HTML escapes in it before it signs: give `&` where its settings store `&amp;`
//! * **Header**: `X-WC-Webhook-Signature: <base64>`
//! * **Signed**: the body, and nothing else
//! * **Time**: none is signed, so an old delivery cannot be told from a new one
//! * **Id**: none that can be relied on: `X-WC-Webhook-Delivery-ID` is not signed, and the same for
//!   all that is sent within a second
//!
//! The ping with which WooCommerce tries a new webhook is a form and not signed. A plugin of the
//! shop can change the algorithm; then this is not the scheme.
//!
//! Source: [class-wc-webhook.php](https://github.com/woocommerce/woocommerce).

use alloc::borrow::Cow;

use crate::{
    Algorithm, Encoding, Grammar, HeaderNames, MoreSignatures, Scheme, SecretForm, Segment,
    SignatureHeader, SignatureSource,
};

/// How WooCommerce signs.
pub const SCHEME: Scheme = Scheme {
    name: Cow::Borrowed("woocommerce"),
    algorithm: Algorithm::HmacSha256,
    encoding: Encoding::Base64,
    signature: SignatureSource::Header(SignatureHeader {
        names: HeaderNames::from_static(&["x-wc-webhook-signature"]),
        grammar: Grammar::Bare {
            prefix: Cow::Borrowed(""),
        },
        more: MoreSignatures::InHeader,
    }),
    signed: Cow::Borrowed(&[Segment::Body]),
    timestamp: None,
    id: None,
    secret: SecretForm::Verbatim,
};
