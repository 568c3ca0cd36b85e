//! How signatures, and what goes with them, are written in the signature header.

use alloc::borrow::Cow;
use alloc::string::String;
use alloc::vec::Vec;

use crate::jwt::Jwt;
use crate::jwt_rule::JwtRule;
use crate::misconfigured::Misconfigured;
use crate::separator::{Separator, pairs};
use crate::signatures::{Signatures, TooMany};

/// Longest prefix, key or version that a grammar may have, in bytes.
const MAX_WORD_LEN: usize = 64;

/// The grammar of a signature header.
///
/// Whatever else a header lists, keys and versions other than the wanted one are skipped, and so is
/// a wanted one whose value is no signature: senders add new kinds beside the old. At least one
/// must be usable.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(
    feature = "serde",
    derive(serde::Serialize, serde::Deserialize),
    serde(rename_all = "kebab-case", deny_unknown_fields)
)]
#[non_exhaustive]
pub enum Grammar {
    /// One signature behind a prefix, as `sha256=<signature>`.
    Bare {
        /// What stands before the signature, exactly; may be empty.
        prefix: Cow<'static, str>,
    },
    /// The same, with a prefix that may be left out.
    BareOrPrefixed {
        /// What may stand before the signature.
        prefix: Cow<'static, str>,
    },
    /// A list of signatures behind one prefix, as `v0=<signature>,<signature>`. White space around a
    /// signature is dropped.
    List {
        /// What stands before the first signature, exactly; may be empty.
        prefix: Cow<'static, str>,
        /// What stands between two.
        separator: Separator,
    },
    /// A list of `key=value`, as `t=1492774577,v1=<signature>`. White space around a pair is
    /// dropped.
    Pairs {
        /// What stands between two pairs.
        separator: Separator,
        /// The key whose values are signatures.
        signature: Cow<'static, str>,
        /// Whether receivers of this provider expect several signatures in a header. A
        /// [`Signer`](crate::Signer) then lists one for each of its secrets; a
        /// [`Verifier`](crate::Verifier) takes several in any case.
        several: bool,
    },
    /// A list of `key|signature` with `&` between, as `key_1|<signature>&key_2|<signature>`. Which key
    /// a signature is said to be made with is not looked at: each is compared with all. A
    /// [`Signer`](crate::Signer) writes the labels of its secrets there.
    PerKey,
    /// A list of `version,signature` with spaces between, as `v1,<signature> v1,<signature>`.
    Versions {
        /// The version whose signatures are read.
        version: Cow<'static, str>,
    },
    /// A JSON Web Token in compact form, as `<header>.<claims>.<signature>`, behind `Bearer ` or
    /// alone. What is signed is [`Segment::Jwt`](crate::Segment::Jwt), and the claims say for which
    /// delivery.
    ///
    /// Its algorithm is the scheme's; a token that names another, or none, is no signature.
    Jwt(JwtRule),
}

/// A key was listed with two different values.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Contradiction;

impl Grammar {
    /// Collects the signatures in a header.
    ///
    /// # Errors
    ///
    /// There are more than [`MAX_SIGNATURES`](crate::MAX_SIGNATURES).
    pub(crate) fn collect(&self, header: &str, found: &mut Signatures) -> Result<(), TooMany> {
        match self {
            Self::Bare { prefix } => header
                .strip_prefix(prefix.as_ref())
                .into_iter()
                .try_for_each(|text| found.add(text)),
            Self::BareOrPrefixed { prefix } => {
                found.add(header.strip_prefix(prefix.as_ref()).unwrap_or(header))
            }
            Self::List { prefix, separator } => header
                .strip_prefix(prefix.as_ref())
                .into_iter()
                .flat_map(|list| list.split(separator.as_char()))
                .try_for_each(|text| found.add(text.trim_matches([' ', '\t']))),
            Self::Pairs {
                separator,
                signature,
                ..
            } => pairs(header, *separator)
                .filter(|(key, _)| key == signature)
                .try_for_each(|(_, value)| found.add(value)),
            Self::PerKey => header
                .split('&')
                .filter_map(|item| item.split_once('|'))
                .try_for_each(|(_, value)| found.add(value)),
            Self::Versions { version } => header
                .split(' ')
                .filter_map(|item| item.split_once(','))
                .filter(|(own, _)| own == version)
                .try_for_each(|(_, value)| found.add(value)),
            Self::Jwt(_) => Jwt::in_header(header)
                .filter(|jwt| jwt.is_signed_with(found.algorithm()))
                .map_or(Ok(()), |jwt| found.add(jwt.signature)),
        }
    }

