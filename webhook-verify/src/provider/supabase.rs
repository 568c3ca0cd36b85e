//! Supabase Auth hooks. They are [Standard Webhooks](crate::provider::standard_webhooks) with
//! another prefix of the secret.
//!
//! * **Secret**: *Authentication > Hooks > the hook > Secret*: `v1,whsec_` and the key in Base64
//! * **Headers**: `webhook-id`, `webhook-timestamp`, `webhook-signature: v1,<base64>`
//! * **Signed**: `<id>.<timestamp>.<body>`
//! * **Time**: seconds
//! * **Id**: `webhook-id`, signed, the same for each attempt
//!
//! Source: [Auth hooks](https://supabase.com/docs/guides/auth/auth-hooks).

use alloc::borrow::Cow;

use super::standard_webhooks::{WEBHOOK, followed_by};
use crate::{Scheme, SecretForm};

/// How Supabase signs Auth hooks.
pub const SCHEME: Scheme = followed_by("supabase", WEBHOOK, SECRET);

const SECRET: SecretForm = SecretForm::Base64 {
    prefix: Cow::Borrowed("v1,whsec_"),
};
