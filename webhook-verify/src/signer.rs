//! Signing, for outgoing webhooks and for tests.

use alloc::borrow::Cow;
use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;

use thiserror::Error;

use crate::headers::Headers;
use crate::id::{IdSource, is_well_formed};
use crate::misconfigured::Misconfigured;
use crate::ring::{Keys, SecretRing};
use crate::scheme::Scheme;
use crate::segment::Pieces;
use crate::timestamp::TimestampSource;
use crate::unix_time::UnixTime;

/// Signs deliveries as a provider does. What it signs, a [`Verifier`](crate::Verifier) of the same scheme and
/// secrets accepts.
///
/// ```
/// use webhook_verify::{Provider, Secret, Signer, UnixTime};
///
/// let signer = Signer::new(Provider::StandardWebhooks, Secret::new("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"))?;
/// let now = UnixTime::from_secs(1_614_265_330);
/// let headers = signer.sign(Some("msg_p5jXN8AQM9LWM0D4loKWxJek"), now, br#"{"test": 2432232314}"#)?;
///
/// assert_eq!(headers.iter().collect::<Vec<_>>(), [
///     ("webhook-id", "msg_p5jXN8AQM9LWM0D4loKWxJek"),
///     ("webhook-timestamp", "1614265330"),
///     ("webhook-signature", "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="),
/// ]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone)]
pub struct Signer {
    scheme: Scheme,
    keys: Keys,
    id_boundary: Option<u8>,
}

impl Signer {
    /// A signer for one scheme. It signs with every secret where receivers expect several signatures, so that both
    /// sides can be moved to a new secret one after the other; elsewhere with the first.
    ///
    /// # Errors
    ///
    /// As [`Verifier::new`](crate::Verifier::new).
    pub fn new(
        scheme: impl Into<Scheme>,
        secrets: impl Into<SecretRing>,
    ) -> Result<Self, Misconfigured> {
        let scheme = scheme.into();
        let id_boundary = scheme.validate()?;
        let keys = Keys::expand(secrets.into(), &scheme)?;
        Ok(Self {
            scheme,
            keys,
            id_boundary,
        })
    }

    /// The headers that go with a body. The names are those of the first family.
    ///
    /// # Errors
    ///
    /// The scheme signs an id and there is none; it has no header for the one there is; a verifier would refuse the
    /// id; or the time cannot be written in as many digits as the scheme has.
    pub fn sign(
        &self,
        id: Option<&str>,
        now: UnixTime,
        body: &[u8],
    ) -> Result<SignedHeaders, Unsignable> {
        let mut headers = SignedHeaders(Vec::new());
        self.add_id(&mut headers, id)?;
        let timestamp = self.add_timestamp(&mut headers, now)?;
        let pieces = Pieces {
            id: id.unwrap_or_default(),
            timestamp: timestamp.as_deref().unwrap_or_default(),
            body,
        };
        self.add_signatures(&mut headers, pieces);
        Ok(headers)
    }

    /// The scheme.
    pub fn scheme(&self) -> &Scheme {
        &self.scheme
    }

    fn add_id(&self, headers: &mut SignedHeaders, id: Option<&str>) -> Result<(), Unsignable> {
        match (&self.scheme.id, id) {
            (Some(IdSource::Header(_)), Some(id)) if !is_well_formed(id, self.id_boundary) => {
                Err(Unsignable::MalformedId)
            }
            (Some(IdSource::Header(names)), Some(id)) => {
                headers.0.push((names.to_owned(0), id.into()));
                Ok(())
            }
            (Some(IdSource::Header(_)), None) if self.scheme.coverage().id => {
                Err(Unsignable::MissingId)
            }
            (_, Some(_)) => Err(Unsignable::NoIdHeader),
            (_, None) => Ok(()),
        }
    }

    fn add_timestamp(
        &self,
        headers: &mut SignedHeaders,
        now: UnixTime,
    ) -> Result<Option<String>, Unsignable> {
        let Some(rule) = &self.scheme.timestamp else {
            return Ok(None);
        };
        let text = rule.unit.format(now).ok_or(Unsignable::TimeOutOfRange)?;
        if let TimestampSource::Header(names) = &rule.source {
            headers.0.push((names.to_owned(0), text.clone()));
        }
        Ok(Some(text))
    }

    fn add_signatures(&self, headers: &mut SignedHeaders, pieces: Pieces<'_>) {
        let header = &self.scheme.signature;
        let signers = if header.grammar.lists_several() {
            usize::MAX
        } else {
            1
        };
        let signatures = self
            .keys
            .iter()
            .take(signers)
            .map(|key| self.scheme.encoding.encode(&key.sign(&self.scheme, pieces)));
        let timestamp = match &self.scheme.timestamp {
            Some(rule) => match &rule.source {
                TimestampSource::InSignature(key) => Some((key.as_ref(), pieces.timestamp)),
                TimestampSource::Header(_) => None,
            },
            None => None,
        };
        headers.0.push((
            header.names.to_owned(0),
            header.grammar.write(timestamp, signatures),
        ));
    }
}

impl fmt::Debug for Signer {
    /// The name of the scheme and the labels of the secrets.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Signer")
            .field("scheme", &self.scheme.name)
            .field("secrets", &self.keys)
            .finish()
    }
}

/// The headers that a [`Signer`] made: they are to be sent with the body, and can be given to a
/// [`Verifier`](crate::Verifier) as they are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SignedHeaders(Vec<(Cow<'static, str>, String)>);

impl SignedHeaders {
    /// Names, in lower case for the built-in providers, and values.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = (&str, &str)> {
        self.0
            .iter()
            .map(|(name, value)| (name.as_ref(), value.as_str()))
    }
}

impl IntoIterator for SignedHeaders {
    type Item = (Cow<'static, str>, String);
    type IntoIter = alloc::vec::IntoIter<Self::Item>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.into_iter()
    }
}

impl Headers for SignedHeaders {
    fn values_of<'a>(&'a self, name: &str) -> impl Iterator<Item = &'a [u8]> {
        self.0.values_of(name)
    }
}

/// Why a delivery cannot be signed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum Unsignable {
    /// The scheme signs an id, and none is given.
    #[error("this scheme signs the id, and none is given")]
    MissingId,
    /// The scheme has no header for an id. If it has an id at all, it is in the body.
    #[error("this scheme has no header for an id")]
    NoIdHeader,
    /// The id is empty, longer than [`MAX_ID_LEN`](crate::MAX_ID_LEN), not visible ASCII, or contains the character
    /// that ends it in the signed bytes.
    #[error("the id is empty, too long, not visible ASCII, or contains the character that ends it")]
    MalformedId,
    /// The time has more or fewer digits than the scheme has for it.
    #[error("the time is before 2001-09-09 or after 2286-11-20")]
    TimeOutOfRange,
}
