//! A token does not choose how it is verified.

use webhook_verify::Rejection;

use crate::{HEADER, judge, livekit, livekit_claims, token};

fn judge_header(header: &str) -> Result<(), Rejection> {
    judge(livekit(), &token(header, &livekit_claims()))
}

fn refused() -> Result<(), Rejection> {
    Err(Rejection::NoUsableSignature {
        header: "authorization".into(),
    })
}

#[test]
fn the_genuine_one_is_believed() {
    assert_eq!(judge_header(HEADER), Ok(()));
}

#[test]
fn every_other_algorithm_is_refused_even_if_the_signature_is_right() {
    for alg in [
        "none", "None", "nOnE", "NONE", "", "HS384", "HS512", "hs256", "RS256", "RS512", "PS256",
        "ES256", "ES256K", "EdDSA", "dir", "A128KW",
    ] {
        let header = format!(r#"{{"alg":"{alg}","typ":"JWT"}}"#);
        assert_eq!(judge_header(&header), refused(), "{alg}");
    }
    for header in [
        "{}",
        r#"{"typ":"JWT"}"#,
        r#"{"alg":null}"#,
        r#"{"alg":["HS256"]}"#,
    ] {
        assert_eq!(judge_header(header), refused(), "{header}");
    }
}

#[test]
fn two_algorithms_are_none() {
    for header in [
        r#"{"alg":"HS256","alg":"none"}"#,
        r#"{"alg":"none","alg":"HS256"}"#,
        r#"{"alg":"HS256","\u0061lg":"HS256"}"#,
    ] {
        assert_eq!(judge_header(header), refused(), "{header}");
    }
}

#[test]
fn extensions_that_must_be_understood_are_not() {
    for header in [
        r#"{"alg":"HS256","crit":["b64"],"b64":false}"#,
        r#"{"alg":"HS256","crit":["exp"]}"#,
        r#"{"alg":"HS256","crit":[]}"#,
        r#"{"alg":"HS256","b64":false}"#,
    ] {
        assert_eq!(judge_header(header), refused(), "{header}");
    }
}

// No key and no address of one is taken from a token, and its type is the sender's to say.
#[test]
fn what_else_a_header_says_is_not_looked_at() {
    for header in [
        r#"{"alg":"HS256"}"#,
        r#"{"alg":"HS256","typ":"at+jwt"}"#,
        r#"{"alg":"HS256","typ":null,"kid":"../../dev/null"}"#,
        r#"{"alg":"HS256","jku":"https://evil.example/keys","jwk":{"kty":"oct","k":"AA"}}"#,
        " {\r\n\"alg\" : \"HS256\" }\n",
    ] {
        assert_eq!(judge_header(header), Ok(()), "{header}");
    }
}
