//! A delivery that is accepted costs no allocation, and neither does its id if it has no escapes; one
//! that comes in pieces costs some when it begins, and its length does not matter.

mod support;

use allocation_counter::measure;
use webhook_verify::{
    IdSource, Provider, Request, Secret, Setup, SignedHeaders, Signer, UnixTime, Verifier,
};

const NOW: UnixTime = UnixTime::from_secs(1_700_000_000);
/// With an id wherever a provider has one, and the time.
const BODY: &[u8] =
    br#"{"id":"evt_1","event_id":"Ev1","event":{"id":"e"},"action":{"id":"a"},"meta":{"webhook_id":"w"},
    "webhookTimestamp":1700000000000,
    "webhookMetadata":{"webhookDeliveryAttemptTimestamp":"2023-11-14T22:13:20.000Z"},"data":[1,2,3]}"#;

fn secrets() -> [Secret; 2] {
    // Hexadecimal, and so fit for every form of secret.
    [
        Secret::new("12ab".repeat(16)),
        Secret::new("34cd".repeat(16)),
    ]
}

/// A verifier, and headers which were signed with the second of its secrets.
fn receive(setup: Setup, body: &[u8]) -> (Verifier, SignedHeaders) {
    let verifier = Verifier::new(setup.clone(), secrets()).expect("usable secrets");
    let [_, old] = secrets();
    let signer = Signer::new(setup, old).expect("a usable secret");
    let has_header = matches!(signer.scheme().id, Some(IdSource::Header(_)));
    let headers = signer.sign(has_header.then_some("msg_1"), NOW, body);
    (verifier, headers.expect("signable"))
}

#[test]
fn accepting_a_delivery_allocates_nothing() {
    for (provider, setup) in support::signing_with_hmac() {
        let (verifier, headers) = receive(setup, BODY);
        let has_id = verifier.scheme().id.is_some();

        let mut accepted = false;
        let cost = measure(|| {
            let delivery = verifier.verify_at(&headers, BODY, NOW);
            accepted = delivery.is_ok_and(|delivery| {
                let id_is_there = delivery.event_id().is_some() == has_id;
                delivery.secret_label() == "2" && id_is_there
            });
        });

        assert!(accepted, "{provider}");
        assert_eq!(cost.count_total, 0, "{provider}");
    }
}

#[test]
fn a_body_that_passes_allocates_nothing_once_it_has_begun() {
    let mut passed = 0;
    let body = [BODY, &[b' '; 100_000]].concat();
    for (provider, setup) in support::signing_with_hmac() {
        let (verifier, headers) = receive(setup, &body);
        if verifier.holds_body() {
            continue;
        }
        let mut begun = None;
        let cost = measure(|| begun = Some(verifier.begin(Request::new(&headers), u64::MAX)));
        // What became of the delivery, the passes, and each of the two if they are long.
        assert!(cost.count_total <= 4, "{provider}: {cost:?}");
        assert!(cost.bytes_total < 8 * 1024, "{provider}: {cost:?}");
        let mut arriving = begun.expect("it was measured").expect("well-formed");

        let mut accepted = false;
        let cost = measure(|| {
            let taken = body.chunks(999).try_for_each(|piece| arriving.push(piece));
            let delivery = taken.and_then(|()| arriving.finish_at(NOW));
            accepted = delivery.is_ok_and(|delivery| delivery.secret_label() == "2");
        });
        assert!(accepted, "{provider}");
        assert_eq!(cost.count_total, 0, "{provider}");
        passed += 1;
    }
    assert!(passed > 20, "{passed} providers");
}

#[test]
fn a_body_that_is_held_takes_its_length() {
    let body = vec![b' '; 100_000];
    let (verifier, headers) = receive(Provider::Stripe.into(), &body);
    assert!(verifier.holds_body());
    let cost = measure(|| {
        let mut arriving = verifier
            .begin(Request::new(&headers), u64::MAX)
            .expect("well-formed");
        for piece in body.chunks(999) {
            arriving.push(piece).expect("short enough");
        }
        assert!(arriving.finish_at(NOW).is_ok());
    });
    // A vector doubles as it grows, and both are there while it is copied.
    assert!((100_000..400_000).contains(&cost.bytes_max), "{cost:?}");
}
