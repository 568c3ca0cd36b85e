//! What a delivery is recognised by.

use core::fmt;
use core::str::FromStr;
use std::format;
use std::sync::Arc;

use thiserror::Error;

use crate::fingerprint::Fingerprint;
use crate::id::{EventId, is_well_formed};
use crate::proof::Proof;
use crate::verified::Verified;

const ID: &str = "id:";
const UNSIGNED_ID: &str = "unsigned-id:";
const FINGERPRINT: &str = "fingerprint:";

/// What a delivery is recognised by when it comes again: an id or a fingerprint, as text with its kind
/// in front, so that one kind is never taken for another.
///
/// [`ReplayKey::of`] is right unless you know better. It takes the id that the provider gave to the
/// event, if the signature covers it, and else the fingerprint of the delivery. What the two can do:
///
/// | | sent again by the provider | replayed | two events with equal bodies |
/// |---|---|---|---|
/// | signed id | recognised | recognised | told apart |
/// | fingerprint, with a signed time | not recognised | recognised | told apart |
/// | fingerprint, without | recognised | recognised | **taken for one** |
/// | unsigned id | recognised | **not recognised** | told apart |
///
/// The third line is that of GitHub, for one. If equal bodies can be two events there, as with a
/// heartbeat, and replays do not matter, ask for [`ReplayKey::by_unsigned_id`].
///
/// ```
/// use webhook_verify::replay::ReplayKey;
/// use webhook_verify::{Provider, Secret, Signer, UnixTime, Verifier};
///
/// let secret = Secret::new("It's a Secret to Everybody");
/// let now = UnixTime::from_secs(1_700_000_000);
/// let headers = Signer::new(Provider::GitHub, secret.clone())?.sign(Some("72d3162e"), now, b"{}")?;
/// let verifier = Verifier::new(Provider::GitHub, secret)?;
/// let delivery = verifier.verify_at(&headers, b"{}", now)?;
///
/// // Whoever replays the delivery can write another id on it.
/// let id = delivery.event_id().unwrap();
/// assert!(ReplayKey::by_id(&id).is_err());
/// assert_eq!(ReplayKey::by_unsigned_id(&id).to_string(), "unsigned-id:72d3162e");
/// assert!(ReplayKey::of(&delivery).to_string().starts_with("fingerprint:"));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ReplayKey(Arc<str>);

/// The id is not covered by the signature: whoever replays the delivery can write another one on it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("the id is not signed: a replay can bear another one")]
pub struct UnsignedId;

/// The text is not the one of a [`ReplayKey`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("a replay key is `id:`, `unsigned-id:` or `fingerprint:` and the id or fingerprint")]
pub struct InvalidKey;

impl ReplayKey {
    /// The safe key of a delivery: its signed id, or its fingerprint if it has none.
    pub fn of(delivery: &Verified<'_>) -> Self {
        Self::safe(delivery.event_id().as_ref(), delivery.fingerprint())
    }

    /// The safe key of a delivery of which the proof is left: the same as of the delivery itself.
    pub fn of_proof(proof: &Proof) -> Self {
        Self::safe(proof.event_id(), proof.fingerprint())
    }

    /// By a signed id.
    ///
    /// # Errors
    ///
    /// The id is not signed.
    pub fn by_id(id: &EventId<'_>) -> Result<Self, UnsignedId> {
        if !id.is_signed() {
            return Err(UnsignedId);
        }
        Ok(Self::new(ID, id))
    }

    /// By an id that may not be signed. It recognises what the provider sends again, and **no
    /// replay**: whoever replays the delivery can write another id on it.
    ///
    /// Know the provider's ids before you choose this: those of WooCommerce, for one, repeat within a
    /// second.
    pub fn by_unsigned_id(id: &EventId<'_>) -> Self {
        Self::new(UNSIGNED_ID, id)
    }

    /// By the fingerprint of the signed bytes.
    pub fn by_fingerprint(fingerprint: Fingerprint) -> Self {
        Self::new(FINGERPRINT, fingerprint)
    }

    /// The text, with the kind in front; what stores write and people read.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    fn safe(id: Option<&EventId<'_>>, fingerprint: Fingerprint) -> Self {
        id.and_then(|id| Self::by_id(id).ok())
            .unwrap_or_else(|| Self::by_fingerprint(fingerprint))
    }

    fn new(kind: &str, name: impl fmt::Display) -> Self {
        Self(format!("{kind}{name}").into())
    }
}

