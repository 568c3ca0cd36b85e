//! On a signal the server finishes what it has begun, and is gone.

use std::io::Write;
use std::net::TcpStream;

use webhook_verify::Provider;

use crate::support::delivery::{Delivery, every_provider};
use crate::support::http::{connect, is_closed, read};
use crate::support::process::{Server, Setup};
use crate::support::wait::until;

#[track_caller]
fn stop(server: &Server) {
    server.signal("TERM");
    server.line("the draining", |line| line["message"] == "draining");
}

#[test]
fn an_idle_server_stops_at_once() {
    for signal in ["TERM", "INT"] {
        let server = Setup::new().with("DRAIN_TIMEOUT", "1h").start();
        let idle = connect(server.address);
        server.signal(signal);
        assert_eq!(server.exit().code(), Some(0));
        drop(idle);
    }
}

#[test]
fn a_request_that_has_begun_is_answered_and_nobody_new_is_served() {
    let server = every_provider().start();
    let delivery = Delivery::new(Provider::Stripe, "evt_1").request().bytes();
    let (beginning, rest) = delivery.split_at(delivery.len() - 5);
    let mut stream = connect(server.address);
    stream.write_all(beginning).expect("the server reads");
    // Connections are accepted in the order they come, so the one above is, when this is answered.
    server.get("/health/live");
    stop(&server);
    until("the door being closed", || {
        TcpStream::connect(server.address).is_err().then_some(())
    });
    stream.write_all(rest).expect("the server still reads");
    assert_eq!(read(stream).status, 202);
    assert_eq!(server.exit().code(), Some(0));
}

#[test]
fn an_idle_connection_does_not_hold_the_server_up() {
    let server = Setup::new()
        .with("DRAIN_TIMEOUT", "1h")
        .with("HEADER_TIMEOUT", "1h")
        .start();
    let mut stream = connect(server.address);
    stream
        .write_all(b"GET /health/live HTTP/1.1\r\nhost: server\r\n\r\n")
        .expect("the server reads");
    let mut answered = [0; 12];
    std::io::Read::read_exact(&mut stream, &mut answered).expect("an answer");
    server.signal("TERM");
    assert_eq!(server.exit().code(), Some(0));
    assert!(is_closed(&mut stream));
}

#[test]
fn what_does_not_finish_is_cut_off_at_the_deadline() {
    let server = Setup::new()
        .with("DRAIN_TIMEOUT", "200ms")
        .with("HEADER_TIMEOUT", "1h")
        .start();
    let mut stream = connect(server.address);
    stream
        .write_all(b"GET /health/live HTTP/1.1\r\n")
        .expect("the server reads");
    server.get("/health/live");
    server.signal("TERM");
    assert_eq!(server.exit().code(), Some(0));
}

#[test]
fn a_second_signal_does_not_wait() {
    let server = Setup::new().with("DRAIN_DELAY", "1h").start();
    server.signal("TERM");
    server.line("the stop", |line| line["message"] == "stopping");
    server.signal("INT");
    assert_eq!(server.exit().code(), Some(1));
}

#[test]
fn a_restart_forgets_nothing() {
    let data = tempfile::tempdir().expect("a folder");
    let setup = every_provider()
        .with("STORE", "file")
        .with("DATA_DIR", data.path().to_str().expect("a plain path"));
    let delivery = Delivery::new(Provider::Stripe, "evt_1");
    let server = setup.start();
    let first = delivery.send(&server).json();
    server.signal("TERM");
    assert_eq!(server.exit().code(), Some(0));

    let server = setup.start();
    let id = first["job_id"].as_str().expect("a job id");
    assert_eq!(server.ended(id)["status"], "done");
    let again = delivery.send(&server);
    assert_eq!(
        (again.status, &again.json()["job_id"]),
        (200, &first["job_id"])
    );
}
