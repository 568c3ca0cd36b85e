//! Keys that verify.

use alloc::string::String;
#[cfg(any(feature = "ed25519", feature = "p256"))]
use alloc::sync::Arc;
use alloc::vec::Vec;
use core::fmt;

use arrayvec::ArrayVec;
#[cfg(feature = "certificates")]
use sha2::{Digest, Sha256};
use subtle::{Choice, ConstantTimeEq};

use crate::algorithm::Algorithm;
#[cfg(feature = "certificates")]
use crate::certificate_url::CertificateUrl;
#[cfg(feature = "certificates")]
use crate::certificates::Certificates;
use crate::mac::{MacKey, MacPass};
use crate::misconfigured::Misconfigured;
#[cfg(any(feature = "ed25519", feature = "p256"))]
use crate::public_key::{Message, PublicKey};
use crate::rejection::Rejection;
use crate::ring::{Decoded, MAX_SECRETS, SecretRing};
use crate::scheme::Scheme;
use crate::secret::{Secret, SecretForm};
use crate::segment::Pieces;
use crate::signatures::MAX_SIGNATURES;
#[cfg(feature = "certificates")]
use crate::signatures::Signatures;
use crate::tag::Tag;
use crate::unix_time::UnixTime;
use crate::validity::Validity;

/// What stands for the label of a secret where the key is in a certificate.
#[cfg(feature = "certificates")]
const CERTIFIED: &str = "certificate";

/// The keys of a ring, expanded, and beside each what is known of it.
#[derive(Clone)]
pub(crate) struct Keys {
    known: Vec<Known>,
    material: Material,
}

/// What is known of a key.
#[derive(Clone)]
pub(crate) struct Known {
    pub(crate) label: String,
    pub(crate) is_weak: bool,
    /// Its name in a token, if it has one.
    key_id: Option<String>,
    validity: Validity,
}

/// Keys of one algorithm.
#[derive(Clone)]
enum Material {
    Mac(Vec<MacKey>),
    #[cfg(any(feature = "ed25519", feature = "p256"))]
    Public(Vec<Arc<dyn PublicKey>>),
    /// Keys that come with deliveries, in certificates.
    #[cfg(feature = "certificates")]
    Certified(Certificates, Algorithm),
}

/// Something of each key, in the order of the ring, and nothing allocated for it.
type PerKey<T> = ArrayVec<T, MAX_SECRETS>;

/// The key that made one of the listed signatures.
pub(crate) struct Match<'k> {
    pub(crate) label: &'k str,
    /// The name of the key in a token, if it has one.
    pub(crate) key_id: Option<&'k str>,
    /// What tells the delivery from every other.
    pub(crate) identity: Tag,
}

impl Keys {
    /// # Errors
    ///
    /// As [`SecretRing::decode`]; or a secret is no key of the algorithm, or this build does not
    /// have the algorithm.
    pub(crate) fn expand(ring: &SecretRing, scheme: &Scheme) -> Result<Self, Misconfigured> {
        if matches!(scheme.secret, SecretForm::Certificate(_)) {
            return Self::certified(ring, scheme);
        }
        let decoded = ring.decode(&scheme.secret)?;
        let material = Material::expand(&decoded, scheme.algorithm)?;
        let is_symmetric = matches!(material, Material::Mac(_));
        let known = decoded.into_iter().map(|secret| Known {
            is_weak: is_symmetric && secret.key.len() < Secret::MIN_STRONG_LEN,
            label: secret.label,
            key_id: secret.key_id,
            validity: secret.validity,
        });
        Ok(Self {
            known: known.collect(),
            material,
        })
    }

    #[cfg(feature = "certificates")]
    fn certified(ring: &SecretRing, scheme: &Scheme) -> Result<Self, Misconfigured> {
        match ring.certificates() {
            Some(certificates) => Ok(Self {
                known: Vec::new(),
                material: Material::Certified(certificates.clone(), scheme.algorithm),
            }),
            None => Err(Misconfigured::NoCertificates {
                scheme: scheme.name.clone().into_owned(),
            }),
        }
    }

