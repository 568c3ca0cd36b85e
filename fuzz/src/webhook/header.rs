//! Headers as anybody may send them.

use webhook_verify::{Provider, UnixTime, Verified};

use super::delivery::{Delivery, Lines};
use super::{NOW, documented, verifier};

/// No header and no body makes a verifier panic, and it accepts nothing but what carries the one right signature of
/// what it says it has read.
///
/// The input is a delivery as text: the name of a provider, its header lines, an empty line, the body.
pub fn webhook_header(data: &[u8]) {
    let Some(delivery) = Delivery::parse(data) else {
        return;
    };
    let verifier = verifier(delivery.provider);
    if let Ok(verified) = verifier.verify_at(&delivery.headers, delivery.body, NOW) {
        assert_carries_signature(&delivery, &verified);
    }
}

fn assert_carries_signature(delivery: &Delivery<'_>, verified: &Verified<'_>) {
    let provider = delivery.provider;
    let id = verified
        .event_id()
        .filter(|_| documented::signs_id_header(provider));
    let id = id.as_ref().map_or("", |id| id.as_str());
    assert!(
        !id.contains('.'),
        "the id {id} could have swallowed the time"
    );
    let time = verified
        .sent_at()
        .map(|time| digits(provider, time))
        .unwrap_or_default();
    let signature = documented::signature(provider, id, &time, delivery.body);
    assert!(
        carries(&delivery.headers, provider, &signature),
        "accepted without the signature {signature}"
    );
}

fn digits(provider: Provider, time: UnixTime) -> String {
    match documented::time_digits(provider) {
        Some(13) => time.as_millis().to_string(),
        _ => time.as_secs().to_string(),
    }
}

fn carries(headers: &Lines, provider: Provider, signature: &str) -> bool {
    let same = |window: &[u8]| match documented::signs_in_hex(provider) {
        true => window.eq_ignore_ascii_case(signature.as_bytes()),
        false => window == signature.as_bytes(),
    };
    headers
        .iter()
        .any(|(_, value)| value.windows(signature.len()).any(same))
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::path::Path;

    use super::*;

    // A property that never sees an accepted delivery would say little.
    #[test]
    fn the_seeds_are_what_their_names_say() {
        let mut counts = [0; 2];
        for entry in
            fs::read_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("seeds/webhook_header"))
                .expect("seeds")
        {
            let path = entry.expect("a seed").path();
            let name = path
                .file_name()
                .and_then(|name| name.to_str())
                .expect("an ASCII name");
            let text = fs::read(&path).expect("a seed");
            let delivery = Delivery::parse(&text).expect("a delivery");
            let accepted = verifier(delivery.provider)
                .verify_at(&delivery.headers, delivery.body, NOW)
                .is_ok();
            assert_eq!(accepted, name.starts_with("genuine-"), "{name}");
            counts[usize::from(accepted)] += 1;
        }
        assert!(counts.iter().all(|&count| count >= 7), "{counts:?}");
    }
}
