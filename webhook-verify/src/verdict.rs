//! What is known of a genuine delivery.

use alloc::borrow::Cow;
use core::fmt::DebugStruct;

use crate::coverage::{BodyCoverage, Coverage};
use crate::fields::{self, Value};
use crate::fingerprint::Fingerprint;
use crate::header_names::HeaderNames;
use crate::headers::{AnyHeaders, Family};
use crate::id::{EventId, IdSource, is_well_formed};
use crate::jwt::Jwt;
use crate::scheme::Scheme;
use crate::segment::Segment;
use crate::signature_source::SignatureSource;
use crate::tag::Tag;
use crate::unix_time::{Skew, UnixTime};

/// What is known of a genuine delivery, and does not stand in its body.
#[derive(Clone)]
pub(crate) struct Verdict<'a> {
    pub(crate) scheme: &'a Scheme,
    pub(crate) secret_label: &'a str,
    /// What tells it from every other delivery.
    pub(crate) identity: Tag,
    pub(crate) sent_at: Option<UnixTime>,
    pub(crate) skew: Option<Skew>,
    /// Where its id may stand.
    pub(crate) headers: &'a dyn AnyHeaders,
    /// Which family of them was read.
    pub(crate) family: usize,
    /// How much of the body is covered, if that depends on the delivery.
    pub(crate) form_coverage: Option<BodyCoverage>,
}

impl<'a> Verdict<'a> {
    /// The id of the event, if it is there and well-formed. It is looked up where it was read, if it
    /// was needed to verify.
    pub(crate) fn event_id<'b>(&self, body: &'b [u8]) -> Option<EventId<'b>>
    where
        'a: 'b,
    {
        let text = match self.scheme.id.as_ref()? {
            IdSource::Header(names) => self.header(names).map(Cow::Borrowed),
            IdSource::BodyField(path) => {
                let value = fields::find(self.scheme.body_format(), body, path);
                match self.scheme.signs(&Segment::Id) {
                    // It is signed as it is written.
                    true => value.and_then(Value::into_written),
                    false => value.and_then(Value::into_text),
                }
            }
            IdSource::Claim(name) => self.jwt().and_then(|jwt| jwt.text_of(name)),
        };
        let text = text.filter(|text| is_well_formed(text, None))?;
        Some(EventId::new(text, self.scheme.coverage().id))
    }

    fn header(&self, names: &HeaderNames) -> Option<&'a str> {
        Family::at(self.headers, self.family).find_one(names).ok()?
    }

    fn jwt(&self) -> Option<Jwt<'a>> {
        match &self.scheme.signature {
            SignatureSource::Header(signature) => {
                self.header(&signature.names).and_then(Jwt::in_header)
            }
            SignatureSource::BodyField(_) => None,
        }
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
