//! Telling genuine deliveries from others.

use core::fmt;

use crate::claim::Claim;
use crate::form::Form;
use crate::headers::Headers;
use crate::jwt_claims::hash_of;
use crate::keys::Keys;
use crate::misconfigured::Misconfigured;
use crate::rejection::Rejection;
use crate::request::{Asked, Request};
use crate::ring::SecretRing;
use crate::scheme::Scheme;
use crate::setup::{Rules, Setup};
use crate::signatures::Signatures;
use crate::timestamp::Tolerance;
use crate::unix_time::UnixTime;
use crate::verdict::Verdict;
use crate::verified::Verified;

/// Tells genuine deliveries from others: one scheme, and the secrets that are valid now.
///
/// Build it once, when the program starts, and share it between threads. Building expands the keys,
/// so that a delivery costs one pass of the algorithm over its bytes for each secret, however many
/// signatures it lists.
///
/// ```
/// use webhook_verify::{Provider, Rejection, Secret, UnixTime, Verifier};
///
/// let verifier = Verifier::new(Provider::GitHub, Secret::new("It's a Secret to Everybody"))?;
/// let headers = [(
///     "X-Hub-Signature-256",
///     "sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17",
/// )];
/// let now = UnixTime::from_secs(1_700_000_000);
///
/// assert!(verifier.verify_at(&headers, b"Hello, World!", now).is_ok());
///
/// let rejection = verifier.verify_at(&headers, b"Hello, World?", now).unwrap_err();
/// assert_eq!(rejection, Rejection::Mismatch);
/// # Ok::<(), webhook_verify::Misconfigured>(())
/// ```
///
/// # Guarantees
///
/// * The work for a delivery is bounded: headers that are read have at most [`MAX_HEADER_LEN`]
///   bytes, at most [`MAX_SIGNATURES`] signatures are compared, with at most [`MAX_SECRETS`] keys.
///   The length of the body is for the caller to bound, before reading it.
/// * A right signature is not told from a wrong one by time: every key is tried, every comparison
///   is in constant time, and none is left out.
/// * A delivery is called stale only if its signature is right.
/// * Nothing is allocated for a delivery which is accepted, unless it is a form, comes with a token
///   or is signed with a private key.
///
/// [`MAX_HEADER_LEN`]: crate::MAX_HEADER_LEN
/// [`MAX_SIGNATURES`]: crate::MAX_SIGNATURES
/// [`MAX_SECRETS`]: crate::MAX_SECRETS
#[derive(Clone)]
pub struct Verifier {
    pub(crate) rules: Rules,
    pub(crate) keys: Keys,
    /// Whether it depends on the time which keys are valid.
    are_keys_limited: bool,
}

impl Verifier {
    /// A verifier for one scheme, which is a [`Provider`](crate::Provider), a [`Scheme`] of one's
    /// own or a [`Setup`] of either, with the secrets that are valid now, newest first.
    ///
    /// # Errors
    ///
    /// The scheme contradicts itself; it needs something which the setup does not have; or a secret
    /// cannot be used.
    pub fn new(
        setup: impl Into<Setup>,
        secrets: impl Into<SecretRing>,
    ) -> Result<Self, Misconfigured> {
        let rules = setup.into().check()?;
        let keys = Keys::expand(&secrets.into(), &rules.scheme)?;
        Ok(Self {
            are_keys_limited: keys.are_limited(),
            rules,
            keys,
        })
    }

    /// Another tolerance than the scheme's.
    ///
    /// # Errors
    ///
    /// The scheme signs no time, so that no tolerance would ever be applied.
    pub fn with_tolerance(mut self, tolerance: Tolerance) -> Result<Self, Misconfigured> {
        match &mut self.rules.scheme.timestamp {
            Some(rule) => rule.tolerance = tolerance,
            None => {
                return Err(Misconfigured::NoTimestamp {
                    scheme: self.rules.scheme.name.into_owned(),
                });
            }
        }
        Ok(self)
    }

