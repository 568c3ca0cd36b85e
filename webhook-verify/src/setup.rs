//! A scheme, and what the receiver adds to it.

mod rules;

use alloc::string::String;
use alloc::vec::Vec;
use core::time::Duration;

pub(crate) use self::rules::Rules;
use crate::fields::FieldPlan;
use crate::jwt_claims::LEEWAY;
use crate::jwt_rule::{Issuer, JwtRule};
use crate::misconfigured::Misconfigured;
use crate::provider::Provider;
use crate::public_url::PublicUrl;
use crate::scheme::Scheme;
use crate::secret::SecretForm;
use crate::segment::{Segment, are_neighbours};
use crate::weakness::Weakness;

/// A scheme, and what the receiver adds to it: the address of its endpoint, who issues its tokens,
/// and that it knows of the scheme's weakness.
///
/// Most schemes need none of it, so a [`Verifier`](crate::Verifier) takes a [`Provider`] or a
/// [`Scheme`] as well. Both begin a setup, and what was said last counts.
///
/// ```
/// use webhook_verify::{Misconfigured, Provider, Secret, Verifier};
///
/// let secret = Secret::new("Ibxx_5AKakO-3qeNVR61Dw");
/// let refused = Verifier::new(Provider::Square, secret.clone()).unwrap_err();
/// assert!(matches!(refused, Misconfigured::NoPublicUrl { .. }));
///
/// let square = Provider::Square.at("https://hooks.example.com/webhooks/square");
/// assert!(Verifier::new(square, secret).is_ok());
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Setup {
    pub(crate) scheme: Scheme,
    public_url: Option<String>,
    issuers: Vec<String>,
    webhook_id: Option<String>,
    certificate_url: Option<String>,
    leeway: Duration,
    accepted: Option<Weakness>,
}

impl Setup {
    /// The address under which the provider reaches the endpoint, letter by letter as it was entered
    /// there. A scheme that does not sign it does not look at it.
    #[must_use]
    pub fn at(mut self, public_url: impl Into<String>) -> Self {
        self.public_url = Some(public_url.into());
        self
    }

    /// Who may have issued the tokens of a scheme that asks for it: an API key of LiveKit. Each call
    /// names one more. A scheme that does not ask does not look at it.
    ///
    /// ```
    /// use webhook_verify::{Misconfigured, Provider, Secret, Verifier};
    ///
    /// let secret = Secret::new("the API secret that belongs to the API key");
    /// let refused = Verifier::new(Provider::LiveKit, secret.clone()).unwrap_err();
    /// assert!(matches!(refused, Misconfigured::NoIssuer { .. }));
    ///
    /// let livekit = Provider::LiveKit.issued_by("APIrTAAdPuVhT8x");
    /// assert!(Verifier::new(livekit, secret).is_ok());
    /// ```
    #[must_use]
    pub fn issued_by(mut self, issuer: impl Into<String>) -> Self {
        self.issuers.push(issuer.into());
        self
    }

    /// The id under which the provider knows the webhook, if the scheme signs it: PayPal's. A scheme
    /// that does not sign it does not look at it.
    #[must_use]
    pub fn webhook_id(mut self, id: impl Into<String>) -> Self {
        self.webhook_id = Some(id.into());
        self
    }

    /// Where the certificate of the key is that a signer signs with, if the scheme says it in a header:
    /// PayPal's. A scheme that does not say it there does not look at it, nor does a verifier: it comes
    /// with each delivery.
    #[must_use]
    pub fn certified_at(mut self, url: impl Into<String>) -> Self {
        self.certificate_url = Some(url.into());
        self
    }

    /// How far the clocks of the two sides may be apart when a token is said to begin (`nbf`) or to end
    /// (`exp`), in place of a minute. A scheme without tokens does not look at it, nor does a signer. How
    /// old the time of a delivery may be is the [tolerance](crate::Verifier::with_tolerance).
    ///
    /// ```
    /// use core::time::Duration;
    ///
    /// use webhook_verify::{Provider, Rejection, Secret, Signer, UnixTime, Verifier};
    ///
    /// let livekit = Provider::LiveKit.issued_by("APIrTAAdPuVhT8x");
    /// let secret = Secret::new("the API secret that belongs to the API key");
    /// let now = UnixTime::from_secs(1_700_000_000);
    /// let headers = Signer::new(livekit.clone(), secret.clone())?.sign(None, now, b"{}")?;
    ///
    /// // It ends after five minutes.
    /// let later = UnixTime::from_secs(1_700_000_330);
    /// let verifier = Verifier::new(livekit.clone(), secret.clone())?;
    /// assert!(verifier.verify_at(&headers, b"{}", later).is_ok());
    ///
    /// let strict = Verifier::new(livekit.leeway(Duration::from_secs(10)), secret)?;
    /// let late = strict.verify_at(&headers, b"{}", later).unwrap_err();
    /// assert_eq!(late, Rejection::Expired { ago: Duration::from_secs(30) });
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub const fn leeway(mut self, leeway: Duration) -> Self {
        self.leeway = leeway;
        self
    }

    /// Uses the scheme although it has this weakness. A scheme that has another, or none, does not
    /// look at it.
    #[must_use]
    pub const fn despite(mut self, weakness: Weakness) -> Self {
        self.accepted = Some(weakness);
        self
    }

