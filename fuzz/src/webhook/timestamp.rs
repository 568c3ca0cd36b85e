//! Times in every spelling.

use std::time::Duration;

use webhook_verify::{Provider, Tolerance, UnixTime};

use super::{NOW, documented, split_provider, verifier};

const ID: &str = "msg_1";
const BODY: &[u8] = br#"{"id":"evt_1"}"#;

/// A time that is rightly signed is accepted when it is the right number of digits and within the tolerance, and
/// refused otherwise, whatever number it may be taken for.
///
/// The input is a provider on a line and the text of the time.
pub fn webhook_timestamp(data: &[u8]) {
    let Some((provider, text)) = split_provider(data) else {
        return;
    };
    let (Some(digits), Ok(text)) = (documented::time_digits(provider), str::from_utf8(text)) else {
        return;
    };
    if text.contains([' ', '\t', ',', '&']) {
        return; // The header would carry something else than this text.
    }
    let signature = documented::signature(provider, ID, text, BODY);
    let headers = documented::headers(provider, ID, text, &signature);
    let accepted = verifier(provider).verify_at(&headers, BODY, NOW).is_ok();
    assert_eq!(
        accepted,
        is_good(provider, text, digits),
        "{provider} {text:?}"
    );
}

fn is_good(provider: Provider, text: &str, digits: usize) -> bool {
    let well_formed = text.len() == digits && text.bytes().all(|byte| byte.is_ascii_digit());
    well_formed && text.parse().is_ok_and(|number| is_fresh(provider, number))
}

fn is_fresh(provider: Provider, number: u64) -> bool {
    let sent = match documented::time_digits(provider) {
        Some(13) => UnixTime::from_millis(number),
        _ => UnixTime::from_secs(number),
    };
    let Tolerance::Within { past, future } = Tolerance::STANDARD else {
        return true;
    };
    let (sent, now) = (sent.since_epoch(), NOW.since_epoch());
    let within = |span: Option<Duration>, allowed| span.is_none_or(|span| span <= allowed);
    within(now.checked_sub(sent), past) && within(sent.checked_sub(now), future)
}