    #[cfg(not(feature = "certificates"))]
    fn certified(_: &SecretRing, _: &Scheme) -> Result<Self, Misconfigured> {
        Err(Misconfigured::NeedsFeature {
            feature: "certificates",
        })
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = &Known> {
        self.known.iter()
    }

    /// Whether it depends on the time which of them may be used.
    pub(crate) fn are_limited(&self) -> bool {
        self.known.iter().any(|known| known.validity.is_limited())
    }

    /// The first key that is valid and made one of the listed signatures. Without a time all are
    /// valid.
    ///
    /// # Errors
    ///
    /// None made any, or only one that is not valid now.
    #[inline]
    pub(crate) fn find(
        &self,
        listed: &[Tag],
        pieces: &Pieces<'_>,
        now: Option<UnixTime>,
    ) -> Result<Match<'_>, Rejection> {
        match &self.material {
            Material::Mac(keys) => {
                let mut places = PerKey::new();
                places.extend(keys.iter().map(|key| find_in(listed, &key.code(pieces))));
                let place = self.pick(now, places.iter().map(|places| places.any()))?;
                let code = places[place].first().map(|found| listed[found]);
                let code = code.ok_or(Rejection::Mismatch)?;
                Ok(self.matched(place, keys[place].identity(code, pieces)))
            }
            #[cfg(any(feature = "ed25519", feature = "p256"))]
            Material::Public(keys) => {
                let message = Message::of(pieces);
                let mut found = PerKey::new();
                found.extend(keys.iter().map(|key| key.verify(listed, &message)));
                let hit = |found: &Option<Tag>| Choice::from(u8::from(found.is_some()));
                let place = self.pick(now, found.iter().map(hit))?;
                let identity = found[place].ok_or(Rejection::Mismatch)?;
                Ok(self.matched(place, identity))
            }
            #[cfg(feature = "certificates")]
            Material::Certified(..) => Err(Rejection::Mismatch),
        }
    }

    /// As [`Keys::find`], with passes that [`Keys::begin`] began.
    ///
    /// # Errors
    ///
    /// As [`Keys::find`].
    pub(crate) fn find_finished(
        &self,
        listed: &[Tag],
        passes: Passes,
        now: Option<UnixTime>,
    ) -> Result<Match<'_>, Rejection> {
        let mut finished = PerKey::new();
        finished.extend(passes.0.into_iter().map(MacPass::finish));
        let hits = finished.iter().map(|(code, _)| find_in(listed, code).any());
        let place = self.pick(now, hits)?;
        Ok(self.matched(place, finished[place].1))
    }

    /// Whether a body can go through the keys in pieces.
    pub(crate) const fn can_pass(&self) -> bool {
        matches!(self.material, Material::Mac(_))
    }

    /// Begins a pass of each key over a body that comes in pieces; none of those that need it in
    /// one, as [`Keys::can_pass`] says.
    pub(crate) fn begin(&self) -> Passes {
        match &self.material {
            Material::Mac(keys) => Passes(keys.iter().map(MacPass::begin).collect()),
            #[cfg(any(feature = "ed25519", feature = "p256"))]
            Material::Public(_) => Passes(Vec::new()),
            #[cfg(feature = "certificates")]
            Material::Certified(..) => Passes(Vec::new()),
        }
    }

    /// The place of the first key that is valid and made a signature, told of each in turn.
    ///
    /// No branch is taken on which key made one before all of them have been told of.
    fn pick(
        &self,
        now: Option<UnixTime>,
        hits: impl Iterator<Item = Choice>,
    ) -> Result<usize, Rejection> {
        let mut valid = Places::default();
        let mut lapsed = Places::default();
        for (place, (known, hit)) in self.known.iter().zip(hits).enumerate() {
            // Which keys are valid is no secret, nor is it the sender's to choose.
            match now {
                Some(now) if !known.validity.includes(now) => lapsed.add(place, hit),
                _ => valid.add(place, hit),
            }
        }
        match (valid.first(), lapsed.first()) {
            (Some(place), _) => Ok(place),
            (None, Some(place)) => Err(Rejection::SecretNotValid {
                label: self.known[place].label.clone(),
            }),
            (None, None) => Err(Rejection::Mismatch),
        }
    }

    fn matched(&self, place: usize, identity: Tag) -> Match<'_> {
        let known = &self.known[place];
        Match {
            label: &known.label,
            key_id: known.key_id.as_deref(),
            identity,
        }
    }
}

