//! What there is to know about how a provider signs.

use alloc::borrow::Cow;

use crate::algorithm::Algorithm;
use crate::body_format::BodyFormat;
use crate::certificate_url::{CertificateRule, CertificateSource};
use crate::coverage::{BodyCoverage, Coverage};
use crate::encoding::Encoding;
use crate::fields::{self, FieldPlan};
use crate::header_names::{HeaderNames, is_token};
use crate::id::IdSource;
use crate::jwt_rule::JwtRule;
use crate::misconfigured::Misconfigured;
use crate::rejection::Rejection;
use crate::secret::SecretForm;
use crate::segment::{Segment, id_boundary};
use crate::signature_source::{MoreSignatures, SignatureSource, VersionField};
use crate::timestamp::{TimestampRule, TimestampSource};
use crate::unix_time::{Skew, UnixTime};
use crate::weakness::Weakness;

/// How a provider signs its webhooks, as data. A [`Verifier`](crate::Verifier) and a
/// [`Signer`](crate::Signer) are both made from it, and it can be a constant.
///
/// ```
/// use std::borrow::Cow;
/// use webhook_verify::{
///     Algorithm, Encoding, Grammar, HeaderNames, MoreSignatures, Scheme, Secret, SecretForm,
///     Segment, SignatureHeader, SignatureSource, Verifier,
/// };
///
/// const ACME: Scheme = Scheme {
///     name: Cow::Borrowed("acme"),
///     algorithm: Algorithm::HmacSha256,
///     encoding: Encoding::Hex,
///     signature: SignatureSource::Header(SignatureHeader {
///         names: HeaderNames::from_static(&["x-acme-signature"]),
///         grammar: Grammar::Bare { prefix: Cow::Borrowed("") },
///         more: MoreSignatures::InHeader,
///     }),
///     signed: Cow::Borrowed(&[Segment::Body]),
///     timestamp: None,
///     id: None,
///     secret: SecretForm::Verbatim,
/// };
///
/// let verifier = Verifier::new(ACME, Secret::new("Tr0ub4dor&3-horse-staple"))?;
/// assert!(verifier.scheme().coverage().body.is_complete());
/// # Ok::<(), webhook_verify::Misconfigured>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(
    feature = "serde",
    derive(serde::Serialize, serde::Deserialize),
    serde(remote = "Self", rename_all = "kebab-case", deny_unknown_fields)
)]
pub struct Scheme {
    /// A name for logs.
    pub name: Cow<'static, str>,
    /// How the signature is computed.
    pub algorithm: Algorithm,
    /// How the signature is written.
    pub encoding: Encoding,
    /// Where the signature stands.
    pub signature: SignatureSource,
    /// What is signed: the pieces in their order.
    #[cfg_attr(feature = "serde", serde(with = "crate::description::layout"))]
    pub signed: Cow<'static, [Segment]>,
    /// Where the time stands and how far it may be from now; none if no time is signed.
    #[cfg_attr(feature = "serde", serde(default))]
    pub timestamp: Option<TimestampRule>,
    /// Where the id of the event stands, signed or not; none if there is none.
    #[cfg_attr(feature = "serde", serde(default))]
    pub id: Option<IdSource>,
    /// How the provider writes its secrets.
    pub secret: SecretForm,
}

impl Scheme {
    /// What a signature of this scheme vouches for.
    pub fn coverage(&self) -> Coverage {
        let signs = |segment| self.signs(&segment);
        let body = match signs(Segment::Body) {
            true => BodyCoverage::Whole,
            false if signs(Segment::Jwt) => BodyCoverage::Hash,
            false if signs(Segment::BodyCrc32) => BodyCoverage::Checksum,
            false if self.signed.iter().any(Segment::is_of_body) => BodyCoverage::Fields,
            false => BodyCoverage::Nothing,
        };
        let signs_field =
            |path, segment| body.is_complete() || signs(segment) || self.signs_field(path);
        Coverage {
            body,
            id: match &self.id {
                Some(IdSource::Header(_)) => signs(Segment::Id),
                Some(IdSource::BodyField(path)) => signs_field(path, Segment::Id),
                Some(IdSource::Claim(_)) => signs(Segment::Jwt),
                None => false,
            },
            timestamp: match self.timestamp.as_ref().map(|rule| &rule.source) {
                Some(TimestampSource::BodyField(path)) => signs_field(path, Segment::Timestamp),
                Some(TimestampSource::Claim(_)) => signs(Segment::Jwt),
                _ => signs(Segment::Timestamp),
            },
            url: signs(Segment::Url) || self.jwt().is_some_and(|rule| rule.address.is_some()),
            method: signs(Segment::Method),
        }
    }

    /// What is wrong with it even if it is used as the provider says.
    pub fn weakness(&self) -> Option<Weakness> {
        match (self.algorithm, self.coverage().body) {
            (Algorithm::Token, _) => Some(Weakness::SharedToken),
            (Algorithm::SecretPrefixSha256, _) => Some(Weakness::ExtendableHash),
            (Algorithm::RsaPkcs1Sha1, _) => Some(Weakness::CollidingHash),
            (_, BodyCoverage::Nothing) => Some(Weakness::BodyNotCovered),
            (_, BodyCoverage::Checksum) => Some(Weakness::BodyByChecksum),
            (_, BodyCoverage::Fields | BodyCoverage::Hash | BodyCoverage::Whole) => None,
        }
    }

