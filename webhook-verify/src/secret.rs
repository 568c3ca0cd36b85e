//! Secrets: how they are kept, and how a provider writes them.

mod fault;
mod form;

use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;

use zeroize::Zeroizing;

pub use self::fault::SecretFault;
pub use self::form::SecretForm;
use crate::jwk;
use crate::pem;
use crate::unix_time::UnixTime;
use crate::validity::Validity;

/// A secret as the provider shows it, to be pasted without change: prefixes and the like are for
/// the [`SecretForm`] of the scheme to deal with.
///
/// It is wiped from memory when dropped, and never printed.
///
/// ```
/// use webhook_verify::Secret;
///
/// let secret = Secret::new("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw").labelled("2026-11");
///
/// let shown = r#"Secret { label: Some("2026-11"), text: "[32 bytes or more]" }"#;
/// assert_eq!(format!("{secret:?}"), shown);
/// ```
#[derive(Clone)]
pub struct Secret {
    label: Option<String>,
    validity: Validity,
    text: Zeroizing<Vec<u8>>,
}

impl Secret {
    /// A key with fewer bytes than this can be guessed sooner or later ([RFC 2104 section
    /// 3](https://www.rfc-editor.org/rfc/rfc2104#section-3) asks for as many as the hash has, which
    /// is 32, but providers do give shorter ones). It is counted behind the prefix and after
    /// decoding.
    ///
    /// Building a verifier does not refuse it,
    /// [`Verifier::weak_secrets`](crate::Verifier::weak_secrets) tells.
    pub const MIN_STRONG_LEN: usize = 16;

    /// The secret, as the provider shows it.
    pub fn new(text: impl Into<Vec<u8>>) -> Self {
        Self {
            label: None,
            validity: Validity::ALWAYS,
            text: Zeroizing::new(text.into()),
        }
    }

    /// Names the secret, so that [`Verified::secret_label`](crate::Verified::secret_label) can tell
    /// which one matched. Without a name its place in the ring is its label: `1`, `2` and so on.
    #[must_use]
    pub fn labelled(mut self, label: impl Into<String>) -> Self {
        self.label = Some(label.into());
        self
    }

    /// Refuses what is signed with it before this moment. Two systems can so be told today of the
    /// secret of tomorrow.
    #[must_use]
    pub const fn valid_from(mut self, from: UnixTime) -> Self {
        self.validity.from = Some(from);
        self
    }

    /// Refuses what is signed with it from this moment on. So an old secret ends by itself, and not
    /// when somebody remembers it.
    ///
    /// ```
    /// use webhook_verify::{Provider, Rejection, Secret, Signer, UnixTime, Verifier};
    ///
    /// let december = UnixTime::from_secs(1_764_547_200);
    /// let old = Secret::new("the old one of last month").labelled("2025-10");
    /// let headers = Signer::new(Provider::GitHub, old.clone())?.sign(None, december, b"{}")?;
    ///
    /// let ring = [Secret::new("a new secret for this month"), old.valid_until(december)];
    /// let verifier = Verifier::new(Provider::GitHub, ring)?;
    /// let november = UnixTime::from_secs(1_764_547_199);
    /// assert!(verifier.verify_at(&headers, b"{}", november).is_ok());
    ///
    /// let rejection = verifier.verify_at(&headers, b"{}", december).unwrap_err();
    /// assert_eq!(rejection, Rejection::SecretNotValid { label: "2025-10".into() });
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub const fn valid_until(mut self, until: UnixTime) -> Self {
        self.validity.until = Some(until);
        self
    }

    pub(crate) const fn validity(&self) -> Validity {
        self.validity
    }

    /// The name that the key has in a token, if the form has one and it is there.
    pub(crate) fn key_id(&self, form: &SecretForm) -> Option<String> {
        match form {
            SecretForm::Jwk => jwk::key_id(&self.text),
            _ => None,
        }
    }

    pub(crate) fn label(&self) -> Option<&str> {
        self.label.as_deref()
    }

    /// The text, as it was given.
    #[cfg(feature = "doctor")]
    pub(crate) fn text(&self) -> &[u8] {
        &self.text
    }

    /// The bytes of the key.
    ///
    /// # Errors
    ///
    /// The text is not what the form says, or plainly a slip; or it is never valid.
    pub(crate) fn key(&self, form: &SecretForm) -> Result<Zeroizing<Vec<u8>>, SecretFault> {
        // A file is pasted whole, with the line breaks that it has.
        let is_file = *form == SecretForm::Der && pem::is_framed(&self.text);
        if !is_file {
            check_slips(&self.text)?;
        }
        if self.validity.is_empty() {
            return Err(SecretFault::NeverValid);
        }
        let key = form.decode(&self.text)?;
        if key.is_empty() {
            Err(SecretFault::NothingBehindPrefix)
        } else {
            Ok(key)
        }
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let size = match self.text.len() {
            0 => "[empty]",
            1..16 => "[fewer than 16 bytes]",
            16..32 => "[16 to 31 bytes]",
            _ => "[32 bytes or more]",
        };
        f.debug_struct("Secret")
            .field("label", &self.label)
            .field("text", &size)
            .finish()
    }
}

/// Slips that no form allows for.
fn check_slips(text: &[u8]) -> Result<(), SecretFault> {
    if text.is_empty() {
        return Err(SecretFault::Empty);
    }
    if pem::is_framed(text) {
        return Err(SecretFault::Pem);
    }
    let Ok(text) = core::str::from_utf8(text) else {
        return Ok(());
    };
    let invisible = |c: char| c.is_whitespace() || matches!(c, '\u{feff}' | '\u{200b}');
    if text.chars().all(invisible) {
        return Err(SecretFault::Blank);
    }
    if text.ends_with(['\n', '\r']) {
        return Err(SecretFault::TrailingLineBreak);
    }
    if text.starts_with(invisible) || text.ends_with(invisible) {
        return Err(SecretFault::SurroundingSpace);
    }
    Ok(())
}

#[cfg(test)]
mod tests;
