//! Properties of `webhook-verify`.

mod certificate_url;
mod delivery;
mod documented;
mod fields;
mod header;
mod jwt;
mod key;
mod round_trip;
mod scheme;
mod secret;
mod stream;
mod timestamp;

use webhook_verify::{Provider, Signer, UnixTime, Verifier};

pub use self::certificate_url::webhook_certificate_url;
pub use self::fields::webhook_fields;
pub use self::header::webhook_header;
pub use self::jwt::webhook_jwt;
pub use self::key::webhook_key;
pub use self::round_trip::webhook_round_trip;
pub use self::scheme::webhook_scheme;
pub use self::secret::webhook_secret;
pub use self::stream::webhook_stream;
pub use self::timestamp::webhook_timestamp;

/// The time at which every property verifies.
const NOW: UnixTime = UnixTime::from_secs(1_750_000_000);

fn verifier(provider: Provider) -> Verifier {
    Verifier::new(provider, documented::secret(provider))
        .expect("the secret has the provider's form")
}

fn signer(provider: Provider) -> Signer {
    Signer::new(provider, documented::secret(provider)).expect("the secret has the provider's form")
}

/// Takes a provider, named on a line of its own, off the front of an input, if it is one that is written down a second
/// time.
fn split_provider(data: &[u8]) -> Option<(Provider, &[u8])> {
    let (name, rest) = split_line(data);
    let provider = str::from_utf8(name).ok()?.parse().ok()?;
    documented::knows(provider).then_some((provider, rest))
}

fn split_line(data: &[u8]) -> (&[u8], &[u8]) {
    match data.iter().position(|&byte| byte == b'\n') {
        Some(end) => (&data[..end], &data[end + 1..]),
        None => (data, &[]),
    }
}

/// Takes an input apart at its first line of three hyphens, if there is one.
fn split_parts(data: &[u8]) -> (&[u8], Option<&[u8]>) {
    const LINE: &[u8] = b"\n---\n";
    match data.windows(LINE.len()).position(|window| window == LINE) {
        Some(place) => (&data[..place], Some(&data[place + LINE.len()..])),
        None => (data, None),
    }
}