    /// The same receiver, if it were another provider's: at the same address, or at one that is
    /// nobody's, and whatever its weakness.
    #[cfg(feature = "doctor")]
    pub(crate) fn of_other(&self, provider: Provider) -> Self {
        let scheme = provider.scheme();
        let nowhere = || String::from("https://address.invalid");
        Self {
            accepted: scheme.weakness(),
            scheme,
            public_url: self.public_url.clone().or_else(|| Some(nowhere())),
            issuers: self.issuers.clone(),
            webhook_id: self.webhook_id.clone(),
            certificate_url: None,
            leeway: self.leeway,
        }
    }

    /// # Errors
    ///
    /// The scheme contradicts itself; it has a weakness that was not accepted; it signs the address
    /// and there is none, or what is given is none.
    pub(crate) fn check(self) -> Result<Rules, Misconfigured> {
        let Self {
            scheme,
            public_url,
            issuers,
            webhook_id,
            certificate_url,
            leeway,
            accepted,
        } = self;
        let id_boundary = scheme.validate()?;
        #[cfg(feature = "http")]
        let scheme = scheme.prepared();
        if let Some(weakness) = scheme.weakness()
            && accepted != Some(weakness)
        {
            return Err(Misconfigured::Weak {
                scheme: scheme.name.into_owned(),
                weakness,
            });
        }
        let public_url = match public_url {
            _ if !scheme.coverage().url => None,
            Some(url) => Some(PublicUrl::new(url)?),
            None => {
                return Err(Misconfigured::NoPublicUrl {
                    scheme: scheme.name.into_owned(),
                });
            }
        };
        let asks_for_issuer = |rule: &JwtRule| rule.issuer == Issuer::Named;
        if issuers.is_empty() && scheme.jwt().is_some_and(asks_for_issuer) {
            return Err(Misconfigured::NoIssuer {
                scheme: scheme.name.into_owned(),
            });
        }
        let webhook_id = webhook_id.filter(|_| scheme.signs(&Segment::WebhookId));
        if scheme.signs(&Segment::WebhookId) {
            check_webhook_id(webhook_id.as_deref(), &scheme)?;
        }
        let certificate_url = certificate_url.and_then(|url| match &scheme.secret {
            SecretForm::Certificate(rule) => rule.admit(&url),
            _ => None,
        });
        Ok(Rules {
            certificate_url,
            leeway,
            webhook_id: webhook_id.unwrap_or_default(),
            fields: FieldPlan::of(&scheme)?,
            body_follows_url: are_neighbours(&scheme.signed, Segment::Url, Segment::Body),
            url_follows_body: are_neighbours(&scheme.signed, Segment::Body, Segment::Url),
            scheme,
            id_boundary,
            public_url,
            issuers,
        })
    }
}

/// # Errors
///
/// There is none, or it is not letters, digits, `-` and `_`.
fn check_webhook_id(id: Option<&str>, scheme: &Scheme) -> Result<(), Misconfigured> {
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_');
    match id {
        Some(id) if !id.is_empty() && id.bytes().all(is_plain) => Ok(()),
        _ => Err(Misconfigured::NoWebhookId {
            scheme: scheme.name.clone().into_owned(),
        }),
    }
}

impl From<Scheme> for Setup {
    fn from(scheme: Scheme) -> Self {
        Self {
            scheme,
            public_url: None,
            issuers: Vec::new(),
            webhook_id: None,
            certificate_url: None,
            leeway: LEEWAY,
            accepted: None,
        }
    }
}

impl From<Provider> for Setup {
    fn from(provider: Provider) -> Self {
        provider.scheme().into()
    }
}

impl Scheme {
    /// As [`Setup::at`].
    #[must_use]
    pub fn at(self, public_url: impl Into<String>) -> Setup {
        Setup::from(self).at(public_url)
    }

    /// As [`Setup::issued_by`].
    #[must_use]
    pub fn issued_by(self, issuer: impl Into<String>) -> Setup {
        Setup::from(self).issued_by(issuer)
    }

    /// As [`Setup::webhook_id`].
    #[must_use]
    pub fn webhook_id(self, id: impl Into<String>) -> Setup {
        Setup::from(self).webhook_id(id)
    }

    /// As [`Setup::certified_at`].
    #[must_use]
    pub fn certified_at(self, url: impl Into<String>) -> Setup {
        Setup::from(self).certified_at(url)
    }

    /// As [`Setup::despite`].
    #[must_use]
    pub fn despite(self, weakness: Weakness) -> Setup {
        Setup::from(self).despite(weakness)
    }
}

impl Provider {
    /// As [`Setup::at`].
    #[must_use]
    pub fn at(self, public_url: impl Into<String>) -> Setup {
        Setup::from(self).at(public_url)
    }

    /// As [`Setup::issued_by`].
    #[must_use]
    pub fn issued_by(self, issuer: impl Into<String>) -> Setup {
        Setup::from(self).issued_by(issuer)
    }

    /// As [`Setup::webhook_id`].
    #[must_use]
    pub fn webhook_id(self, id: impl Into<String>) -> Setup {
        Setup::from(self).webhook_id(id)
    }

    /// As [`Setup::certified_at`].
    #[must_use]
    pub fn certified_at(self, url: impl Into<String>) -> Setup {
        Setup::from(self).certified_at(url)
    }

    /// As [`Setup::despite`].
    #[must_use]
    pub fn despite(self, weakness: Weakness) -> Setup {
        Setup::from(self).despite(weakness)
    }
}

#[cfg(test)]
mod tests;
