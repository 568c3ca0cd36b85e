//! OpenAI. It is [Standard Webhooks](crate::provider::standard_webhooks).
//!
//! * **Secret**: *Settings > Project > Webhooks*: `whsec_` and the key in Base64, shown once. Paste
//!   it with its prefix
//! * **Headers**: `webhook-id`, `webhook-timestamp`, `webhook-signature: v1,<base64>`
//! * **Signed**: `<id>.<timestamp>.<body>`
//! * **Time**: seconds
//! * **Id**: `webhook-id`, signed, the same for each attempt
//!
//! Source: [Webhooks](https://platform.openai.com/docs/guides/webhooks),
//! [openai-node](https://github.com/openai/openai-node).

use super::standard_webhooks::{WEBHOOK, WHSEC, followed_by};
use crate::Scheme;

/// How OpenAI signs.
pub const SCHEME: Scheme = followed_by("openai", WEBHOOK, WHSEC);
