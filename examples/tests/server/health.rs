//! Probes.

use crate::support::http::Request;
use crate::support::process::Setup;

#[test]
fn a_running_server_is_alive_ready_and_healthy() {
    let server = Setup::new().start();
    assert_eq!(server.get("/health/live").status, 200);
    assert_eq!(server.get("/health/ready").status, 200);
    let report = server.get("/health");
    assert_eq!(report.status, 200);
    let report = report.json();
    assert_eq!(report["status"], "ok");
    for check in ["store", "worker", "process"] {
        assert_eq!(report["checks"][check], "ok", "{report}");
    }
}

#[test]
fn a_probe_may_be_a_head_request() {
    let server = Setup::new().start();
    let reply = Request::new("HEAD", "/health/ready").send(server.address);
    assert_eq!((reply.status, reply.body.len()), (200, 0));
}

#[test]
fn a_server_on_its_way_out_is_alive_but_not_ready_and_says_why() {
    let server = Setup::new().with("DRAIN_DELAY", "1h").start();
    server.signal("TERM");
    server.line("the stop", |line| line["message"] == "stopping");
    let ready = server.get("/health/ready");
    assert_eq!(
        (ready.status, ready.code().as_str()),
        (503, "ERR_NOT_READY")
    );
    assert_eq!(ready.json()["details"][0]["field"], "process");
    assert_eq!(ready.json()["details"][0]["message"], "draining");
    let report = server.get("/health");
    assert_eq!(report.status, 503);
    assert_eq!(report.json()["checks"]["process"], "draining");
    assert_eq!(server.get("/health/live").status, 200);
}
