//! A delivery whose body comes in pieces.

use core::fmt;

use crate::arrived::Arrived;
use crate::headers::Headers;
use crate::intake::Intake;
use crate::rejection::Rejection;
use crate::request::{Asked, Request};
use crate::unix_time::UnixTime;
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
pub struct Arriving<'a> {
    verifier: &'a Verifier,
    request: Asked<'a>,
    intake: Intake,
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
    ) -> Result<Arriving<'a>, Rejection> {
        let request = request.into();
        Ok(Arriving {
            verifier: self,
            request,
            intake: Intake::begin(self, request, limit)?,
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

impl<'a> Arriving<'a> {
    /// Takes the next piece of the body, which may be empty: the raw bytes that were received.
    ///
    /// # Errors
    ///
    /// There is more than the limit, or the body cannot be what was signed whatever comes. Then
    /// every later call says the same.
    pub fn push(&mut self, piece: &[u8]) -> Result<(), Rejection> {
        self.intake.push(self.verifier, piece)
    }

    /// Says whether the delivery is genuine, against the system clock as it is now.
    ///
    /// # Errors
    ///
    /// As [`Verifier::verify_at`], or what [`push`](Arriving::push) has refused.
    #[cfg(feature = "std")]
    pub fn finish(self) -> Result<Arrived<'a>, Rejection> {
        self.intake
            .finish(self.verifier, self.request, UnixTime::now)
    }

    /// Says whether the delivery is genuine as of `now`.
    ///
    /// # Errors
    ///
    /// As [`Verifier::verify_at`], or what [`push`](Arriving::push) has refused.
    pub fn finish_at(self, now: UnixTime) -> Result<Arrived<'a>, Rejection> {
        self.intake.finish(self.verifier, self.request, || now)
    }
}

impl fmt::Debug for Arriving<'_> {
    /// The name of the scheme and how much has come.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Arriving")
            .field("scheme", &self.verifier.scheme().name)
            .field("body_len", &self.intake.len())
            .finish_non_exhaustive()
    }
}
