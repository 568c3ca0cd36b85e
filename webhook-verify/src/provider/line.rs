//! LINE.
//!
//! * **Secret**: *Messaging API channel > Basic settings > Channel secret*
//! * **Header**: `x-line-signature: <base64>`
//! * **Signed**: the body, and nothing else
//! * **Time**: none is signed, so an old delivery cannot be told from a new one
//! * **Id**: none. Each event in the body has a `webhookEventId`, signed, and a delivery may have
//!   several
//!
//! Source: [Verify webhook
//! signature](https://developers.line.biz/en/docs/messaging-api/verify-webhook-signature/),
//! [line-bot-sdk-nodejs](https://github.com/line/line-bot-sdk-nodejs).

use alloc::borrow::Cow;

use crate::{
    Algorithm, Encoding, Grammar, HeaderNames, MoreSignatures, Scheme, SecretForm, Segment,
    SignatureHeader, SignatureSource,
};

/// How LINE signs.
pub const SCHEME: Scheme = Scheme {
    name: Cow::Borrowed("line"),
    algorithm: Algorithm::HmacSha256,
    encoding: Encoding::Base64,
    signature: SignatureSource::Header(SignatureHeader {
        names: HeaderNames::from_static(&["x-line-signature"]),
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
