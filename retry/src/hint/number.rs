//! Numbers in header fields.

/// Nothing but digits. What is more than a number can say is as much as it can.
pub(super) fn natural(text: &str) -> Option<u64> {
    let is_number = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    is_number.then(|| text.parse().unwrap_or(u64::MAX))
}

/// Digits, with a fraction or none, rounded up: who comes back a little early comes in vain.
pub(super) fn rounded_up(text: &str) -> Option<u64> {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, "0"));
    let is_whole = natural(fraction)? == 0;
    let whole = natural(whole)?;
    Some(whole.saturating_add(u64::from(!is_whole)))
}
