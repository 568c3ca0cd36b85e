//! Tokens that are signed with a private key.

use webhook_verify::{
    MAX_ID_LEN, Misconfigured, Provider, Rejection, Scheme, Secret, SecretFault, SecretForm,
    SignedHeaders, Signer, UnixTime, Verifier,
};

use crate::{BODY, HEADER, NOW, token};

// The key of RFC 7515 appendix A.3.
const X: &str = "f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU";
const Y: &str = "x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0";
const D: &str = "jpsQnnGQmL-YBIffH1136cspYG6-0iY7X1fCE9-E9LI";

fn public(kid: &str) -> Secret {
    Secret::new(format!(
        r#"{{"kty":"EC","crv":"P-256","alg":"ES256","use":"sig","kid":"{kid}","x":"{X}","y":"{Y}",
        "created_at":1560466143,"expired_at":null}}"#
    ))
}

fn private(kid: &str) -> Secret {
    let member = match kid {
        "" => String::new(),
        kid => format!(r#""kid":"{kid}","#),
    };
    Secret::new(format!(
        r#"{{"kty":"EC","crv":"P-256",{member}"x":"{X}","y":"{Y}","d":"{D}"}}"#
    ))
}

fn sign(kid: &str) -> SignedHeaders {
    let signer = Signer::new(Provider::Plaid, private(kid)).expect("a private key");
    let now = UnixTime::from_secs(NOW);
    signer.sign(None, now, BODY).expect("signable")
}

fn judge(secret: Secret, headers: &SignedHeaders, secs: u64) -> Result<(), Rejection> {
    let verifier = Verifier::new(Provider::Plaid, secret).expect("a public key");
    let now = UnixTime::from_secs(NOW + secs);
    verifier.verify_at(headers, BODY, now).map(drop)
}

#[test]
fn what_the_private_key_signs_the_public_key_verifies_for_five_minutes() {
    let headers = sign("7");
    assert_eq!(judge(public("7"), &headers, 0), Ok(()));
    assert_eq!(judge(public("7"), &headers, 300), Ok(()));
    let late = judge(public("7"), &headers, 301);
    assert!(late.is_err_and(|rejection| rejection.is_stale()));
}

#[test]
fn a_key_is_used_under_its_own_name_only() {
    for kid in ["8", ""] {
        let judged = judge(public("7"), &sign(kid), 0);
        assert_eq!(judged, Err(Rejection::Mismatch), "{kid}");
    }
}

#[test]
fn the_name_of_the_key_that_is_asked_for_is_said() {
    let plaid = Provider::Plaid.scheme();
    assert_eq!(plaid.key_id(&sign("6c5516e1")).as_deref(), Some("6c5516e1"));
    assert_eq!(plaid.key_id(&sign("")), None);

    let key_id = |header: &str| {
        let headers = [("plaid-verification", token(header, "{}"))];
        plaid.key_id(&headers)
    };
    assert_eq!(key_id(r#"{"kid":"7"}"#).as_deref(), Some("7"));
    let long = format!(r#"{{"kid":"{}"}}"#, "x".repeat(MAX_ID_LEN + 1));
    for header in [HEADER, "{}", "", r#"{"kid":7}"#, r#"{"kid":"a b"}"#, &long] {
        assert_eq!(key_id(header), None, "{header}");
    }
    let headers: [(&str, &str); 0] = [];
    assert_eq!(plaid.key_id(&headers), None);
    assert_eq!(Provider::GitHub.scheme().key_id(&sign("7")), None);
}

// The oldest confusion of all: a public key is no secret, so anybody could make such a token.
#[test]
fn a_public_key_is_no_secret_for_an_hmac() {
    let as_secret = Scheme {
        secret: SecretForm::Verbatim,
        algorithm: webhook_verify::Algorithm::HmacSha256,
        ..Provider::Plaid.scheme()
    };
    let signer = Signer::new(as_secret, public("7")).expect("a text");
    let headers = signer.sign(None, UnixTime::from_secs(NOW), BODY);
    let judged = judge(public("7"), &headers.expect("signable"), 0);
    let header = "plaid-verification".into();
    assert_eq!(judged, Err(Rejection::NoUsableSignature { header }));
}

#[test]
fn each_side_has_its_half_of_the_key() {
    let fault = |error| match error {
        Misconfigured::Secret { fault, .. } => fault,
        other => panic!("{other}"),
    };
    let verifier = Verifier::new(Provider::Plaid, private("7")).unwrap_err();
    assert_eq!(fault(verifier), SecretFault::OtherHalf);
    let signer = Signer::new(Provider::Plaid, public("7")).unwrap_err();
    assert_eq!(fault(signer), SecretFault::OtherHalf);
    let text = Verifier::new(Provider::Plaid, Secret::new("c2VjcmV0")).unwrap_err();
    assert_eq!(fault(text), SecretFault::NotJwk);
}

#[test]
fn one_key_under_two_names_is_one_key() {
    let ring = [public("7"), public("8")];
    let error = Verifier::new(Provider::Plaid, ring).unwrap_err();
    assert!(matches!(error, Misconfigured::DuplicateSecret { .. }));
}
