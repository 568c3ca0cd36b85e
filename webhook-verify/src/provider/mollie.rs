//! Mollie, the webhooks that are signed. The classic ones, which bring an `id` and nothing else,
//! are not: for those, the payment is fetched from Mollie.
//!
//! * **Secret**: the one shown once when the webhook is created
//! * **Header**: `X-Mollie-Signature: sha256=<hex>`, or without `sha256=`; on several lines while a
//!   secret is replaced
//! * **Signed**: the body, and nothing else
//! * **Time**: none is signed, so an old delivery cannot be told from a new one
//! * **Id**: the body's `id`, signed
//!
//! Source: [Webhooks](https://docs.mollie.com/reference/webhooks-new),
//! [mollie-api-php](https://github.com/mollie/mollie-api-php).

use alloc::borrow::Cow;

use crate::{
    Algorithm, Encoding, Grammar, HeaderNames, IdSource, MoreSignatures, Scheme, SecretForm,
    Segment, SignatureHeader, SignatureSource,
};

/// How Mollie signs.
pub const SCHEME: Scheme = Scheme {
    name: Cow::Borrowed("mollie"),
    algorithm: Algorithm::HmacSha256,
    encoding: Encoding::Hex,
    signature: SignatureSource::Header(SignatureHeader {
        names: HeaderNames::from_static(&["x-mollie-signature"]),
        grammar: Grammar::BareOrPrefixed {
            prefix: Cow::Borrowed("sha256="),
        },
        more: MoreSignatures::OnLines,
    }),
    signed: Cow::Borrowed(&[Segment::Body]),
    timestamp: None,
    id: Some(IdSource::BodyField(Cow::Borrowed("id"))),
    secret: SecretForm::Verbatim,
};
