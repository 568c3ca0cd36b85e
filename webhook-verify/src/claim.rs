//! What a request says of itself.

use alloc::string::String;

use crate::certificate_url::{AlgorithmHeader, CertificateRule, CertificateSource, CertificateUrl};
use crate::fields::Fields;
use crate::headers::{AnyHeaders, Family};
use crate::id::{IdSource, is_well_formed};
use crate::jwt::Jwt;
use crate::keys::Passes;
use crate::rejection::Rejection;
use crate::request::Asked;
use crate::secret::SecretForm;
use crate::segment::{Pieces, Segment};
use crate::setup::Rules;
use crate::signature_source::{MoreSignatures, SignatureField, SignatureHeader, SignatureSource};
use crate::signatures::{MAX_SIGNATURES, Signatures, TooMany};
use crate::timestamp::{TimestampRule, TimestampSource, TimestampUnit};
use crate::unix_time::UnixTime;

/// What a request says of itself. It is well-formed, and not to be believed yet.
pub(crate) struct Claim<'a> {
    /// The time, if it is in the layout.
    pub(crate) time: Option<UnixTime>,
    /// Which family of headers it was read from.
    pub(crate) family: usize,
    /// The token, if it is in one that the signature stands.
    pub(crate) jwt: Option<Jwt<'a>>,
    /// Where the certificate is that it is signed with, if it is with one.
    pub(crate) certificate: Option<CertificateUrl>,
    /// What was signed, if the claim is true: all but the body and the form.
    pub(crate) pieces: Pieces<'a>,
}

impl<'a> Claim<'a> {
    /// The claim of nothing, which [`Claim::read`] fills in where it stands: it is too long to be
    /// handed around.
    pub(crate) fn blank(rules: &'a Rules) -> Self {
        Self {
            time: None,
            family: 0,
            jwt: None,
            certificate: None,
            pieces: Pieces::of(&rules.scheme.signed),
        }
    }

    /// Reads the headers of one family, and the fields of the body. The signatures go where the
    /// caller has room for them.
    ///
    /// # Errors
    ///
    /// Something that the scheme needs is missing, or something that it reads is malformed.
    pub(crate) fn read(
        &mut self,
        rules: &'a Rules,
        request: Asked<'a>,
        fields: &'a Fields<'_>,
        signatures: &mut Signatures,
    ) -> Result<(), Rejection> {
        let scheme = &rules.scheme;
        let (family, header) = match &scheme.signature {
            SignatureSource::Header(signature) => {
                read_signatures(signature, request.headers, signatures)?
            }
            SignatureSource::BodyField(signature) => {
                collect_in_body(signature, fields, signatures)?;
                (Family::at(request.headers, 0), "")
            }
        };
        self.family = family.index();
        self.pieces.fields = fields;
        self.pieces.webhook_id = &rules.webhook_id;
        self.pieces.url = rules.url(request.target)?;
        for segment in scheme.signed.iter() {
            match (segment, &scheme.timestamp, &scheme.id) {
                (Segment::Timestamp, Some(rule), _) => {
                    let said = read_timestamp(&scheme.signature, rule, &family, header, fields)?;
                    self.time = Some(said.0);
                    self.pieces.timestamp = said.1;
                }
                (Segment::Id, _, Some(source)) => {
                    self.pieces.id = read_id(source, rules.id_boundary, &family, fields)?;
                }
                (Segment::Method, ..) => self.pieces.method = read_method(request.method)?,
                (Segment::Jwt, ..) => {
                    let jwt = read_jwt(&scheme.signature, &family, header)?;
                    self.pieces.jwt = jwt.signed;
                    self.jwt = Some(jwt);
                }
                _ => {}
            }
        }
        if let SecretForm::Certificate(rule) = &scheme.secret {
            self.certificate = Some(read_certificate(rule, &family, fields)?);
        }
        Ok(())
    }

    /// Takes a part of the layout through every key.
    pub(crate) fn lay_out(&self, part: &[Segment], passes: &mut Passes) {
        let pieces = Pieces {
            signed: part,
            ..self.pieces
        };
        pieces.lay_out(|piece| passes.update(piece));
    }
}

/// Reads the signatures of the first family that has any, and says which it is. The text that holds
/// them is the last that was read: a time is not looked for in one of several.
fn read_signatures<'a>(
    signature: &SignatureHeader,
    headers: &'a dyn AnyHeaders,
    signatures: &mut Signatures,
) -> Result<(Family<'a>, &'a str), Rejection> {
    for family in Family::each(headers, &signature.names) {
        let mut last = None;
        let found = |header| {
            last = Some(header);
            collect(signature, &family, header, signatures)
        };
        each_text(signature, &family, found)?;
        let Some(header) = last else {
            continue;
        };
        if signatures.is_empty() {
            return Err(Rejection::NoUsableSignature {
                header: family.name(&signature.names),
            });
        }
        return Ok((family, header));
    }
    Err(Rejection::MissingHeader {
        header: signature.names.to_cow(0),
    })
}

fn each_text<'a>(
    signature: &SignatureHeader,
    family: &Family<'a>,
    mut found: impl FnMut(&'a str) -> Result<(), Rejection>,
) -> Result<(), Rejection> {
    if signature.more == MoreSignatures::OnLines {
        return family.each_line(&signature.names, found);
    }
    for names in signature.every_name() {
        if let Some(header) = family.find_one(names)? {
            found(header)?;
        }
    }
    Ok(())
}

