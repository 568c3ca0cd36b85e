//! Clerk, which sends through [Svix](crate::provider::svix).
//!
//! * **Secret**: *Webhooks > the endpoint > Signing Secret*: `whsec_` and the key in Base64
//! * **Headers**: `svix-id`, `svix-timestamp`, `svix-signature: v1,<base64>`
//! * **Signed**: `<id>.<timestamp>.<body>`
//! * **Time**: seconds, signed anew for each attempt
//! * **Id**: `svix-id`, signed, the same for each attempt
//!
//! Headers that start with `webhook-` are not read, as Clerk's own library does not.
//!
//! Source: [Sync data with webhooks](https://clerk.com/docs/webhooks/sync-data),
//! [@clerk/backend](https://github.com/clerk/javascript).

use super::standard_webhooks::{WHSEC, followed_by};
use super::svix::SVIX;
use crate::Scheme;

/// How Clerk signs.
pub const SCHEME: Scheme = followed_by("clerk", SVIX, WHSEC);