    /// How far from now a delivery was sent, if it says when.
    ///
    /// # Errors
    ///
    /// It is too far.
    pub(crate) fn check_age(
        &self,
        sent_at: Option<UnixTime>,
        now: Option<UnixTime>,
    ) -> Result<Option<Skew>, Rejection> {
        let (Some(rule), Some(sent_at), Some(now)) = (&self.timestamp, sent_at, now) else {
            return Ok(None);
        };
        let skew = now.skew_of(sent_at);
        rule.tolerance.check(skew)?;
        Ok(Some(skew))
    }

    /// What its tokens claim, if the signature stands in one.
    pub(crate) const fn jwt(&self) -> Option<&JwtRule> {
        self.signature.grammar().jwt()
    }

    /// Whether all of a body must be there at one time: because the signature stands in it, or it is
    /// signed field by field or by its checksum, or says the time or the id.
    pub(crate) fn needs_whole_body(&self) -> bool {
        let has_time = matches!(
            self.timestamp.as_ref().map(|rule| &rule.source),
            Some(TimestampSource::BodyField(_))
        );
        let is_inside = matches!(self.signature, SignatureSource::BodyField(_));
        let has_id = matches!(self.id, Some(IdSource::BodyField(_)));
        let is_derived = |segment: &Segment| segment.is_of_body() || *segment == Segment::BodyCrc32;
        is_inside || has_time || has_id || self.signed.iter().any(is_derived)
    }

    /// How the body is written, as far as its fields are read.
    pub(crate) fn body_format(&self) -> BodyFormat {
        match &self.signature {
            SignatureSource::BodyField(signature) => signature.format,
            SignatureSource::Header(_) => BodyFormat::Json,
        }
    }

    /// The field that says by which scheme the body is signed.
    pub(crate) fn version_field(&self) -> Option<&VersionField> {
        match &self.signature {
            SignatureSource::BodyField(signature) => signature.version.as_ref(),
            SignatureSource::Header(_) => None,
        }
    }

