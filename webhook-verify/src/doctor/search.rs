//! Trying what may have gone wrong, until a signature matches.

use alloc::string::String;
use alloc::vec::Vec;

use crate::doctor::body_change::BodyChange;
use crate::doctor::budget::Budget;
use crate::doctor::finding::Finding;
use crate::doctor::header_mending::{HeaderLines, lookalikes};
use crate::doctor::json_writer::Json;
use crate::doctor::suspects::{Suspect, Suspects};
use crate::{Secret, UnixTime};

/// A delivery as it is tried.
pub(super) struct Delivery<'a> {
    pub(super) headers: &'a HeaderLines<'a>,
    pub(super) body: &'a [u8],
    pub(super) now: UnixTime,
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
}

/// The first explanation that makes a signature match: of those with one assumption first, then of
/// those with two.
pub(super) fn find(
    suspects: &Suspects,
    delivery: &Delivery<'_>,
    budget: &mut Budget,
) -> Option<Match> {
    let Suspects { plain, others, .. } = suspects;
    find_as_received(plain, delivery, budget)
        .or_else(|| find_as_received(others, delivery, budget))
        .or_else(|| find_changed(plain, delivery, budget))
        .or_else(|| find_changed(others, delivery, budget))
}

/// The first of other providers' deliveries that it is.
pub(super) fn find_provider(
    own: &str,
    secrets: &[Secret],
    delivery: &Delivery<'_>,
    budget: &mut Budget,
) -> Option<Match> {
    let providers = lookalikes(own, delivery.headers, delivery.body);
    providers.into_iter().find_map(|provider| {
        let suspects = Suspects::new(&provider.into(), secrets).plain;
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
        let time = match self
            .verifier
            .verify_at(delivery.headers, body, delivery.now)
        {
            Ok(_) => None,
            Err(rejection) => Some(Finding::of_time(rejection)?),
        };
        Some(Match {
            position: self.position,
            label: self.label.clone(),
            findings: self.findings.clone(),
            time,
        })
    }
}
