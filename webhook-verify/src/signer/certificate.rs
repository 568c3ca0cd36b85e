//! Where a signer says that its certificate is.

use crate::certificate_url::{AlgorithmHeader, CertificateRule, CertificateSource};
use crate::fields::Fields;
use crate::misconfigured::Misconfigured;
use crate::rejection::Rejection;
use crate::secret::SecretForm;
use crate::setup::Rules;
use crate::signed_headers::SignedHeaders;

/// # Errors
///
/// The scheme has a header for the address, and there is none to write there.
pub(super) fn check(rules: &Rules) -> Result<(), Misconfigured> {
    let Some(CertificateRule {
        url: CertificateSource::Header(_),
        ..
    }) = rule(rules)
    else {
        return Ok(());
    };
    match rules.certificate_url {
        Some(_) => Ok(()),
        None => Err(Misconfigured::NoCertificateUrl {
            scheme: rules.scheme.name.clone().into_owned(),
        }),
    }
}

/// # Errors
///
/// The address stands in the body, and is not there, or is none that the scheme allows.
pub(super) fn check_fields(rules: &Rules, fields: &Fields<'_>) -> Result<(), Rejection> {
    let Some(rule) = rule(rules) else {
        return Ok(());
    };
    let CertificateSource::BodyField(path) = &rule.url else {
        return Ok(());
    };
    match rule.admit(fields.one(path)?) {
        Some(_) => Ok(()),
        None => Err(Rejection::ForeignCertificate),
    }
}

/// Writes the address, and the name of the algorithm, where the scheme has headers for them.
pub(super) fn add(rules: &Rules, headers: &mut SignedHeaders) {
    let Some(rule) = rule(rules) else {
        return;
    };
    if let CertificateSource::Header(names) = &rule.url
        && let Some(url) = &rules.certificate_url
    {
        headers.0.push((names.to_cow(0), url.as_str().into()));
    }
    if let Some(AlgorithmHeader { names, text }) = &rule.algorithm {
        headers.0.push((names.to_cow(0), text.clone().into_owned()));
    }
}

fn rule(rules: &Rules) -> Option<&CertificateRule> {
    match &rules.scheme.secret {
        SecretForm::Certificate(rule) => Some(rule),
        _ => None,
    }
}
