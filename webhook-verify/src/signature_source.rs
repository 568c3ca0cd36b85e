//! Where the signatures of a delivery stand.

use alloc::borrow::Cow;
use core::iter;

use crate::body_format::BodyFormat;
use crate::grammar::Grammar;
use crate::header_names::HeaderNames;

/// Where the signature of a delivery stands.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(
    feature = "serde",
    derive(serde::Serialize, serde::Deserialize),
    serde(rename_all = "kebab-case")
)]
#[non_exhaustive]
pub enum SignatureSource {
    /// In a header.
    Header(SignatureHeader),
    /// In a field of the body. A [`Signer`](crate::Signer) does not put it there: it
    /// [signs the fields](crate::Signer::sign_fields) and gives back what belongs there.
    BodyField(SignatureField),
}

impl SignatureSource {
    /// How the signature is written there.
    pub(crate) const fn grammar(&self) -> &Grammar {
        match self {
            Self::Header(SignatureHeader { grammar, .. })
            | Self::BodyField(SignatureField { grammar, .. }) => grammar,
        }
    }
}

/// The header which holds the signature, and how it is written there.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(
    feature = "serde",
    derive(serde::Serialize, serde::Deserialize),
    serde(rename_all = "kebab-case", deny_unknown_fields)
)]
pub struct SignatureHeader {
    /// Its name in each family.
    pub names: HeaderNames,
    /// How it is written.
    pub grammar: Grammar,
    /// Where the sender puts more of them while a secret is replaced.
    #[cfg_attr(feature = "serde", serde(default = "crate::description::in_header"))]
    pub more: MoreSignatures,
}

/// The field of the body which holds the signature, and how it is written there. The body has to be
/// read before it is known to be genuine: in one pass, and nothing of it is used but what is signed.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(
    feature = "serde",
    derive(serde::Serialize, serde::Deserialize),
    serde(rename_all = "kebab-case", deny_unknown_fields)
)]
pub struct SignatureField {
    /// How the body is written, for each field that is read.
    pub format: BodyFormat,
    /// Where it stands.
    pub path: Cow<'static, str>,
    /// How it is written.
    pub grammar: Grammar,
    /// The field that says by which scheme the body is signed, if there is one.
    #[cfg_attr(feature = "serde", serde(default))]
    pub version: Option<VersionField>,
}

/// A field of the body that says by which scheme it is signed.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(
    feature = "serde",
    derive(serde::Serialize, serde::Deserialize),
    serde(rename_all = "kebab-case", deny_unknown_fields)
)]
pub struct VersionField {
    /// Where it stands.
    pub path: Cow<'static, str>,
    /// What it must say. It chooses nothing.
    pub text: Cow<'static, str>,
}

/// Where a sender puts the signatures that it makes with more than one secret.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(
    feature = "serde",
    derive(serde::Serialize, serde::Deserialize),
    serde(rename_all = "kebab-case")
)]
#[non_exhaustive]
pub enum MoreSignatures {
    /// Nowhere, or into the same header as far as its [`Grammar`] has a list. The header may come
    /// once only; a line which is repeated word by word counts as one.
    InHeader,
    /// On more lines of the same name. Each is read by itself.
    OnLines,
    /// In these headers, written as the first is. Each may be there or not, as long as one is; each
    /// may come once only. A [`Signer`](crate::Signer) signs with its first secret in the first, with
    /// its second in the second, and so on.
    InHeaders(Cow<'static, [HeaderNames]>),
}

impl SignatureHeader {
    /// The names of every header that may hold a signature.
    pub(crate) fn every_name(&self) -> impl Iterator<Item = &HeaderNames> {
        let more = match &self.more {
            MoreSignatures::InHeaders(more) => more.as_ref(),
            MoreSignatures::InHeader | MoreSignatures::OnLines => &[],
        };
        iter::once(&self.names).chain(more)
    }
}
