//! How a token may stand in a header.

use webhook_verify::{MAX_HEADER_LEN, Provider, Rejection, RejectionKind, UnixTime};

use crate::{BODY, HEADER, NOW, SECRET, judge, livekit, livekit_claims, token, verifier};

fn genuine() -> String {
    token(HEADER, &livekit_claims())
}

#[test]
fn behind_bearer_or_alone() {
    for prefix in ["", "Bearer ", "bearer "] {
        assert_eq!(judge(livekit(), &[prefix, &genuine()].concat()), Ok(()));
    }
    for prefix in [
        "Basic ",
        "Bearer",
        "Bearer  ",
        "Bearer Bearer ",
        "JWT ",
        ".",
    ] {
        let judged = judge(livekit(), &[prefix, &genuine()].concat());
        assert!(judged.is_err(), "{prefix}");
    }
}

#[test]
fn in_authorization_or_authorize_and_not_in_another() {
    let now = UnixTime::from_secs(NOW);
    let judge = |name| {
        let headers = [(name, genuine())];
        verifier(livekit()).verify_at(&headers, BODY, now).map(drop)
    };
    for name in ["Authorization", "authorize", "AUTHORIZE"] {
        assert_eq!(judge(name), Ok(()));
    }
    let header = "authorization".into();
    assert_eq!(judge("x-token"), Err(Rejection::MissingHeader { header }));
}

#[test]
fn once() {
    let claims = livekit_claims().replace("sha256", "sha");
    let headers = [
        ("authorization", genuine()),
        ("authorization", token(HEADER, &claims)),
    ];
    let verifier = verifier(livekit());
    let judged = verifier.verify_at(&headers, BODY, UnixTime::from_secs(NOW));
    let header = "authorization".into();
    assert_eq!(judged.unwrap_err(), Rejection::RepeatedHeader { header });
}

#[test]
fn cut_off_or_added_to_it_is_refused() {
    let genuine = genuine();
    for end in 0..genuine.len() {
        assert!(judge(livekit(), &genuine[..end]).is_err(), "cut to {end}");
    }
    for more in ["=", ".", ".AAAA", "A", "\u{e9}", ", a.b.c"] {
        assert!(
            judge(livekit(), &[&genuine, more].concat()).is_err(),
            "{more}"
        );
    }
}

#[test]
fn with_any_bit_changed_it_is_refused() {
    let genuine = genuine();
    for place in 0..genuine.len() {
        for bit in 0..7 {
            let mut bytes = genuine.clone().into_bytes();
            bytes[place] ^= 1 << bit;
            let text = String::from_utf8(bytes).expect("ASCII");
            assert!(judge(livekit(), &text).is_err(), "{text}");
        }
    }
}

#[test]
fn a_part_that_is_not_base64_is_refused() {
    let genuine = genuine();
    let parts: Vec<_> = genuine.split('.').collect();
    for place in 0..3 {
        for text in ["", "!", "A", "AA==", "e30", "bnVsbA", "////"] {
            let mut parts = parts.clone();
            parts[place] = text;
            assert!(judge(livekit(), &parts.join(".")).is_err(), "{text}");
        }
    }
}

#[test]
fn its_length_is_bounded() {
    let claims = livekit_claims();
    let padding = " ".repeat(MAX_HEADER_LEN);
    let judged = judge(livekit(), &token(HEADER, &[claims, padding].concat()));
    let too_long = |rejection| matches!(rejection, Rejection::HeaderTooLong { .. });
    assert!(judged.is_err_and(too_long));
}

#[test]
fn claims_that_are_no_object_are_refused() {
    for claims in [
        "",
        "null",
        "[]",
        "7",
        "{",
        "{}x",
        r#"{"iss":"a","iss":"a"}"#,
    ] {
        let judged = judge(livekit(), &token(HEADER, claims));
        assert_eq!(judged, Err(Rejection::MalformedClaims), "{claims}");
    }
}

#[test]
fn nested_claims_do_not_exhaust_the_stack() {
    let nested = format!(r#"{{"a":{}"#, "[".repeat(2_000));
    let judged = judge(livekit(), &token(HEADER, &nested));
    assert_eq!(judged, Err(Rejection::MalformedClaims));
}

#[test]
fn a_signature_of_another_is_a_mismatch_and_says_nothing_of_the_claims() {
    let genuine = genuine();
    let (signed, _) = genuine.rsplit_once('.').expect("a dot");
    let forged = [signed, &"A".repeat(43)].join(".");
    let rejection = judge(livekit(), &forged).unwrap_err();
    assert_eq!(rejection, Rejection::Mismatch);
    assert_eq!(rejection.kind(), RejectionKind::Mismatch);
    assert!(!format!("{rejection:?}").contains(SECRET));
}

#[test]
fn the_three_share_one_grammar() {
    let claims = livekit_claims().replace("sha256", "request_body_sha256");
    assert_eq!(
        judge(Provider::FusionAuth.into(), &token(HEADER, &claims)),
        Ok(())
    );
    assert!(judge(livekit(), &token(HEADER, &claims)).is_err());
}
