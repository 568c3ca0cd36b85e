//! Pusher Channels.
//!
//! * **Secret**: *App Keys > secret* of the key that `X-Pusher-Key` names
//! * **Header**: `X-Pusher-Signature: <hex>`
//! * **Signed**: the body, and nothing else
//! * **Time**: the body's `time_ms` is signed, but Pusher states no tolerance for it: it is not
//!   asked for
//! * **Id**: none. Recognise repeats by the fingerprint
//!
//! `X-Pusher-Key` is not signed and not read: the secrets of all keys in use are one ring.
//!
//! Source: [Webhooks](https://pusher.com/docs/channels/server_api/webhooks/),
//! [pusher-http-node](https://github.com/pusher/pusher-http-node).

use alloc::borrow::Cow;

use crate::{
    Algorithm, Encoding, Grammar, HeaderNames, MoreSignatures, Scheme, SecretForm, Segment,
    SignatureHeader, SignatureSource,
};

/// How Pusher signs.
pub const SCHEME: Scheme = Scheme {
    name: Cow::Borrowed("pusher"),
    algorithm: Algorithm::HmacSha256,
    encoding: Encoding::Hex,
    signature: SignatureSource::Header(SignatureHeader {
        names: HeaderNames::from_static(&["x-pusher-signature"]),
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
