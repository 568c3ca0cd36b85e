//! Replicate. It is [Standard Webhooks](crate::provider::standard_webhooks).
//!
//! * **Secret**: `GET /v1/webhooks/default/secret`: `whsec_` and the key in Base64
//! * **Headers**: `webhook-id`, `webhook-timestamp`, `webhook-signature: v1,<base64>`
//! * **Signed**: `<id>.<timestamp>.<body>`
//! * **Time**: seconds
//! * **Id**: `webhook-id`, signed, the same for each attempt
//!
//! Replicate's own library does not ask how old a delivery is. Here the usual tolerance applies.
//!
//! Source: [Verify webhooks](https://replicate.com/docs/topics/webhooks/verify-webhook),
//! [replicate-javascript](https://github.com/replicate/replicate-javascript).

use super::standard_webhooks::{WEBHOOK, WHSEC, followed_by};
use crate::Scheme;

/// How Replicate signs.
pub const SCHEME: Scheme = followed_by("replicate", WEBHOOK, WHSEC);
