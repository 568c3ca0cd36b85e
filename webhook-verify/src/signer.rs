//! Signing, for outgoing webhooks and for tests.

mod certificate;

use alloc::borrow::Cow;
use alloc::string::String;
use alloc::vec::Vec;
use core::{fmt, iter};

use crate::claim;
use crate::fields::Fields;
use crate::form::Form;
use crate::grammar::Grammar;
use crate::id::{IdSource, is_well_formed};
use crate::jwt_rule::JwtRule;
use crate::misconfigured::Misconfigured;
use crate::rejection::Rejection;
use crate::ring::{MAX_SECRETS, SecretRing};
use crate::scheme::Scheme;
use crate::segment::{Pieces, Segment};
use crate::setup::{Rules, Setup};
use crate::signature_source::{SignatureHeader, SignatureSource};
use crate::signatures::MAX_SIGNATURES;
use crate::signed_headers::SignedHeaders;
use crate::signing_key::SigningKeys;
use crate::timestamp::TimestampSource;
use crate::unix_time::UnixTime;
use crate::unsignable::Unsignable;

// A signer may list a signature for each secret, and must not list more than a verifier takes.
const _: () = assert!(MAX_SECRETS <= MAX_SIGNATURES);

/// Signs deliveries as a provider does. What it signs, a [`Verifier`](crate::Verifier) of the same
/// scheme and secrets accepts.
///
/// ```
/// use webhook_verify::{Provider, Secret, Signer, UnixTime};
///
/// let secret = Secret::new("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw");
/// let signer = Signer::new(Provider::StandardWebhooks, secret)?;
/// let now = UnixTime::from_secs(1_614_265_330);
/// let body = br#"{"test": 2432232314}"#;
/// let headers = signer.sign(Some("msg_p5jXN8AQM9LWM0D4loKWxJek"), now, body)?;
///
/// assert_eq!(headers.iter().collect::<Vec<_>>(), [
///     ("webhook-id", "msg_p5jXN8AQM9LWM0D4loKWxJek"),
///     ("webhook-timestamp", "1614265330"),
///     ("webhook-signature", "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="),
/// ]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone)]
pub struct Signer {
    rules: Rules,
    keys: SigningKeys,
}

impl Signer {
    /// A signer for one scheme. It signs with every secret where receivers expect several
    /// signatures, so that both sides can be moved to a new secret one after the other; elsewhere
    /// with the first.
    ///
    /// Where a verifier takes [`Certificates`](crate::Certificates), a signer takes a private key of RSA
    /// with 2048 to 4096 bits, in PKCS #8, as Base64 or as a PEM file. Nobody but the provider has the one
    /// that belongs to its certificate: a receiver that is to be tried must trust a root of your own.
    ///
    /// # Errors
    ///
    /// As [`Verifier::new`](crate::Verifier::new); or the scheme has a header for the address of the
    /// certificate, and [`Setup::certified_at`] does not say it; or the scheme has RSA with SHA-1, with which
    /// nothing is signed here.
    pub fn new(
        setup: impl Into<Setup>,
        secrets: impl Into<SecretRing>,
    ) -> Result<Self, Misconfigured> {
        let rules = setup.into().check()?;
        certificate::check(&rules)?;
        let grammar = rules.scheme.signature.grammar();
        let keys = SigningKeys::expand(&secrets.into(), &rules.scheme)?;
        if let Some(place) = keys.labels().position(|label| !grammar.allows_label(label)) {
            return Err(Misconfigured::Label {
                position: place + 1,
            });
        }
        Ok(Self { rules, keys })
    }

    /// The headers that go with a body. The names are those of the first family. If the scheme signs
    /// the address, it is the one that was configured, and the method is `POST`.
    ///
    /// # Errors
    ///
    /// No secret is valid now; the scheme signs an id and there is none; it has no header for the one
    /// there is; a verifier would refuse the id or the body; the address has the digest of another
    /// body; the time cannot be written in as many digits as the scheme has; the scheme has it in the
    /// body, and the body does not say it; or the signature belongs in the body.
    pub fn sign(
        &self,
        id: Option<&str>,
        now: UnixTime,
        body: &[u8],
    ) -> Result<SignedHeaders, Unsignable> {
        let SignatureSource::Header(signature) = &self.rules.scheme.signature else {
            return Err(Unsignable::InBody);
        };
        let refused = |_| Unsignable::AmbiguousBody;
        self.rules.check_body(body).map_err(refused)?;
        let form = self.form(body)?;
        let fields = self.read_fields(body)?;
        let mut headers = SignedHeaders(Vec::new());
        let id = self.add_id(&mut headers, id, &fields)?;
        let timestamp = self.add_timestamp(&mut headers, now, body, &fields)?;
        let pieces = Pieces {
            form: form.as_ref().map_or(&[], Form::fields),
            ..self.pieces(id, &timestamp, body, &fields)
        };
        match self.rules.scheme.jwt() {
            Some(rule) => self.add_jwt(&mut headers, signature, rule, now, &pieces)?,
            None => self.add_signatures(&mut headers, signature, now, &pieces)?,
        }
        certificate::add(&self.rules, &mut headers);
        Ok(headers)
    }