    /// The field of the body that is the time in the layout.
    pub(crate) fn time_field_before_signature(&self) -> Option<&Cow<'static, str>> {
        match self.timestamp.as_ref().map(|rule| &rule.source) {
            Some(TimestampSource::BodyField(path)) if self.signs(&Segment::Timestamp) => Some(path),
            _ => None,
        }
    }

    /// The field of the body that says where the certificate is.
    pub(crate) fn certificate_field(&self) -> Option<&Cow<'static, str>> {
        match &self.secret {
            SecretForm::Certificate(CertificateRule {
                url: CertificateSource::BodyField(path),
                ..
            }) => Some(path),
            _ => None,
        }
    }

    /// The field of the body that is the id in the layout.
    pub(crate) fn id_field_before_signature(&self) -> Option<&Cow<'static, str>> {
        match &self.id {
            Some(IdSource::BodyField(path)) if self.signs(&Segment::Id) => Some(path),
            _ => None,
        }
    }

    /// Whether a field is among what is signed.
    fn signs_field(&self, path: &str) -> bool {
        let mut fields = self.signed.iter().filter_map(Segment::field);
        fields.any(|field| field.path == path)
    }

    /// Whether a piece is among what is signed.
    pub(crate) fn signs(&self, segment: &Segment) -> bool {
        self.signed.contains(segment)
    }

    /// Checks that the parts belong together, and says which byte an id must not contain.
    ///
    /// # Errors
    ///
    /// They do not.
    pub(crate) fn validate(&self) -> Result<Option<u8>, Misconfigured> {
        self.validate_headers()?;
        self.signature.grammar().validate()?;
        self.validate_jwt()?;
        self.validate_timestamp()?;
        self.validate_id()?;
        let is_certified = matches!(self.secret, SecretForm::Certificate(_));
        if is_certified != self.algorithm.is_rsa() {
            return Err(Misconfigured::KeyNotInCertificate);
        }
        FieldPlan::of(self)?;
        match (self.algorithm, self.signed.is_empty()) {
            (Algorithm::Token, true) => Ok(None),
            (Algorithm::Token, false) => Err(Misconfigured::TokenSigns),
            _ => id_boundary(&self.signed),
        }
    }

    fn validate_headers(&self) -> Result<(), Misconfigured> {
        let families = match &self.signature {
            SignatureSource::Header(signature) => signature.names.len(),
            SignatureSource::BodyField(_) => 1,
        };
        for (place, (part, names)) in self.headers().enumerate() {
            validate_names(part, names, families)?;
            if let Some(name) = self
                .headers()
                .take(place)
                .find_map(|(_, other)| names.clash(other))
            {
                return Err(Misconfigured::SharedHeader { name: name.into() });
            }
        }
        Ok(())
    }

    /// Makes the names of the headers that most deliveries have ready to be looked up.
    #[cfg(feature = "http")]
    pub(crate) fn prepared(mut self) -> Self {
        if let SignatureSource::Header(signature) = &mut self.signature {
            signature.names.prepare();
        }
        if let Some(TimestampSource::Header(names)) =
            self.timestamp.as_mut().map(|rule| &mut rule.source)
        {
            names.prepare();
        }
        if let Some(IdSource::Header(names)) = &mut self.id {
            names.prepare();
        }
        self
    }

    /// The headers that are read, and what for.
    fn headers(&self) -> impl Iterator<Item = (&'static str, &HeaderNames)> {
        let timestamp = match self.timestamp.as_ref().map(|rule| &rule.source) {
            Some(TimestampSource::Header(names)) => Some(("timestamp", names)),
            Some(
                TimestampSource::InSignature(_)
                | TimestampSource::BodyField(_)
                | TimestampSource::Claim(_),
            )
            | None => None,
        };
        let id = match &self.id {
            Some(IdSource::Header(names)) => Some(("id", names)),
            Some(IdSource::BodyField(_) | IdSource::Claim(_)) | None => None,
        };
        let signature = match &self.signature {
            SignatureSource::Header(signature) => Some(signature.every_name()),
            SignatureSource::BodyField(_) => None,
        };
        let signature = signature.into_iter().flatten();
        let signature = signature.map(|names| ("signature", names));
        let certificate = match &self.secret {
            SecretForm::Certificate(rule) => Some(rule.headers()),
            _ => None,
        };
        let certificate = certificate.into_iter().flatten();
        signature.chain(timestamp).chain(id).chain(certificate)
    }

    fn validate_timestamp(&self) -> Result<(), Misconfigured> {
        let source = self.timestamp.as_ref().map(|rule| &rule.source);
        match (source, self.signs(&Segment::Timestamp)) {
            (None, false) => Ok(()),
            (Some(TimestampSource::Header(_)), true) => self.validate_header_beside(),
            (None, true) => Err(Misconfigured::TimestampHasNoRule),
            (Some(TimestampSource::BodyField(path)), false) => self.validate_time_in_body(path),
            (Some(TimestampSource::Claim(_)), _) => Ok(()),
            (Some(TimestampSource::BodyField(_)), true) if self.signs(&Segment::Body) => {
                Err(Misconfigured::TimestampInBody)
            }
            (Some(TimestampSource::BodyField(path)), true) => self.validate_path(path),
            (Some(_), false) => Err(Misconfigured::TimestampNotSigned),
            (Some(TimestampSource::InSignature(key)), true) => self.validate_time_under_key(key),
        }
    }

    fn validate_time_under_key(&self, key: &str) -> Result<(), Misconfigured> {
        let SignatureSource::Header(signature) = &self.signature else {
            return Err(Misconfigured::NoKeysInHeader);
        };
        if signature.more != MoreSignatures::InHeader {
            return Err(Misconfigured::TimestampInSeveral);
        }
        signature.grammar.validate_timestamp_key(key)
    }

    /// The time is read when the signature is right, as JSON.
    fn validate_time_in_body(&self, path: &str) -> Result<(), Misconfigured> {
        let is_signed = self.coverage().body.is_complete() || self.signs_field(path);
        if !is_signed || self.body_format() != BodyFormat::Json {
            return Err(Misconfigured::TimestampNotSigned);
        }
        self.validate_path(path)
    }

    fn validate_id(&self) -> Result<(), Misconfigured> {
        match (&self.id, self.signs(&Segment::Id)) {
            (Some(IdSource::Header(_) | IdSource::Claim(_)) | None, false) => Ok(()),
            (Some(IdSource::Header(_)), true) => self.validate_header_beside(),
            (Some(IdSource::BodyField(_)), true) if self.signs(&Segment::Body) => {
                Err(Misconfigured::IdHasNoHeader)
            }
            (Some(IdSource::BodyField(path)), _) => self.validate_path(path),
            (Some(IdSource::Claim(_)) | None, true) => Err(Misconfigured::IdHasNoHeader),
        }
    }

    /// What is signed stands in headers only if the signature does.
    const fn validate_header_beside(&self) -> Result<(), Misconfigured> {
        match self.signature {
            SignatureSource::Header(_) => Ok(()),
            SignatureSource::BodyField(_) => Err(Misconfigured::HeaderBesideBody),
        }
    }

    fn validate_path(&self, path: &str) -> Result<(), Misconfigured> {
        if fields::is_path(self.body_format(), path) {
            return Ok(());
        }
        Err(Misconfigured::Path { path: path.into() })
    }
}

fn validate_names(
    part: &'static str,
    names: &HeaderNames,
    families: usize,
) -> Result<(), Misconfigured> {
    if let Some(name) = names.iter().find(|name| !is_token(name)) {
        return Err(Misconfigured::HeaderName { name: name.into() });
    }
    match names.len() {
        0 => Err(Misconfigured::NoHeaderName { part }),
        given if given != families => Err(Misconfigured::Families {
            part,
            given,
            wanted: families,
        }),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests;
