//! Braintree.
//!
//! * **Secret**: the *private key* of an API key, *Settings > API*. The HMAC key is the SHA-1 of it.
//!   For a [`Signer`](crate::Signer), label it with the public key
//! * **Field**: `bt_signature=<public key>|<hex>` of a form, for each API key, with `&` between. There
//!   is no header
//! * **Signed**: `bt_payload`, which is XML in Base64, with all its line breaks, by HMAC-SHA1. The form
//!   has nothing else
//! * **Time**: none that is read: it is in the XML, as is the kind of the event
//! * **Id**: none. Recognise repeats by the fingerprint
//!
//! Which public key a signature is said to belong to is not looked at: each is compared with every
//! secret. Braintree's own libraries also take a payload whose last line break was lost, because
//! frameworks trim what they read from forms. Here the form is read as it was sent, so nothing is.
//!
//! The same key answers challenges of 20 to 32 digits that anybody may send
//! ([`challenge::braintree`](mod@crate::challenge::braintree)). So that no answer passes for a delivery,
//! a payload has 33 bytes or more; XML always has.
//!
//! Source: [Parse
//! webhooks](https://developer.paypal.com/braintree/docs/guides/webhooks/parse),
//! [braintree_node](https://github.com/braintree/braintree_node).

use alloc::borrow::Cow;

use crate::{
    Algorithm, BodyFormat, Encoding, Grammar, Scheme, SecretForm, Segment, SignatureField,
    SignatureSource, SignedField,
};

/// How Braintree signs.
pub const SCHEME: Scheme = Scheme {
    name: Cow::Borrowed("braintree"),
    algorithm: Algorithm::HmacSha1,
    encoding: Encoding::Hex,
    signature: SignatureSource::BodyField(SignatureField {
        format: BodyFormat::Form,
        path: Cow::Borrowed("bt_signature"),
        grammar: Grammar::PerKey,
        version: None,
    }),
    signed: Cow::Borrowed(&[Segment::Field(SignedField::new("bt_payload").at_least(33))]),
    timestamp: None,
    id: None,
    secret: SecretForm::Sha1OfText,
};
