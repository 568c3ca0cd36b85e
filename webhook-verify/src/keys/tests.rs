use alloc::string::ToString;

use super::*;
use crate::Provider;

const EARLY: UnixTime = UnixTime::from_secs(1);
const LATE: UnixTime = UnixTime::from_secs(3);

fn numbered(count: usize) -> Vec<Secret> {
    (0..count)
        .map(|number| Secret::new(alloc::format!("AAA{number}")))
        .collect()
}

/// The code of each of three keys, and a way to look for the one which made some of them.
fn with_keys(
    secrets: Vec<Secret>,
    now: Option<UnixTime>,
    check: impl Fn(&[Tag], &dyn Fn(&[Tag]) -> Result<(String, String), Rejection>),
) {
    let scheme = Provider::StandardWebhooks.scheme();
    let keys = Keys::expand(&secrets.into(), &scheme).expect("usable");
    let pieces = Pieces {
        id: "a",
        timestamp: "b",
        body: b"c",
        ..Pieces::of(&scheme.signed)
    };
    let Material::Mac(macs) = &keys.material else {
        panic!("the scheme is symmetric");
    };
    let codes: Vec<_> = macs.iter().map(|key| key.code(&pieces)).collect();
    check(&codes, &|listed| {
        let found = keys.find(listed, &pieces, now)?;
        Ok((found.label.into(), found.identity.to_hex()))
    });
}

#[test]
fn the_first_key_that_matches_is_found_whatever_the_order_of_the_signatures() {
    with_keys(numbered(3), None, |codes, find| {
        let expected = |place: usize| Ok(((place + 1).to_string(), codes[place].to_hex()));
        assert_eq!(find(&[codes[2], codes[1]]), expected(1));
        assert_eq!(find(&[Tag::EMPTY, codes[2]]), expected(2));
        assert_eq!(find(&[codes[0], codes[0]]), expected(0));
        assert_eq!(find(&[Tag::EMPTY]), Err(Rejection::Mismatch));
        assert_eq!(find(&[]), Err(Rejection::Mismatch));
    });
}

#[test]
fn a_key_that_is_not_valid_is_passed_over_and_named_only_if_it_alone_matches() {
    let secrets = || {
        let [new, old, always] = numbered(3).try_into().expect("three");
        let border = UnixTime::from_secs(2);
        [new.valid_from(border), old.valid_until(border), always].to_vec()
    };
    let not_valid = |label: &str| {
        Err(Rejection::SecretNotValid {
            label: label.into(),
        })
    };
    with_keys(secrets(), Some(EARLY), |codes, find| {
        assert_eq!(find(&codes[..1]), not_valid("1"));
        assert_eq!(find(&codes[..2]), Ok(("2".into(), codes[1].to_hex())));
        assert_eq!(find(&codes[2..]), Ok(("3".into(), codes[2].to_hex())));
    });
    with_keys(secrets(), Some(LATE), |codes, find| {
        assert_eq!(find(&codes[1..2]), not_valid("2"));
        assert_eq!(find(codes), Ok(("1".into(), codes[0].to_hex())));
    });
}
