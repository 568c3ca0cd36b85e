//! The secrets that are valid at one time.

use alloc::borrow::ToOwned;
use alloc::string::{String, ToString};
use alloc::vec::Vec;
use core::fmt;

use subtle::{Choice, ConditionallySelectable, ConstantTimeEq};

use crate::algorithm::MacKey;
use crate::misconfigured::Misconfigured;
use crate::scheme::Scheme;
use crate::secret::Secret;
use crate::segment::Pieces;
use crate::tag::Tag;

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
pub struct SecretRing(Vec<Secret>);

impl From<Secret> for SecretRing {
    fn from(secret: Secret) -> Self {
        Self([secret].into())
    }
}

impl From<Vec<Secret>> for SecretRing {
    fn from(secrets: Vec<Secret>) -> Self {
        Self(secrets)
    }
}

impl<const LEN: usize> From<[Secret; LEN]> for SecretRing {
    fn from(secrets: [Secret; LEN]) -> Self {
        Self(secrets.into())
    }
}

impl FromIterator<Secret> for SecretRing {
    fn from_iter<I: IntoIterator<Item = Secret>>(secrets: I) -> Self {
        Self(secrets.into_iter().collect())
    }
}

/// The keys of a ring, expanded: there are 1 to [`MAX_SECRETS`], and each has a label of its own.
#[derive(Clone)]
pub(crate) struct Keys(Vec<Key>);

#[derive(Clone)]
pub(crate) struct Key {
    pub(crate) label: String,
    pub(crate) is_weak: bool,
    mac: MacKey,
}

/// The key that made one of the listed signatures, and the signature.
pub(crate) struct Match<'k> {
    pub(crate) key: &'k Key,
    pub(crate) tag: Tag,
}

impl Keys {
    /// # Errors
    ///
    /// There is no secret, or there are too many; one cannot be used, or cannot be told from
    /// another.
    pub(crate) fn expand(ring: SecretRing, scheme: &Scheme) -> Result<Self, Misconfigured> {
        let given = ring.0.len();
        if given == 0 {
            return Err(Misconfigured::NoSecret);
        }
        if given > MAX_SECRETS {
            return Err(Misconfigured::TooManySecrets {
                given,
                limit: MAX_SECRETS,
            });
        }
        let mut keys: Vec<Key> = Vec::with_capacity(given);
        for (secret, position) in ring.0.iter().zip(1..) {
            let key = Key::expand(secret, position, scheme)?;
            key.check_apart_from(&keys)?;
            keys.push(key);
        }
        Ok(Self(keys))
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = &Key> {
        self.0.iter()
    }

    /// The first key that made one of the listed signatures.
    ///
    /// Every key computes its code once, and compares it with all that are listed: neither how long
    /// this takes nor which branches it takes depends on a secret, or on which of the signatures is
    /// right.
    pub(crate) fn find(
        &self,
        listed: &[Tag],
        scheme: &Scheme,
        pieces: Pieces<'_>,
    ) -> Option<Match<'_>> {
        let mut found = Choice::from(0);
        let mut place = 0_u8;
        let mut tag = Tag::EMPTY;
        for (key, own_place) in self.0.iter().zip(0_u8..) {
            let own = key.sign(scheme, pieces);
            let hit = listed
                .iter()
                .fold(Choice::from(0), |hit, other| hit | own.ct_eq(other));
            let first = hit & !found;
            place.conditional_assign(&own_place, first);
            tag.conditional_assign(&own, first);
            found |= hit;
        }
        bool::from(found).then(|| Match {
            key: &self.0[usize::from(place)],
            tag,
        })
    }
}

