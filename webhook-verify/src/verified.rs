//! A genuine delivery.

use core::fmt;

use crate::coverage::Coverage;
use crate::fingerprint::Fingerprint;
use crate::id::EventId;
use crate::proof::Proof;
use crate::unix_time::{Skew, UnixTime};
use crate::verdict::Verdict;

/// A delivery which was signed with one of the secrets and is recent enough. Only a
/// [`Verifier`](crate::Verifier) makes one, so whoever holds it need not ask.
///
/// ```
/// use webhook_verify::{Provider, Secret, Signer, UnixTime, Verifier};
///
/// let secret = Secret::new("whsec_an_endpoint_secret").labelled("2026-11");
/// let now = UnixTime::from_secs(1_700_000_000);
/// let body = br#"{"id":"evt_1","type":"invoice.paid"}"#;
/// let headers = Signer::new(Provider::Stripe, secret.clone())?.sign(None, now, body)?;
///
/// let verifier = Verifier::new(Provider::Stripe, secret)?;
/// let delivery = verifier.verify_at(&headers, body, now)?;
///
/// assert_eq!(delivery.secret_label(), "2026-11");
/// assert_eq!(delivery.sent_at(), Some(now));
/// let id = delivery.event_id().unwrap();
/// assert_eq!(id.as_str(), "evt_1");
/// assert!(id.is_signed());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone)]
pub struct Verified<'a> {
    pub(crate) verdict: Verdict<'a>,
    pub(crate) body: &'a [u8],
}

impl<'a> Verified<'a> {
    /// The bytes that were verified.
    pub const fn body(&self) -> &'a [u8] {
        self.body
    }

    /// The label of the secret that matched; of the first in the ring, if several did.
    pub const fn secret_label(&self) -> &'a str {
        self.verdict.secret_label
    }

    /// When it was sent, by the sender's clock; none if the scheme signs no time.
    pub const fn sent_at(&self) -> Option<UnixTime> {
        self.verdict.sent_at
    }

    /// How far that was from now; none if the scheme signs no time.
    pub const fn skew(&self) -> Option<Skew> {
        self.verdict.skew
    }

    /// What the signature vouches for. It is what the [scheme says](crate::Scheme::coverage), but
    /// for the body where some deliveries are forms and others are not.
    pub fn coverage(&self) -> Coverage {
        self.verdict.coverage()
    }

    /// The id of the event, if the scheme says where it stands and it is there. Ask it whether it
    /// [is signed](EventId::is_signed) before relying on it.
    ///
    /// What is not needed to verify is looked up with every call. An id in a header that is not
    /// signed must be there once and be well-formed. So must one in the body, which must be JSON and
    /// have the member exactly once, and one in a claim.
    pub fn event_id(&self) -> Option<EventId<'a>> {
        self.verdict.event_id(self.body)
    }

    /// A name for this very delivery, to recognise it if it comes again and the scheme signs no id.
    pub fn fingerprint(&self) -> Fingerprint {
        self.verdict.fingerprint()
    }

    /// What is known of it, for longer than the request.
    pub fn to_proof(&self) -> Proof {
        Proof::of(&self.verdict, self.event_id())
    }
}

impl fmt::Debug for Verified<'_> {
    /// Without the body, and without the signature.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut debug = f.debug_struct("Verified");
        self.verdict.describe(&mut debug);
        debug.field("body_len", &self.body.len()).finish()
    }
}
