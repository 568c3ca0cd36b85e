//! What a request says of itself.

use crate::form::Form;
use crate::header_names::HeaderNames;
use crate::headers::{Family, Headers};
use crate::id::{IdSource, is_well_formed};
use crate::jwt::Jwt;
use crate::rejection::Rejection;
use crate::request::Request;
use crate::segment::{Pieces, Segment};
use crate::setup::Rules;
use crate::signature_source::{MoreSignatures, SignatureHeader, SignatureSource};
use crate::signatures::{MAX_SIGNATURES, Signatures, TooMany};
use crate::timestamp::{TimestampRule, TimestampSource};
use crate::unix_time::UnixTime;

/// What a request says of itself. It is well-formed, and not to be believed yet.
pub(crate) struct Claim<'a> {
    /// The time, and the text which says it, if it is in a header.
    pub(crate) timestamp: Option<(UnixTime, &'a str)>,
    /// The id, if it has a header.
    /// Only if it is signed: what is not signed claims nothing.
    pub(crate) id: Option<&'a str>,
    /// Which family of headers it was read from.
    pub(crate) family: usize,
    /// The address, in two parts, if it is signed.
    pub(crate) url: [&'a str; 2],
    /// The token, if it is in one that the signature stands.
    pub(crate) jwt: Option<Jwt<'a>>,
    /// The method, if it is signed.
    method: &'a str,
}

impl<'a> Claim<'a> {
    /// Reads the headers of one family. The signatures go where the caller has room for them: there
    /// are too many bytes of them to be handed around.
    ///
    /// # Errors
    ///
    /// Something that the scheme needs is missing, or something that it reads is malformed.
    pub(crate) fn read<H: Headers>(
        rules: &'a Rules,
        request: Request<'a, H>,
        signatures: &mut Signatures,
    ) -> Result<Self, Rejection> {
        let scheme = &rules.scheme;
        let SignatureSource::Header(signature) = &scheme.signature;
        let (family, header) = read_signatures(signature, request.headers, signatures)?;
        Ok(Self {
            timestamp: match &scheme.timestamp {
                Some(rule) => read_timestamp(signature, rule, &family, header)?,
                None => None,
            },
            id: match &scheme.id {
                Some(IdSource::Header(names)) if scheme.signs(&Segment::Id) => {
                    Some(read_id(names, rules.id_boundary, &family)?)
                }
                _ => None,
            },
            family: family.index(),
            url: rules.url(request.target)?,
            jwt: match scheme.jwt() {
                Some(_) => Some(read_jwt(signature, &family, header)?),
                None => None,
            },
            method: match scheme.signs(&Segment::Method) {
                true => read_method(request.method)?,
                false => "",
            },
        })
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
            id: self.id.unwrap_or_default(),
            timestamp: self.timestamp.map_or("", |(_, text)| text),
            body,
            url: self.url,
            method: self.method,
            form: form.map_or(&[], Form::fields),
            jwt: self.jwt.map_or("", |jwt| jwt.signed),
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
        if signatures.usable().is_empty() {
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

/// None if the time stands in the body or in a claim, which are not to be read yet.
fn read_timestamp<'a, H: Headers>(
    signature: &SignatureHeader,
    rule: &TimestampRule,
    family: &Family<'a, H>,
    header: &'a str,
) -> Result<Option<(UnixTime, &'a str)>, Rejection> {
    let (names, text) = match &rule.source {
        TimestampSource::BodyField(_) | TimestampSource::Claim(_) => return Ok(None),
        TimestampSource::Header(names) => (names, family.one(names)?),
        TimestampSource::InSignature(key) => {
            let names = &signature.names;
            let found = signature.grammar.value(header, key);
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
        Some(time) => Ok(Some((time, text))),
        None => Err(Rejection::MalformedTimestamp {
            header: family.name(names),
            unit: rule.unit,
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

/// A method in upper case, which an address in lower case may follow.
fn read_method(method: &str) -> Result<&str, Rejection> {
    let is_method = !method.is_empty() && method.bytes().all(|byte| byte.is_ascii_uppercase());
    is_method
        .then_some(method)
        .ok_or(Rejection::MalformedMethod)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Provider, Setup};

    const HEX: &str = "1111111111111111111111111111111111111111111111111111111111111111";
    const BASE64: &str = "ERERERERERERERERERERERERERERERERERERERERERE=";

    /// The family, and how many signatures were found.
    fn read(provider: Provider, headers: &[(&str, &str)]) -> Result<(usize, usize), Rejection> {
        let rules = Setup::from(provider).check().expect("consistent");
        let mut signatures = Signatures::new(&rules.scheme);
        let claim = Claim::read(&rules, Request::new(&headers), &mut signatures)?;
        Ok((claim.family, signatures.usable().len()))
    }

    #[test]
    fn the_family_is_the_first_that_has_a_signature() {
        let signature = ["v1,", BASE64].concat();
        let svix = ("svix-signature", signature.as_str());
        let webhook = ("webhook-signature", signature.as_str());
        let rest = [
            ("svix-id", "a"),
            ("svix-timestamp", "1700000000"),
            ("webhook-id", "a"),
            ("webhook-timestamp", "1700000000"),
        ];
        let read = |signed: &[_]| read(Provider::Svix, &[signed, &rest].concat());
        assert_eq!(read(&[webhook, svix]), Ok((0, 1)));
        assert_eq!(read(&[webhook]), Ok((1, 1)));
        let header = "svix-signature".into();
        assert_eq!(read(&[]), Err(Rejection::MissingHeader { header }));
    }

    #[test]
    fn a_family_with_a_malformed_signature_is_not_passed_over() {
        let signature = ["v1,", BASE64].concat();
        let headers = [("svix-signature", "v1,"), ("webhook-signature", &signature)];
        let header = "svix-signature".into();
        let refused = Err(Rejection::NoUsableSignature { header });
        assert_eq!(read(Provider::Svix, &headers), refused);
    }

    #[test]
    fn one_of_several_signature_headers_is_enough_and_all_are_read() {
        let time = ("box-delivery-timestamp", "2020-01-01T00:00:00-07:00");
        let primary = ("box-signature-primary", BASE64);
        let secondary = ("box-signature-secondary", BASE64);
        assert_eq!(read(Provider::Box, &[time, primary]), Ok((0, 1)));
        assert_eq!(read(Provider::Box, &[time, secondary]), Ok((0, 1)));
        assert_eq!(read(Provider::Box, &[time, primary, secondary]), Ok((0, 2)));

        let header = "box-signature-primary".into();
        let missing = Err(Rejection::MissingHeader { header });
        assert_eq!(read(Provider::Box, &[time]), missing);
    }

    #[test]
    fn a_repeated_header_is_refused_unless_the_sender_has_a_line_for_each_secret() {
        let [one, two] = [HEX, &HEX.replace('1', "2")].map(|hex| ["sha256=", hex].concat());
        let lines = |name| [(name, one.as_str()), (name, two.as_str())];
        assert_eq!(
            read(Provider::Mollie, &lines("x-mollie-signature")),
            Ok((0, 2))
        );
        let header = "x-hub-signature-256".into();
        assert_eq!(
            read(Provider::GitHub, &lines("x-hub-signature-256")),
            Err(Rejection::RepeatedHeader { header })
        );
    }

    #[test]
    fn signatures_are_counted_over_all_lines() {
        let signature = ["sha256=", HEX].concat();
        let line = ("x-mollie-signature", signature.as_str());
        let read = |count| read(Provider::Mollie, &alloc::vec![line; count]);
        assert_eq!(read(MAX_SIGNATURES), Ok((0, MAX_SIGNATURES)));
        assert_eq!(
            read(MAX_SIGNATURES + 1),
            Err(Rejection::TooManySignatures {
                header: "x-mollie-signature".into(),
                limit: MAX_SIGNATURES
            })
        );
    }
}
