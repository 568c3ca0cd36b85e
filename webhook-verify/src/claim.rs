//! What a request says of itself.

use alloc::borrow::Cow;
use alloc::string::String;

use crate::certificate_url::{AlgorithmHeader, CertificateRule, CertificateSource, CertificateUrl};
use crate::fields::Fields;
use crate::form::Form;
use crate::headers::{Family, Headers};
use crate::id::{IdSource, is_well_formed};
use crate::jwt::Jwt;
use crate::rejection::Rejection;
use crate::request::Request;
use crate::secret::SecretForm;
use crate::segment::{Pieces, Segment};
use crate::setup::Rules;
use crate::signature_source::{MoreSignatures, SignatureField, SignatureHeader, SignatureSource};
use crate::signatures::{MAX_SIGNATURES, Signatures, TooMany};
use crate::timestamp::{TimestampRule, TimestampSource, TimestampUnit};
use crate::unix_time::UnixTime;
use crate::verdict::IdClues;

/// What a request says of itself. It is well-formed, and not to be believed yet.
pub(crate) struct Claim<'a> {
    /// The time, and the text which says it, if it is in the layout.
    timestamp: Option<(UnixTime, Cow<'a, str>)>,
    /// The id, if it is in the layout: what is not signed claims nothing.
    id: Option<Cow<'a, str>>,
    /// Which family of headers it was read from.
    pub(crate) family: usize,
    /// The address, in two parts, if it is signed.
    pub(crate) url: [&'a str; 2],
    /// The token, if it is in one that the signature stands.
    pub(crate) jwt: Option<Jwt<'a>>,
    /// Where the certificate is that it is signed with, if it is with one.
    pub(crate) certificate: Option<CertificateUrl>,
    /// The method, if it is signed.
    method: &'a str,
    /// The id of the webhook, if it is signed.
    webhook_id: &'a str,
    /// What was read of the body, if the scheme reads any of it.
    fields: Fields<'a>,
}

impl<'a> Claim<'a> {
    /// Reads the headers of one family, and the fields of the body. The signatures go where the
    /// caller has room for them: there are too many bytes of them to be handed around.
    ///
    /// # Errors
    ///
    /// Something that the scheme needs is missing, or something that it reads is malformed.
    pub(crate) fn read<H: Headers>(
        rules: &'a Rules,
        request: Request<'a, H>,
        fields: Fields<'a>,
        signatures: &mut Signatures,
    ) -> Result<Self, Rejection> {
        let scheme = &rules.scheme;
        let (family, header) = match &scheme.signature {
            SignatureSource::Header(signature) => {
                read_signatures(signature, request.headers, signatures)?
            }
            SignatureSource::BodyField(signature) => {
                collect_in_body(signature, &fields, signatures)?;
                (Family::only(request.headers), "")
            }
        };
        Ok(Self {
            timestamp: match &scheme.timestamp {
                Some(rule) if scheme.signs(&Segment::Timestamp) => Some(read_timestamp(
                    &scheme.signature,
                    rule,
                    &family,
                    header,
                    &fields,
                )?),
                _ => None,
            },
            id: match &scheme.id {
                Some(source) if scheme.signs(&Segment::Id) => {
                    Some(read_id(source, rules.id_boundary, &family, &fields)?)
                }
                _ => None,
            },
            family: family.index(),
            url: rules.url(request.target)?,
            jwt: match &scheme.signature {
                SignatureSource::Header(signature) if signature.grammar.jwt().is_some() => {
                    Some(read_jwt(signature, &family, header)?)
                }
                _ => None,
            },
            certificate: match &scheme.secret {
                SecretForm::Certificate(rule) => Some(read_certificate(rule, &family, &fields)?),
                _ => None,
            },
            method: match scheme.signs(&Segment::Method) {
                true => read_method(request.method)?,
                false => "",
            },
            webhook_id: &rules.webhook_id,
            fields,
        })
    }

    /// The time, if it is in the layout.
    pub(crate) fn time(&self) -> Option<UnixTime> {
        self.timestamp.as_ref().map(|&(time, _)| time)
    }

    /// What the id of the event may stand in.
    pub(crate) fn into_clues(self) -> IdClues<'a> {
        IdClues {
            id: self.id,
            jwt: self.jwt,
        }
    }

    /// What was signed, if the claim is true.
    pub(crate) fn pieces<'p>(
        &'p self,
        signed: &'p [Segment],
        body: &'p [u8],
        form: Option<&'p Form<'p>>,
    ) -> Pieces<'p> {
        Pieces {
            signed,
            webhook_id: self.webhook_id,
            id: self.id.as_deref().unwrap_or_default(),
            timestamp: self.timestamp.as_ref().map_or("", |(_, text)| text),
            body,
            url: self.url,
            method: self.method,
            form: form.map_or(&[], Form::fields),
            jwt: self.jwt.map_or("", |jwt| jwt.signed),
            fields: &self.fields,
        }
    }
}

