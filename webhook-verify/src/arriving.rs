//! A delivery whose body comes in pieces.

use alloc::boxed::Box;
use alloc::vec::Vec;
use core::fmt;

use sha2::{Digest, Sha256};

use crate::algorithm::Algorithm;
use crate::arrived::Arrived;
use crate::claim::Claim;
use crate::fields::Fields;
use crate::headers::{AnyHeaders, Headers};
use crate::id::EventId;
use crate::jwt::Jwt;
use crate::keys::Passes;
use crate::rejection::Rejection;
use crate::request::Request;
use crate::segment::{Segment, around_body};
use crate::signatures::Signatures;
use crate::tag::Tag;
use crate::unix_time::UnixTime;
use crate::verdict::Verdict;
use crate::verifier::Verifier;

/// A delivery whose body comes in pieces: [`Verifier::begin`] begins it, [`push`](Arriving::push)
/// takes a piece, [`finish`](Arriving::finish) says whether it is genuine. Nothing is known before.
///
/// What the pieces are used for must wait, too: write them to a place from which they can be taken
/// back, and do nothing that they ask for.
///
/// ```
/// use webhook_verify::{Provider, Rejection, Request, Secret, UnixTime, Verifier};
///
/// let verifier = Verifier::new(Provider::GitHub, Secret::new("It's a Secret to Everybody"))?;
/// let headers = [(
///     "X-Hub-Signature-256",
///     "sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17",
/// )];
/// let now = UnixTime::from_secs(1_700_000_000);
///
/// let mut arriving = verifier.begin(Request::new(&headers), 1024)?;
/// for piece in ["Hello, ", "World!"] {
///     arriving.push(piece.as_bytes())?;
/// }
/// let delivery = arriving.finish_at(now)?;
/// assert_eq!((delivery.secret_label(), delivery.body_len()), ("1", 13));
///
/// let mut arriving = verifier.begin(Request::new(&headers), 12)?;
/// let too_long = arriving.push(b"Hello, World!").unwrap_err();
/// assert_eq!(too_long, Rejection::BodyTooLong { limit: 12 });
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Memory
///
/// With a code or a token, a delivery takes one state of the algorithm for each secret, however
/// long the body is, and nothing is allocated once it has begun. The body is held, up to the limit,
/// where it is needed as a whole: where the time or the id of the event stands in it, where its
/// fields or its checksum are signed, and with a public key or a certificate. Ed25519 hashes the
/// signature in front of the message, so that every key and every listed signature would have a state
/// of its own, and the checks that the library makes of a whole message are not made of one in
/// pieces. [`Verifier::holds_body`] says which it is.
pub struct Arriving<'a, H> {
    verifier: &'a Verifier,
    request: Request<'a, H>,
    intake: Intake<'a>,
    limit: u64,
    /// How much has come.
    len: u64,
    /// Why there is nothing more to ask: what was refused stays so.
    refused: Option<Rejection>,
}

/// What becomes of the body.
enum Intake<'a> {
    Passing(Box<Passing<'a>>),
    Held(Vec<u8>),
}

/// A body that goes through the algorithm as it comes.
struct Passing<'a> {
    claim: Claim<'a>,
    signatures: Signatures,
    passes: Passes,
    is_body_signed: bool,
    /// The token that holds the hash of the body, and the hash as far as it goes.
    token: Option<(Jwt<'a>, Sha256)>,
    /// The last byte that has come.
    last: Option<u8>,
}

impl Verifier {
    /// Begins a delivery whose body comes in pieces and has at most `limit` bytes.
    ///
    /// The verdict is the one of [`Verifier::verify_request_at`], however the body is cut.
    ///
    /// # Errors
    ///
    /// A header that the scheme needs is missing, or something that it reads is malformed. So a
    /// body need not be read at all if there is nothing to verify it with.
    pub fn begin<'a, H: Headers + Sync>(
        &'a self,
        request: Request<'a, H>,
        limit: u64,
    ) -> Result<Arriving<'a, H>, Rejection> {
        let intake = match self.holds_body() {
            true => Intake::hold(self, request)?,
            false => Intake::pass(self, request)?,
        };
        Ok(Arriving {
            verifier: self,
            request,
            intake,
            limit,
            len: 0,
            refused: None,
        })
    }

    /// Whether a body that comes in pieces is held in memory until it is complete: something in it
    /// is read, or the algorithm needs it as a whole.
    ///
    /// ```
    /// use webhook_verify::{Provider, Secret, Verifier};
    ///
    /// let secret = Secret::new("whsec_an_endpoint_secret");
    /// // Stripe has the id of the event in the body, Shopify in a header.
    /// assert!(Verifier::new(Provider::Stripe, secret.clone())?.holds_body());
    /// assert!(!Verifier::new(Provider::Shopify, secret)?.holds_body());
    /// # Ok::<(), webhook_verify::Misconfigured>(())
    /// ```
    pub fn holds_body(&self) -> bool {
        self.scheme().needs_whole_body() || !self.keys.can_pass()
    }
}

impl<'a, H: Headers + Sync> Arriving<'a, H> {
    /// Takes the next piece of the body, which may be empty: the raw bytes that were received.
    ///
    /// # Errors
    ///
    /// There is more than the limit, or the body cannot be what was signed whatever comes. Then
    /// every later call says the same.
    pub fn push(&mut self, piece: &[u8]) -> Result<(), Rejection> {
        let taken = match &self.refused {
            Some(refused) => return Err(refused.clone()),
            None => self.take(piece),
        };
        self.refused = taken.clone().err();
        taken
    }

