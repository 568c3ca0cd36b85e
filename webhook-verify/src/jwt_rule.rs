//! What the tokens of a provider claim.

use alloc::borrow::Cow;
use alloc::string::{String, ToString};
use alloc::vec::Vec;
use core::time::Duration;

use serde_json::json;

use crate::encoding::Encoding;
use crate::grammar::validate_claim;
use crate::headers::{Family, Headers};
use crate::id::{IdSource, is_well_formed};
use crate::jwt::{self, Jwt};
use crate::jwt_claims::hash_of;
use crate::misconfigured::Misconfigured;
use crate::scheme::Scheme;
use crate::segment::{Pieces, Segment};
use crate::setup::Rules;
use crate::signature_source::{MoreSignatures, SignatureHeader, SignatureSource};
use crate::timestamp::{TimestampSource, TimestampUnit};
use crate::unix_time::UnixTime;

/// For how long a token is valid which a signer writes.
const LIFETIME: Duration = Duration::from_secs(300);

pub(crate) const EXPIRATION: &str = "exp";
pub(crate) const NOT_BEFORE: &str = "nbf";
pub(crate) const ISSUER: &str = "iss";

/// What the tokens of a provider claim of a delivery, for [`Grammar::Jwt`](crate::Grammar::Jwt).
///
/// The token is what is signed; the body is, in that the token holds its hash. Whatever the rule
/// says, a token is refused behind its end (`exp`) and before its beginning (`nbf`), if it has them;
/// the clocks may be a minute apart, or what the receiver says with
/// [`Setup::leeway`](crate::Setup::leeway).
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(
    feature = "serde",
    derive(serde::Serialize, serde::Deserialize),
    serde(rename_all = "kebab-case", deny_unknown_fields)
)]
pub struct JwtRule {
    /// The claim which holds the SHA-256 of the body.
    pub body_hash: Cow<'static, str>,
    /// How the hash is written.
    pub hash_encoding: Encoding,
    /// Who must have issued the token.
    pub issuer: Issuer,
    /// The claim which must be the address of the endpoint, letter by letter; none if none is.
    #[cfg_attr(feature = "serde", serde(default))]
    pub address: Option<Cow<'static, str>>,
    /// Whether a token without an end is refused.
    pub must_end: bool,
}

/// Who must have issued a token: its claim `iss`.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(
    feature = "serde",
    derive(serde::Serialize, serde::Deserialize),
    serde(rename_all = "kebab-case")
)]
#[non_exhaustive]
pub enum Issuer {
    /// Whoever has the key. The claim is not looked at.
    Any,
    /// This one.
    Fixed(Cow<'static, str>),
    /// One of those whom the receiver names with [`Setup::issued_by`](crate::Setup::issued_by).
    Named,
}

impl JwtRule {
    /// The names of the claims that it speaks of.
    pub(crate) fn claims(&self) -> impl Iterator<Item = &str> {
        let issuer = (self.issuer != Issuer::Any).then_some(ISSUER);
        let own = [Some(&*self.body_hash), self.address.as_deref(), issuer];
        own.into_iter().flatten()
    }
}

impl Scheme {
    /// The name of the key with which the token of a request says that it is signed (`kid`); none if
    /// there is no token, or no such name of visible ASCII in it.
    ///
    /// It serves to ask the provider for the key before there is a verifier with it. Nothing is
    /// verified here, and anybody can write it: look it up where the provider's keys are, and nowhere
    /// that it says itself.
    ///
    /// ```
    /// use webhook_verify::Provider;
    ///
    /// let headers = [("Plaid-Verification", "eyJhbGciOiJFUzI1NiIsImtpZCI6IjZjNTUxNmUxIn0.e30.c2ln")];
    /// let key_id = Provider::Plaid.scheme().key_id(&headers);
    /// assert_eq!(key_id.as_deref(), Some("6c5516e1"));
    /// ```
    pub fn key_id<H: Headers + Sync>(&self, headers: &H) -> Option<String> {
        let SignatureSource::Header(SignatureHeader { names, grammar, .. }) = &self.signature
        else {
            return None;
        };
        grammar.jwt()?;
        let mut families = Family::each(headers, names);
        let value = families.find_map(|family| family.find_one(names).ok().flatten())?;
        let key_id = Jwt::in_header(value)?.key_id()?;
        is_well_formed(&key_id, None).then_some(key_id)
    }

