//! Headers which are not quite those of the scheme.

use alloc::borrow::Cow;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

use crate::claim::Claim;
use crate::doctor::finding::Finding;
use crate::doctor::search::Delivery;
use crate::signatures::Signatures;
use crate::{
    Encoding, Misconfigured, Provider, Rejection, Setup, SignatureHeader, SignatureSource,
    TimestampUnit,
};

/// Headers whose names can be changed.
pub(super) type HeaderLines<'a> = Vec<(Cow<'a, str>, &'a [u8])>;

/// The headers of a delivery and a scheme which reads them, and what had to be mended for that.
pub(super) struct Mended<'a> {
    pub(super) setup: Setup,
    pub(super) headers: HeaderLines<'a>,
    pub(super) findings: Vec<Finding>,
    /// Whether the scheme reads them now.
    pub(super) is_readable: bool,
}

/// How many things are mended: three headers, their encoding and their unit, and room.
const MAX_MENDS: usize = 8;

impl<'a> Mended<'a> {
    /// Mends one thing after the other, until the headers can be read or nothing helps.
    ///
    /// # Errors
    ///
    /// The scheme contradicts itself.
    pub(super) fn new(setup: Setup, received: &Delivery<'a>) -> Result<Self, Misconfigured> {
        let mut mended = Self {
            setup,
            headers: received.headers.clone(),
            findings: Vec::new(),
            is_readable: false,
        };
        for _ in 0..MAX_MENDS {
            let Some(rejection) = refusal(&mended.setup, &mended.headers, received)? else {
                mended.is_readable = true;
                break;
            };
            let Some(finding) = mended.mend(&rejection, received)? else {
                mended.findings.push(match rejection {
                    Rejection::MissingHeader { header } => Finding::MissingHeader { header },
                    other => Finding::Unreadable(other),
                });
                break;
            };
            mended.findings.push(finding);
        }
        Ok(mended)
    }

    fn mend(
        &mut self,
        rejection: &Rejection,
        received: &Delivery<'_>,
    ) -> Result<Option<Finding>, Misconfigured> {
        match rejection {
            Rejection::MissingHeader { header } => Ok(self.rename(header)),
            Rejection::NoUsableSignature { .. } => self.change_encoding(received),
            Rejection::MalformedTimestamp { .. } => self.change_unit(received),
            _ => Ok(None),
        }
    }

    /// Gives a header its name back. If it is the signature's, any family's will do.
    fn rename(&mut self, missing: &str) -> Option<Finding> {
        let wanted = match &self.setup.scheme.signature {
            SignatureSource::Header(SignatureHeader { names, .. })
                if names.iter().any(|name| name == missing) =>
            {
                names.iter().map(ToString::to_string).collect()
            }
            _ => [missing.to_string()].to_vec(),
        };
        for name in wanted {
            let similar = |own: &str| bare_name(own) == bare_name(&name);
            if let Some((own, _)) = self.headers.iter_mut().find(|(own, _)| similar(own)) {
                let found = own.to_string();
                *own = Cow::Owned(name.clone());
                return Some(Finding::RenamedHeader {
                    header: Cow::Owned(name),
                    found,
                });
            }
        }
        None
    }

    fn change_encoding(
        &mut self,
        received: &Delivery<'_>,
    ) -> Result<Option<Finding>, Misconfigured> {
        let expected = self.setup.scheme.encoding;
        for found in [Encoding::Hex, Encoding::Base64, Encoding::Base64UrlNoPad] {
            let mut setup = self.setup.clone();
            setup.scheme.encoding = found;
            let refusal = refusal(&setup, &self.headers, received)?;
            if !matches!(refusal, Some(Rejection::NoUsableSignature { .. })) {
                self.setup = setup;
                return Ok(Some(Finding::OtherEncoding { expected, found }));
            }
        }
        Ok(None)
    }

    fn change_unit(&mut self, received: &Delivery<'_>) -> Result<Option<Finding>, Misconfigured> {
        for found in [TimestampUnit::Seconds, TimestampUnit::Millis] {
            let mut setup = self.setup.clone();
            let Some(rule) = &mut setup.scheme.timestamp else {
                return Ok(None);
            };
            let expected = rule.unit;
            rule.unit = found;
            let refusal = refusal(&setup, &self.headers, received)?;
            if !matches!(refusal, Some(Rejection::MalformedTimestamp { .. })) {
                self.setup = setup;
                return Ok(Some(Finding::OtherUnit { expected, found }));
            }
        }
        Ok(None)
    }
}

/// The other providers by whose schemes the headers could be signed.
pub(super) fn lookalikes(own: &Setup, received: &Delivery<'_>) -> Vec<Provider> {
    let others = Provider::ALL
        .iter()
        .copied()
        .filter(|provider| provider.name() != own.scheme.name);
    let holds_a_signature = |provider: &Provider| {
        let setup = own.of_other(*provider);
        match refusal(&setup, received.headers, received) {
            // A token looks like anything, and all kinds of clients send this header.
            _ if *provider == Provider::Okta => false,
            Ok(None) => true,
            Err(_)
            | Ok(Some(Rejection::MissingHeader { .. } | Rejection::NoUsableSignature { .. })) => {
                false
            }
            // A header tells one provider from another, and a body that cannot be read does not.
            Ok(Some(_)) => matches!(setup.scheme.signature, SignatureSource::Header(_)),
        }
    };
    others.filter(holds_a_signature).collect()
}

/// Why a scheme cannot read the headers; none if it can, whether or not the signature is right.
///
/// # Errors
///
/// The scheme contradicts itself.
fn refusal(
    setup: &Setup,
    headers: &HeaderLines<'_>,
    received: &Delivery<'_>,
) -> Result<Option<Rejection>, Misconfigured> {
    let rules = setup.clone().check()?;
    let delivery = Delivery {
        headers,
        ..*received
    };
    let mut signatures = Signatures::new(&rules.scheme);
    let mut read = || {
        let fields = rules.fields.read(received.body)?;
        Claim::blank(&rules).read(&rules, delivery.request().into(), &fields, &mut signatures)
    };
    Ok(read().err())
}

/// A header's name without what gateways put in front of it (`HTTP_` and `_` for `-` in CGI,
/// `X-Forwarded-`, `X-Original-`) or take away (`X-`).
fn bare_name(name: &str) -> String {
    let name = name.to_ascii_lowercase().replace('_', "-");
    let mut bare = name.as_str();
    for prefix in ["http-", "x-forwarded-", "x-original-", "x-"] {
        bare = bare.strip_prefix(prefix).unwrap_or(bare);
    }
    bare.into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_known_behind_what_gateways_do_to_it() {
        for name in [
            "X-Hub-Signature-256",
            "HTTP_X_HUB_SIGNATURE_256",
            "Hub-Signature-256",
            "x-forwarded-x-hub-signature-256",
            "X-Original-Hub-Signature-256",
        ] {
            assert_eq!(bare_name(name), "hub-signature-256", "{name}");
        }
        assert_ne!(bare_name("X-Hub-Signature"), "hub-signature-256");
    }
}
