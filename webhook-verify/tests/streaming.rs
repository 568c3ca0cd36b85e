//! A body that comes in pieces gets the verdict of the whole, and costs no more memory.

mod support;

use std::time::Duration;

use proptest::prelude::*;
use proptest::sample::Index;
use webhook_verify::{
    Arriving, HeaderNames, IdSource, Proof, Provider, Rejection, RejectionKind, Request, Scheme,
    Secret, Segment, Setup, Signer, TimestampSource, UnixTime, Verifier, Weakness,
};

const NOW: UnixTime = UnixTime::from_secs(1_700_000_000);
const NO_LIMIT: u64 = u64::MAX;

type Headers = Vec<(String, Vec<u8>)>;

fn secret() -> Secret {
    // Hexadecimal, and so fit for every form of secret.
    Secret::new("12ab".repeat(16))
}

fn verifier(setup: impl Into<Setup>) -> Verifier {
    Verifier::new(setup, secret()).expect("usable")
}

fn signed(setup: impl Into<Setup>, id: Option<&str>, body: &[u8]) -> Headers {
    let signer = Signer::new(setup, secret()).expect("usable");
    let headers = signer.sign(id, NOW, body).expect("signable");
    let owned = |(name, value): (&str, &str)| (name.to_owned(), value.into());
    headers.iter().map(owned).collect()
}

fn begin<'a>(verifier: &'a Verifier, headers: &'a Headers, limit: u64) -> Arriving<'a> {
    let begun = verifier.begin(Request::new(headers), limit);
    begun.expect("the headers are well-formed")
}

/// All that is said of a delivery which is in one piece, and of the same in many.
fn verdicts(
    verifier: &Verifier,
    headers: &Headers,
    body: &[u8],
    pieces: &[&[u8]],
    now: UnixTime,
) -> [Result<Proof, Rejection>; 2] {
    let whole = verifier.verify_at(headers, body, now);
    let stream = || {
        let mut arriving = verifier.begin(Request::new(headers), NO_LIMIT)?;
        pieces.iter().try_for_each(|piece| arriving.push(piece))?;
        let arrived = arriving.finish_at(now)?;
        assert_eq!(arrived.body_len(), body.len() as u64);
        Ok(arrived.to_proof())
    };
    [whole.map(|delivery| delivery.to_proof()), stream()]
}

/// The body between cuts in any order, some of which may be at one place.
fn cut_at<'b>(body: &'b [u8], cuts: &[Index]) -> Vec<&'b [u8]> {
    let mut places: Vec<_> = cuts.iter().map(|cut| cut.index(body.len() + 1)).collect();
    places.extend([0, body.len()]);
    places.sort_unstable();
    places
        .windows(2)
        .map(|ends| &body[ends[0]..ends[1]])
        .collect()
}

/// With the time wherever a provider has it, and some ids.
fn body_with(filler: &str) -> Vec<u8> {
    let body = serde_json::json!({
        "id": "a",
        "event_id": "b",
        "webhookTimestamp": 1_700_000_000_000_u64,
        "webhookMetadata": { "webhookDeliveryAttemptTimestamp": "2023-11-14T22:13:20.000Z" },
        "x": filler,
    });
    body.to_string().into_bytes()
}

proptest! {
    #[test]
    fn the_verdict_does_not_depend_on_the_cuts(
        (_, setup) in proptest::sample::select(support::signing_with_hmac()),
        filler in "[ -~]{0,300}",
        cuts in proptest::collection::vec(any::<Index>(), 0..6),
        flip in proptest::option::of((any::<Index>(), 0..8_u32)),
        late in 0..1000_u64,
    ) {
        let verifier = verifier(setup.clone());
        let has_header = matches!(verifier.scheme().id, Some(IdSource::Header(_)));
        let mut body = body_with(&filler);
        let headers = signed(setup, has_header.then_some("msg_1"), &body);
        if let Some((place, bit)) = flip {
            let place = place.index(body.len());
            body[place] ^= 1 << bit;
        }
        let now = NOW.saturating_add(Duration::from_secs(late));

        let [whole, cut] = verdicts(&verifier, &headers, &body, &cut_at(&body, &cuts), now);
        prop_assert_eq!(whole, cut);
    }
}

