//! The programs with which the README opens, word by word: built, started and sent deliveries to.

use std::env;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use webhook_verify::{Provider, Secret, Signer, UnixTime};

const README: &str = include_str!("../README.md");
const SECRET: &str = "It's a Secret to Everybody";
const BODY: &str = r#"{"zen":"Design for failure."}"#;

/// A program of the README that runs until this is dropped.
struct Program {
    child: Child,
    address: String,
}

impl Program {
    fn start(name: &str) -> Self {
        let test = env::current_exe().expect("a test has a path");
        let profile = test.ancestors().nth(2);
        let folder = profile.expect("a test lies in target/<profile>/deps");
        let program = folder.join("examples").join(name);
        assert!(
            program.exists(),
            "there is no {program:?}; `cargo test` without a target selection builds it",
        );
        let mut child = Command::new(program)
            .env_clear()
            .env("LISTEN_ADDR", "127.0.0.1:0")
            .env("WEBHOOK_SECRET", SECRET)
            .stdout(Stdio::piped())
            .spawn()
            .expect("it runs");
        let mut line = String::new();
        let mut said = BufReader::new(child.stdout.take().expect("a pipe"));
        said.read_line(&mut line).expect("a line");
        let address = line.trim_end().strip_prefix("listening on ");
        Self {
            address: address.expect("an address").to_owned(),
            child,
        }
    }

    /// Signs one body, sends another, and reads the answer.
    fn deliver(&self, signed: &str, sent: &str) -> String {
        let signer = Signer::new(Provider::GitHub, Secret::new(SECRET)).expect("usable");
        let headers = signer.sign(None, UnixTime::now(), signed.as_bytes());
        let mut request = String::from("POST /webhooks/github HTTP/1.1\r\nconnection: close\r\n");
        for (name, value) in headers.expect("signable").iter() {
            request += &format!("{name}: {value}\r\n");
        }
        request += &format!("host: a\r\ncontent-length: {}\r\n\r\n{sent}", sent.len());

        let mut stream = TcpStream::connect(&self.address).expect("it listens");
        let patience = Some(Duration::from_secs(20));
        stream.set_read_timeout(patience).expect("not zero");
        stream.write_all(request.as_bytes()).expect("sent");
        let mut answer = String::new();
        stream.read_to_string(&mut answer).expect("an answer");
        answer
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        // It may have ended by itself, which the test has noticed then.
        self.child.kill().unwrap_or_default();
        self.child.wait().map(drop).unwrap_or_default();
    }
}

fn serves_genuine_deliveries_only(name: &str, source: &str) {
    assert!(
        README.contains(&format!("```rust,no_run\n{source}```\n")),
        "the README has another text than examples/{name}.rs"
    );
    let program = Program::start(name);

    let genuine = program.deliver(BODY, BODY);
    assert!(genuine.starts_with("HTTP/1.1 200 OK\r\n"), "{genuine}");
    let said = format!("\r\n\r\n{} bytes from GitHub\n", BODY.len());
    assert!(genuine.ends_with(&said), "{genuine}");

    let tampered = program.deliver(BODY, r#"{"zen":"Design for success."}"#);
    assert!(
        tampered.starts_with("HTTP/1.1 401 Unauthorized\r\n"),
        "{tampered}"
    );
    assert!(tampered.ends_with("\r\n\r\n"), "{tampered}");
}

#[test]
fn the_program_for_axum_serves_genuine_deliveries_only() {
    let source = include_str!("../../examples/webhook_axum.rs");
    serves_genuine_deliveries_only("webhook_axum", source);
}

#[test]
fn the_program_for_hyper_serves_genuine_deliveries_only() {
    let source = include_str!("../../examples/webhook_hyper.rs");
    serves_genuine_deliveries_only("webhook_hyper", source);
}
