//! Resend, which sends through [Svix](crate::provider::svix).
//!
//! * **Secret**: *Webhooks > the webhook > Signing Secret*: `whsec_` and the key in Base64
//! * **Headers**: `svix-id`, `svix-timestamp`, `svix-signature: v1,<base64>`
//! * **Signed**: `<id>.<timestamp>.<body>`
//! * **Time**: seconds, signed anew for each attempt
//! * **Id**: `svix-id`, signed, the same for each attempt
//!
//! Source: [Verify webhooks
//! requests](https://resend.com/docs/dashboard/webhooks/verify-webhooks-requests).

use super::standard_webhooks::{WHSEC, followed_by};
use super::svix::SVIX;
use crate::Scheme;

/// How Resend signs.
pub const SCHEME: Scheme = followed_by("resend", SVIX, WHSEC);