    /// The value of a key which is not the signature's. Only pairs have keys.
    ///
    /// # Errors
    ///
    /// The key has two different values, as when a proxy joins two headers into one line.
    pub(crate) fn value<'a>(
        &self,
        header: &'a str,
        wanted: &str,
    ) -> Result<Option<&'a str>, Contradiction> {
        let Self::Pairs { separator, .. } = self else {
            return Ok(None);
        };
        let mut values = pairs(header, *separator)
            .filter(|(key, _)| *key == wanted)
            .map(|(_, value)| value);
        let first = values.next();
        if values.any(|other| Some(other) != first) {
            return Err(Contradiction);
        }
        Ok(first)
    }

    /// What tokens claim, if it is one of these that is written.
    pub(crate) const fn jwt(&self) -> Option<&JwtRule> {
        match self {
            Self::Jwt(rule) => Some(rule),
            Self::Bare { .. }
            | Self::BareOrPrefixed { .. }
            | Self::List { .. }
            | Self::Pairs { .. }
            | Self::PerKey
            | Self::Versions { .. } => None,
        }
    }

    /// Whether a signer may list more than one signature.
    pub(crate) fn lists_several(&self) -> bool {
        match self {
            Self::Bare { .. } | Self::BareOrPrefixed { .. } | Self::Jwt(_) => false,
            Self::Pairs { several, .. } => *several,
            Self::List { .. } | Self::PerKey | Self::Versions { .. } => true,
        }
    }

    /// A signature, and if it is told which key made it, the label of the key.
    pub(crate) fn ascribe(&self, label: &str, signature: String) -> String {
        match self {
            Self::PerKey => [label, "|", &signature].concat(),
            _ => signature,
        }
    }

    /// Whether the label of a key could be found again.
    pub(crate) fn allows_label(&self, label: &str) -> bool {
        !matches!(self, Self::PerKey) || !label.contains(['|', '&'])
    }

    /// Writes a header: the time under its key if it belongs here, then the signatures.
    pub(crate) fn write(
        &self,
        timestamp: Option<(&str, &str)>,
        signatures: impl Iterator<Item = String>,
    ) -> String {
        let (separator, before) = match self {
            Self::List { prefix, separator } => {
                let signatures: Vec<_> = signatures.collect();
                return [prefix, &*signatures.join(separator.as_str())].concat();
            }
            Self::Bare { prefix } | Self::BareOrPrefixed { prefix } => (' ', prefix.clone()),
            Self::Pairs {
                separator,
                signature,
                ..
            } => (separator.as_char(), key_prefix(signature, '=')),
            Self::PerKey => ('&', Cow::Borrowed("")),
            Self::Versions { version } => (' ', key_prefix(version, ',')),
            // It comes with all that was signed.
            Self::Jwt(_) => (' ', Cow::Borrowed("")),
        };
        let mut header = String::new();
        if let Some((key, time)) = timestamp {
            header.extend([key, "=", time]);
        }
        for signature in signatures {
            if !header.is_empty() {
                header.push(separator);
            }
            header.extend([before.as_ref(), &signature]);
        }
        header
    }

    /// # Errors
    ///
    /// A word of the grammar could not be found again in a header.
    pub(crate) fn validate(&self) -> Result<(), Misconfigured> {
        let (word, marks) = match self {
            Self::Bare { prefix } | Self::List { prefix, .. } if prefix.is_empty() => return Ok(()),
            Self::PerKey => return Ok(()),
            Self::Bare { prefix } | Self::BareOrPrefixed { prefix } | Self::List { prefix, .. } => {
                (prefix, &[][..])
            }
            Self::Pairs {
                separator,
                signature,
                ..
            } => (signature, &['=', separator.as_char()][..]),
            Self::Versions { version } => (version, &[','][..]),
            // Its claims are checked together with those of the scheme.
            Self::Jwt(_) => return Ok(()),
        };
        validate_word(word, marks)
    }

    /// # Errors
    ///
    /// The grammar has no keys, or the key is no key, or it is the signature's.
    pub(crate) fn validate_timestamp_key(&self, key: &str) -> Result<(), Misconfigured> {
        let Self::Pairs {
            separator,
            signature,
            ..
        } = self
        else {
            return Err(Misconfigured::NoKeysInHeader);
        };
        if key == signature {
            return Err(Misconfigured::SharedKey { key: key.into() });
        }
        validate_word(key, &['=', separator.as_char()])
    }
}

fn key_prefix(key: &str, mark: char) -> Cow<'static, str> {
    let mut prefix = String::from(key);
    prefix.push(mark);
    Cow::Owned(prefix)
}

/// # Errors
///
/// It is not the name of a claim.
pub(crate) fn validate_claim(name: &str) -> Result<(), Misconfigured> {
    validate_word(name, &[])
}

fn validate_word(word: &str, marks: &[char]) -> Result<(), Misconfigured> {
    let legible = word.bytes().all(|byte| byte.is_ascii_graphic());
    if word.is_empty() || word.len() > MAX_WORD_LEN || !legible || word.contains(marks) {
        return Err(Misconfigured::GrammarWord { word: word.into() });
    }
    Ok(())
}

#[cfg(test)]
mod tests;
