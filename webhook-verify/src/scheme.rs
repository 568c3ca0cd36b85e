//! What there is to know about how a provider signs.

use alloc::borrow::Cow;

use crate::algorithm::Algorithm;
use crate::coverage::Coverage;
use crate::encoding::Encoding;
use crate::grammar::Grammar;
use crate::header_names::{HeaderNames, is_token};
use crate::id::IdSource;
use crate::misconfigured::Misconfigured;
use crate::secret::SecretForm;
use crate::segment::{Segment, id_boundary};
use crate::timestamp::{TimestampRule, TimestampSource};

/// How a provider signs its webhooks, as data. A [`Verifier`](crate::Verifier) and a [`Signer`](crate::Signer) are
/// both made from it, and it can be a constant.
///
/// ```
/// use std::borrow::Cow;
/// use webhook_verify::{
///     Algorithm, Encoding, Grammar, HeaderNames, Scheme, Secret, SecretForm, Segment, SignatureHeader, Verifier,
/// };
///
/// const ACME: Scheme = Scheme {
///     name: Cow::Borrowed("acme"),
///     algorithm: Algorithm::HmacSha256,
///     encoding: Encoding::Hex,
///     signature: SignatureHeader {
///         names: HeaderNames::from_static(&["x-acme-signature"]),
///         grammar: Grammar::Bare { prefix: Cow::Borrowed("") },
///     },
///     signed: Cow::Borrowed(&[Segment::Body]),
///     timestamp: None,
///     id: None,
///     secret: SecretForm::Verbatim,
/// };
///
/// let verifier = Verifier::new(ACME, Secret::new("Tr0ub4dor&3-horse-staple"))?;
/// assert!(verifier.scheme().coverage().body);
/// # Ok::<(), webhook_verify::Misconfigured>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Scheme {
    /// A name for logs.
    pub name: Cow<'static, str>,
    /// How the signature is computed.
    pub algorithm: Algorithm,
    /// How the signature is written.
    pub encoding: Encoding,
    /// Where the signature stands.
    pub signature: SignatureHeader,
    /// What is signed: the pieces in their order.
    pub signed: Cow<'static, [Segment]>,
    /// Where the time stands and how far it may be from now; none if no time is signed.
    pub timestamp: Option<TimestampRule>,
    /// Where the id of the event stands, signed or not; none if there is none.
    pub id: Option<IdSource>,
    /// How the provider writes its secrets.
    pub secret: SecretForm,
}

/// The header which holds the signature, and how it is written there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SignatureHeader {
    /// Its name in each family.
    pub names: HeaderNames,
    /// How it is written.
    pub grammar: Grammar,
}

impl Scheme {
    /// What a signature of this scheme vouches for.
    pub fn coverage(&self) -> Coverage {
        let signs = |segment| self.signed.contains(&segment);
        Coverage {
            body: signs(Segment::Body),
            id: match self.id {
                Some(IdSource::Header(_)) => signs(Segment::Id),
                Some(IdSource::BodyField(_)) => signs(Segment::Body),
                None => false,
            },
            timestamp: signs(Segment::Timestamp),
        }
    }

    /// Checks that the parts belong together, and says which byte an id must not contain.
    ///
    /// # Errors
    ///
    /// They do not.
    pub(crate) fn validate(&self) -> Result<Option<u8>, Misconfigured> {
        self.validate_names("signature", &self.signature.names)?;
        self.signature.grammar.validate()?;
        self.validate_timestamp()?;
        self.validate_id()?;
        id_boundary(&self.signed)
    }

    fn validate_timestamp(&self) -> Result<(), Misconfigured> {
        let signed = self.signed.contains(&Segment::Timestamp);
        let Some(rule) = &self.timestamp else {
            return if signed {
                Err(Misconfigured::TimestampHasNoRule)
            } else {
                Ok(())
            };
        };
        if !signed {
            return Err(Misconfigured::TimestampNotSigned);
        }
        match &rule.source {
            TimestampSource::Header(names) => self.validate_names("timestamp", names),
            TimestampSource::InSignature(key) => self.signature.grammar.validate_timestamp_key(key),
        }
    }

    fn validate_id(&self) -> Result<(), Misconfigured> {
        let signed = self.signed.contains(&Segment::Id);
        match &self.id {
            Some(IdSource::Header(names)) => self.validate_names("id", names),
            _ if signed => Err(Misconfigured::IdHasNoHeader),
            Some(IdSource::BodyField(path)) if path.split('.').any(str::is_empty) => {
                Err(Misconfigured::IdPath {
                    path: path.clone().into_owned(),
                })
            }
            Some(IdSource::BodyField(_)) | None => Ok(()),
        }
    }

    fn validate_names(&self, part: &'static str, names: &HeaderNames) -> Result<(), Misconfigured> {
        if let Some(name) = names.iter().find(|name| !is_token(name)) {
            return Err(Misconfigured::HeaderName { name: name.into() });
        }
        let (given, wanted) = (names.len(), self.signature.names.len());
        if given == 0 {
            return Err(Misconfigured::NoHeaderName { part });
        }
        if given != wanted {
            return Err(Misconfigured::Families {
                part,
                given,
                wanted,
            });
        }
        Ok(())
    }
}
