//! What a token must claim.

use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, STANDARD_NO_PAD, URL_SAFE, URL_SAFE_NO_PAD};
use sha2::{Digest, Sha256};
use webhook_verify::{
    BodyCoverage, Provider, Rejection, Request, Setup, Tolerance, UnixTime, Verifier,
};

use crate::{
    API_KEY, BODY, HEADER, NOW, URL, hash, judge, judge_at, livekit, livekit_claims, qstash,
    qstash_claims, token, verifier,
};

fn missing(claim: &'static str) -> Result<(), Rejection> {
    let claim = claim.into();
    Err(Rejection::MissingClaim { claim })
}

fn malformed(claim: &'static str) -> Result<(), Rejection> {
    let claim = claim.into();
    Err(Rejection::MalformedClaim { claim })
}

fn mismatch(claim: &'static str) -> Result<(), Rejection> {
    let claim = claim.into();
    Err(Rejection::ClaimMismatch { claim })
}

/// Judges the claims with one of them renamed, so that it is missing.
fn without(setup: Setup, claims: &str, claim: &str) -> Result<(), Rejection> {
    let named = format!(r#""{claim}":"#);
    assert!(claims.contains(&named), "{claim}");
    let claims = claims.replace(&named, &format!(r#""other-{claim}":"#));
    judge(setup, &token(HEADER, &claims))
}

/// Judges the claims with another value for one of them.
fn with(setup: Setup, claims: &str, claim: &str, value: &str) -> Result<(), Rejection> {
    let named = format!(r#""{claim}":"#);
    let (before, rest) = claims.split_once(&named).expect("it is there");
    let end = rest.find([',', '}']).expect("an end");
    let claims = [before, &named, value, &rest[end..]].concat();
    judge(setup, &token(HEADER, &claims))
}

const NO_TEXTS: [&str; 6] = ["7", "null", "true", "[]", "{}", r#"["a"]"#];
const NO_TIMES: [&str; 8] = [
    r#""1750000000""#,
    "null",
    "true",
    "[]",
    "-1",
    "1750000300.5",
    "1.75e9",
    "99999999999999999999",
];

#[test]
fn each_is_needed() {
    for claim in ["iss", "exp", "sha256"] {
        assert_eq!(without(livekit(), &livekit_claims(), claim), missing(claim));
    }
    for claim in ["iss", "sub", "exp", "iat", "body"] {
        assert_eq!(without(qstash(), &qstash_claims(), claim), missing(claim));
    }
}

#[test]
fn a_beginning_and_an_id_may_be_missing() {
    assert_eq!(without(livekit(), &livekit_claims(), "nbf"), Ok(()));
    assert_eq!(without(qstash(), &qstash_claims(), "nbf"), Ok(()));
    assert_eq!(without(qstash(), &qstash_claims(), "jti"), Ok(()));
}

#[test]
fn each_has_its_type() {
    for value in NO_TEXTS {
        for claim in ["iss", "sub", "body"] {
            let judged = with(qstash(), &qstash_claims(), claim, value);
            assert_eq!(judged, malformed(claim), "{value}");
        }
    }
    for value in NO_TIMES {
        for claim in ["exp", "nbf", "iat"] {
            let judged = with(qstash(), &qstash_claims(), claim, value);
            assert_eq!(judged, malformed(claim), "{value}");
        }
    }
    for value in ["0", "1", "1750000000000"] {
        let judged = with(qstash(), &qstash_claims(), "iat", value);
        assert_eq!(judged, malformed("iat"), "{value}");
    }
}

#[test]
fn each_is_there_once() {
    for claim in ["iss", "sub", "exp", "nbf", "iat", "jti", "body", "anything"] {
        let claims = qstash_claims().replacen('{', &format!(r#"{{"{claim}":0,"{claim}":0,"#), 1);
        let judged = judge(qstash(), &token(HEADER, &claims));
        assert_eq!(judged, Err(Rejection::MalformedClaims), "{claim}");
    }
}

#[test]
fn the_hash_is_that_of_the_body() {
    let other = format!(r#""{}""#, hash(b"another body"));
    let judged = with(livekit(), &livekit_claims(), "sha256", &other);
    assert_eq!(judged, Err(Rejection::BodyDigestMismatch));

    let headers = [("authorization", token(HEADER, &livekit_claims()))];
    let verifier = verifier(livekit());
    for place in 0..BODY.len() {
        let mut body = BODY.to_vec();
        body[place] ^= 1;
        let judged = verifier.verify_at(&headers, &body, UnixTime::from_secs(NOW));
        assert_eq!(judged.unwrap_err(), Rejection::BodyDigestMismatch);
    }
}

#[test]
fn the_hash_is_written_as_the_provider_writes_it() {
    let judge = |setup: Setup, claims: &str, claim: &str, text: &str| {
        with(setup, claims, claim, &format!(r#""{text}""#))
    };
    let digest = Sha256::digest(BODY);
    let hex = const_hex::encode(digest);
    let padded = URL_SAFE.encode(digest);
    let unpadded = URL_SAFE_NO_PAD.encode(digest);
    let standard = STANDARD.encode(digest);
    assert!(standard.contains(['+', '/']), "the alphabets differ");

    for text in [&padded, &unpadded] {
        assert_eq!(judge(qstash(), &qstash_claims(), "body", text), Ok(()));
    }
    for text in [&hex, &standard, &padded[1..], &[&padded, "="].concat(), ""] {
        let judged = judge(qstash(), &qstash_claims(), "body", text);
        assert_eq!(judged, malformed("body"), "{text}");
    }
    for text in [
        &hex,
        &padded,
        &unpadded,
        &STANDARD_NO_PAD.encode(digest),
        "",
    ] {
        let judged = judge(livekit(), &livekit_claims(), "sha256", text);
        assert_eq!(judged, malformed("sha256"), "{text}");
    }
}

#[test]
fn the_issuer_is_the_one_who_is_known() {
    for issuer in [r#""APIother""#, r#""""#, r#""APIrTAAdPuVhT8x ""#] {
        let judged = with(livekit(), &livekit_claims(), "iss", issuer);
        assert_eq!(judged, mismatch("iss"), "{issuer}");
    }
    let two = Provider::LiveKit.issued_by("APIold").issued_by(API_KEY);
    assert_eq!(judge(two, &token(HEADER, &livekit_claims())), Ok(()));
    let judged = with(qstash(), &qstash_claims(), "iss", r#""upstash""#);
    assert_eq!(judged, mismatch("iss"));
}

#[test]
fn the_address_is_that_of_the_endpoint_letter_by_letter() {
    for address in [
        "https://example.com/jobs",
        "https://example.com/jobs?queue=2",
        "http://example.com/jobs?queue=1",
        "https://example.com/jobs?queue=1 ",
        "https://example.org/jobs?queue=1",
        "https://example.com",
        "",
    ] {
        let judged = with(
            qstash(),
            &qstash_claims(),
            "sub",
            &format!(r#""{address}""#),
        );
        assert_eq!(judged, mismatch("sub"), "{address}");
    }
}

#[test]
fn the_address_is_that_of_the_request_under_the_configured_host() {
    let headers = [("upstash-signature", token(HEADER, &qstash_claims()))];
    let verifier = verifier(Provider::QStash.at("https://example.com/other"));
    let judge = |target| {
        let request = Request::new(&headers).target(target);
        let judged = verifier.verify_request_at(request, BODY, UnixTime::from_secs(NOW));
        judged.map(drop)
    };
    assert_eq!(judge("/jobs?queue=1"), Ok(()));
    assert_eq!(judge("/jobs"), mismatch("sub"));
    assert_eq!(judge(URL), Err(Rejection::MalformedTarget));
}

#[test]
fn a_token_is_valid_from_its_beginning_to_its_end_give_or_take_a_minute() {
    let judge = |secs| judge_at(livekit(), &token(HEADER, &livekit_claims()), secs);
    for secs in [-60, 0, 300, 359] {
        assert_eq!(judge(secs), Ok(()), "{secs}");
    }
    let expired = Rejection::Expired {
        ago: Duration::from_secs(60),
    };
    assert_eq!(judge(360), Err(expired.clone()));
    let early = Rejection::NotYetValid {
        ahead: Duration::from_secs(61),
    };
    assert_eq!(judge(-61), Err(early.clone()));
    assert!(expired.is_stale() && early.is_stale());
}

#[test]
fn how_far_the_clocks_may_be_apart_is_the_receivers_to_say() {
    let judge = |leeway, secs| {
        let setup = livekit().leeway(Duration::from_secs(leeway));
        judge_at(setup, &token(HEADER, &livekit_claims()), secs)
    };
    for (leeway, valid, [early, late]) in [(0, [0, 299], [-1, 300]), (90, [-90, 389], [-91, 390])] {
        for secs in valid {
            assert_eq!(judge(leeway, secs), Ok(()), "{leeway} {secs}");
        }
        for secs in [early, late] {
            let judged = judge(leeway, secs);
            assert!(judged.is_err_and(|rejection| rejection.is_stale()));
        }
    }
}

#[test]
fn an_end_beyond_all_time_is_no_end() {
    let judged = with(livekit(), &livekit_claims(), "exp", "18446744073709551615");
    assert_eq!(judged, Ok(()));
    let judged = with(livekit(), &livekit_claims(), "nbf", "18446744073709551615");
    assert!(judged.is_err_and(|rejection| rejection.is_stale()));
}

// Its retries bring the same token for hours, so a window of the receiver's would refuse them.
#[test]
fn a_token_of_fusionauth_is_valid_until_its_own_end_only() {
    let fusionauth = || Setup::from(Provider::FusionAuth);
    let hash = hash(BODY);
    let endless = format!(r#"{{"request_body_sha256":"{hash}","iat":{NOW}}}"#);
    assert_eq!(
        judge_at(fusionauth(), &token(HEADER, &endless), 86_400),
        Ok(())
    );

    let end = NOW + 3_600;
    let ending = format!(r#"{{"request_body_sha256":"{hash}","exp":{end}}}"#);
    assert_eq!(
        judge_at(fusionauth(), &token(HEADER, &ending), 3_600),
        Ok(())
    );
    let late = judge_at(fusionauth(), &token(HEADER, &ending), 3_660);
    assert!(late.is_err_and(|rejection| rejection.is_stale()));
}

#[test]
fn only_what_is_true_of_the_delivery_is_called_stale() {
    let claims = livekit_claims().replace(&hash(BODY), &hash(b"another body"));
    let judged = judge_at(livekit(), &token(HEADER, &claims), 86_400);
    assert_eq!(judged, Err(Rejection::BodyDigestMismatch));
}

#[test]
fn the_time_in_a_claim_is_the_deliverys_and_may_be_bounded() {
    let headers = [("upstash-signature", token(HEADER, &qstash_claims()))];
    let later = UnixTime::from_secs(NOW + 61);
    let verifier = verifier(qstash());
    let verified = verifier.verify_at(&headers, BODY, later).expect("genuine");
    assert_eq!(verified.sent_at(), Some(UnixTime::from_secs(NOW)));

    let within = |secs| Tolerance::Within {
        past: Duration::from_secs(secs),
        future: Duration::ZERO,
    };
    let judge = |verifier: Verifier, tolerance| {
        let verifier = verifier.with_tolerance(tolerance).expect("a time");
        verifier.verify_at(&headers, BODY, later).map(drop)
    };
    assert_eq!(judge(verifier.clone(), within(61)), Ok(()));
    assert!(judge(verifier.clone(), within(60)).is_err_and(|rejection| rejection.is_stale()));
}

#[test]
fn what_is_covered_is_said() {
    let headers = [
        ("authorization", token(HEADER, &livekit_claims())),
        ("upstash-signature", token(HEADER, &qstash_claims())),
    ];
    let now = UnixTime::from_secs(NOW);
    let verifier = verifier(qstash());
    let qstash = verifier.verify_at(&headers, BODY, now).expect("genuine");
    let coverage = qstash.coverage();
    assert_eq!(coverage.body, BodyCoverage::Hash);
    assert!(coverage.id && coverage.timestamp && coverage.url && !coverage.method);
    let id = qstash.event_id().expect("it is there");
    assert_eq!((id.as_str(), id.is_signed()), ("jwt_1", true));

    let verifier = crate::verifier(livekit());
    let livekit = verifier.verify_at(&headers, BODY, now).expect("genuine");
    let coverage = livekit.coverage();
    assert_eq!(coverage.body, BodyCoverage::Hash);
    assert!(coverage.id && !coverage.timestamp && !coverage.url);
    let id = livekit.event_id().expect("it is there");
    assert_eq!((id.as_str(), id.is_signed()), ("EV_5", true));
}
