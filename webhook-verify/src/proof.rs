//! What is known of a genuine delivery.

use alloc::borrow::Cow;
use alloc::string::String;

use crate::coverage::Coverage;
use crate::fingerprint::Fingerprint;
use crate::id::EventId;
use crate::unix_time::{Skew, UnixTime};
use crate::verdict::Verdict;

/// What is known of a genuine delivery, for whoever outlives the request: a queue, another task, a
/// handler behind a layer. [`Verified`] and [`Arrived`](crate::Arrived) borrow from the request; this
/// owns what they say, all but the body.
///
/// Only these two make one.
///
/// [`Verified`]: crate::Verified
///
/// ```
/// use webhook_verify::{Provider, Secret, Signer, UnixTime, Verifier};
///
/// let secret = Secret::new("whsec_an_endpoint_secret").labelled("2026-11");
/// let now = UnixTime::from_secs(1_700_000_000);
/// let body = br#"{"id":"evt_1"}"#;
/// let headers = Signer::new(Provider::Stripe, secret.clone())?.sign(None, now, body)?;
///
/// let proof = {
///     let verifier = Verifier::new(Provider::Stripe, secret)?;
///     verifier.verify_at(&headers, body, now)?.to_proof()
/// };
/// drop(headers);
///
/// assert_eq!((proof.scheme(), proof.secret_label()), ("stripe", "2026-11"));
/// assert_eq!(proof.event_id().unwrap().as_str(), "evt_1");
/// assert_eq!(proof.sent_at(), Some(now));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Proof {
    scheme: Cow<'static, str>,
    secret_label: String,
    sent_at: Option<UnixTime>,
    skew: Option<Skew>,
    coverage: Coverage,
    event_id: Option<EventId<'static>>,
    fingerprint: Fingerprint,
}

impl Proof {
    pub(crate) fn of(verdict: &Verdict<'_>, event_id: Option<EventId<'_>>) -> Self {
        Self {
            scheme: verdict.scheme.name.clone(),
            secret_label: verdict.secret_label.into(),
            sent_at: verdict.sent_at,
            skew: verdict.skew,
            coverage: verdict.coverage(),
            event_id: event_id.map(EventId::into_owned),
            fingerprint: verdict.fingerprint(),
        }
    }

    /// The name of the scheme by which it was verified.
    pub fn scheme(&self) -> &str {
        &self.scheme
    }

    /// As [`Verified::secret_label`](crate::Verified::secret_label).
    pub fn secret_label(&self) -> &str {
        &self.secret_label
    }

    /// As [`Verified::sent_at`](crate::Verified::sent_at).
    pub const fn sent_at(&self) -> Option<UnixTime> {
        self.sent_at
    }

    /// As [`Verified::skew`](crate::Verified::skew): how far the sender's time was from the moment of the verification.
    pub const fn skew(&self) -> Option<Skew> {
        self.skew
    }

    /// As [`Verified::coverage`](crate::Verified::coverage).
    pub const fn coverage(&self) -> Coverage {
        self.coverage
    }

    /// As [`Verified::event_id`](crate::Verified::event_id). Ask it whether it [is signed](EventId::is_signed) before relying
    /// on it.
    pub const fn event_id(&self) -> Option<&EventId<'static>> {
        self.event_id.as_ref()
    }

    /// As [`Verified::fingerprint`](crate::Verified::fingerprint).
    pub const fn fingerprint(&self) -> Fingerprint {
        self.fingerprint
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Provider, Secret, Signer, Verifier};

    #[test]
    fn says_of_every_provider_what_the_delivery_said() {
        let now = UnixTime::from_secs(1_700_000_000);
        let body = br#"{"id":"evt_1","event_id":"Ev1","webhookTimestamp":1700000000000}"#;
        for provider in [
            Provider::Stripe,
            Provider::GitHub,
            Provider::StandardWebhooks,
        ] {
            let secret = Secret::new("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw").labelled("old");
            let signer = Signer::new(provider, secret.clone()).expect("usable");
            let id = (provider != Provider::Stripe).then_some("msg_1");
            let headers = signer.sign(id, now, body).expect("signable");
            let verifier = Verifier::new(provider, secret).expect("usable");
            let delivery = verifier.verify_at(&headers, body, now).expect("genuine");

            let proof = delivery.to_proof();
            assert_eq!(proof.scheme(), provider.name());
            assert_eq!(proof.secret_label(), "old");
            assert_eq!(proof.sent_at(), delivery.sent_at());
            assert_eq!(proof.skew(), delivery.skew());
            assert_eq!(proof.coverage(), delivery.coverage());
            assert_eq!(proof.event_id(), delivery.event_id().as_ref());
            assert_eq!(proof.fingerprint(), delivery.fingerprint());
        }
    }
}