    /// Checks that a token has all that it needs, and that nothing is said to stand in one that is
    /// not there.
    ///
    /// # Errors
    ///
    /// It does not.
    pub(crate) fn validate_jwt(&self) -> Result<(), Misconfigured> {
        let Some(rule) = self.jwt() else {
            return self.validate_no_jwt();
        };
        if *self.signed != [Segment::Jwt] {
            return Err(Misconfigured::JwtLayout);
        }
        if self.encoding != Encoding::Base64UrlNoPad {
            return Err(Misconfigured::JwtEncoding);
        }
        if self.algorithm.jose_name().is_none() {
            return Err(Misconfigured::JwtAlgorithm);
        }
        match &self.signature {
            SignatureSource::Header(header) if header.more == MoreSignatures::InHeader => {}
            _ => return Err(Misconfigured::JwtInSeveral),
        }
        let time = self.claimed_time()?;
        let mut taken = Vec::from([EXPIRATION]);
        if time != Some(NOT_BEFORE) {
            taken.push(NOT_BEFORE);
        }
        for name in rule.claims().chain(self.claimed_id()).chain(time) {
            validate_claim(name)?;
            if taken.contains(&name) {
                return Err(Misconfigured::SharedClaim { claim: name.into() });
            }
            taken.push(name);
        }
        Ok(())
    }

    fn validate_no_jwt(&self) -> Result<(), Misconfigured> {
        if self.signs(&Segment::Jwt) {
            return Err(Misconfigured::JwtLayout);
        }
        match (self.claimed_id(), self.claimed_time()?) {
            (None, None) => Ok(()),
            _ => Err(Misconfigured::NoClaims),
        }
    }

    fn claimed_id(&self) -> Option<&str> {
        match &self.id {
            Some(IdSource::Claim(name)) => Some(name),
            Some(IdSource::Header(_) | IdSource::BodyField(_)) | None => None,
        }
    }

    /// # Errors
    ///
    /// It is not in seconds, as every time in a claim is ([RFC 7519 section
    /// 2](https://www.rfc-editor.org/rfc/rfc7519#section-2)).
    fn claimed_time(&self) -> Result<Option<&str>, Misconfigured> {
        let Some(rule) = &self.timestamp else {
            return Ok(None);
        };
        match (&rule.source, rule.unit) {
            (TimestampSource::Claim(name), TimestampUnit::Seconds) => Ok(Some(name)),
            (TimestampSource::Claim(_), _) => Err(Misconfigured::ClaimUnit),
            _ => Ok(None),
        }
    }
}

impl Rules {
    /// A token for a delivery, still without its signature.
    pub(crate) fn write_jwt(
        &self,
        rule: &JwtRule,
        key_id: Option<&str>,
        pieces: &Pieces<'_>,
        now: UnixTime,
    ) -> String {
        let algorithm = self.scheme.algorithm.jose_name();
        let header = match key_id {
            Some(key_id) => json!({ "alg": algorithm, "kid": key_id, "typ": "JWT" }),
            None => json!({ "alg": algorithm, "typ": "JWT" }),
        };
        let claims = self.write_claims(rule, pieces, now);
        jwt::signed_part(&header.to_string(), &claims.to_string())
    }

