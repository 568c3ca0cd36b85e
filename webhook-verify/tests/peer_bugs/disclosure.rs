//! What an answer tells, and what it must not.

use webhook_verify::Provider;

use crate::{BODY, NOW, SECRET, hex, verifier};

#[test]
fn an_unsigned_id_is_called_unsigned_and_does_not_change_the_fingerprint() {
    let verifier = verifier(Provider::GitHub, SECRET);
    let signature = format!("sha256={}", hex(BODY));
    let deliveries = ["delivery-1", "delivery-2"].map(|id| {
        let headers = [
            ("X-GitHub-Delivery", id),
            ("X-Hub-Signature-256", &signature),
        ];
        let delivery = verifier.verify_at(&headers, BODY, NOW).expect("genuine");
        let seen = delivery.event_id().expect("it is there");
        assert_eq!((seen.as_str(), seen.is_signed()), (id, false));
        assert!(!delivery.coverage().id);
        delivery.fingerprint()
    });
    assert_eq!(deliveries[0], deliveries[1]);
}

#[test]
fn a_signature_spelled_another_way_has_the_same_fingerprint() {
    let verifier = verifier(Provider::GitHub, SECRET);
    let [lower, upper] = [hex(BODY), hex(BODY).to_uppercase()].map(|signature| {
        let headers = [("X-Hub-Signature-256", format!("sha256={signature}"))];
        verifier
            .verify_at(&headers, BODY, NOW)
            .expect("genuine")
            .fingerprint()
    });
    assert_eq!(lower, upper);
}

#[test]
fn neither_rejection_nor_debug_shows_a_secret_or_the_right_signature() {
    let verifier = verifier(Provider::GitHub, SECRET);
    let headers = [("x-hub-signature-256", format!("sha256={}", hex(b"another")))];
    let rejection = verifier.verify_at(&headers, BODY, NOW).unwrap_err();
    let genuine = [("x-hub-signature-256", format!("sha256={}", hex(BODY)))];
    let delivery = verifier.verify_at(&genuine, BODY, NOW).expect("genuine");

    for told in [
        format!("{rejection} {rejection:?}"),
        format!("{verifier:?} {delivery:?}"),
    ] {
        assert!(!told.contains(&hex(BODY)), "{told}");
        assert!(!told.contains(SECRET), "{told}");
        assert!(!told.contains("evt_1"), "{told}");
    }
}