    /// Verifies a delivery against the system clock. The body must be the raw bytes that were
    /// received: not decoded, not decompressed, not parsed and written again.
    ///
    /// If the scheme signs the address, it is the one that was configured, and the method is `POST`.
    ///
    /// # Errors
    ///
    /// As [`Verifier::verify_at`].
    #[cfg(feature = "std")]
    pub fn verify<'a, H: Headers + Sync>(
        &'a self,
        headers: &'a H,
        body: &'a [u8],
    ) -> Result<Verified<'a>, Rejection> {
        self.judge(Request::new(headers).into(), body, UnixTime::now)
    }

    /// Verifies a delivery against the system clock, with all of the request that may be signed.
    ///
    /// # Errors
    ///
    /// As [`Verifier::verify_at`].
    #[cfg(feature = "std")]
    pub fn verify_request<'a, H: Headers + Sync>(
        &'a self,
        request: Request<'a, H>,
        body: &'a [u8],
    ) -> Result<Verified<'a>, Rejection> {
        self.judge(request.into(), body, UnixTime::now)
    }

    /// Verifies a delivery as of `now`.
    ///
    /// # Errors
    ///
    /// What the scheme needs is missing or malformed; no signature is right; or one is, and it is for
    /// another body, what its token claims is not true of the delivery, the time is missing from the
    /// body, or too far from now. It is found out in this order.
    pub fn verify_at<'a, H: Headers + Sync>(
        &'a self,
        headers: &'a H,
        body: &'a [u8],
        now: UnixTime,
    ) -> Result<Verified<'a>, Rejection> {
        self.judge(Request::new(headers).into(), body, || now)
    }

    /// Verifies a delivery as of `now`, with all of the request that may be signed.
    ///
    /// # Errors
    ///
    /// As [`Verifier::verify_at`].
    pub fn verify_request_at<'a, H: Headers + Sync>(
        &'a self,
        request: Request<'a, H>,
        body: &'a [u8],
        now: UnixTime,
    ) -> Result<Verified<'a>, Rejection> {
        self.judge(request.into(), body, || now)
    }

    /// The scheme, with the tolerance that applies.
    pub fn scheme(&self) -> &Scheme {
        &self.rules.scheme
    }

    /// The labels of the secrets, in the order of the ring.
    pub fn secret_labels(&self) -> impl Iterator<Item = &str> {
        self.keys.iter().map(|key| key.label.as_str())
    }

    /// The labels of the secrets whose key is shorter than [`Secret::MIN_STRONG_LEN`]. Refuse to
    /// start with these in production; the published test vectors need them.
    ///
    /// [`Secret::MIN_STRONG_LEN`]: crate::Secret::MIN_STRONG_LEN
    pub fn weak_secrets(&self) -> impl Iterator<Item = &str> {
        self.keys
            .iter()
            .filter(|key| key.is_weak)
            .map(|key| key.label.as_str())
    }

    fn judge<'a>(
        &'a self,
        request: Asked<'a>,
        body: &'a [u8],
        clock: impl Fn() -> UnixTime,
    ) -> Result<Verified<'a>, Rejection> {
        let verdict = self.decide(request, body, clock)?;
        Ok(Verified { verdict, body })
    }

    /// The verdict on a whole body. The clock is asked only if a time is signed or a token is, or a
    /// secret is not valid for ever.
    pub(crate) fn decide<'a>(
        &'a self,
        request: Asked<'a>,
        body: &[u8],
        clock: impl Fn() -> UnixTime,
    ) -> Result<Verdict<'a>, Rejection> {
        let Self { rules, keys, .. } = self;
        let scheme = &rules.scheme;
        let fields = rules.fields.read(body)?;
        let mut signatures = Signatures::new(scheme);
        let mut claim = Claim::blank(rules);
        claim.read(rules, request, &fields, &mut signatures)?;
        rules.check_body(body)?;
        let form = rules.form(claim.pieces.url, body)?;
        claim.pieces.body = body;
        claim.pieces.form = form.as_ref().map_or(&[], Form::fields);
        let now = self.ask(&clock);
        let found = match &claim.certificate {
            #[cfg(feature = "certificates")]
            Some(url) => {
                let now = now.unwrap_or_else(&clock);
                keys.find_certified(url, &signatures, &claim.pieces, now)?
            }
            _ => keys.find(signatures.usable(), &claim.pieces, now)?,
        };
        if form.as_ref().is_some_and(|form| !form.is_of(body)) {
            return Err(Rejection::BodyDigestMismatch);
        }
        let claimed = match &claim.jwt {
            Some(jwt) => {
                // A key that has a name is used under it only.
                if found.key_id.is_some() && found.key_id != jwt.key_id().as_deref() {
                    return Err(Rejection::Mismatch);
                }
                let now = now.unwrap_or_else(clock);
                rules.check_claims(jwt, hash_of(body), claim.pieces.url, now)?
            }
            None => claim.time,
        };
        let sent_at = match (claimed, &scheme.timestamp) {
            (None, Some(rule)) => rule.time_in_body(body)?,
            _ => claimed,
        };
        Ok(Verdict {
            scheme,
            secret_label: found.label,
            identity: found.identity,
            sent_at,
            skew: scheme.check_age(sent_at, now)?,
            headers: request.headers,
            family: claim.family,
            form_coverage: form.as_ref().map(Form::coverage),
        })
    }

    /// Asks the clock, if a time is signed or a secret is not valid for ever.
    pub(crate) fn ask(&self, clock: impl Fn() -> UnixTime) -> Option<UnixTime> {
        (self.are_keys_limited || self.rules.scheme.timestamp.is_some()).then(clock)
    }
}

impl fmt::Debug for Verifier {
    /// The name of the scheme and the labels of the secrets.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Verifier")
            .field("scheme", &self.rules.scheme.name)
            .field("secrets", &self.keys)
            .finish()
    }
}

#[cfg(test)]
mod tests;
