//! Svix, and those who send through it: Clerk, Resend and others.
//!
//! It is [Standard Webhooks](crate::provider::standard_webhooks) under other names.
//!
//! * **Secret**: the endpoint's *Signing Secret*: `whsec_` and the key in Base64
//! * **Headers**: `svix-id`, `svix-timestamp`, `svix-signature: v1,<base64>`; or, if
//!   `svix-signature` is not there, the same three with `webhook-` in front
//! * **Signed**: `<id>.<timestamp>.<body>`
//! * **Time**: seconds, signed anew for each attempt
//! * **Id**: `svix-id`, signed, the same for each attempt
//!
//! Source: [Verifying webhooks
//! manually](https://docs.svix.com/receiving/verifying-payloads/how-manual).

use super::standard_webhooks::{Headers, WHSEC, followed_by};
use crate::Scheme;

/// How Svix signs.
pub const SCHEME: Scheme = followed_by("svix", EITHER, WHSEC);

/// The headers by the names that Svix sends.
pub(super) const SVIX: Headers = Headers {
    id: &["svix-id"],
    timestamp: &["svix-timestamp"],
    signature: &["svix-signature"],
};

/// The two families that its libraries read.
const EITHER: Headers = Headers {
    id: &["svix-id", "webhook-id"],
    timestamp: &["svix-timestamp", "webhook-timestamp"],
    signature: &["svix-signature", "webhook-signature"],
};
