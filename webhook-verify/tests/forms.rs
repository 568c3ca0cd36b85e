//! What holds for any form of which the fields are signed.

use proptest::prelude::*;
use webhook_verify::{Provider, Rejection, Secret, Signer, UnixTime, Verifier};

const ADDRESS: &str = "https://hooks.example.com/twilio";
const NOW: UnixTime = UnixTime::from_secs(1_700_000_000);

type Fields = Vec<(String, String)>;

fn fields() -> impl Strategy<Value = Fields> {
    proptest::collection::vec(("[A-Za-z.]{1,8}", "\\PC{0,12}"), 0..20)
}

fn encode(fields: &[(String, String)]) -> Vec<u8> {
    let mut form = form_urlencoded::Serializer::new(String::new());
    form.extend_pairs(fields).finish().into_bytes()
}

/// Every byte of names and values as an escape.
fn escape(fields: &[(String, String)]) -> Vec<u8> {
    let escaped = |text: &str| {
        let escapes = text.bytes().map(|byte| format!("%{byte:02x}"));
        escapes.collect::<String>()
    };
    let pairs = fields.iter();
    let pairs = pairs.map(|(name, value)| [escaped(name), escaped(value)].join("="));
    pairs.collect::<Vec<_>>().join("&").into_bytes()
}

/// Signs one body, and judges another under the signature.
fn judge(signed: &[u8], received: &[u8]) -> Result<(), Rejection> {
    let secret = Secret::new("an auth token of thirty-two bytes");
    let twilio = || Provider::Twilio.at(ADDRESS);
    let signer = Signer::new(twilio(), secret.clone()).expect("usable");
    let headers = signer.sign(None, NOW, signed).expect("a form");
    let verifier = Verifier::new(twilio(), secret).expect("usable");
    verifier.verify_at(&headers, received, NOW).map(drop)
}

proptest! {
    #[test]
    fn neither_order_nor_spelling_nor_repetition_matters(
        fields in fields(),
        order in any::<proptest::sample::Index>(),
        repeated in any::<proptest::sample::Index>(),
    ) {
        let genuine = encode(&fields);
        let mut other = fields;
        if !other.is_empty() {
            let places = other.len();
            other.rotate_left(order.index(places));
            other.push(other[repeated.index(places)].clone());
        }
        prop_assert_eq!(judge(&genuine, &encode(&other)), Ok(()));
        prop_assert_eq!(judge(&genuine, &escape(&other)), Ok(()));
    }

    #[test]
    fn another_value_is_a_mismatch(
        fields in fields(),
        place in any::<proptest::sample::Index>(),
        value in "\\PC{0,12}",
    ) {
        prop_assume!(!fields.is_empty());
        let genuine = encode(&fields);
        let mut other = fields.clone();
        let place = place.index(fields.len());
        other[place].1 = value;
        // Two lists of values may come to the same text: then it is the same that is signed.
        let text = |fields: &Fields| {
            let mut sorted = fields.clone();
            sorted.sort();
            sorted.dedup();
            sorted.into_iter().flat_map(|(name, value)| [name, value]).collect::<String>()
        };
        let expected = match text(&other) == text(&fields) {
            true => Ok(()),
            false => Err(Rejection::Mismatch),
        };
        prop_assert_eq!(judge(&genuine, &encode(&other)), expected);
    }

    #[test]
    fn any_bytes_are_judged_without_a_panic(body in proptest::collection::vec(any::<u8>(), 0..200)) {
        let judged = judge(b"Body=1", &body);
        prop_assert!(matches!(judged, Ok(()) | Err(Rejection::Mismatch | Rejection::MalformedForm)));
    }
}
