//! GitLab, webhooks with a *signing token*. It is [Standard
//! Webhooks](crate::provider::standard_webhooks).
//!
//! * **Secret**: *Settings > Webhooks > Signing token*: `whsec_` and the key in Base64
//! * **Headers**: `webhook-id`, `webhook-timestamp`, `webhook-signature: v1,<base64>`
//! * **Signed**: `<id>.<timestamp>.<body>`
//! * **Time**: seconds
//! * **Id**: `webhook-id`, signed, the same for each attempt
//!
//! The older *secret token* is sent as it is, in `X-Gitlab-Token`. It signs nothing, and whoever
//! sees one delivery can make another: it is not read.
//!
//! Source: [the change that introduced
//! it](https://gitlab.com/gitlab-org/gitlab/-/merge_requests/230944).

use super::standard_webhooks::{WEBHOOK, WHSEC, followed_by};
use crate::Scheme;

/// How GitLab signs with a signing token.
pub const SCHEME: Scheme = followed_by("gitlab", WEBHOOK, WHSEC);
