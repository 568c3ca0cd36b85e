//! The store does not work for a while.

use rusqlite::Connection;
use webhook_verify::Provider;

use crate::support::delivery::{Delivery, every_provider};
use crate::support::wait::until;

#[test]
fn an_outage_is_told_and_survived() {
    let data = tempfile::tempdir().expect("a folder");
    let server = every_provider()
        .with("STORE", "file")
        .with("DATA_DIR", data.path().to_str().expect("a plain path"))
        .start();

    // Another program holds the file, as a careless person with a shell would.
    let other = Connection::open(data.path().join("jobs.db")).expect("the file is there");
    other
        .execute_batch("BEGIN IMMEDIATE")
        .expect("nobody else writes");

    let delivery = Delivery::new(Provider::Stripe, "evt_1");
    let refused = delivery.send(&server);
    assert_eq!(
        (refused.status, refused.code().as_str()),
        (503, "ERR_STORE_UNAVAILABLE")
    );
    assert_eq!(refused.header("retry-after"), Some("1"));
    let unready = server.get("/health/ready");
    assert_eq!(
        (unready.status, unready.code().as_str()),
        (503, "ERR_NOT_READY")
    );
    assert_eq!(unready.json()["details"][0]["field"], "store");
    assert_eq!(
        server.get("/health").json()["checks"]["store"],
        "unavailable"
    );
    assert_eq!(server.get("/health/live").status, 200);

    other.execute_batch("ROLLBACK").expect("the lock is ours");
    until("readiness", || {
        (server.get("/health/ready").status == 200).then_some(())
    });
    let again = delivery.send(&server);
    // What was refused in doubt may have been stored; then this is its repetition.
    assert!(matches!(again.status, 200 | 202), "{again:?}");
    let id = again.json()["job_id"]
        .as_str()
        .expect("a job id")
        .to_owned();
    assert_eq!(server.ended(&id)["status"], "done");
}
