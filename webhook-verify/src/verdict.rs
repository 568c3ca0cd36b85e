//! What is known of a genuine delivery.

use alloc::borrow::Cow;
use core::fmt::DebugStruct;

use crate::coverage::{BodyCoverage, Coverage};
use crate::fields::{self, Value};
use crate::fingerprint::Fingerprint;
use crate::header_names::HeaderNames;
use crate::headers::AnyHeaders;
use crate::id::{EventId, IdSource, is_well_formed};
use crate::jwt::Jwt;
use crate::keys::Match;
use crate::rejection::Rejection;
use crate::scheme::Scheme;
use crate::tag::Tag;
use crate::timestamp::TimestampRule;
use crate::unix_time::{Skew, UnixTime};

/// What is known of a genuine delivery, and does not stand in its body.
#[derive(Clone)]
pub(crate) struct Verdict<'a> {
    pub(crate) scheme: &'a Scheme,
    pub(crate) secret_label: &'a str,
    /// What tells it from every other delivery.
    identity: Tag,
    pub(crate) sent_at: Option<UnixTime>,
    pub(crate) skew: Option<Skew>,
    headers: &'a dyn AnyHeaders,
    family: usize,
    /// How much of the body is covered, if that depends on the delivery.
    pub(crate) form_coverage: Option<BodyCoverage>,
}

/// What was read to verify a delivery, and its id may stand in.
#[derive(Clone)]
pub(crate) struct IdClues<'a> {
    /// The id, if it is in the layout.
    pub(crate) id: Option<Cow<'a, str>>,
    pub(crate) jwt: Option<Jwt<'a>>,
}

impl<'a> Verdict<'a> {
    /// The verdict on a delivery of which a signature is right, with the family of its headers.
    ///
    /// # Errors
    ///
    /// It was sent at a time too far from now.
    pub(crate) fn reach(
        scheme: &'a Scheme,
        (headers, family): (&'a dyn AnyHeaders, usize),
        found: Match<'a>,
        sent_at: Option<UnixTime>,
        now: Option<UnixTime>,
    ) -> Result<Self, Rejection> {
        Ok(Self {
            scheme,
            secret_label: found.label,
            identity: found.identity,
            sent_at,
            skew: check_age(scheme.timestamp.as_ref(), sent_at, now)?,
            headers,
            family,
            form_coverage: None,
        })
    }

    /// The id of the event, if it is there and well-formed.
    pub(crate) fn event_id<'b>(&self, clues: &IdClues<'b>, body: &'b [u8]) -> Option<EventId<'b>>
    where
        'a: 'b,
    {
        let text = match &self.scheme.id {
            _ if clues.id.is_some() => clues.id.clone(),
            Some(IdSource::Header(names)) => self.unsigned_id(names).map(Cow::Borrowed),
            Some(IdSource::BodyField(path)) => {
                let value = fields::find(self.scheme.body_format(), body, path);
                let text = value.and_then(Value::into_text);
                text.filter(|text| is_well_formed(text, None))
            }
            Some(IdSource::Claim(name)) => {
                let text = clues.jwt.and_then(|jwt| jwt.text_of(name));
                text.filter(|text| is_well_formed(text, None))
            }
            None => None,
        };
        text.map(|text| EventId::new(text, self.scheme.coverage().id))
    }

    fn unsigned_id(&self, names: &HeaderNames) -> Option<&'a str> {
        let text = self.headers.readable(names, self.family);
        text.filter(|text| is_well_formed(text, None))
    }

    /// What the scheme covers, but for the body where some deliveries are forms and others are not.
    pub(crate) fn coverage(&self) -> Coverage {
        let coverage = self.scheme.coverage();
        Coverage {
            body: self.form_coverage.unwrap_or(coverage.body),
            ..coverage
        }
    }

    pub(crate) fn fingerprint(&self) -> Fingerprint {
        Fingerprint::of(self.identity)
    }

    /// Adds what a log may have.
    pub(crate) fn describe(&self, debug: &mut DebugStruct<'_, '_>) {
        debug
            .field("scheme", &self.scheme.name)
            .field("secret_label", &self.secret_label)
            .field("sent_at", &self.sent_at)
            .field("skew", &self.skew)
            .field("fingerprint", &self.fingerprint());
    }
}

fn check_age(
    rule: Option<&TimestampRule>,
    sent_at: Option<UnixTime>,
    now: Option<UnixTime>,
) -> Result<Option<Skew>, Rejection> {
    let (Some(rule), Some(sent_at), Some(now)) = (rule, sent_at, now) else {
        return Ok(None);
    };
    let skew = now.skew_of(sent_at);
    rule.tolerance.check(skew)?;
    Ok(Some(skew))
}
