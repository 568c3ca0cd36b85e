//! The providers that are known by name.
//!
//! Each is a constant [`Scheme`] in a module of its own, whose page says where the secret is found,
//! what the signature covers, and which id is safe to recognise a repeated delivery by.

pub mod adyen;
pub mod adyen_platform;
pub mod airtable;
pub mod asana;
pub mod bitbucket;
pub mod box_com;
pub mod braintree;
pub mod calendly;
pub mod clerk;
pub mod coinbase_commerce;
pub mod convoy;
pub mod convoy_advanced;
pub mod discord;
pub mod docusign;
pub mod dropbox;
pub mod elevenlabs;
pub mod fusionauth;
pub mod github;
pub mod gitlab;
pub mod gitlab_token;
pub mod gocardless;
pub mod hookdeck;
pub mod hubspot;
pub mod hubspot_v1;
pub mod hubspot_v2;
pub mod inngest;
pub mod intercom;
pub mod jira;
pub mod lemon_squeezy;
pub mod line;
pub mod linear;
pub mod liveblocks;
pub mod livekit;
pub mod mailgun;
pub mod meta;
pub mod metronome;
pub mod mollie;
pub mod mux;
pub mod notion;
pub mod okta;
pub mod openai;
pub mod outpost;
pub mod paddle;
pub mod pagerduty;
pub mod paypal;
pub mod plaid;
pub mod plain;
pub mod polar;
pub mod pusher;
pub mod qstash;
pub mod razorpay;
pub mod replicate;
pub mod resend;
pub mod retell;
pub mod sanity;
pub mod sendgrid;
pub mod sentry;
pub mod shopify;
pub mod slack;
pub mod sns;
pub mod square;
pub mod standard_webhooks;
pub mod standard_webhooks_v1a;
pub mod stripe;
pub mod supabase;
pub mod svix;
pub mod telegram;
pub mod trello;
pub mod twilio;
pub mod typeform;
pub mod vercel;
pub mod webflow;
pub mod woocommerce;
pub mod workos;
pub mod x;
pub mod zendesk;
pub mod zoom;

use core::fmt;
use core::str::FromStr;

use thiserror::Error;

use crate::scheme::Scheme;

/// Writes down once what would else be four lists to be kept in step.
macro_rules! providers {
    ($($variant:ident = $module:ident as $name:literal,)+) => {
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
            $(
                #[doc = concat!("[`", stringify!($module), "`](mod@", stringify!($module), ")")]
                $variant,
            )+
        }

        impl Provider {
            /// All of them, by name.
            pub const ALL: &[Self] = &[$(Self::$variant),+];

            /// How it signs.
            pub const fn scheme(self) -> Scheme {
                match self {
                    $(Self::$variant => $module::SCHEME,)+
                }
            }

            /// Its name, fit for a path or a configuration: lower case, with hyphens.
            pub const fn name(self) -> &'static str {
                match self {
                    $(Self::$variant => $name,)+
                }
            }
        }
    };
}

providers! {
    Adyen = adyen as "adyen",
    AdyenPlatform = adyen_platform as "adyen-platform",
    Airtable = airtable as "airtable",
    Asana = asana as "asana",
    Bitbucket = bitbucket as "bitbucket",
    Box = box_com as "box",
    Braintree = braintree as "braintree",
    Calendly = calendly as "calendly",
    Clerk = clerk as "clerk",
    CoinbaseCommerce = coinbase_commerce as "coinbase-commerce",
    Convoy = convoy as "convoy",
    ConvoyAdvanced = convoy_advanced as "convoy-advanced",
    Discord = discord as "discord",
    DocuSign = docusign as "docusign",
    Dropbox = dropbox as "dropbox",
    ElevenLabs = elevenlabs as "elevenlabs",
    FusionAuth = fusionauth as "fusionauth",
    GitHub = github as "github",
    GitLab = gitlab as "gitlab",
    GitLabToken = gitlab_token as "gitlab-token",
    GoCardless = gocardless as "gocardless",
    Hookdeck = hookdeck as "hookdeck",
    HubSpot = hubspot as "hubspot",
    HubSpotV1 = hubspot_v1 as "hubspot-v1",
    HubSpotV2 = hubspot_v2 as "hubspot-v2",
    Inngest = inngest as "inngest",
    Intercom = intercom as "intercom",
    Jira = jira as "jira",
    LemonSqueezy = lemon_squeezy as "lemon-squeezy",
    Line = line as "line",
    Linear = linear as "linear",
    Liveblocks = liveblocks as "liveblocks",
    LiveKit = livekit as "livekit",
    Mailgun = mailgun as "mailgun",
    Meta = meta as "meta",
    Metronome = metronome as "metronome",
    Mollie = mollie as "mollie",
    Mux = mux as "mux",
    Notion = notion as "notion",
    Okta = okta as "okta",
    OpenAi = openai as "openai",
    Outpost = outpost as "outpost",
    Paddle = paddle as "paddle",
    PagerDuty = pagerduty as "pagerduty",
    PayPal = paypal as "paypal",
    Plaid = plaid as "plaid",
    Plain = plain as "plain",
    Polar = polar as "polar",
    Pusher = pusher as "pusher",
    QStash = qstash as "qstash",
    Razorpay = razorpay as "razorpay",
    Replicate = replicate as "replicate",
    Resend = resend as "resend",
    Retell = retell as "retell",
    Sanity = sanity as "sanity",
    SendGrid = sendgrid as "sendgrid",
    Sentry = sentry as "sentry",
    Shopify = shopify as "shopify",
    Slack = slack as "slack",
    Sns = sns as "sns",
    Square = square as "square",
    StandardWebhooks = standard_webhooks as "standard-webhooks",
    StandardWebhooksV1a = standard_webhooks_v1a as "standard-webhooks-v1a",
    Stripe = stripe as "stripe",
    Supabase = supabase as "supabase",
    Svix = svix as "svix",
    Telegram = telegram as "telegram",
    Trello = trello as "trello",
    Twilio = twilio as "twilio",
    Typeform = typeform as "typeform",
    Vercel = vercel as "vercel",
    Webflow = webflow as "webflow",
    WooCommerce = woocommerce as "woocommerce",
    WorkOs = workos as "workos",
    X = x as "x",
    Zendesk = zendesk as "zendesk",
    Zoom = zoom as "zoom",
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
        let answer = UnknownProvider.to_string();
        assert!(answer.starts_with("unknown provider; known are adyen, adyen-platform, "));
        assert!(answer.ends_with(", workos, x, zendesk, zoom"));
    }
}