impl Key {
    fn expand(secret: &Secret, position: usize, scheme: &Scheme) -> Result<Self, Misconfigured> {
        let label = secret
            .label()
            .map_or_else(|| position.to_string(), ToOwned::to_owned);
        let legible = label.bytes().all(|byte| byte.is_ascii_graphic());
        if label.is_empty() || label.len() > MAX_LABEL_LEN || !legible {
            return Err(Misconfigured::Label { position });
        }
        match secret.key(&scheme.secret) {
            Ok(key) => {
                let is_weak = key.len() < Secret::MIN_STRONG_LEN;
                Ok(Self {
                    label,
                    is_weak,
                    mac: scheme.algorithm.expand(&key),
                })
            }
            Err(fault) => Err(Misconfigured::Secret { label, fault }),
        }
    }

    /// The signature of a delivery.
    pub(crate) fn sign(&self, scheme: &Scheme, pieces: Pieces<'_>) -> Tag {
        self.mac.mac(pieces.laid_out(&scheme.signed))
    }

    fn check_apart_from(&self, others: &[Self]) -> Result<(), Misconfigured> {
        if others.iter().any(|other| other.label == self.label) {
            return Err(Misconfigured::DuplicateLabel {
                label: self.label.clone(),
            });
        }
        // Keys are the same if they sign alike, however they were written.
        let probe = || core::iter::empty();
        match others
            .iter()
            .find(|other| bool::from(other.mac.mac(probe()).ct_eq(&self.mac.mac(probe()))))
        {
            Some(other) => Err(Misconfigured::DuplicateSecret {
                first: other.label.clone(),
                second: self.label.clone(),
            }),
            None => Ok(()),
        }
    }
}

impl fmt::Debug for Keys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list()
            .entries(self.iter().map(|key| &key.label))
            .finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Provider, SecretFault};

    fn expand(ring: impl Into<SecretRing>) -> Result<Vec<String>, Misconfigured> {
        let keys = Keys::expand(ring.into(), &Provider::StandardWebhooks.scheme())?;
        Ok(keys.iter().map(|key| key.label.clone()).collect())
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
        assert_eq!(expand(ring), Ok(["1", "old", "3"].map(String::from).into()));
    }

    #[test]
    fn a_ring_has_a_secret_and_not_too_many() {
        assert_eq!(expand([]), Err(Misconfigured::NoSecret));
        assert_eq!(
            expand(numbered(MAX_SECRETS)).map(|labels| labels.len()),
            Ok(MAX_SECRETS)
        );
        let too_many = Misconfigured::TooManySecrets {
            given: MAX_SECRETS + 1,
            limit: MAX_SECRETS,
        };
        assert_eq!(expand(numbered(MAX_SECRETS + 1)), Err(too_many));
    }

    #[test]
    fn two_secrets_differ_in_label_and_in_key() {
        let labelled = [Secret::new("AAAA").labelled("2"), Secret::new("BBBB")];
        assert_eq!(
            expand(labelled),
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
        assert_eq!(expand(twice), Err(same));
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
                expand(ring),
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
        assert_eq!(expand(ring), Err(fault));
    }

    #[test]
    fn the_first_key_that_matches_is_found_whatever_the_order_of_the_signatures() {
        let scheme = Provider::StandardWebhooks.scheme();
        let keys = Keys::expand(numbered(3), &scheme).expect("usable");
        let pieces = Pieces {
            id: "a",
            timestamp: "b",
            body: b"c",
        };
        let signed: Vec<_> = keys.iter().map(|key| key.sign(&scheme, pieces)).collect();
        let find = |listed: &[Tag]| {
            let found = keys.find(listed, &scheme, pieces)?;
            Some((found.key.label.clone(), found.tag.to_hex()))
        };
        let expected = |place: usize| Some(((place + 1).to_string(), signed[place].to_hex()));

        assert_eq!(find(&[signed[2], signed[1]]), expected(1));
        assert_eq!(find(&[Tag::EMPTY, signed[2]]), expected(2));
        assert_eq!(find(&[signed[0], signed[0]]), expected(0));
        assert_eq!(find(&[Tag::EMPTY]), None);
        assert_eq!(find(&[]), None);
    }
}
