//! How much memory a replay log takes.

#![cfg(feature = "replay")]

use webhook_verify::replay::{Claimed, Memory, ReplayKey, ReplayLog, Route, Settled, Windows};
use webhook_verify::{MAX_ID_LEN, Provider, Secret, Verifier};

#[test]
fn a_delivery_takes_less_than_a_kilobyte() {
    const DELIVERIES: usize = 20_000;
    let secret = Secret::new("It's a Secret to Everybody");
    let verifier = Verifier::new(Provider::GitHub, secret).unwrap();
    let windows = Windows::standard(&verifier).unwrap();
    let route = Route::new(&"r".repeat(Route::MAX_LEN)).unwrap();
    let runtime = tokio::runtime::Builder::new_current_thread()
        .build()
        .unwrap();
    let memory = Memory::new();
    let log = ReplayLog::new(memory.clone(), route, windows);

    let used = allocation_counter::measure(|| {
        runtime.block_on(async {
            for number in 0..DELIVERIES {
                let key: ReplayKey = format!("id:{number:0>MAX_ID_LEN$}").parse().unwrap();
                let Claimed::Fresh(claim) = log.claim(&key).await.unwrap() else {
                    panic!("{number} is not fresh");
                };
                assert_eq!(log.commit(&claim).await.unwrap(), Settled::Accepted);
            }
        });
    });
    assert_eq!(memory.len(), DELIVERIES);
    let each = used.bytes_max / DELIVERIES as u64;
    assert!(each < 1_000, "{each} bytes");
    // A store that keeps nothing would pass otherwise.
    assert!(each > MAX_ID_LEN as u64, "{each} bytes");
}