#[cfg(feature = "certificates")]
impl Keys {
    /// What a delivery is known by whose certificate is at this address.
    ///
    /// # Errors
    ///
    /// The certificate is not admitted, or its key made none of the signatures.
    pub(crate) fn find_certified(
        &self,
        url: &CertificateUrl,
        signatures: &Signatures,
        pieces: &Pieces<'_>,
        now: UnixTime,
    ) -> Result<Match<'_>, Rejection> {
        let Material::Certified(certificates, algorithm) = &self.material else {
            return Err(Rejection::Mismatch);
        };
        let message = pieces.to_vec();
        let listed = (message.as_slice(), signatures.long());
        match certificates.verify(url, *algorithm, listed, now) {
            Some(true) => Ok(Match {
                label: CERTIFIED,
                key_id: None,
                identity: Tag::new(&Sha256::digest(&message)),
            }),
            Some(false) => Err(Rejection::Mismatch),
            None => Err(Rejection::CertificateNotAdmitted { url: url.clone() }),
        }
    }
}

impl Material {
    fn expand(decoded: &[Decoded], algorithm: Algorithm) -> Result<Self, Misconfigured> {
        let mac = |expand: fn(&[u8]) -> MacKey| {
            Self::Mac(decoded.iter().map(|secret| expand(&secret.key)).collect())
        };
        Ok(match algorithm {
            Algorithm::HmacSha256 => mac(MacKey::sha256),
            Algorithm::HmacSha512 => mac(MacKey::sha512),
            Algorithm::HmacSha1 => mac(MacKey::sha1),
            Algorithm::SecretPrefixSha256 => mac(MacKey::secret_prefix),
            Algorithm::Token => mac(MacKey::token),
            #[cfg(feature = "ed25519")]
            Algorithm::Ed25519 => Self::Public(crate::public_key::expand(
                decoded,
                crate::ed25519::VerifyingKey::new,
            )?),
            #[cfg(not(feature = "ed25519"))]
            Algorithm::Ed25519 => return Err(Misconfigured::NeedsFeature { feature: "ed25519" }),
            #[cfg(feature = "p256")]
            Algorithm::EcdsaP256Sha256 | Algorithm::Es256 => Self::Public(
                crate::public_key::expand(decoded, crate::p256::VerifyingKey::new)?,
            ),
            #[cfg(not(feature = "p256"))]
            Algorithm::EcdsaP256Sha256 | Algorithm::Es256 => {
                return Err(Misconfigured::NeedsFeature { feature: "p256" });
            }
            Algorithm::RsaPkcs1Sha256 | Algorithm::RsaPkcs1Sha1 => {
                return Err(Misconfigured::KeyNotInCertificate);
            }
        })
    }
}

/// A pass of each key, in the order of the ring.
pub(crate) struct Passes(Vec<MacPass>);

impl Passes {
    /// Takes the next of the signed bytes.
    pub(crate) fn update(&mut self, part: &[u8]) {
        self.0.iter_mut().for_each(|pass| pass.update(part));
    }
}

/// Where a code is among the listed ones, each of which is looked at.
fn find_in(listed: &[Tag], code: &Tag) -> Places {
    let mut places = Places::default();
    for (place, other) in listed.iter().enumerate() {
        places.add(place, code.ct_eq(other));
    }
    places
}

/// Places in a short list, a bit for each.
#[derive(Clone, Copy, Default)]
struct Places(u16);

// Every key and every signature has its bit.
const _: () = assert!(MAX_SECRETS <= 16 && MAX_SIGNATURES <= 16);

impl Places {
    fn add(&mut self, place: usize, is_there: Choice) {
        self.0 |= u16::from(is_there.unwrap_u8()) << place;
    }

    fn any(self) -> Choice {
        !self.0.ct_eq(&0)
    }

    fn first(self) -> Option<usize> {
        (self.0 != 0).then_some(self.0.trailing_zeros() as usize)
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
mod tests;
