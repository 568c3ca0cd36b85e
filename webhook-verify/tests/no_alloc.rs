//! A delivery that is accepted costs no allocation, and neither does its id if it has no escapes.

mod support;

use allocation_counter::measure;
use webhook_verify::{IdSource, Secret, Signer, UnixTime, Verifier};

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

#[test]
fn accepting_a_delivery_allocates_nothing() {
    for (provider, setup) in support::signing_with_hmac() {
        let verifier = Verifier::new(setup.clone(), secrets()).expect("usable secrets");
        let [_, old] = secrets();
        let signer = Signer::new(setup, old).expect("a usable secret");
        let has_header = matches!(signer.scheme().id, Some(IdSource::Header(_)));
        let headers = signer
            .sign(has_header.then_some("msg_1"), NOW, BODY)
            .expect("signable");

        let mut accepted = false;
        let cost = measure(|| {
            let delivery = verifier.verify_at(&headers, BODY, NOW);
            accepted = delivery.is_ok_and(|delivery| {
                let id = delivery.event_id();
                let id_is_there = id.is_some() == signer.scheme().id.is_some();
                delivery.secret_label() == "2" && id_is_there
            });
        });

        assert!(accepted, "{provider}");
        assert_eq!(cost.count_total, 0, "{provider}");
    }
}
