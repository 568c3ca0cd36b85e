//! What holds for any delivery.

mod support;

use std::time::Duration;

use proptest::prelude::*;
use time::OffsetDateTime;
use webhook_verify::{
    Encoding, Grammar, Headers, IdSource, MAX_SECRETS, Provider, Rejection, Scheme, Secret, Setup,
    SignatureSource, Signer, TimestampRule, TimestampSource, TimestampUnit, Tolerance, UnixTime,
    Verifier,
};

/// A delivery that is yet to be signed.
#[derive(Clone, Debug)]
struct Delivery {
    setup: Setup,
    scheme: Scheme,
    secrets: Vec<String>,
    id: Option<String>,
    sent_at: UnixTime,
    body: Vec<u8>,
}

type OwnedHeaders = Vec<(String, Vec<u8>)>;

impl Delivery {
    fn ring(&self) -> Vec<Secret> {
        self.secrets
            .iter()
            .map(|secret| Secret::new(secret.as_str()))
            .collect()
    }

    fn verifier(&self) -> Verifier {
        Verifier::new(self.setup.clone(), self.ring()).expect("usable secrets")
    }

    fn sign_with(&self, secrets: Vec<Secret>) -> OwnedHeaders {
        let signer = Signer::new(self.setup.clone(), secrets).expect("usable secrets");
        let headers = signer
            .sign(self.id.as_deref(), self.sent_at, &self.body)
            .expect("signable");
        headers
            .iter()
            .map(|(name, value)| (name.to_owned(), value.as_bytes().to_vec()))
            .collect()
    }

    fn sign(&self) -> OwnedHeaders {
        self.sign_with(self.ring())
    }

    /// Whether it is accepted, with these headers and this body, when it is sent.
    fn judge(&self, headers: &(impl Headers + Sync), body: &[u8]) -> Result<(), Rejection> {
        self.verifier()
            .verify_at(headers, body, self.sent_at)
            .map(drop)
    }
}

fn deliveries(secrets: usize) -> impl Strategy<Value = Delivery> {
    let provider = proptest::sample::select(support::signing_with_hmac());
    // Hexadecimal digits, a multiple of four of them, fit every form of secret.
    let secrets = proptest::collection::hash_set("([0-9a-f]{4}){1,20}", 1..=secrets);
    let millis = 1_000_000_000_000..=9_999_999_999_999_u64;
    let body = proptest::collection::vec(any::<u8>(), 0..200);
    (provider, secrets, "[!-~&&[^.]]{1,40}", millis, body).prop_map(
        |((provider, setup), secrets, id, millis, body)| {
            let scheme = provider.scheme();
            Delivery {
                setup,
                secrets: secrets.into_iter().collect(),
                id: matches!(scheme.id, Some(IdSource::Header(_))).then_some(id),
                sent_at: UnixTime::from_millis(millis),
                body: received(&scheme, millis, body),
                scheme,
            }
        },
    )
}

/// The body, wrapped so that it says the time if that is where the provider has it, and that it can be
/// told from an address in front of it or behind it.
fn received(scheme: &Scheme, millis: u64, body: Vec<u8>) -> Vec<u8> {
    match &scheme.timestamp {
        Some(TimestampRule {
            source: TimestampSource::BodyField(path),
            unit,
            ..
        }) => {
            let said = match unit {
                TimestampUnit::Rfc3339Millis => date(millis).into(),
                _ => millis.into(),
            };
            let member = |value, name: &str| serde_json::json!({ name: value });
            let mut json: serde_json::Value = path.rsplit('.').fold(said, member);
            json["data"] = body.into();
            serde_json::to_vec(&json).expect("JSON")
        }
        _ if scheme.coverage().url && !body.is_empty() => [b"{", &*body, b"}"].concat(),
        _ => body,
    }
}

/// A date and time in UTC, to the millisecond.
fn date(millis: u64) -> String {
    let seconds = i64::try_from(millis / 1000).expect("a year of four digits");
    let moment = OffsetDateTime::from_unix_timestamp(seconds).expect("a year of four digits");
    let (hour, minute, second) = moment.to_hms();
    let month = u8::from(moment.month());
    let (date, millis) = (moment.date(), millis % 1000);
    format!(
        "{:04}-{month:02}-{:02}T{hour:02}:{minute:02}:{second:02}.{millis:03}Z",
        date.year(),
        date.day()
    )
}

