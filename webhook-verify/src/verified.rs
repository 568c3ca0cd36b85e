//! A genuine delivery.

use alloc::borrow::Cow;
use core::fmt;

use crate::coverage::{BodyCoverage, Coverage};
use crate::fields::{self, Value};
use crate::fingerprint::Fingerprint;
use crate::header_names::HeaderNames;
use crate::headers::AnyHeaders;
use crate::id::{EventId, IdSource, is_well_formed};
use crate::jwt::Jwt;
use crate::proof::Proof;
use crate::scheme::Scheme;
use crate::tag::Tag;
use crate::unix_time::{Skew, UnixTime};

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
    pub(crate) scheme: &'a Scheme,
    pub(crate) secret_label: &'a str,
    /// What tells it from every other delivery.
    pub(crate) identity: Tag,
    pub(crate) sent_at: Option<UnixTime>,
    pub(crate) skew: Option<Skew>,
    /// The id, if it is in the layout.
    pub(crate) id: Option<Cow<'a, str>>,
    pub(crate) headers: &'a dyn AnyHeaders,
    pub(crate) family: usize,
    /// How much of the body is covered, if that depends on the delivery.
    pub(crate) form_coverage: Option<BodyCoverage>,
    pub(crate) jwt: Option<Jwt<'a>>,
    pub(crate) body: &'a [u8],
}

impl<'a> Verified<'a> {
    /// The bytes that were verified.
    pub const fn body(&self) -> &'a [u8] {
        self.body
    }

    /// The label of the secret that matched; of the first in the ring, if several did.
    pub const fn secret_label(&self) -> &'a str {
        self.secret_label
    }

    /// When it was sent, by the sender's clock; none if the scheme signs no time.
    pub const fn sent_at(&self) -> Option<UnixTime> {
        self.sent_at
    }

    /// How far that was from now; none if the scheme signs no time.
    pub const fn skew(&self) -> Option<Skew> {
        self.skew
    }

    /// What the signature vouches for. It is what the scheme [says](Scheme::coverage), but for the
    /// body where some deliveries are forms and others are not.
    pub fn coverage(&self) -> Coverage {
        let coverage = self.scheme.coverage();
        Coverage {
            body: self.form_coverage.unwrap_or(coverage.body),
            ..coverage
        }
    }

    /// The id of the event, if the scheme says where it stands and it is there. Ask it whether it
    /// [is signed](EventId::is_signed) before relying on it.
    ///
    /// What is not needed to verify is looked up with every call. An id in a header that is not
    /// signed must be there once and be well-formed. So must one in the body, which must be JSON and
    /// have the member exactly once, and one in a claim.
    pub fn event_id(&self) -> Option<EventId<'a>> {
        let text = match &self.scheme.id {
            _ if self.id.is_some() => self.id.clone(),
            Some(IdSource::Header(names)) => self.unsigned_id(names).map(Cow::Borrowed),
            Some(IdSource::BodyField(path)) => {
                let value = fields::find(self.scheme.body_format(), self.body, path);
                let text = value.and_then(Value::into_text);
                text.filter(|text| is_well_formed(text, None))
            }
            Some(IdSource::Claim(name)) => {
                let text = self.jwt.and_then(|jwt| jwt.text_of(name));
                text.filter(|text| is_well_formed(text, None))
            }
            None => None,
        };
        text.map(|text| EventId::new(text, self.coverage().id))
    }

    fn unsigned_id(&self, names: &HeaderNames) -> Option<&'a str> {
        let text = self.headers.readable(names, self.family);
        text.filter(|text| is_well_formed(text, None))
    }

    /// A name for this very delivery, to recognise it if it comes again and the scheme signs no id.
    pub fn fingerprint(&self) -> Fingerprint {
        Fingerprint::of(self.identity)
    }

    /// What is known of it, for longer than the request.
    pub fn to_proof(&self) -> Proof {
        Proof::of(self)
    }
}

impl fmt::Debug for Verified<'_> {
    /// Without the body, and without the signature.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Verified")
            .field("scheme", &self.scheme.name)
            .field("secret_label", &self.secret_label)
            .field("sent_at", &self.sent_at)
            .field("skew", &self.skew)
            .field("fingerprint", &self.fingerprint())
            .field("body_len", &self.body.len())
            .finish()
    }
}
