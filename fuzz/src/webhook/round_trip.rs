//! What a signer signs, and what becomes of it on the way.

use webhook_verify::{EventId, Provider, Verifier};

use super::delivery::Lines;
use super::{NOW, documented, signer, split_provider, verifier};

/// What a signer signs is accepted; with one bit of it flipped it is not, whichever bit that is.
///
/// The input is a provider on a line, the number of the bit in two bytes, the length of the id, the id, the body.
pub fn webhook_round_trip(data: &[u8]) {
    let Some((provider, rest)) = split_provider(data) else {
        return;
    };
    let [high, low, id_len, rest @ ..] = rest else {
        return;
    };
    let (id, body) = rest.split_at(usize::from(*id_len).min(rest.len()));
    let Ok(id) = str::from_utf8(id) else {
        return;
    };
    let bit = usize::from(u16::from_be_bytes([*high, *low]));
    round_trip(provider, id, body, bit);
}

fn round_trip(provider: Provider, id: &str, body: &[u8], bit: usize) {
    let verifier = verifier(provider);
    let id = documented::signs_id_header(provider).then_some(id);
    let Ok(signed) = signer(provider).sign(id, NOW, body) else {
        return assert_refused_alike(provider, &verifier, id, body);
    };

    let headers: Lines = signed
        .iter()
        .map(|(name, value)| (name.to_owned(), value.into()))
        .collect();
    let verified = verifier
        .verify_at(&headers, body, NOW)
        .expect("what was signed is accepted");
    if id.is_some() {
        assert_eq!(verified.event_id().as_ref().map(EventId::as_str), id);
    }
    assert_flip_is_refused(provider, &verifier, &headers, body, bit);
}

/// What a signer does not sign is refused however it is signed.
fn assert_refused_alike(provider: Provider, verifier: &Verifier, id: Option<&str>, body: &[u8]) {
    let id = id.expect("there is nothing but an id to find fault with");
    let time = NOW.as_secs().to_string();
    let signature = documented::signature(provider, id, &time, body);
    let headers = documented::headers(provider, id, &time, &signature);
    let verdict = verifier.verify_at(&headers, body, NOW);
    assert!(
        verdict.is_err(),
        "accepted, though the signer refused the id {id:?}"
    );
}

fn assert_flip_is_refused(
    provider: Provider,
    verifier: &Verifier,
    headers: &Lines,
    body: &[u8],
    bit: usize,
) {
    let mut values: Vec<Vec<u8>> = headers.iter().map(|(_, value)| value.clone()).collect();
    values.push(body.to_vec());
    flip(&mut values, bit);
    let flipped_body = values.pop().expect("the body was put there");
    let flipped: Lines = headers
        .iter()
        .map(|(name, _)| name.clone())
        .zip(values)
        .collect();

    if verifier.verify_at(&flipped, &flipped_body, NOW).is_ok() {
        assert!(
            flipped_body == body && same_hex(provider, headers, &flipped),
            "a flipped bit was accepted"
        );
    }
}

/// Flips one bit, counted through all parts in turn and again from the start when there are fewer.
fn flip(parts: &mut [Vec<u8>], bit: usize) {
    let total: usize = parts.iter().map(Vec::len).sum();
    let mut place = bit / 8 % total;
    for part in parts {
        if let Some(byte) = part.get_mut(place) {
            *byte ^= 1 << (bit % 8);
            return;
        }
        place -= part.len();
    }
}

/// The one flip which changes nothing: that between the cases of a hexadecimal digit.
fn same_hex(provider: Provider, headers: &Lines, flipped: &Lines) -> bool {
    let values = |lines: &Lines| {
        lines
            .iter()
            .map(|(_, value)| value.to_ascii_lowercase())
            .collect::<Vec<_>>()
    };
    documented::signs_in_hex(provider) && values(headers) == values(flipped)
}
