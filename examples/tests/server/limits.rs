//! One sender does not get everything.

use std::io::{Read, Write};
use std::net::TcpStream;

use crate::support::delivery::every_provider;
use crate::support::http::{Request, connect, read};
use crate::support::process::{Server, Setup};
use crate::support::wait::until;

/// A connection that has been answered and stays open; none if the server closed it.
fn admitted(server: &Server) -> Option<TcpStream> {
    let mut stream = connect(server.address);
    let request = b"GET /health/live HTTP/1.1\r\nhost: server\r\n\r\n";
    let answered = stream
        .write_all(request)
        .and_then(|()| stream.read_exact(&mut [0; 12]));
    answered.is_ok().then_some(stream)
}

/// Connections whose requests have begun, so that they hold their places.
fn begin(server: &Server, count: usize) -> Vec<TcpStream> {
    let begin = |_| {
        let mut stream = connect(server.address);
        stream
            .write_all(b"GET /health/live HTTP/1.1\r\n")
            .expect("the server reads");
        stream
    };
    (0..count).map(begin).collect()
}

fn finish(mut stream: TcpStream) -> u16 {
    stream
        .write_all(b"connection: close\r\n\r\n")
        .expect("the server reads");
    read(stream).status
}

#[test]
fn one_address_over_its_share_is_closed_and_others_are_served() {
    let server = Setup::new()
        .with("MAX_CONNECTIONS_PER_IP", "3")
        .with("HEADER_TIMEOUT", "1h")
        .start();
    // The probes that found the server ready may still be on their way out.
    let mut held: Vec<_> = (0..3)
        .map(|_| until("a place", || admitted(&server)))
        .collect();
    assert!(admitted(&server).is_none(), "a fourth connection is closed");
    server.line("a warning", |line| {
        line["level"] == "WARN" && line["peer"] == "127.0.0.1"
    });
    held.pop();
    until("the place that became free", || admitted(&server));
}

#[test]
fn newcomers_wait_while_the_server_is_full() {
    let server = Setup::new()
        .with("MAX_CONNECTIONS", "2")
        .with("HEADER_TIMEOUT", "1h")
        .start();
    let mut begun = begin(&server, 2);
    let mut waiting = connect(server.address);
    waiting
        .write_all(&Request::new("GET", "/health/live").bytes())
        .expect("the kernel takes it");
    server.line("a warning", |line| {
        line["message"]
            .as_str()
            .is_some_and(|text| text.contains("MAX_CONNECTIONS"))
    });
    assert_eq!(finish(begun.remove(0)), 200);
    assert_eq!(
        read(waiting).status,
        200,
        "it is served as soon as there is a place"
    );
    assert_eq!(finish(begun.remove(0)), 200);
}

#[test]
fn bodies_together_stay_within_their_memory() {
    let server = every_provider()
        .with("MAX_BODY_BYTES", "65536")
        .with("MAX_BODY_MEMORY_BYTES", "65536")
        .start();
    let mut request = Request::new("POST", "/webhooks/stripe")
        .body(vec![b'x'; 50_000])
        .bytes();
    let last = request.split_off(request.len() - 1);
    // Both are almost there, and there is room for one.
    let mut streams: Vec<_> = (0..2).map(|_| connect(server.address)).collect();
    for stream in &mut streams {
        stream.write_all(&request).expect("the server reads");
        stream.set_nonblocking(true).expect("an option can be set");
    }
    let refused = until("an answer", || {
        streams
            .iter()
            .position(|stream| stream.peek(&mut [0]).is_ok())
    });
    for stream in &streams {
        stream.set_nonblocking(false).expect("an option can be set");
    }
    let refused = read(streams.remove(refused));
    assert_eq!(
        (refused.status, refused.code().as_str()),
        (503, "ERR_OVERLOADED")
    );
    assert_eq!(refused.header("retry-after"), Some("1"));
    let mut other = streams.remove(0);
    other.write_all(&last).expect("the server reads");
    assert_eq!(read(other).status, 401, "the other was read to its end");
}

#[test]
fn an_old_connection_is_asked_to_go() {
    let server = Setup::new()
        .with("CONNECTION_AGE", "200ms")
        .with("HEADER_TIMEOUT", "1h")
        .start();
    let mut stream = connect(server.address);
    stream
        .write_all(b"GET /health/live HTTP/1.1\r\nhost: server\r\n\r\n")
        .expect("the server reads");
    assert_eq!(
        read(stream).status,
        200,
        "answered, and closed by the server"
    );
}
