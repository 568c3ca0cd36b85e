//! What a token claims, held against the delivery.

use alloc::string::String;
use core::time::Duration;

use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;

use crate::json_object::{JsonObject, Value};
use crate::jwt::Jwt;
use crate::jwt_rule::{EXPIRATION, ISSUER, Issuer, JwtRule, NOT_BEFORE};
use crate::rejection::Rejection;
use crate::setup::Rules;
use crate::tag::Tag;
use crate::timestamp::{TimestampRule, TimestampSource, TimestampUnit};
use crate::unix_time::{Skew, UnixTime};

/// How far the clocks of the two sides may be apart when a token is said to begin or to end, unless the
/// receiver says otherwise. As far as the sender's may be ahead in
/// [`Tolerance::STANDARD`](crate::Tolerance::STANDARD).
pub(crate) const LEEWAY: Duration = Duration::from_secs(60);

/// The hash of a body, as a token holds it.
pub(crate) fn hash_of(body: &[u8]) -> Tag {
    Tag::new(&Sha256::digest(body))
}

impl Rules {
    /// Checks the claims of a token whose signature is right, and says the time if the scheme has it
    /// there. That the token is of another time is found out last.
    ///
    /// # Errors
    ///
    /// The claims are malformed; one that the scheme needs is missing; they are those of another
    /// body, issuer or address; or they are not valid now.
    pub(crate) fn check_claims(
        &self,
        jwt: &Jwt<'_>,
        body_hash: Tag,
        url: [&str; 2],
        now: UnixTime,
    ) -> Result<Option<UnixTime>, Rejection> {
        let Some(rule) = self.scheme.jwt() else {
            return Ok(None);
        };
        let json = jwt.claims().ok_or(Rejection::MalformedClaims)?;
        let claims = JsonObject::parse(&json).ok_or(Rejection::MalformedClaims)?;
        rule.check_body(&claims, body_hash)?;
        rule.check_issuer(&claims, &self.issuers)?;
        rule.check_address(&claims, url)?;
        let sent_at = match &self.scheme.timestamp {
            Some(time) => time.find_claim(&claims)?,
            None => None,
        };
        rule.check_lifetime(&claims, now, self.leeway)?;
        Ok(sent_at)
    }
}

impl JwtRule {
    fn check_body(&self, claims: &JsonObject<'_>, hash: Tag) -> Result<(), Rejection> {
        let text = text(claims, &self.body_hash)?;
        let Some(claimed) = self.hash_encoding.decode(text, hash.as_bytes().len()) else {
            return Err(malformed(&self.body_hash));
        };
        let is_same = bool::from(claimed.ct_eq(&hash));
        is_same.then_some(()).ok_or(Rejection::BodyDigestMismatch)
    }

    fn check_issuer(&self, claims: &JsonObject<'_>, named: &[String]) -> Result<(), Rejection> {
        let is_right = match &self.issuer {
            Issuer::Any => true,
            Issuer::Fixed(issuer) => text(claims, ISSUER)? == issuer,
            Issuer::Named => {
                text(claims, ISSUER).map(|issuer| named.iter().any(|named| named == issuer))?
            }
        };
        is_right.then_some(()).ok_or_else(|| mismatch(ISSUER))
    }

    fn check_address(&self, claims: &JsonObject<'_>, url: [&str; 2]) -> Result<(), Rejection> {
        let Some(claim) = &self.address else {
            return Ok(());
        };
        let [origin, target] = url;
        let is_right = text(claims, claim)?.strip_prefix(origin) == Some(target);
        is_right.then_some(()).ok_or_else(|| mismatch(claim))
    }

    fn check_lifetime(
        &self,
        claims: &JsonObject<'_>,
        now: UnixTime,
        leeway: Duration,
    ) -> Result<(), Rejection> {
        let skew_of = |claim| {
            let secs = number(claims, claim)?;
            Ok(secs.map(|secs| now.skew_of(UnixTime::from_secs(secs))))
        };
        match (skew_of(EXPIRATION)?, skew_of(NOT_BEFORE)?) {
            (None, _) if self.must_end => Err(missing(EXPIRATION)),
            (Some(Skew::Past(ago)), _) if ago >= leeway => Err(Rejection::Expired { ago }),
            (_, Some(Skew::Future(ahead))) if ahead > leeway => {
                Err(Rejection::NotYetValid { ahead })
            }
            _ => Ok(()),
        }
    }
}

impl TimestampRule {
    /// The time that a claim says, if the scheme has it there.
    fn find_claim(&self, claims: &JsonObject<'_>) -> Result<Option<UnixTime>, Rejection> {
        let TimestampSource::Claim(claim) = &self.source else {
            return Ok(None);
        };
        let number = number(claims, claim)?.ok_or_else(|| missing(claim))?;
        let time = UnixTime::from_secs(number);
        let is_usual = TimestampUnit::has_room_for(time);
        is_usual
            .then_some(Some(time))
            .ok_or_else(|| malformed(claim))
    }
}

fn text<'c>(claims: &'c JsonObject<'_>, claim: &str) -> Result<&'c str, Rejection> {
    match claims.get(claim) {
        Some(Value::Text(text)) => Ok(text),
        Some(Value::Number(_) | Value::Other) => Err(malformed(claim)),
        None => Err(missing(claim)),
    }
}

/// None if it is not there.
fn number(claims: &JsonObject<'_>, claim: &str) -> Result<Option<u64>, Rejection> {
    match claims.get(claim) {
        Some(Value::Number(number)) => Ok(Some(*number)),
        Some(Value::Text(_) | Value::Other) => Err(malformed(claim)),
        None => Ok(None),
    }
}

fn missing(claim: &str) -> Rejection {
    Rejection::MissingClaim {
        claim: claim.into(),
    }
}

fn malformed(claim: &str) -> Rejection {
    Rejection::MalformedClaim {
        claim: claim.into(),
    }
}

fn mismatch(claim: &str) -> Rejection {
    Rejection::ClaimMismatch {
        claim: claim.into(),
    }
}
