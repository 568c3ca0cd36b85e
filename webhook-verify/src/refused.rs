//! Why a request does not become a delivery.

use alloc::boxed::Box;
use core::error::Error;
use core::time::Duration;

use thiserror::Error;

use crate::rejection::{Rejection, RejectionKind};

/// Why a request does not become a [`Delivery`](crate::Delivery).
///
/// It is for the receiver's log. The adapters answer the sender with its [`status`](Refused::status)
/// and an empty body: which check failed helps a forger more than it helps a provider.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum Refused {
    /// There is no verifier to be had for this request.
    #[error(transparent)]
    Unresolved(#[from] Unresolved),
    /// The body is larger than the receiver takes. The rest of it was not read.
    #[error("the body is too large")]
    TooLarge,
    /// The body broke off, or its framing is wrong.
    #[error("the body cannot be read to its end")]
    BrokenBody(#[source] Box<dyn Error + Send + Sync>),
    /// It is not a genuine delivery, or not one of now.
    #[error(transparent)]
    Rejected(Rejection),
}

impl From<Rejection> for Refused {
    /// A body that is too long is [`TooLarge`](Refused::TooLarge), whoever has counted.
    fn from(rejection: Rejection) -> Self {
        match rejection {
            Rejection::BodyTooLong { .. } => Self::TooLarge,
            rejection => Self::Rejected(rejection),
        }
    }
}

impl Refused {
    /// The HTTP status to answer with. It is the sender's fault, 4xx, but for
    /// [`Unresolved::Unavailable`], and for a certificate that is not admitted: the provider should
    /// try again when the host has fetched it, and Amazon SNS does after 5xx only.
    ///
    /// What is missing, wrong or late is 401 alike: the answer does not tell a forger that only the
    /// time is wrong.
    pub const fn status(&self) -> u16 {
        match self {
            Self::Unresolved(Unresolved::Unknown) => 404,
            Self::Unresolved(Unresolved::Unavailable { .. }) => 503,
            Self::TooLarge => 413,
            Self::BrokenBody(_) => 400,
            Self::Rejected(Rejection::CertificateNotAdmitted { .. }) => 503,
            Self::Rejected(rejection) => match rejection.kind() {
                RejectionKind::Malformed => 400,
                RejectionKind::TooLong => 413,
                RejectionKind::Missing | RejectionKind::Mismatch | RejectionKind::Stale => 401,
            },
        }
    }

    /// The answer to the sender: the status, an empty body, and nothing that tells why.
    #[cfg(feature = "http")]
    pub fn to_response<B: Default>(&self) -> http::Response<B> {
        let mut response = http::Response::new(B::default());
        let status = http::StatusCode::from_u16(self.status());
        *response.status_mut() = status.unwrap_or(http::StatusCode::INTERNAL_SERVER_ERROR);
        if let Self::Unresolved(unresolved) = self
            && let Some(secs) = unresolved.retry_after_secs()
        {
            let headers = response.headers_mut();
            headers.insert(http::header::RETRY_AFTER, secs.into());
        }
        response
    }
}

/// Why there is no verifier to be had for a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum Unresolved {
    /// Nobody receives here: no such tenant, no such provider.
    #[error("nobody receives here")]
    Unknown,
    /// Whether somebody does is not known: what knows the secrets does not answer. The provider
    /// should try again.
    #[error("the secrets cannot be had now")]
    Unavailable {
        /// After which time.
        retry_after: Duration,
    },
}

impl Unresolved {
    /// Whole seconds for a `Retry-After` header, rounded up.
    #[cfg(feature = "http")]
    fn retry_after_secs(self) -> Option<u64> {
        match self {
            Self::Unknown => None,
            Self::Unavailable { retry_after } => {
                let partial = retry_after.subsec_nanos() > 0;
                Some(retry_after.as_secs().saturating_add(partial.into()))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Provider, SecretForm};

    #[test]
    fn only_what_is_not_the_senders_fault_is_5xx() {
        let retry_after = Duration::from_millis(1_500);
        let unavailable = Unresolved::Unavailable { retry_after };
        let stale = Rejection::Stale {
            age: Duration::from_secs(301),
            allowed: Duration::from_secs(300),
        };
        let header = "x".into();
        let SecretForm::Certificate(rule) = Provider::PayPal.scheme().secret else {
            panic!("the key is in a certificate");
        };
        let url = rule.admit("https://api.paypal.com/v1/notifications/certs/CERT-1");
        let url = url.expect("the provider's");
        let of_each: [(Refused, u16); 10] = [
            (Rejection::CertificateNotAdmitted { url }.into(), 503),
            (Unresolved::Unknown.into(), 404),
            (unavailable.into(), 503),
            (Refused::TooLarge, 413),
            (Rejection::BodyTooLong { limit: 1 }.into(), 413),
            (Refused::BrokenBody("cut off".into()), 400),
            (Rejection::MalformedTarget.into(), 400),
            (Rejection::MissingHeader { header }.into(), 401),
            (Rejection::Mismatch.into(), 401),
            (stale.into(), 401),
        ];
        for (refused, status) in of_each {
            assert_eq!(refused.status(), status, "{refused}");
        }
    }

    #[cfg(feature = "http")]
    #[test]
    fn a_retry_is_never_asked_for_too_early() {
        let secs = |retry_after| Unresolved::Unavailable { retry_after }.retry_after_secs();
        assert_eq!(secs(Duration::from_millis(1_001)), Some(2));
        assert_eq!(secs(Duration::from_secs(2)), Some(2));
        assert_eq!(secs(Duration::MAX), Some(u64::MAX));
        assert_eq!(Unresolved::Unknown.retry_after_secs(), None);
    }
}