/// Reads what [`ReplayKey::as_str`] shows, for a store that keeps text and for people who want a
/// delivery forgotten.
///
/// ```
/// use webhook_verify::replay::ReplayKey;
///
/// let key: ReplayKey = "id:evt_1".parse()?;
/// assert_eq!(key.as_str(), "id:evt_1");
/// assert!("evt_1".parse::<ReplayKey>().is_err());
/// # Ok::<(), webhook_verify::replay::InvalidKey>(())
/// ```
impl FromStr for ReplayKey {
    type Err = InvalidKey;

    fn from_str(text: &str) -> Result<Self, InvalidKey> {
        let id = text
            .strip_prefix(ID)
            .or_else(|| text.strip_prefix(UNSIGNED_ID));
        let known = match (id, text.strip_prefix(FINGERPRINT)) {
            (Some(id), _) => is_well_formed(id, None),
            (None, Some(digits)) => is_fingerprint(digits),
            (None, None) => false,
        };
        known.then(|| Self(text.into())).ok_or(InvalidKey)
    }
}

/// Whether this is a fingerprint as it is displayed: a key has one spelling.
fn is_fingerprint(digits: &str) -> bool {
    let digit = |byte: u8| matches!(byte, b'0'..=b'9' | b'a'..=b'f');
    digits.len() == 2 * Fingerprint::LEN && digits.bytes().all(digit)
}

impl fmt::Display for ReplayKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl fmt::Debug for ReplayKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ReplayKey({self})")
    }
}

#[cfg(test)]
mod tests {
    use std::string::ToString as _;

    use super::*;
    use crate::id::MAX_ID_LEN;
    use crate::{Provider, Secret, Signer, UnixTime, Verifier};

    fn key_of(provider: Provider, id: Option<&str>, body: &[u8]) -> ReplayKey {
        deliver(provider, id, body, |delivery| {
            let key = ReplayKey::of(delivery);
            assert_eq!(ReplayKey::of_proof(&delivery.to_proof()), key);
            key
        })
    }

    fn deliver<T>(
        provider: Provider,
        id: Option<&str>,
        body: &[u8],
        look: impl FnOnce(&Verified<'_>) -> T,
    ) -> T {
        let secret = Secret::new("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw");
        let now = UnixTime::from_secs(1_700_000_000);
        let signer = Signer::new(provider, secret.clone()).unwrap();
        let headers = signer.sign(id, now, body).unwrap();
        let verifier = Verifier::new(provider, secret).unwrap();
        look(&verifier.verify_at(&headers, body, now).unwrap())
    }

    #[test]
    fn a_signed_id_is_the_key_wherever_it_stands() {
        let key = key_of(Provider::StandardWebhooks, Some("msg_1"), b"{}");
        assert_eq!(key.as_str(), "id:msg_1");
        let key = key_of(Provider::Stripe, None, br#"{"id":"evt_1"}"#);
        assert_eq!(key.as_str(), "id:evt_1");
    }

    #[test]
    fn an_unsigned_id_changes_nothing() {
        let one = key_of(Provider::GitHub, Some("72d3162e"), b"{}");
        let replayed = key_of(Provider::GitHub, Some("00000000"), b"{}");
        assert_eq!(one, replayed);
        assert_ne!(one, key_of(Provider::GitHub, Some("72d3162e"), b"[]"));
    }

    #[test]
    fn a_delivery_without_an_id_has_its_fingerprint() {
        let key = key_of(Provider::Stripe, None, br#"{"id":7}"#);
        assert!(key.as_str().starts_with("fingerprint:"), "{key}");
    }

    #[test]
    fn an_id_that_looks_like_a_fingerprint_is_none() {
        let fingerprint = deliver(Provider::GitHub, None, b"{}", |it| it.fingerprint());
        let text = fingerprint.to_string();
        let id = EventId::new(text.as_str().into(), true);
        let keys = [
            ReplayKey::by_id(&id).unwrap(),
            ReplayKey::by_unsigned_id(&id),
            ReplayKey::by_fingerprint(fingerprint),
        ];
        for (place, key) in keys.iter().enumerate() {
            assert_eq!(key.as_str().parse().as_ref(), Ok(key));
            assert!(!keys[place + 1..].contains(key), "{key}");
        }
    }

    #[test]
    fn what_is_no_key_is_not_read_as_one() {
        let long = format!("id:{}", "x".repeat(MAX_ID_LEN + 1));
        for text in [
            "",
            "id",
            "id:",
            "evt_1",
            "Id:evt_1",
            "id:a b",
            "unsigned-id:",
            "fingerprint:",
            "fingerprint:66687AADF862BD776C8FC18B8E9F8E20",
            "fingerprint:66687aadf862bd776c8fc18b8e9f8e2",
            &long,
        ] {
            assert_eq!(text.parse::<ReplayKey>(), Err(InvalidKey), "{text:?}");
        }
    }
}
