//! A body on its way in.

use alloc::vec::Vec;

use sha2::{Digest, Sha256};

use crate::algorithm::Algorithm;
use crate::arrived::Arrived;
use crate::claim::Claim;
use crate::fields::Fields;
use crate::id::EventId;
use crate::keys::Passes;
use crate::rejection::Rejection;
use crate::request::Asked;
use crate::segment::{Segment, around_body};
use crate::signatures::Signatures;
use crate::tag::Tag;
use crate::unix_time::UnixTime;
use crate::verdict::Verdict;
use crate::verifier::Verifier;

/// A body on its way in, apart from the request and the verifier, which are handed to it with every
/// call and must be the same each time.
///
/// It borrows from neither, so that whoever owns both can own it too. The price is that the headers
/// are read twice: what is read of them borrows from them.
pub(crate) struct Intake {
    kept: Kept,
    limit: u64,
    /// How much has come.
    len: u64,
    /// Why there is nothing more to ask: what was refused stays so.
    refused: Option<Rejection>,
}

/// What is kept of the body.
enum Kept {
    Passing(Passing),
    Held(Vec<u8>),
}

/// What is known of a body that goes through the algorithm as it comes.
struct Passing {
    passes: Passes,
    is_body_signed: bool,
    /// The hash of the body as far as it goes, if a token holds one.
    hash: Option<Sha256>,
    /// The last byte that has come.
    last: Option<u8>,
}

impl Intake {
    /// # Errors
    ///
    /// As [`Verifier::begin`].
    pub(crate) fn begin(
        verifier: &Verifier,
        request: Asked<'_>,
        limit: u64,
    ) -> Result<Self, Rejection> {
        Ok(Self {
            kept: match verifier.holds_body() {
                true => Kept::hold(verifier, request)?,
                false => Kept::Passing(Passing::begin(verifier, request)?),
            },
            limit,
            len: 0,
            refused: None,
        })
    }

    /// How much has come, in bytes.
    pub(crate) const fn len(&self) -> u64 {
        self.len
    }

    /// # Errors
    ///
    /// As [`Arriving::push`](crate::Arriving::push).
    pub(crate) fn push(&mut self, verifier: &Verifier, piece: &[u8]) -> Result<(), Rejection> {
        let taken = match &self.refused {
            Some(refused) => return Err(refused.clone()),
            None => self.take(verifier, piece),
        };
        self.refused = taken.clone().err();
        taken
    }

    /// # Errors
    ///
    /// As [`Arriving::finish_at`](crate::Arriving::finish_at).
    pub(crate) fn finish<'a>(
        self,
        verifier: &'a Verifier,
        request: Asked<'a>,
        clock: impl Fn() -> UnixTime,
    ) -> Result<Arrived<'a>, Rejection> {
        if let Some(refused) = self.refused {
            return Err(refused);
        }
        let (verdict, event_id) = match self.kept {
            Kept::Passing(passing) => passing.decide(verifier, request, clock)?,
            Kept::Held(body) => {
                let verdict = verifier.decide(request, &body, clock)?;
                let event_id = verdict.event_id(&body);
                (verdict, event_id.map(EventId::into_owned))
            }
        };
        Ok(Arrived {
            verdict,
            event_id,
            body_len: self.len,
        })
    }

    fn take(&mut self, verifier: &Verifier, piece: &[u8]) -> Result<(), Rejection> {
        if self.len == 0 {
            verifier.rules.check_body_start(piece)?;
        }
        // No platform has a `usize` of more than 64 bits.
        self.len = self.len.saturating_add(piece.len() as u64);
        if self.len > self.limit {
            return Err(Rejection::BodyTooLong { limit: self.limit });
        }
        match &mut self.kept {
            Kept::Passing(passing) => passing.take(piece),
            Kept::Held(body) => body.extend_from_slice(piece),
        }
        Ok(())
    }
}

impl Kept {
    /// # Errors
    ///
    /// As [`Verifier::begin`]: what can be told from the headers alone, if that is all there is.
    fn hold(verifier: &Verifier, request: Asked<'_>) -> Result<Self, Rejection> {
        if verifier.rules.fields.is_empty() {
            read_headers(verifier, request)?;
        }
        Ok(Self::Held(Vec::new()))
    }
}

/// What the headers say, when no field of the body is needed beside them.
fn read_headers<'a>(
    verifier: &'a Verifier,
    request: Asked<'a>,
) -> Result<(Claim<'a>, Signatures), Rejection> {
    let mut signatures = Signatures::new(verifier.scheme());
    let mut claim = Claim::blank(&verifier.rules);
    let no_fields = const { &Fields::NONE };
    claim.read(&verifier.rules, request, no_fields, &mut signatures)?;
    Ok((claim, signatures))
}

impl Passing {
    /// # Errors
    ///
    /// As [`Verifier::begin`].
    fn begin(verifier: &Verifier, request: Asked<'_>) -> Result<Self, Rejection> {
        let (claim, _) = read_headers(verifier, request)?;
        let scheme = verifier.scheme();
        let mut passes = verifier.keys.begin();
        let [before_body, _] = around_body(&scheme.signed);
        claim.lay_out(before_body, &mut passes);
        Ok(Self {
            passes,
            // A token signs nothing; its deliveries are told apart by their bodies.
            is_body_signed: scheme.signs(&Segment::Body) || scheme.algorithm == Algorithm::Token,
            hash: claim.jwt.map(|_| Sha256::new()),
            last: None,
        })
    }

    fn take(&mut self, piece: &[u8]) {
        self.last = piece.last().copied().or(self.last);
        if self.is_body_signed {
            self.passes.update(piece);
        }
        if let Some(hash) = &mut self.hash {
            hash.update(piece);
        }
    }

    fn decide<'a>(
        mut self,
        verifier: &'a Verifier,
        request: Asked<'a>,
        clock: impl Fn() -> UnixTime,
    ) -> Result<(Verdict<'a>, Option<EventId<'a>>), Rejection> {
        let Verifier { rules, keys, .. } = verifier;
        rules.check_body_end(self.last.as_slice())?;
        let now = verifier.ask(&clock);
        let (claim, signatures) = read_headers(verifier, request)?;
        let [_, behind_body] = around_body(&rules.scheme.signed);
        claim.lay_out(behind_body, &mut self.passes);
        let found = keys.find_finished(signatures.usable(), self.passes, now)?;
        let sent_at = match (&claim.jwt, self.hash) {
            (Some(jwt), Some(hash)) => {
                let hash = Tag::new(&hash.finalize());
                rules.check_claims(jwt, hash, claim.pieces.url, now.unwrap_or_else(clock))?
            }
            _ => claim.time,
        };
        let verdict = Verdict {
            scheme: &rules.scheme,
            secret_label: found.label,
            identity: found.identity,
            sent_at,
            skew: rules.scheme.check_age(sent_at, now)?,
            headers: request.headers,
            family: claim.family,
            form_coverage: None,
        };
        let event_id = verdict.event_id(b"");
        Ok((verdict, event_id))
    }
}
