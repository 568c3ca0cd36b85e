//! What a request says of itself.

use crate::header_names::HeaderNames;
use crate::headers::{Family, Headers};
use crate::id::{IdSource, is_well_formed};
use crate::rejection::Rejection;
use crate::scheme::{Scheme, SignatureHeader};
use crate::segment::Pieces;
use crate::signatures::{MAX_SIGNATURES, Signatures, TooMany};
use crate::timestamp::{TimestampRule, TimestampSource};
use crate::unix_time::UnixTime;

/// What a request says of itself. It is well-formed, and not to be believed yet.
pub(crate) struct Claim<'a> {
    /// The time, and the text which says it.
    pub(crate) timestamp: Option<(UnixTime, &'a str)>,
    /// The id, if it has a header.
    /// Only if it is signed: what is not signed claims nothing.
    pub(crate) id: Option<&'a str>,
    /// Which family of headers it was read from.
    pub(crate) family: usize,
}

impl<'a> Claim<'a> {
    /// Reads the headers of one family. The signatures go where the caller has room for them: there
    /// are too many bytes of them to be handed around.
    ///
    /// # Errors
    ///
    /// Something that the scheme needs is missing, or something that it reads is malformed.
    pub(crate) fn read<H: Headers>(
        scheme: &Scheme,
        id_boundary: Option<u8>,
        headers: &'a H,
        signatures: &mut Signatures,
    ) -> Result<Self, Rejection> {
        let (family, header) = Family::find(headers, &scheme.signature.names)?;
        read_signatures(scheme, &family, header, signatures)?;
        Ok(Self {
            timestamp: match &scheme.timestamp {
                Some(rule) => Some(read_timestamp(scheme, rule, &family, header)?),
                None => None,
            },
            id: match &scheme.id {
                Some(IdSource::Header(names)) if scheme.signs_id() => {
                    Some(read_id(names, id_boundary, &family)?)
                }
                _ => None,
            },
            family: family.index(),
        })
    }

    /// What was signed, if the claim is true.
    pub(crate) fn pieces(&self, body: &'a [u8]) -> Pieces<'a> {
        Pieces {
            id: self.id.unwrap_or_default(),
            timestamp: self.timestamp.map_or("", |(_, text)| text),
            body,
        }
    }
}

fn read_signatures<H: Headers>(
    scheme: &Scheme,
    family: &Family<'_, H>,
    header: &str,
    signatures: &mut Signatures,
) -> Result<(), Rejection> {
    let SignatureHeader { names, grammar } = &scheme.signature;
    grammar
        .collect(header, signatures)
        .map_err(|TooMany| Rejection::TooManySignatures {
            header: family.name(names),
            limit: MAX_SIGNATURES,
        })?;
    if signatures.usable().is_empty() {
        return Err(Rejection::NoUsableSignature {
            header: family.name(names),
        });
    }
    Ok(())
}

fn read_timestamp<'a, H: Headers>(
    scheme: &Scheme,
    rule: &TimestampRule,
    family: &Family<'a, H>,
    header: &'a str,
) -> Result<(UnixTime, &'a str), Rejection> {
    let (names, text) = match &rule.source {
        TimestampSource::Header(names) => (names, family.one(names)?),
        TimestampSource::InSignature(key) => {
            let names = &scheme.signature.names;
            let found = scheme.signature.grammar.value(header, key);
            let found = found.map_err(|_| Rejection::RepeatedTimestamp {
                header: family.name(names),
            })?;
            (
                names,
                found.ok_or_else(|| Rejection::MissingTimestamp {
                    header: family.name(names),
                })?,
            )
        }
    };
    match rule.unit.parse(text) {
        Some(time) => Ok((time, text)),
        None => Err(Rejection::MalformedTimestamp {
            header: family.name(names),
            digits: rule.unit.digits(),
        }),
    }
}

fn read_id<'a, H: Headers>(
    names: &HeaderNames,
    id_boundary: Option<u8>,
    family: &Family<'a, H>,
) -> Result<&'a str, Rejection> {
    let id = family.one(names)?;
    if is_well_formed(id, id_boundary) {
        return Ok(id);
    }
    Err(Rejection::MalformedId {
        header: family.name(names),
    })
}
