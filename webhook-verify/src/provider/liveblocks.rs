//! Liveblocks. It is [Standard Webhooks](crate::provider::standard_webhooks).
//!
//! * **Secret**: *Webhooks > the endpoint > Signing secret*: `whsec_` and the key in Base64
//! * **Headers**: `webhook-id`, `webhook-timestamp`, `webhook-signature: v1,<base64>`
//! * **Signed**: `<id>.<timestamp>.<body>`
//! * **Time**: seconds
//! * **Id**: `webhook-id`, signed, the same for each attempt
//!
//! Source: [Webhooks](https://liveblocks.io/docs/platform/webhooks),
//! [@liveblocks/node](https://github.com/liveblocks/liveblocks).

use super::standard_webhooks::{WEBHOOK, WHSEC, followed_by};
use crate::Scheme;

/// How Liveblocks signs.
pub const SCHEME: Scheme = followed_by("liveblocks", WEBHOOK, WHSEC);
