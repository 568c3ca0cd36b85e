//! Randomness from the operating system.

/// Random bytes, for names that must not meet.
pub(crate) fn random<const N: usize>() -> [u8; N] {
    let mut bytes = [0; N];
    // Linux, macOS and Windows cannot fail here once the system has booted. Were it to happen, ids
    // would still be unique within one store, because they count up.
    if getrandom::fill(&mut bytes).is_err() {
        return [0; N];
    }
    bytes
}
