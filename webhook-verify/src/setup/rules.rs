//! A setup that has been checked.

use alloc::string::String;
use alloc::vec::Vec;
use core::time::Duration;

use crate::certificate_url::CertificateUrl;
use crate::fields::FieldPlan;
use crate::form::Form;
use crate::public_url::{PublicUrl, is_url_byte};
use crate::rejection::Rejection;
use crate::scheme::Scheme;
use crate::segment::Segment;

/// A setup in which nothing is missing and nothing contradicts.
#[derive(Clone, Debug)]
pub(crate) struct Rules {
    pub(crate) scheme: Scheme,
    /// The byte that must not occur in an id.
    pub(crate) id_boundary: Option<u8>,
    /// What is read of a body before its signature is known.
    pub(crate) fields: FieldPlan,
    /// It is there if the scheme signs it.
    pub(super) public_url: Option<PublicUrl>,
    /// Who may have issued a token, if the scheme asks.
    pub(crate) issuers: Vec<String>,
    /// Empty if the scheme does not sign it.
    pub(crate) webhook_id: String,
    /// Where the certificate of a signer is, if it was said and the scheme allows it.
    pub(crate) certificate_url: Option<CertificateUrl>,
    /// How far the clocks may be apart when a token begins or ends.
    pub(crate) leeway: Duration,
    pub(super) body_follows_url: bool,
    pub(super) url_follows_body: bool,
}

impl Rules {
    /// # Errors
    ///
    /// The body stands right beside the address in the signed bytes, and where they meet it has a
    /// byte which could be the address's.
    #[inline]
    pub(crate) fn check_body(&self, body: &[u8]) -> Result<(), Rejection> {
        self.check_body_start(body)?;
        self.check_body_end(body)
    }

    /// As [`Rules::check_body`], of as much as there is of the beginning.
    #[inline]
    pub(crate) fn check_body_start(&self, body: &[u8]) -> Result<(), Rejection> {
        check_edge(self.body_follows_url, body.first())
    }

    /// As [`Rules::check_body`], of as much as there is of the end.
    #[inline]
    pub(crate) fn check_body_end(&self, body: &[u8]) -> Result<(), Rejection> {
        check_edge(self.url_follows_body, body.last())
    }

    /// What stands for the body, if its fields are signed.
    ///
    /// # Errors
    ///
    /// As [`Form::read`].
    #[inline]
    pub(crate) fn form<'a>(
        &self,
        [_, target]: [&'a str; 2],
        body: &'a [u8],
    ) -> Result<Option<Form<'a>>, Rejection> {
        match self.scheme.signed.last() {
            Some(Segment::Form { digest_parameter }) => {
                Form::read(digest_parameter.as_deref(), target, body).map(Some)
            }
            _ => Ok(None),
        }
    }

    /// The address that was configured, in two parts; empty if the scheme does not sign it.
    pub(crate) fn configured_url(&self) -> [&str; 2] {
        self.public_url.as_ref().map_or([""; 2], PublicUrl::parts)
    }

    /// The address of a request, in two parts; empty if the scheme does not sign it.
    ///
    /// # Errors
    ///
    /// The target is no path with an optional query.
    #[inline]
    pub(crate) fn url<'a>(&'a self, target: Option<&'a str>) -> Result<[&'a str; 2], Rejection> {
        match &self.public_url {
            Some(url) => url.of_request(target),
            None => Ok([""; 2]),
        }
    }
}

#[inline]
fn check_edge(is_beside_url: bool, edge: Option<&u8>) -> Result<(), Rejection> {
    match is_beside_url && edge.is_some_and(|&byte| is_url_byte(byte)) {
        true => Err(Rejection::AmbiguousBody),
        false => Ok(()),
    }
}
