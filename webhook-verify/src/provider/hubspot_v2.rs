//! HubSpot, version 2 of its signatures. **Weak**: use [`hubspot`](super::hubspot), version 3, whose
//! headers come with the same deliveries.
//!
//! * **Secret**: the client secret of the app, *Auth* in its settings
//! * **Headers**: `X-HubSpot-Signature: <hex>`, and `X-HubSpot-Signature-Version: v2`, which is not
//!   read: it chooses nothing
//! * **Signed**: the method, the address of the endpoint, the body
//! * **Time**: none is signed, so an old delivery cannot be told from a new one
//! * **Id**: none that is one delivery's: a body is a list of events, each with an `eventId`.
//!   Recognise repeats by the fingerprint
//!
//! The signature is no HMAC but the plain SHA-256 of secret and text, and whoever sees one can sign
//! the text with more behind it. What is behind it begins with bytes that are no JSON, so it takes a
//! reader that stops at the end of the first value to fall for it. Say
//! `Provider::HubSpotV2.at("https://..").despite(Weakness::ExtendableHash)`.
//!
//! Nothing stands between the pieces. So a body is refused that begins as an address could go on,
//! which JSON never does.
//!
//! Source: [Validating
//! requests](https://developers.hubspot.com/docs/apps/legacy-apps/authentication/validating-requests).

use alloc::borrow::Cow;

use crate::{
    Algorithm, Encoding, Grammar, HeaderNames, MoreSignatures, Scheme, SecretForm, Segment,
    SignatureHeader, SignatureSource,
};

/// How HubSpot signs in version 2.
pub const SCHEME: Scheme = Scheme {
    name: Cow::Borrowed("hubspot-v2"),
    algorithm: Algorithm::SecretPrefixSha256,
    encoding: Encoding::Hex,
    signature: SignatureSource::Header(SignatureHeader {
        names: HeaderNames::from_static(&["x-hubspot-signature"]),
        grammar: Grammar::Bare {
            prefix: Cow::Borrowed(""),
        },
        more: MoreSignatures::InHeader,
    }),
    signed: Cow::Borrowed(&[Segment::Method, Segment::Url, Segment::Body]),
    timestamp: None,
    id: None,
    secret: SecretForm::Verbatim,
};