/// A changed body is a mismatch, or is not looked at, because it cannot be told from the address
/// beside it.
fn is_not_what_was_signed(judged: Result<(), Rejection>) -> bool {
    matches!(judged, Err(Rejection::Mismatch | Rejection::AmbiguousBody))
}

proptest! {
    #[test]
    fn what_is_signed_is_accepted(delivery in deliveries(MAX_SECRETS)) {
        let verifier = delivery.verifier();
        let headers = delivery.sign();
        let verified = verifier.verify_at(&headers, &delivery.body, delivery.sent_at);
        let verified = verified.expect("genuine");

        prop_assert_eq!(verified.secret_label(), "1");
        prop_assert_eq!(verified.body(), &delivery.body);
        if let Some(sent_at) = verified.sent_at() {
            prop_assert_eq!(sent_at.as_secs(), delivery.sent_at.as_secs());
        }
        if let Some(id) = &delivery.id {
            let received = verified.event_id().expect("it was sent");
            prop_assert_eq!(received.as_str(), id);
        }
    }

    #[test]
    fn the_secret_that_signed_is_the_one_that_is_named(
        delivery in deliveries(MAX_SECRETS),
        place in any::<proptest::sample::Index>(),
    ) {
        let place = place.index(delivery.secrets.len());
        let headers = delivery.sign_with(vec![delivery.ring()[place].clone()]);
        let verifier = delivery.verifier();
        let verified = verifier.verify_at(&headers, &delivery.body, delivery.sent_at);
        prop_assert_eq!(verified.expect("genuine").secret_label(), (place + 1).to_string());
    }

    #[test]
    fn another_secret_is_a_mismatch(delivery in deliveries(MAX_SECRETS)) {
        let headers = delivery.sign_with(vec![Secret::new("00".repeat(50))]);
        prop_assert_eq!(delivery.judge(&headers, &delivery.body), Err(Rejection::Mismatch));
    }

    #[test]
    fn a_changed_bit_of_the_body_is_a_mismatch(
        delivery in deliveries(3),
        place in any::<proptest::sample::Index>(),
        bit in 0..8_u32,
    ) {
        prop_assume!(!delivery.body.is_empty());
        let headers = delivery.sign();
        let mut body = delivery.body.clone();
        body[place.index(delivery.body.len())] ^= 1 << bit;
        prop_assert!(is_not_what_was_signed(delivery.judge(&headers, &body)));
    }

    #[test]
    fn a_body_cut_off_or_added_to_is_a_mismatch(delivery in deliveries(3), byte in any::<u8>()) {
        let headers = delivery.sign();
        let longer = [delivery.body.as_slice(), &[byte]].concat();
        prop_assert!(is_not_what_was_signed(delivery.judge(&headers, &longer)));
        if let Some((_, shorter)) = delivery.body.split_last() {
            prop_assert!(is_not_what_was_signed(delivery.judge(&headers, shorter)));
        }
    }

    #[test]
    fn a_changed_bit_of_a_signed_header_is_refused(
        delivery in deliveries(1),
        header in any::<proptest::sample::Index>(),
        place in any::<proptest::sample::Index>(),
        bit in 0..8_u32,
    ) {
        let scheme = &delivery.scheme;
        let mut headers = delivery.sign();
        if !scheme.coverage().id && delivery.id.is_some() {
            headers.remove(0);
        }
        let header = header.index(headers.len());
        let genuine = headers[header].1.clone();
        let place = place.index(genuine.len());
        headers[header].1[place] ^= 1 << bit;

        // Hexadecimal digits mean the same in either case; so does nothing else.
        let (name, changed) = &headers[header];
        let SignatureSource::Header(header) = &scheme.signature else {
            return Ok(());
        };
        let prefixed = !matches!(&header.grammar, Grammar::Bare { prefix } if prefix.is_empty());
        let same = scheme.encoding == Encoding::Hex
            && header.names.iter().any(|own| own == name)
            && changed.eq_ignore_ascii_case(&genuine)
            && genuine[place].is_ascii_hexdigit()
            && (!prefixed || genuine[..place].contains(&b'='));
        let text = String::from_utf8_lossy(changed);
        prop_assert_eq!(delivery.judge(&headers, &delivery.body).is_ok(), same, "{}", text);
    }

    #[test]
    fn neither_order_nor_case_nor_other_headers_matter(
        delivery in deliveries(3),
        order in any::<u64>(),
        others in proptest::collection::vec(("x-other-[a-z]{1,9}", "[ -~]{0,20}"), 0..5),
    ) {
        let mut headers = delivery.sign();
        headers.extend(others.into_iter().map(|(name, value)| (name, value.into_bytes())));
        for (name, _) in headers.iter_mut().filter(|(name, _)| name.len() as u64 & order != 0) {
            *name = name.to_uppercase();
        }
        let places = headers.len();
        headers.rotate_left(order as usize % places);
        headers.swap(0, (order >> 32) as usize % places);

        prop_assert_eq!(delivery.judge(&headers, &delivery.body), Ok(()));
    }

    #[test]
    fn any_bytes_in_the_headers_are_refused_without_a_panic(
        delivery in deliveries(2),
        values in proptest::collection::vec(proptest::collection::vec(any::<u8>(), 0..120), 3),
    ) {
        let names = delivery.sign().into_iter().map(|(name, _)| name);
        let headers: OwnedHeaders = names.zip(values).collect();
        prop_assert!(delivery.judge(&headers, &delivery.body).is_err());
    }

    #[test]
    fn what_is_out_of_the_window_is_stale_and_says_by_how_much(
        delivery in deliveries(2),
        millis in 0..4_000_000_u64,
    ) {
        let verifier = delivery.verifier();
        let rule = verifier.scheme().timestamp.as_ref();
        let Some(Tolerance::Within { past, future }) = rule.map(|rule| rule.tolerance) else {
            return Ok(());
        };
        let headers = delivery.sign();
        let sent_at = verifier
            .verify_at(&headers, &delivery.body, delivery.sent_at)
            .expect("genuine")
            .sent_at()
            .expect("it signs a time");
        let age = Duration::from_millis(millis);
        let later = UnixTime::from_millis(u64::try_from(sent_at.as_millis()).unwrap() + millis);
        let earlier = UnixTime::from_millis(u64::try_from(sent_at.as_millis()).unwrap() - millis);

        let outcome = verifier.verify_at(&headers, &delivery.body, later).map(|_| ());
        let too_late = Rejection::Stale { age, allowed: past };
        prop_assert_eq!(outcome, if age > past { Err(too_late) } else { Ok(()) });

        let outcome = verifier.verify_at(&headers, &delivery.body, earlier).map(|_| ());
        let too_early = Rejection::FromTheFuture { ahead: age, allowed: future };
        prop_assert_eq!(outcome, if age > future { Err(too_early) } else { Ok(()) });
    }

    #[test]
    fn an_id_in_the_body_is_what_a_json_parser_reads(json in objects(), key in "id|data|x") {
        let mut json = json;
        if let Some(members) = json.as_object_mut()
            && let Some(value) = members.remove(&key)
        {
            members.insert("id".to_owned(), value);
        }
        let delivery = Delivery {
            setup: Provider::Stripe.into(),
            scheme: Provider::Stripe.scheme(),
            secrets: vec!["whsec_x".to_owned()],
            id: None,
            sent_at: UnixTime::from_secs(1_700_000_000),
            body: serde_json::to_vec(&json).expect("JSON"),
        };
        let headers = delivery.sign();
        let verifier = delivery.verifier();
        let verified = verifier.verify_at(&headers, &delivery.body, delivery.sent_at);
        let id = verified.expect("genuine").event_id();
        let well_formed = |id: &&str| {
            !id.is_empty() && id.bytes().all(|byte| byte.is_ascii_graphic())
        };
        let expected = json["id"].as_str().filter(well_formed);
        prop_assert_eq!(id.as_ref().map(AsRef::as_ref), expected);
    }
}

fn objects() -> impl Strategy<Value = serde_json::Value> {
    use serde_json::Value;

    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        "[!-~]{0,8}".prop_map(Value::from),
        "\\PC{0,4}".prop_map(Value::from),
    ];
    let name = "id|data|x|\\PC{0,3}";
    let value = leaf.prop_recursive(3, 16, 4, move |inner| {
        prop_oneof![
            proptest::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            proptest::collection::btree_map(name, inner, 0..4)
                .prop_map(|members| members.into_iter().collect()),
        ]
    });
    proptest::collection::btree_map(name, value, 0..5)
        .prop_map(|members| members.into_iter().collect())
}

/// Both are shared between threads.
#[test]
fn verifier_and_signer_are_send_and_sync() {
    fn shared<T: Send + Sync + 'static>() {}
    shared::<Verifier>();
    shared::<Signer>();
    shared::<Rejection>();
}
