//! What permits take in memory is what their documentation says.
#![cfg(feature = "memory")]

use std::time::Duration;

use allocation_counter::measure;
use ratelimit::{Concurrency, Permits, WhenFull};

static ONE: Concurrency = Concurrency::new("one", 1, Duration::from_secs(3_600));

#[test]
fn a_permit_takes_at_most_200_bytes() {
    let permits = Permits::with_room_for(10_000, WhenFull::Refuse);
    let keys: Vec<_> = (0..20_000).map(|key| format!("key {key}")).collect();
    let mut held = Vec::with_capacity(keys.len());
    let cost = measure(|| held.extend(keys.iter().map(|key| permits.take(&ONE, key))));
    assert_eq!(permits.len(), 10_000, "as many were refused");
    assert!(cost.bytes_max < 200 * 10_000, "{}", cost.bytes_max);
}
