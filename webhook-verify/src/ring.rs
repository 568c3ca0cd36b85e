//! The secrets that are valid at one time.

use alloc::borrow::ToOwned;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

use subtle::ConstantTimeEq;
use zeroize::Zeroizing;

#[cfg(feature = "certificates")]
use crate::certificates::Certificates;
use crate::misconfigured::Misconfigured;
use crate::secret::{Secret, SecretFault, SecretForm};
use crate::validity::Validity;

/// How many secrets may be valid at one time. Each costs a pass over the body of every delivery.
pub const MAX_SECRETS: usize = 8;

/// Longest label, in bytes.
const MAX_LABEL_LEN: usize = 64;

/// The secrets that are valid at one time, newest first.
///
/// While a secret is replaced there are two, and
/// [`Verified::secret_label`](crate::Verified::secret_label) says when the old one is no longer
/// used.
///
/// ```
/// use webhook_verify::{Provider, Secret, SecretRing, Verifier};
///
/// let ring = SecretRing::from([
///     Secret::new("a new secret for this month").labelled("2026-11"),
///     Secret::new("the old one of last month").labelled("2026-10"),
/// ]);
/// let verifier = Verifier::new(Provider::GitHub, ring)?;
/// assert_eq!(verifier.secret_labels().collect::<Vec<_>>(), ["2026-11", "2026-10"]);
/// # Ok::<(), webhook_verify::Misconfigured>(())
/// ```
#[derive(Clone, Debug)]
pub struct SecretRing {
    secrets: Vec<Secret>,
    #[cfg(feature = "certificates")]
    certificates: Option<Certificates>,
}

impl From<Secret> for SecretRing {
    fn from(secret: Secret) -> Self {
        [secret].into()
    }
}

impl From<Vec<Secret>> for SecretRing {
    fn from(secrets: Vec<Secret>) -> Self {
        Self {
            secrets,
            #[cfg(feature = "certificates")]
            certificates: None,
        }
    }
}

impl<const LEN: usize> From<[Secret; LEN]> for SecretRing {
    fn from(secrets: [Secret; LEN]) -> Self {
        Vec::from(secrets).into()
    }
}

impl FromIterator<Secret> for SecretRing {
    fn from_iter<I: IntoIterator<Item = Secret>>(secrets: I) -> Self {
        secrets.into_iter().collect::<Vec<_>>().into()
    }
}

#[cfg(feature = "certificates")]
impl From<Certificates> for SecretRing {
    fn from(certificates: Certificates) -> Self {
        Self {
            secrets: Vec::new(),
            certificates: Some(certificates),
        }
    }
}

/// The text of a secret, decoded.
pub(crate) struct Decoded {
    /// Its own, or its place in the ring.
    pub(crate) label: String,
    pub(crate) validity: Validity,
    /// Its name in a token, if it has one.
    pub(crate) key_id: Option<String>,
    pub(crate) key: Zeroizing<Vec<u8>>,
}

impl SecretRing {
    /// What stands in the place of secrets, if the keys are in certificates.
    #[cfg(feature = "certificates")]
    pub(crate) const fn certificates(&self) -> Option<&Certificates> {
        self.certificates.as_ref()
    }

    /// Decodes every secret: there are 1 to [`MAX_SECRETS`], and each has a label of its own.
    ///
    /// # Errors
    ///
    /// There is no secret, or there are too many; one cannot be used, or cannot be told from
    /// another.
    pub(crate) fn decode(&self, form: &SecretForm) -> Result<Vec<Decoded>, Misconfigured> {
        let given = self.secrets.len();
        if given == 0 {
            return Err(Misconfigured::NoSecret);
        }
        if given > MAX_SECRETS {
            return Err(Misconfigured::TooManySecrets {
                given,
                limit: MAX_SECRETS,
            });
        }
        let mut decoded: Vec<Decoded> = Vec::with_capacity(given);
        for (secret, position) in self.secrets.iter().zip(1..) {
            let own = Decoded::new(secret, position, form)?;
            own.check_apart_from(&decoded)?;
            decoded.push(own);
        }
        Ok(decoded)
    }
}

