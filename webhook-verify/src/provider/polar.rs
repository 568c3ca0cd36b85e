//! Polar. It is [Standard Webhooks](crate::provider::standard_webhooks) with another form of
//! secret.
//!
//! * **Secret**: *Settings > Webhooks > Secret*. Its text is the key; it is not Base64, even if it
//!   starts with `whsec_`
//! * **Headers**: `webhook-id`, `webhook-timestamp`, `webhook-signature: v1,<base64>`
//! * **Signed**: `<id>.<timestamp>.<body>`
//! * **Time**: seconds
//! * **Id**: `webhook-id`, signed, the same for each attempt
//!
//! Source: [Handle webhook deliveries](https://polar.sh/docs/integrate/webhooks/delivery),
//! [@polar-sh/sdk](https://github.com/polarsource/polar-js).

use super::standard_webhooks::{WEBHOOK, followed_by};
use crate::{Scheme, SecretForm};

/// How Polar signs.
pub const SCHEME: Scheme = followed_by("polar", WEBHOOK, SecretForm::Verbatim);
