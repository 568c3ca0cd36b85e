//! The providers that are known by name.
//!
//! Each is a constant [`Scheme`] in a module of its own, whose page says where the secret is found,
//! what the signature covers, and which id is safe to recognise a repeated delivery by.

pub mod github;
pub mod inngest;
pub mod sanity;
pub mod slack;
pub mod standard_webhooks;
pub mod stripe;
pub mod svix;

use core::fmt;
use core::str::FromStr;

use thiserror::Error;

use crate::scheme::Scheme;

/// A provider that is known by name.
///
/// ```
/// use webhook_verify::Provider;
///
/// let provider: Provider = "standard-webhooks".parse()?;
///
/// assert_eq!(provider, Provider::StandardWebhooks);
/// assert_eq!(provider.to_string(), "standard-webhooks");
/// # Ok::<(), webhook_verify::UnknownProvider>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Provider {
    /// [`github`]
    GitHub,
    /// [`inngest`]
    Inngest,
    /// [`sanity`]
    Sanity,
    /// [`slack`]
    Slack,
    /// [`standard_webhooks`]
    StandardWebhooks,
    /// [`stripe`]
    Stripe,
    /// [`svix`]
    Svix,
}

impl Provider {
    /// All of them, by name.
    pub const ALL: &[Self] = &[
        Self::GitHub,
        Self::Inngest,
        Self::Sanity,
        Self::Slack,
        Self::StandardWebhooks,
        Self::Stripe,
        Self::Svix,
    ];

    /// How it signs.
    pub const fn scheme(self) -> Scheme {
        match self {
            Self::GitHub => github::SCHEME,
            Self::Inngest => inngest::SCHEME,
            Self::Sanity => sanity::SCHEME,
            Self::Slack => slack::SCHEME,
            Self::StandardWebhooks => standard_webhooks::SCHEME,
            Self::Stripe => stripe::SCHEME,
            Self::Svix => svix::SCHEME,
        }
    }

    /// Its name, fit for a path or a configuration: lower case, with hyphens.
    pub const fn name(self) -> &'static str {
        match self {
            Self::GitHub => "github",
            Self::Inngest => "inngest",
            Self::Sanity => "sanity",
            Self::Slack => "slack",
            Self::StandardWebhooks => "standard-webhooks",
            Self::Stripe => "stripe",
            Self::Svix => "svix",
        }
    }
}

impl From<Provider> for Scheme {
    fn from(provider: Provider) -> Self {
        provider.scheme()
    }
}

impl FromStr for Provider {
    type Err = UnknownProvider;

    fn from_str(name: &str) -> Result<Self, UnknownProvider> {
        Self::ALL
            .iter()
            .copied()
            .find(|provider| provider.name() == name)
            .ok_or(UnknownProvider)
    }
}

impl fmt::Display for Provider {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

/// No provider has that name. Displayed, it lists the names there are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub struct UnknownProvider;

impl fmt::Display for UnknownProvider {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("unknown provider; known are ")?;
        for (place, provider) in Provider::ALL.iter().enumerate() {
            let comma = if place == 0 { "" } else { ", " };
            write!(f, "{comma}{provider}")?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use alloc::string::ToString;

    use super::*;

    #[test]
    fn every_provider_is_found_by_its_name_and_is_consistent() {
        for &provider in Provider::ALL {
            assert_eq!(provider.to_string().parse(), Ok(provider));
            assert_eq!(provider.scheme().name, provider.name());
            assert!(provider.scheme().validate().is_ok(), "{provider}");
        }
    }

    #[test]
    fn the_list_is_sorted_by_name_and_has_no_name_twice() {
        assert!(Provider::ALL.is_sorted_by(|one, next| one.name() < next.name()));
    }

    #[test]
    fn another_name_is_answered_with_the_list() {
        for name in ["", "GitHub", "github ", "strip", "standard_webhooks"] {
            assert_eq!(name.parse::<Provider>(), Err(UnknownProvider), "{name:?}");
        }
        assert_eq!(
            UnknownProvider.to_string(),
            "unknown provider; known are github, inngest, sanity, slack, standard-webhooks, \
             stripe, svix"
        );
    }
}