    /// What belongs into the field of a body that holds its signature, where a scheme has it there.
    /// The other fields must be in the body already, the time and the id among them; what stands in
    /// the field so far does not matter.
    ///
    /// ```
    /// use webhook_verify::{Provider, Secret, Signer, UnixTime, Verifier, Weakness};
    ///
    /// let mailgun = Provider::Mailgun.despite(Weakness::BodyNotCovered);
    /// let secret = Secret::new("a webhook signing key");
    /// let now = UnixTime::from_secs(1_529_006_854);
    /// let body = |signature: &str| {
    ///     format!(
    ///         r#"{{"signature":{{"timestamp":"1529006854","token":"a8ce0edb","signature":"{signature}"}}}}"#
    ///     )
    /// };
    ///
    /// let signer = Signer::new(mailgun.clone(), secret.clone())?;
    /// let body = body(&signer.sign_fields(now, body("").as_bytes())?);
    ///
    /// let no_headers: [(&str, &str); 0] = [];
    /// let verifier = Verifier::new(mailgun, secret)?;
    /// assert!(verifier.verify_at(&no_headers, body.as_bytes(), now).is_ok());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// No secret is valid now; a field is missing that is signed, or a verifier would refuse it; or
    /// the signature belongs in a header.
    pub fn sign_fields(&self, now: UnixTime, body: &[u8]) -> Result<String, Unsignable> {
        let SignatureSource::BodyField(signature) = &self.rules.scheme.signature else {
            return Err(Unsignable::InHeader);
        };
        let fields = self.read_fields(body)?;
        // The time and the id are in the body too, so none is added.
        let mut headers = SignedHeaders(Vec::new());
        let id = self.add_id(&mut headers, None, &fields)?;
        let timestamp = self.add_timestamp(&mut headers, now, body, &fields)?;
        let pieces = self.pieces(id, &timestamp, body, &fields);
        let signatures = self.signatures(&signature.grammar, now, &pieces)?;
        Ok(write_first(&signature.grammar, None, signatures))
    }

    /// The scheme.
    pub fn scheme(&self) -> &Scheme {
        &self.rules.scheme
    }

    /// What stands for the body, if its fields are signed.
    fn form<'a>(&'a self, body: &'a [u8]) -> Result<Option<Form<'a>>, Unsignable> {
        let form = self.rules.form(self.rules.configured_url(), body);
        let form = form.map_err(|_| Unsignable::MalformedForm)?;
        match form.as_ref().is_none_or(|form| form.is_of(body)) {
            true => Ok(form),
            false => Err(Unsignable::BodyDigestMismatch),
        }
    }

