//! Trying what may have gone wrong, until a signature matches.

use alloc::string::String;
use alloc::vec::Vec;

use crate::doctor::body_change::BodyChange;
use crate::doctor::budget::Budget;
use crate::doctor::finding::Finding;
use crate::doctor::header_mending::{HeaderLines, lookalikes};
use crate::doctor::json_writer::Json;
use crate::doctor::suspects::{Suspect, Suspects};
use crate::doctor::url_change::addresses;
use crate::{Rejection, Request, Secret, Segment, Setup, UnixTime};

/// A delivery as it is tried.
pub(super) struct Delivery<'a> {
    pub(super) headers: &'a HeaderLines<'a>,
    pub(super) method: &'a str,
    /// That of the first line; none if the address is the one that was configured.
    pub(super) target: Option<&'a str>,
    pub(super) body: &'a [u8],
    pub(super) now: UnixTime,
}

impl<'a> Delivery<'a> {
    pub(super) fn request(&self) -> Request<'a, HeaderLines<'a>> {
        let request = Request::new(self.headers).method(self.method);
        match self.target {
            Some(target) => request.target(target),
            None => request,
        }
    }
}

/// What made a signature match.
pub(super) struct Match {
    /// The place of the secret in the list.
    pub(super) position: usize,
    /// The label of the secret.
    pub(super) label: String,
    /// What had to be assumed.
    pub(super) findings: Vec<Finding>,
    /// What is wrong with its time.
    pub(super) time: Option<Finding>,
    /// That the secret is not valid now.
    pub(super) validity: Option<Finding>,
}

/// The first explanation that makes a signature match: of those with one assumption first, then of
/// those with two.
pub(super) fn find(
    setup: &Setup,
    secrets: &[Secret],
    suspects: &Suspects,
    delivery: &Delivery<'_>,
    budget: &mut Budget,
) -> Option<Match> {
    let Suspects { plain, others, .. } = suspects;
    find_as_received(plain, delivery, budget)
        .or_else(|| find_as_received(others, delivery, budget))
        .or_else(|| find_elsewhere(setup, secrets, delivery, budget))
        .or_else(|| find_by_method(setup, plain, delivery, budget))
        .or_else(|| find_changed(plain, delivery, budget))
        .or_else(|| find_changed(others, delivery, budget))
}

/// The first of other providers' deliveries that it is.
pub(super) fn find_provider(
    own: &Setup,
    secrets: &[Secret],
    delivery: &Delivery<'_>,
    budget: &mut Budget,
) -> Option<Match> {
    let providers = lookalikes(own, delivery);
    providers.into_iter().find_map(|provider| {
        let suspects = Suspects::new(&own.of_other(provider), secrets).plain;
        let mut found = find_as_received(&suspects, delivery, budget)?;
        found.findings.insert(0, Finding::OtherProvider(provider));
        Some(found)
    })
}

/// The first of the suspects that matches.
fn find_as_received(
    suspects: &[Suspect],
    delivery: &Delivery<'_>,
    budget: &mut Budget,
) -> Option<Match> {
    suspects
        .iter()
        .find_map(|suspect| suspect.tries(delivery, delivery.body, budget))
}

/// The first other address under which one of the secrets matches.
fn find_elsewhere(
    setup: &Setup,
    secrets: &[Secret],
    delivery: &Delivery<'_>,
    budget: &mut Budget,
) -> Option<Match> {
    let rules = setup.clone().check().ok()?;
    let url = rules.url(delivery.target).ok()?.concat();
    let configured = rules.configured_url().concat();
    addresses(&url, &configured)
        .into_iter()
        .find_map(|(changes, url)| {
            let suspects = Suspects::new(&setup.clone().at(url), secrets);
            let delivery = Delivery {
                target: None,
                ..*delivery
            };
            let mut found = find_as_received(&suspects.plain, &delivery, budget)
                .or_else(|| find_as_received(&suspects.others, &delivery, budget))?;
            found.findings.extend(changes);
            Some(found)
        })
}

const METHODS: [&str; 5] = ["POST", "GET", "PUT", "PATCH", "DELETE"];

/// The first other method with which one of the suspects matches.
fn find_by_method(
    setup: &Setup,
    suspects: &[Suspect],
    delivery: &Delivery<'_>,
    budget: &mut Budget,
) -> Option<Match> {
    if !setup.scheme.signs(&Segment::Method) {
        return None;
    }
    METHODS.into_iter().find_map(|method| {
        let delivery = Delivery {
            method,
            ..*delivery
        };
        let mut found = find_as_received(suspects, &delivery, budget)?;
        found.findings.push(Finding::OtherMethod { method });
        Some(found)
    })
}

/// The first change of the body that makes one of the suspects match.
fn find_changed(
    suspects: &[Suspect],
    delivery: &Delivery<'_>,
    budget: &mut Budget,
) -> Option<Match> {
    let json = Json::parse(delivery.body);
    BodyChange::all().find_map(|change| {
        if !budget.spend(delivery.body.len()) {
            return None;
        }
        let body = change.apply(delivery.body, json)?;
        let mut found = suspects
            .iter()
            .find_map(|suspect| suspect.tries(delivery, &body, budget))?;
        found.findings.push(Finding::ChangedBody(change));
        Some(found)
    })
}

impl Suspect {
    /// Whether the signature is right, be it of the wrong time.
    fn tries(&self, delivery: &Delivery<'_>, body: &[u8], budget: &mut Budget) -> Option<Match> {
        if !budget.spend(body.len()) {
            return None;
        }
        let judged = self
            .verifier
            .verify_request_at(delivery.request(), body, delivery.now);
        let time = match judged {
            Ok(_) => None,
            Err(rejection) => Some(Finding::of_time(rejection)?),
        };
        let is_valid = self.validity.includes(delivery.now);
        Some(Match {
            position: self.position,
            label: self.label.clone(),
            findings: self.findings.clone(),
            time,
            validity: (!is_valid).then(|| Finding::SecretNotValid {
                label: self.label.clone(),
            }),
        })
    }

    /// Why it does not come to comparing signatures, or does not end with it.
    pub(super) fn refuses(&self, delivery: &Delivery<'_>) -> Option<Finding> {
        let judged =
            self.verifier
                .verify_request_at(delivery.request(), delivery.body, delivery.now);
        match judged {
            Ok(_) | Err(Rejection::Mismatch) => None,
            Err(rejection) => Some(Finding::Unreadable(rejection)),
        }
    }
}
