//! A genuine delivery which owns its body.

use core::convert::Infallible;
use core::fmt;
use core::mem;
use core::pin::Pin;
use core::task::{Context, Poll};

use bytes::Bytes;
use http_body::{Body, Frame, SizeHint};

use crate::headers::Headers;
use crate::proof::Proof;
use crate::rejection::Rejection;
use crate::request::Request;
use crate::unix_time::UnixTime;
use crate::verifier::Verifier;

/// Bytes of the largest body that an adapter reads if neither the host nor the framework says
/// otherwise: 1 MiB. GitHub's can have 25 MB.
pub const DEFAULT_BODY_LIMIT: usize = 1 << 20;

/// A genuine delivery which owns its body: what the adapters hand to a handler. Only a [`Verifier`]
/// makes one, so a handler that takes it cannot be reached by anything else.
///
/// ```
/// use webhook_verify::{Delivery, Provider, Request, Secret, Signer, UnixTime, Verifier};
///
/// async fn handle(delivery: Delivery) -> usize {
///     delivery.body().len()
/// }
///
/// let secret = Secret::new("It's a Secret to Everybody");
/// let headers = Signer::new(Provider::GitHub, secret.clone())?.sign(None, UnixTime::now(), b"{}")?;
/// let verifier = Verifier::new(Provider::GitHub, secret)?;
///
/// let delivery = verifier.verify_owned(Request::new(&headers), "{}")?;
/// assert_eq!(delivery.body(), "{}");
/// assert_eq!(delivery.proof().scheme(), "github");
/// # drop(handle(delivery));
///
/// assert!(verifier.verify_owned(Request::new(&headers), "[]").is_err());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// It is a [`Body`] too, so that what takes any body takes it: an `axum::Router`, a client that
/// passes it on.
#[derive(Clone)]
pub struct Delivery {
    body: Bytes,
    proof: Proof,
    /// What is left to be read of it as a [`Body`].
    unread: Bytes,
}

impl Delivery {
    /// The bytes that were verified.
    pub const fn body(&self) -> &Bytes {
        &self.body
    }

    /// What is known of it.
    pub const fn proof(&self) -> &Proof {
        &self.proof
    }

    /// The bytes that were verified, without the proof.
    pub fn into_body(self) -> Bytes {
        self.body
    }

    /// The bytes that were verified, and what is known of them.
    pub fn into_parts(self) -> (Bytes, Proof) {
        (self.body, self.proof)
    }
}

impl Verifier {
    /// Verifies a delivery against the system clock, and keeps its body with it.
    ///
    /// # Errors
    ///
    /// As [`Verifier::verify_at`].
    pub fn verify_owned<H: Headers + Sync>(
        &self,
        request: Request<'_, H>,
        body: impl Into<Bytes>,
    ) -> Result<Delivery, Rejection> {
        let body = body.into();
        let proof = self.verify_request(request, &body)?.to_proof();
        Ok(Delivery::new(body, proof))
    }

    /// Verifies a delivery as of `now`, and keeps its body with it.
    ///
    /// # Errors
    ///
    /// As [`Verifier::verify_at`].
    pub fn verify_owned_at<H: Headers + Sync>(
        &self,
        request: Request<'_, H>,
        body: impl Into<Bytes>,
        now: UnixTime,
    ) -> Result<Delivery, Rejection> {
        let body = body.into();
        let proof = self.verify_request_at(request, &body, now)?.to_proof();
        Ok(Delivery::new(body, proof))
    }
}

impl Delivery {
    fn new(body: Bytes, proof: Proof) -> Self {
        Self {
            unread: body.clone(),
            body,
            proof,
        }
    }
}

impl Body for Delivery {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        let unread = mem::take(&mut self.unread);
        Poll::Ready((!unread.is_empty()).then(|| Ok(Frame::data(unread))))
    }

    fn is_end_stream(&self) -> bool {
        self.unread.is_empty()
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(self.unread.len() as u64)
    }
}

impl fmt::Debug for Delivery {
    /// Without the body.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Delivery")
            .field("proof", &self.proof)
            .field("body_len", &self.body.len())
            .finish()
    }
}

#[cfg(test)]
mod tests {
    use core::task::Waker;
    use std::format;

    use super::*;
    use crate::challenge::{Challenge, slack};
    use crate::{Provider, Secret, Signer};

    fn delivery(provider: Provider, body: &'static str) -> Delivery {
        let now = UnixTime::from_secs(1_700_000_000);
        let secret = Secret::new("a signing secret");
        let signer = Signer::new(provider, secret.clone()).expect("usable");
        let headers = signer.sign(None, now, body.as_bytes()).expect("signable");
        let verifier = Verifier::new(provider, secret).expect("usable");
        verifier
            .verify_owned_at(Request::new(&headers), body, now)
            .expect("genuine")
    }

    #[test]
    fn reading_it_as_a_body_takes_nothing_from_what_was_verified() {
        let mut delivery = delivery(Provider::GitHub, "{}");
        assert_eq!(delivery.size_hint().exact(), Some(2));

        let mut context = Context::from_waker(Waker::noop());
        let Poll::Ready(Some(Ok(frame))) = Pin::new(&mut delivery).poll_frame(&mut context) else {
            panic!("the bytes are there");
        };
        assert_eq!(frame.into_data().expect("data"), "{}");

        assert!(delivery.is_end_stream());
        let end = Pin::new(&mut delivery).poll_frame(&mut context);
        assert!(matches!(end, Poll::Ready(None)));
        assert_eq!(delivery.body(), "{}");
    }

    #[test]
    fn an_empty_body_ends_before_it_begins() {
        let delivery = delivery(Provider::GitHub, "");
        assert!(delivery.is_end_stream());
        assert_eq!(delivery.size_hint().exact(), Some(0));
    }

    #[test]
    fn a_challenge_in_its_body_is_genuine() {
        let body = r#"{"token":"t","challenge":"3eZbrw1a","type":"url_verification"}"#;
        let delivery = delivery(Provider::Slack, body);
        assert!(matches!(slack::answer(&delivery), Challenge::Answer(_)));
    }

    #[test]
    fn debug_shows_no_body() {
        let shown = format!("{:?}", delivery(Provider::GitHub, "a customer's name"));
        assert!(shown.ends_with("body_len: 17 }"), "{shown}");
        assert!(!shown.contains("customer"), "{shown}");
    }
}