    /// The id that is signed; empty if there is none.
    fn add_id<'i>(
        &self,
        headers: &mut SignedHeaders,
        id: Option<&'i str>,
        fields: &'i Fields<'_>,
    ) -> Result<&'i str, Unsignable> {
        let Rules {
            scheme,
            id_boundary,
            ..
        } = &self.rules;
        match (&scheme.id, id) {
            (Some(IdSource::Header(_)), Some(id)) if !is_well_formed(id, *id_boundary) => {
                Err(Unsignable::MalformedId)
            }
            (Some(IdSource::Header(names)), Some(id)) => {
                headers.0.push((names.to_cow(0), id.into()));
                Ok(id)
            }
            (Some(IdSource::Claim(_)), Some(id)) if is_well_formed(id, None) => Ok(id),
            (Some(IdSource::Claim(_)), Some(_)) => Err(Unsignable::MalformedId),
            (Some(IdSource::Header(_)), None) if scheme.coverage().id => Err(Unsignable::MissingId),
            (_, Some(_)) => Err(Unsignable::NoIdHeader),
            (Some(IdSource::BodyField(path)), None) if scheme.signs(&Segment::Id) => {
                claim::id_in_body(path, *id_boundary, fields).map_err(unusable)
            }
            (_, None) => Ok(""),
        }
    }

    /// The time that is signed, as it is written; empty if there is none.
    fn add_timestamp<'b>(
        &self,
        headers: &mut SignedHeaders,
        now: UnixTime,
        body: &[u8],
        fields: &'b Fields<'_>,
    ) -> Result<Cow<'b, str>, Unsignable> {
        let Some(rule) = &self.rules.scheme.timestamp else {
            return Ok("".into());
        };
        if let TimestampSource::BodyField(path) = &rule.source {
            if self.rules.scheme.signs(&Segment::Timestamp) {
                let said = claim::time_in_body(path, rule.unit, fields);
                return said.map(|(_, text)| text.into()).map_err(unusable);
            }
            let said = rule.unit.find(body, path);
            return said.map(|_| "".into()).ok_or(Unsignable::NoTimestampInBody);
        }
        let text = rule.unit.format(now).ok_or(Unsignable::TimeOutOfRange)?;
        if let TimestampSource::Header(names) = &rule.source {
            headers.0.push((names.to_cow(0), text.clone()));
        }
        Ok(text.into())
    }

    fn read_fields<'b>(&'b self, body: &'b [u8]) -> Result<Fields<'b>, Unsignable> {
        let fields = self.rules.fields.read(body).map_err(unusable)?;
        certificate::check_fields(&self.rules, &fields).map_err(unusable)?;
        Ok(fields)
    }

    fn pieces<'p>(
        &'p self,
        id: &'p str,
        timestamp: &'p str,
        body: &'p [u8],
        fields: &'p Fields<'p>,
    ) -> Pieces<'p> {
        Pieces {
            id,
            timestamp,
            body,
            url: self.rules.configured_url(),
            method: "POST",
            webhook_id: &self.rules.webhook_id,
            fields,
            ..Pieces::of(&self.rules.scheme.signed)
        }
    }

    /// The signature of every secret that is valid now, as it is written.
    ///
    /// # Errors
    ///
    /// There is none.
    fn signatures<'s>(
        &'s self,
        grammar: &'s Grammar,
        now: UnixTime,
        pieces: &'s Pieces<'_>,
    ) -> Result<impl Iterator<Item = String> + 's, Unsignable> {
        let mut keys = self.keys.valid_at(now).peekable();
        if keys.peek().is_none() {
            return Err(Unsignable::NoValidSecret);
        }
        Ok(keys.map(|key| grammar.ascribe(key.label(), key.sign(pieces))))
    }

    /// # Errors
    ///
    /// No secret is valid now.
    fn add_jwt(
        &self,
        headers: &mut SignedHeaders,
        signature: &SignatureHeader,
        rule: &JwtRule,
        now: UnixTime,
        pieces: &Pieces<'_>,
    ) -> Result<(), Unsignable> {
        let SignatureHeader { names, grammar, .. } = signature;
        let key = self.keys.valid_at(now).next();
        let key = key.ok_or(Unsignable::NoValidSecret)?;
        let mut jwt = self.rules.write_jwt(rule, key.key_id(), pieces, now);
        let signed = key.sign(&Pieces {
            jwt: &jwt,
            ..*pieces
        });
        jwt.extend([".", &signed]);
        let header = grammar.write(None, iter::once(jwt));
        headers.0.push((names.to_cow(0), header));
        Ok(())
    }

    /// # Errors
    ///
    /// No secret is valid now.
    fn add_signatures(
        &self,
        headers: &mut SignedHeaders,
        signature: &SignatureHeader,
        now: UnixTime,
        pieces: &Pieces<'_>,
    ) -> Result<(), Unsignable> {
        let SignatureHeader { names, grammar, .. } = signature;
        let mut signatures = self.signatures(grammar, now, pieces)?;
        let rule = self.rules.scheme.timestamp.as_ref();
        let timestamp = match rule.map(|rule| &rule.source) {
            Some(TimestampSource::InSignature(key)) => Some((key.as_ref(), pieces.timestamp)),
            Some(
                TimestampSource::Header(_)
                | TimestampSource::BodyField(_)
                | TimestampSource::Claim(_),
            )
            | None => None,
        };
        let first = write_first(grammar, timestamp, &mut signatures);
        headers.0.push((names.to_cow(0), first));
        let further = signature.every_name().skip(1);
        for (names, signature) in further.zip(signatures) {
            let header = grammar.write(None, iter::once(signature));
            headers.0.push((names.to_cow(0), header));
        }
        Ok(())
    }
}

fn unusable(_: Rejection) -> Unsignable {
    Unsignable::UnusableBody
}

/// Writes as many signatures as may stand in one place.
fn write_first(
    grammar: &Grammar,
    timestamp: Option<(&str, &str)>,
    signatures: impl Iterator<Item = String>,
) -> String {
    let in_one_place = if grammar.lists_several() {
        MAX_SECRETS
    } else {
        1
    };
    grammar.write(timestamp, signatures.take(in_one_place))
}

impl fmt::Debug for Signer {
    /// The name of the scheme and the labels of the secrets.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Signer")
            .field("scheme", &self.rules.scheme.name)
            .field("secrets", &self.keys)
            .finish()
    }
}

#[cfg(test)]
mod tests;