/// Reads the signatures of the first family that has any, and says which it is. The text that holds
/// them is the last that was read: a time is not looked for in one of several.
fn read_signatures<'a, H: Headers>(
    signature: &SignatureHeader,
    headers: &'a H,
    signatures: &mut Signatures,
) -> Result<(Family<'a, H>, &'a str), Rejection> {
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

fn each_text<'a, H: Headers>(
    signature: &SignatureHeader,
    family: &Family<'a, H>,
    mut found: impl FnMut(&'a str) -> Result<(), Rejection>,
) -> Result<(), Rejection> {
    if signature.more == MoreSignatures::OnLines {
        return family
            .lines(&signature.names)
            .try_for_each(|header| found(header?));
    }
    for names in signature.every_name() {
        if let Some(header) = family.find_one(names)? {
            found(header)?;
        }
    }
    Ok(())
}

fn collect<H: Headers>(
    signature: &SignatureHeader,
    family: &Family<'_, H>,
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

fn read_jwt<'a, H: Headers>(
    signature: &SignatureHeader,
    family: &Family<'a, H>,
    header: &'a str,
) -> Result<Jwt<'a>, Rejection> {
    Jwt::in_header(header).ok_or_else(|| Rejection::NoUsableSignature {
        header: family.name(&signature.names),
    })
}

/// Collects the signatures in a field of the body.
fn collect_in_body(
    signature: &SignatureField,
    fields: &Fields<'_>,
    signatures: &mut Signatures,
) -> Result<(), Rejection> {
    let SignatureField { path, grammar, .. } = signature;
    let collected = grammar.collect(&fields.one(path)?, signatures);
    if collected.is_err() || signatures.is_empty() {
        return Err(malformed_field(path));
    }
    Ok(())
}

fn read_timestamp<'a, H: Headers>(
    signature: &SignatureSource,
    rule: &TimestampRule,
    family: &Family<'a, H>,
    header: &'a str,
    fields: &Fields<'a>,
) -> Result<(UnixTime, Cow<'a, str>), Rejection> {
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
        Some(time) => Ok((time, Cow::Borrowed(text))),
        None => Err(Rejection::MalformedTimestamp {
            header: family.name(names),
            unit: rule.unit,
        }),
    }
}

/// The time under its key in the signature header.
fn read_value<'a, H: Headers>(
    signature: &SignatureHeader,
    key: &str,
    family: &Family<'a, H>,
    header: &'a str,
) -> Result<&'a str, Rejection> {
    let name = || family.name(&signature.names);
    let found = signature.grammar.value(header, key);
    let found = found.map_err(|_| Rejection::RepeatedTimestamp { header: name() })?;
    found.ok_or_else(|| Rejection::MissingTimestamp { header: name() })
}

fn read_id<'a, H: Headers>(
    source: &IdSource,
    id_boundary: Option<u8>,
    family: &Family<'a, H>,
    fields: &Fields<'a>,
) -> Result<Cow<'a, str>, Rejection> {
    let names = match source {
        IdSource::Header(names) => names,
        IdSource::BodyField(path) => return id_in_body(path, id_boundary, fields),
        // `Scheme::validate` allows no claim beside a layout.
        IdSource::Claim(path) => return Err(Rejection::MissingField { path: path.clone() }),
    };
    let id = family.one(names)?;
    if is_well_formed(id, id_boundary) {
        return Ok(Cow::Borrowed(id));
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
    fields: &Fields<'a>,
) -> Result<(UnixTime, Cow<'a, str>), Rejection> {
    let text = fields.one(path)?;
    match unit.parse(&text) {
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
    fields: &Fields<'a>,
) -> Result<Cow<'a, str>, Rejection> {
    let id = fields.one(path)?;
    if is_well_formed(&id, boundary) {
        return Ok(id);
    }
    Err(malformed_field(path))
}

fn malformed_field(path: &str) -> Rejection {
    Rejection::MalformedField {
        path: String::from(path).into(),
    }
}

fn read_certificate<H: Headers>(
    rule: &CertificateRule,
    family: &Family<'_, H>,
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
        CertificateSource::Header(names) => Cow::Borrowed(family.one(names)?),
        CertificateSource::BodyField(path) => fields.one(path)?,
    };
    rule.admit(&url).ok_or(Rejection::ForeignCertificate)
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