    /// Says whether the delivery is genuine, against the system clock as it is now.
    ///
    /// # Errors
    ///
    /// As [`Verifier::verify_at`], or what [`push`](Arriving::push) has refused.
    #[cfg(feature = "std")]
    pub fn finish(self) -> Result<Arrived<'a>, Rejection> {
        self.conclude(UnixTime::now)
    }

    /// Says whether the delivery is genuine as of `now`.
    ///
    /// # Errors
    ///
    /// As [`Verifier::verify_at`], or what [`push`](Arriving::push) has refused.
    pub fn finish_at(self, now: UnixTime) -> Result<Arrived<'a>, Rejection> {
        self.conclude(|| now)
    }

    fn take(&mut self, piece: &[u8]) -> Result<(), Rejection> {
        if self.len == 0 {
            self.verifier.rules.check_body_start(piece)?;
        }
        // No platform has a `usize` of more than 64 bits.
        self.len = self.len.saturating_add(piece.len() as u64);
        if self.len > self.limit {
            return Err(Rejection::BodyTooLong { limit: self.limit });
        }
        match &mut self.intake {
            Intake::Passing(passing) => passing.take(piece),
            Intake::Held(body) => body.extend_from_slice(piece),
        }
        Ok(())
    }

    fn conclude(self, clock: impl Fn() -> UnixTime) -> Result<Arrived<'a>, Rejection> {
        if let Some(refused) = self.refused {
            return Err(refused);
        }
        let (verdict, event_id) = match self.intake {
            Intake::Passing(passing) => passing.decide(self.verifier, self.request, clock)?,
            Intake::Held(body) => {
                let (verdict, clues) = self.verifier.decide(self.request, &body, clock)?;
                let event_id = verdict.event_id(&clues, &body);
                (verdict, event_id.map(EventId::into_owned))
            }
        };
        Ok(Arrived {
            verdict,
            event_id,
            body_len: self.len,
        })
    }
}

impl<'a> Intake<'a> {
    /// # Errors
    ///
    /// As [`Verifier::begin`]: what can be told from the headers alone, if that is all there is.
    fn hold<H: Headers>(
        verifier: &'a Verifier,
        request: Request<'a, H>,
    ) -> Result<Self, Rejection> {
        if verifier.rules.fields.is_empty() {
            read_headers(verifier, request)?;
        }
        Ok(Self::Held(Vec::new()))
    }

    /// # Errors
    ///
    /// As [`Verifier::begin`].
    fn pass<H: Headers>(
        verifier: &'a Verifier,
        request: Request<'a, H>,
    ) -> Result<Self, Rejection> {
        let (claim, signatures) = read_headers(verifier, request)?;
        let scheme = verifier.scheme();
        let mut passes = verifier.keys.begin();
        let [before_body, _] = around_body(&scheme.signed);
        let pieces = claim.pieces(before_body, b"", None);
        pieces.lay_out(|part| passes.update(part));
        Ok(Self::Passing(Box::new(Passing {
            // A token signs nothing; its deliveries are told apart by their bodies.
            is_body_signed: scheme.signs(&Segment::Body) || scheme.algorithm == Algorithm::Token,
            token: claim.jwt.map(|jwt| (jwt, Sha256::new())),
            claim,
            signatures,
            passes,
            last: None,
        })))
    }
}

/// What the headers say, when no field of the body is needed beside them.
fn read_headers<'a, H: Headers>(
    verifier: &'a Verifier,
    request: Request<'a, H>,
) -> Result<(Claim<'a>, Signatures), Rejection> {
    let mut signatures = Signatures::new(verifier.scheme());
    let claim = Claim::read(&verifier.rules, request, Fields::NONE, &mut signatures)?;
    Ok((claim, signatures))
}

impl<'a> Passing<'a> {
    fn take(&mut self, piece: &[u8]) {
        self.last = piece.last().copied().or(self.last);
        if self.is_body_signed {
            self.passes.update(piece);
        }
        if let Some((_, hash)) = &mut self.token {
            hash.update(piece);
        }
    }

    fn decide<H: Headers + Sync>(
        mut self,
        verifier: &'a Verifier,
        request: Request<'a, H>,
        clock: impl Fn() -> UnixTime,
    ) -> Result<(Verdict<'a>, Option<EventId<'a>>), Rejection> {
        let Verifier { rules, keys, .. } = verifier;
        rules.check_body_end(self.last.as_slice())?;
        let now = verifier.ask(&clock);
        let [_, behind_body] = around_body(&rules.scheme.signed);
        let pieces = self.claim.pieces(behind_body, b"", None);
        pieces.lay_out(|part| self.passes.update(part));
        let found = keys.find_finished(self.signatures.usable(), self.passes, now)?;
        let sent_at = match self.token {
            Some((jwt, hash)) => {
                let hash = Tag::new(&hash.finalize());
                rules.check_claims(&jwt, hash, self.claim.url, now.unwrap_or_else(clock))?
            }
            None => self.claim.time(),
        };
        let origin = (request.headers as &dyn AnyHeaders, self.claim.family);
        let verdict = Verdict::reach(&rules.scheme, origin, found, sent_at, now)?;
        let event_id = verdict.event_id(&self.claim.into_clues(), b"");
        Ok((verdict, event_id))
    }
}

impl<H> fmt::Debug for Arriving<'_, H> {
    /// The name of the scheme and how much has come.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Arriving")
            .field("scheme", &self.verifier.scheme().name)
            .field("body_len", &self.len)
            .finish_non_exhaustive()
    }
}