fn collect(
    signature: &SignatureHeader,
    family: &Family<'_>,
    header: &str,
    signatures: &mut Signatures,
) -> Result<(), Rejection> {
    signature
        .grammar
        .collect(header, signatures)
        .map_err(|TooMany| Rejection::TooManySignatures {
            header: family.name(&signature.names),
            limit: MAX_SIGNATURES,
        })
}

fn read_jwt<'a>(
    signature: &SignatureSource,
    family: &Family<'a>,
    header: &'a str,
) -> Result<Jwt<'a>, Rejection> {
    Jwt::in_header(header).ok_or_else(|| match signature {
        SignatureSource::Header(signature) => Rejection::NoUsableSignature {
            header: family.name(&signature.names),
        },
        // `Scheme::validate` allows no token in a body.
        SignatureSource::BodyField(signature) => malformed_field(&signature.path),
    })
}

/// Collects the signatures in a field of the body.
fn collect_in_body(
    signature: &SignatureField,
    fields: &Fields<'_>,
    signatures: &mut Signatures,
) -> Result<(), Rejection> {
    let SignatureField { path, grammar, .. } = signature;
    let collected = grammar.collect(fields.one(path)?, signatures);
    if collected.is_err() || signatures.is_empty() {
        return Err(malformed_field(path));
    }
    Ok(())
}

fn read_timestamp<'a>(
    signature: &SignatureSource,
    rule: &TimestampRule,
    family: &Family<'a>,
    header: &'a str,
    fields: &'a Fields<'_>,
) -> Result<(UnixTime, &'a str), Rejection> {
    let (names, text) = match (&rule.source, signature) {
        (TimestampSource::BodyField(path), _) => {
            return time_in_body(path, rule.unit, fields);
        }
        (TimestampSource::Header(names), _) => (names, family.one(names)?),
        (TimestampSource::InSignature(key), SignatureSource::Header(signature)) => (
            &signature.names,
            read_value(signature, key, family, header)?,
        ),
        // `Scheme::validate` allows keys in a header only, and no claim beside a layout.
        (TimestampSource::InSignature(key), SignatureSource::BodyField(_))
        | (TimestampSource::Claim(key), _) => {
            return Err(Rejection::MissingField { path: key.clone() });
        }
    };
    match rule.unit.parse(text) {
        Some(time) => Ok((time, text)),
        None => Err(Rejection::MalformedTimestamp {
            header: family.name(names),
            unit: rule.unit,
        }),
    }
}

/// The time under its key in the signature header.
fn read_value<'a>(
    signature: &SignatureHeader,
    key: &str,
    family: &Family<'a>,
    header: &'a str,
) -> Result<&'a str, Rejection> {
    let name = || family.name(&signature.names);
    let found = signature.grammar.value(header, key);
    let found = found.map_err(|_| Rejection::RepeatedTimestamp { header: name() })?;
    found.ok_or_else(|| Rejection::MissingTimestamp { header: name() })
}

fn read_id<'a>(
    source: &IdSource,
    id_boundary: Option<u8>,
    family: &Family<'a>,
    fields: &'a Fields<'_>,
) -> Result<&'a str, Rejection> {
    let names = match source {
        IdSource::Header(names) => names,
        IdSource::BodyField(path) => return id_in_body(path, id_boundary, fields),
        // `Scheme::validate` allows no claim beside a layout.
        IdSource::Claim(path) => return Err(Rejection::MissingField { path: path.clone() }),
    };
    let id = family.one(names)?;
    if is_well_formed(id, id_boundary) {
        return Ok(id);
    }
    Err(Rejection::MalformedId {
        header: family.name(names),
    })
}

/// The time that is in the layout and stands in the body.
///
/// # Errors
///
/// It is missing or malformed.
pub(crate) fn time_in_body<'a>(
    path: &str,
    unit: TimestampUnit,
    fields: &'a Fields<'_>,
) -> Result<(UnixTime, &'a str), Rejection> {
    let text = fields.one(path)?;
    match unit.parse(text) {
        Some(time) => Ok((time, text)),
        None => Err(malformed_field(path)),
    }
}

/// The id that is in the layout and stands in the body.
///
/// # Errors
///
/// It is missing or malformed.
pub(crate) fn id_in_body<'a>(
    path: &str,
    boundary: Option<u8>,
    fields: &'a Fields<'_>,
) -> Result<&'a str, Rejection> {
    let id = fields.one(path)?;
    if is_well_formed(id, boundary) {
        return Ok(id);
    }
    Err(malformed_field(path))
}

fn malformed_field(path: &str) -> Rejection {
    Rejection::MalformedField {
        path: String::from(path).into(),
    }
}

fn read_certificate(
    rule: &CertificateRule,
    family: &Family<'_>,
    fields: &Fields<'_>,
) -> Result<CertificateUrl, Rejection> {
    if let Some(AlgorithmHeader { names, text }) = &rule.algorithm
        && family.one(names)? != text
    {
        return Err(Rejection::OtherAlgorithm {
            header: family.name(names),
        });
    }
    let url = match &rule.url {
        CertificateSource::Header(names) => family.one(names)?,
        CertificateSource::BodyField(path) => fields.one(path)?,
    };
    rule.admit(url).ok_or(Rejection::ForeignCertificate)
}

/// A method in upper case, which an address in lower case may follow.
fn read_method(method: &str) -> Result<&str, Rejection> {
    let is_method = !method.is_empty() && method.bytes().all(|byte| byte.is_ascii_uppercase());
    is_method
        .then_some(method)
        .ok_or(Rejection::MalformedMethod)
}

#[cfg(test)]
mod tests;