    fn write_claims(
        &self,
        rule: &JwtRule,
        pieces: &Pieces<'_>,
        now: UnixTime,
    ) -> serde_json::Value {
        let mut claims = serde_json::Map::new();
        let mut claim = |name: &str, value: serde_json::Value| claims.insert(name.into(), value);
        let hash = rule.hash_encoding.encode(hash_of(pieces.body));
        claim(&rule.body_hash, hash.into());
        let issuer = match &rule.issuer {
            Issuer::Any => None,
            Issuer::Fixed(issuer) => Some(issuer.as_ref()),
            Issuer::Named => self.issuers.first().map(String::as_str),
        };
        if let Some(issuer) = issuer {
            claim(ISSUER, issuer.into());
        }
        if let Some(address) = &rule.address {
            claim(address, self.configured_url().concat().into());
        }
        if let Some(name) = self.scheme.claimed_id().filter(|_| !pieces.id.is_empty()) {
            claim(name, pieces.id.into());
        }
        if rule.must_end {
            claim(EXPIRATION, now.saturating_add(LIFETIME).as_secs().into());
        }
        if let Ok(Some(name)) = self.scheme.claimed_time() {
            claim(name, now.as_secs().into());
        }
        claims.into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::algorithm::Algorithm;
    use crate::grammar::Grammar;
    use crate::header_names::HeaderNames;
    use crate::provider::Provider;
    use crate::signature_source::SignatureSource;

    fn changed(change: impl FnOnce(&mut Scheme)) -> Result<Option<u8>, Misconfigured> {
        let mut scheme = Provider::QStash.scheme();
        change(&mut scheme);
        scheme.validate()
    }

    fn with_rule(change: impl FnOnce(&mut JwtRule)) -> Result<Option<u8>, Misconfigured> {
        changed(|scheme| {
            let SignatureSource::Header(header) = &mut scheme.signature else {
                panic!("a token stands in a header");
            };
            if let Grammar::Jwt(rule) = &mut header.grammar {
                change(rule);
            }
        })
    }

    #[test]
    fn a_token_signs_itself_and_nothing_else() {
        for signed in [&[][..], &[Segment::Body], &[Segment::Jwt, Segment::Body]] {
            let result = changed(|scheme| scheme.signed = signed.to_vec().into());
            assert_eq!(result, Err(Misconfigured::JwtLayout), "{signed:?}");
        }
        let mut github = Provider::GitHub.scheme();
        github.signed = [Segment::Jwt].to_vec().into();
        assert_eq!(github.validate(), Err(Misconfigured::JwtLayout));
    }

    #[test]
    fn a_token_has_one_form() {
        let encoded = changed(|scheme| scheme.encoding = Encoding::Base64);
        assert_eq!(encoded, Err(Misconfigured::JwtEncoding));
        for algorithm in [Algorithm::HmacSha1, Algorithm::Token] {
            let signed = changed(|scheme| scheme.algorithm = algorithm);
            assert_eq!(signed, Err(Misconfigured::JwtAlgorithm));
        }
        let names = HeaderNames::from_static(&["upstash-signature-2"]);
        for more in [
            MoreSignatures::OnLines,
            MoreSignatures::InHeaders([names].to_vec().into()),
        ] {
            let several = changed(|scheme| {
                let SignatureSource::Header(header) = &mut scheme.signature else {
                    panic!("a token stands in a header");
                };
                header.more = more;
            });
            assert_eq!(several, Err(Misconfigured::JwtInSeveral));
        }
    }

    #[test]
    fn every_claim_is_one_thing() {
        let shared = |claim: &str| {
            Err(Misconfigured::SharedClaim {
                claim: claim.into(),
            })
        };
        for name in ["sub", "iss", "jti", "iat", "exp", "nbf"] {
            let hash = with_rule(|rule| rule.body_hash = name.into());
            assert_eq!(hash, shared(name));
        }
        let time = |name: &'static str| {
            changed(|scheme| {
                let rule = scheme.timestamp.as_mut().expect("a time");
                rule.source = TimestampSource::Claim(name.into());
            })
        };
        assert_eq!(time("exp"), shared("exp"));
        assert_eq!(time("nbf"), Ok(None));
        let id = changed(|scheme| scheme.id = Some(IdSource::Claim("body".into())));
        assert_eq!(id, shared("body"));
        let unnamed = with_rule(|rule| rule.address = Some("".into()));
        assert_eq!(unnamed, Err(Misconfigured::GrammarWord { word: "".into() }));
    }

    #[test]
    fn a_time_in_a_claim_is_in_seconds() {
        for unit in [TimestampUnit::Millis, TimestampUnit::Rfc3339] {
            let result = changed(|scheme| {
                scheme.timestamp.as_mut().expect("a time").unit = unit;
            });
            assert_eq!(result, Err(Misconfigured::ClaimUnit));
        }
    }

    #[test]
    fn only_a_token_has_claims() {
        let qstash = Provider::QStash.scheme();
        for scheme in [
            Scheme {
                timestamp: qstash.timestamp.clone(),
                ..Provider::GitHub.scheme()
            },
            Scheme {
                id: qstash.id,
                ..Provider::GitHub.scheme()
            },
        ] {
            assert_eq!(scheme.validate(), Err(Misconfigured::NoClaims));
        }
    }
}