impl Decoded {
    fn new(secret: &Secret, position: usize, form: &SecretForm) -> Result<Self, Misconfigured> {
        let label = secret
            .label()
            .map_or_else(|| position.to_string(), ToOwned::to_owned);
        let legible = label.bytes().all(|byte| byte.is_ascii_graphic());
        if label.is_empty() || label.len() > MAX_LABEL_LEN || !legible {
            return Err(Misconfigured::Label { position });
        }
        match secret.key(form) {
            Ok(key) => Ok(Self {
                label,
                validity: secret.validity(),
                key_id: secret.key_id(form),
                key,
            }),
            Err(fault) => Err(Misconfigured::Secret { label, fault }),
        }
    }

    /// The text of a token, which stands in a header.
    ///
    /// # Errors
    ///
    /// It could not.
    pub(crate) fn text(&self) -> Result<Zeroizing<String>, Misconfigured> {
        match core::str::from_utf8(&self.key) {
            Ok(text) if text.bytes().all(|byte| byte.is_ascii_graphic()) => {
                Ok(Zeroizing::new(text.into()))
            }
            _ => Err(self.fault(SecretFault::NotInHeader)),
        }
    }

    /// What is wrong with it.
    pub(crate) fn fault(&self, fault: SecretFault) -> Misconfigured {
        Misconfigured::Secret {
            label: self.label.clone(),
            fault,
        }
    }

    fn check_apart_from(&self, others: &[Self]) -> Result<(), Misconfigured> {
        if others.iter().any(|other| other.label == self.label) {
            return Err(Misconfigured::DuplicateLabel {
                label: self.label.clone(),
            });
        }
        // Keys are the same if their bytes are, however they were written.
        let is_same = |other: &&Self| bool::from(other.key.ct_eq(&self.key));
        match others.iter().find(is_same) {
            Some(other) => Err(Misconfigured::DuplicateSecret {
                first: other.label.clone(),
                second: self.label.clone(),
            }),
            None => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Provider;

    fn decode(ring: impl Into<SecretRing>) -> Result<Vec<String>, Misconfigured> {
        let decoded = ring
            .into()
            .decode(&Provider::StandardWebhooks.scheme().secret)?;
        Ok(decoded.into_iter().map(|secret| secret.label).collect())
    }

    fn numbered(count: usize) -> SecretRing {
        (0..count)
            .map(|number| Secret::new(alloc::format!("AAA{number}")))
            .collect()
    }

    #[test]
    fn a_secret_without_a_label_is_called_by_its_place() {
        let ring = [
            Secret::new("AAAA"),
            Secret::new("BBBB").labelled("old"),
            Secret::new("CCCC"),
        ];
        assert_eq!(decode(ring), Ok(["1", "old", "3"].map(String::from).into()));
    }

    #[test]
    fn a_ring_has_a_secret_and_not_too_many() {
        assert_eq!(decode([]), Err(Misconfigured::NoSecret));
        assert_eq!(
            decode(numbered(MAX_SECRETS)).map(|labels| labels.len()),
            Ok(MAX_SECRETS)
        );
        let too_many = Misconfigured::TooManySecrets {
            given: MAX_SECRETS + 1,
            limit: MAX_SECRETS,
        };
        assert_eq!(decode(numbered(MAX_SECRETS + 1)), Err(too_many));
    }

    #[test]
    fn two_secrets_differ_in_label_and_in_key() {
        let labelled = [Secret::new("AAAA").labelled("2"), Secret::new("BBBB")];
        assert_eq!(
            decode(labelled),
            Err(Misconfigured::DuplicateLabel { label: "2".into() })
        );

        let twice = [
            Secret::new("whsec_AAEC/w==").labelled("a"),
            Secret::new("AAEC/w").labelled("b"),
        ];
        let same = Misconfigured::DuplicateSecret {
            first: "a".into(),
            second: "b".into(),
        };
        assert_eq!(decode(twice), Err(same));
    }

    #[test]
    fn a_label_is_fit_for_a_log() {
        for label in [
            "",
            "a b",
            "a\nb",
            "caf\u{e9}",
            &"x".repeat(MAX_LABEL_LEN + 1),
        ] {
            let ring = [Secret::new("AAAA"), Secret::new("BBBB").labelled(label)];
            assert_eq!(
                decode(ring),
                Err(Misconfigured::Label { position: 2 }),
                "{label:?}"
            );
        }
    }

    #[test]
    fn a_fault_names_the_secret_by_its_label() {
        let ring = [
            Secret::new("AAAA"),
            Secret::new("whpk_BBBB").labelled("old"),
        ];
        let fault = Misconfigured::Secret {
            label: "old".into(),
            fault: SecretFault::PublicKey,
        };
        assert_eq!(decode(ring), Err(fault));
    }
}
