//! Telegram, updates for a bot. **Weak**, and there is nothing else.
//!
//! * **Secret**: the `secret_token` that was given to `setWebhook`
//! * **Header**: `X-Telegram-Bot-Api-Secret-Token: <the secret itself>`
//! * **Signed**: nothing. Say `Provider::Telegram.despite(Weakness::SharedToken)`
//! * **Time**: none
//! * **Id**: none that is signed. Recognise repeats by the fingerprint, which is made from the body;
//!   each has an `update_id` of its own
//!
//! Source: [setWebhook](https://core.telegram.org/bots/api#setwebhook).

use alloc::borrow::Cow;

use crate::{
    Algorithm, Encoding, Grammar, HeaderNames, MoreSignatures, Scheme, SecretForm, SignatureHeader,
    SignatureSource,
};

/// How Telegram identifies itself.
pub const SCHEME: Scheme = Scheme {
    name: Cow::Borrowed("telegram"),
    algorithm: Algorithm::Token,
    encoding: Encoding::Hex,
    signature: SignatureSource::Header(SignatureHeader {
        names: HeaderNames::from_static(&["x-telegram-bot-api-secret-token"]),
        grammar: Grammar::Bare {
            prefix: Cow::Borrowed(""),
        },
        more: MoreSignatures::InHeader,
    }),
    signed: Cow::Borrowed(&[]),
    timestamp: None,
    id: None,
    secret: SecretForm::Verbatim,
};
