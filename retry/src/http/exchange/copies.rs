//! A request, as often as it is sent.

use http::Request;
use http::header::HeaderName;
use http::request::Parts;
use http_body::Body;

use super::idempotency_key::add_key;
use crate::http::repeat::{Repeat, Sent};
use crate::http::replay::{Replay, Sending};
use crate::http::terms::Terms;
use crate::nesting::PREVIOUS_ATTEMPTS;
use crate::{Failure, FailureKind};

/// A request, as often as it is sent. Each copy begins with the fields and the extensions that the first
/// had, whatever was done to those of another.
pub(super) struct Copies<B> {
    head: Parts,
    body: Replay<B>,
    repeat: Repeat,
}

impl<B: Body> Copies<B> {
    pub(super) fn of(request: Request<B>, terms: &Terms) -> Self {
        let (mut head, body) = request.into_parts();
        if terms.makes_keys {
            add_key(&mut head);
        }
        Self {
            repeat: Repeat::of(&head),
            body: Replay::new(body, terms.replay_bytes),
            head,
        }
    }

    /// The request once more, if all of its body can be had once more. It says how often it was sent
    /// before, if it was.
    pub(super) fn next(&mut self, sent_before: u32) -> Option<Request<Sending<B>>> {
        let body = self.body.next()?;
        let mut request = Request::from_parts(self.head.clone(), body);
        if sent_before > 0 {
            let name = HeaderName::from_static(PREVIOUS_ATTEMPTS);
            request.headers_mut().insert(name, sent_before.into());
        }
        Some(request)
    }

    pub(super) const fn head(&self) -> &Parts {
        &self.head
    }

    /// The failure, as it is for this request, which may be one that is not sent again after it.
    pub(super) fn restrict(&self, failure: Failure, sent: Sent) -> Failure {
        let can_be_sent = self.repeat.allows(sent) && self.body.can_be_sent();
        if can_be_sent || failure.kind() == FailureKind::Permanent {
            failure
        } else {
            Failure::not_repeatable().hinted(failure.hint())
        }
    }
}