#[test]
fn a_body_as_long_as_the_limit_is_taken_and_a_longer_one_is_not() {
    for provider in [Provider::GitHub, Provider::Stripe] {
        let verifier = verifier(provider);
        let headers = signed(provider, None, b"12345");
        let mut arriving = begin(&verifier, &headers, 5);
        for piece in ["12", "", "345", ""] {
            assert_eq!(arriving.push(piece.as_bytes()), Ok(()));
        }
        assert_eq!(arriving.finish_at(NOW).expect("genuine").body_len(), 5);

        let too_long = Rejection::BodyTooLong { limit: 4 };
        assert_eq!(too_long.kind(), RejectionKind::TooLong);
        let mut arriving = begin(&verifier, &headers, 4);
        assert_eq!(arriving.push(b"1234"), Ok(()));
        for _ in 0..2 {
            assert_eq!(arriving.push(b"5"), Err(too_long.clone()), "{provider}");
        }
        assert_eq!(arriving.push(b""), Err(too_long.clone()));
        assert_eq!(arriving.finish_at(NOW).unwrap_err(), too_long);
    }
}

#[test]
fn malformed_headers_are_refused_before_the_body() {
    for provider in [Provider::GitHub, Provider::Stripe] {
        let verifier = verifier(provider);
        let headers = Headers::new();
        let rejection = verifier.begin(Request::new(&headers), NO_LIMIT).map(drop);
        let missing = rejection.expect_err("there is no signature").kind();
        assert_eq!(missing, RejectionKind::Missing, "{provider}");
    }
}

#[test]
fn a_body_that_goes_on_as_an_address_is_refused_at_its_first_byte() {
    let square = Provider::Square.at("https://hooks.example.com/webhooks/square");
    let verifier = verifier(square.clone());
    let headers = signed(square, None, b"{}");
    let mut arriving = begin(&verifier, &headers, NO_LIMIT);
    assert_eq!(arriving.push(b""), Ok(()));
    for _ in 0..2 {
        assert_eq!(arriving.push(b"?a=1"), Err(Rejection::AmbiguousBody));
    }
    assert_eq!(
        arriving.finish_at(NOW).unwrap_err(),
        Rejection::AmbiguousBody
    );
}

#[test]
fn the_age_is_that_of_the_end() {
    let verifier = verifier(Provider::StandardWebhooks);
    let headers = signed(Provider::StandardWebhooks, Some("msg_1"), b"{}");
    let mut arriving = begin(&verifier, &headers, NO_LIMIT);
    arriving.push(b"{}").expect("short enough");
    let later = NOW.saturating_add(Duration::from_secs(301));
    assert!(arriving.finish_at(later).unwrap_err().is_stale());
}

#[test]
fn what_stands_behind_the_body_is_signed_too() {
    let scheme = Scheme {
        signed: [
            Segment::Timestamp,
            Segment::Body,
            Segment::literal("#"),
            Segment::Id,
        ]
        .to_vec()
        .into(),
        id: Some(IdSource::Header(HeaderNames::from_static(&["x-id"]))),
        ..Provider::Zoom.scheme()
    };
    assert!(matches!(
        scheme.timestamp.as_ref().map(|rule| &rule.source),
        Some(TimestampSource::Header(_))
    ));
    let headers = signed(scheme.clone(), Some("7"), b"body");
    let verifier = verifier(scheme);
    let [whole, cut] = verdicts(&verifier, &headers, b"body", &[b"bo", b"dy"], NOW);
    assert!(whole.is_ok());
    assert_eq!(whole, cut);
}

#[test]
fn deliveries_with_a_token_are_told_apart_by_their_bodies() {
    let setup = Provider::GitLabToken.despite(Weakness::SharedToken);
    let verifier = verifier(setup.clone());
    let headers = signed(setup, None, b"");
    assert!(!verifier.holds_body());
    let fingerprint = |body: &[u8], pieces: &[&[u8]]| {
        let [whole, cut] = verdicts(&verifier, &headers, body, pieces, NOW);
        assert!(whole.is_ok());
        assert_eq!(whole, cut);
        let mut arriving = begin(&verifier, &headers, NO_LIMIT);
        arriving.push(body).expect("short enough");
        arriving.finish_at(NOW).expect("genuine").fingerprint()
    };
    assert_ne!(
        fingerprint(b"{}", &[b"{", b"}"]),
        fingerprint(b"[]", &[b"[]"])
    );
}

#[test]
fn nothing_of_the_body_is_in_what_is_printed() {
    let verifier = verifier(Provider::Stripe);
    let headers = signed(Provider::Stripe, None, b"a body");
    let mut arriving = begin(&verifier, &headers, NO_LIMIT);
    arriving.push(b"a body").expect("short enough");
    let printed = format!("{arriving:?}");
    assert_eq!(printed, r#"Arriving { scheme: "stripe", body_len: 6, .. }"#);
    let printed = format!("{:?}", arriving.finish_at(NOW).expect("genuine"));
    assert!(printed.starts_with(r#"Arrived { scheme: "stripe", secret_label: "1""#));
    assert!(printed.ends_with("body_len: 6 }"), "{printed}");
}
