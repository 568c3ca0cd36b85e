//! What is wrong with a scheme, so that using it takes a decision.

use core::fmt;

/// What is wrong with a scheme even if it is used as the provider says.
///
/// A [`Verifier`](crate::Verifier) for such a scheme is refused until the host says, by name, that
/// it knows: [`Scheme::despite`](crate::Scheme::despite).
///
/// ```
/// use webhook_verify::{Misconfigured, Provider, Secret, Verifier, Weakness};
///
/// let secret = Secret::new("a token that GitLab repeats with each delivery");
/// let refused = Verifier::new(Provider::GitLabToken, secret.clone()).unwrap_err();
/// assert!(matches!(refused, Misconfigured::Weak { weakness: Weakness::SharedToken, .. }));
///
/// let accepted = Provider::GitLabToken.despite(Weakness::SharedToken);
/// assert!(Verifier::new(accepted, secret).is_ok());
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Weakness {
    /// There is no signature: the secret itself comes with each delivery, so whoever sees one can
    /// write any other. It is no better than TLS and the logs of every proxy behind it.
    SharedToken,
    /// The signature does not cover the body: whoever sees one delivery can put any other body under
    /// its signature, for as long as its time is accepted and its id was not seen.
    BodyNotCovered,
    /// The signature covers a checksum of the body, and another body with the same checksum is made
    /// in no time.
    BodyByChecksum,
    /// The secret is put in front of what is signed and the whole is hashed, which is not HMAC:
    /// whoever sees one signature can extend what was signed and sign that
    /// ([length extension](https://www.rfc-editor.org/rfc/rfc2104#section-6)).
    ExtendableHash,
    /// A public key signs a SHA-1 hash, for which two texts can be made that have the same
    /// ([RFC 6194](https://www.rfc-editor.org/rfc/rfc6194)).
    CollidingHash,
}

impl fmt::Display for Weakness {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::SharedToken => "the secret itself comes with each delivery and signs nothing",
            Self::BodyNotCovered => "the signature does not cover the body",
            Self::BodyByChecksum => "the signature covers no more of the body than a checksum",
            Self::ExtendableHash => "a hash over secret and message can be extended",
            Self::CollidingHash => "two texts with the same SHA-1 can be made",
        })
    }
}
