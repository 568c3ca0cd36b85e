//! A service that deliveries are forwarded to: it answers what it is told to, and remembers what it was sent.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::mpsc::{self, Receiver, Sender};
use std::thread;

use super::wait::PATIENCE;

/// One request as it arrived.
#[derive(Debug)]
pub(crate) struct Arrived {
    pub(crate) line: String,
    headers: Vec<(String, String)>,
    pub(crate) body: Vec<u8>,
}

/// Listens until the test ends.
#[derive(Debug)]
pub(crate) struct Upstream {
    address: SocketAddr,
    arrived: Receiver<Arrived>,
}

impl Upstream {
    /// Gives these answers one after the other, each to its own connection, and then no more.
    pub(crate) fn answering(answers: &[&str]) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
        let address = listener.local_addr().expect("an address");
        let (sender, arrived) = mpsc::channel();
        let answers: Vec<_> = answers.iter().map(|&answer| answer.to_owned()).collect();
        thread::spawn(move || serve(&listener, &answers, &sender));
        Self { address, arrived }
    }

    pub(crate) fn url(&self) -> String {
        format!("http://{}/hooks?from=server", self.address)
    }

    /// The next request.
    #[track_caller]
    pub(crate) fn next(&self) -> Arrived {
        self.arrived
            .recv_timeout(PATIENCE)
            .expect("a request arrives")
    }

    /// Whether no further request has arrived.
    pub(crate) fn is_quiet(&self) -> bool {
        self.arrived.try_recv().is_err()
    }
}

impl Arrived {
    #[track_caller]
    pub(crate) fn header(&self, name: &str) -> &str {
        let found = self.headers.iter().find(|(other, _)| other == name);
        &found.unwrap_or_else(|| panic!("no {name} in {self:?}")).1
    }

    pub(crate) fn headers(&self) -> &[(String, String)] {
        &self.headers
    }
}

fn serve(listener: &TcpListener, answers: &[String], arrived: &Sender<Arrived>) {
    for answer in answers {
        let (mut stream, _) = listener.accept().expect("the server connects");
        let request = receive(&stream);
        // The test may not care to look.
        let _ = arrived.send(request);
        let (status, rest) = answer.split_once("\r\n").expect("a status and more");
        let answer = format!("HTTP/1.1 {status}\r\nconnection: close\r\n{rest}");
        stream
            .write_all(answer.as_bytes())
            .expect("the server reads");
    }
}

fn receive(stream: &TcpStream) -> Arrived {
    let mut reader = BufReader::new(stream);
    let mut lines = Vec::new();
    loop {
        let mut line = String::new();
        reader.read_line(&mut line).expect("a head");
        match line.trim_end() {
            "" => break,
            line => lines.push(line.to_owned()),
        }
    }
    let headers: Vec<(String, String)> = lines[1..]
        .iter()
        .filter_map(|line| line.split_once(": "))
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .collect();
    let length = headers.iter().find(|(name, _)| name == "content-length");
    let length = length.map_or(0, |(_, length)| length.parse().expect("a number"));
    let mut body = vec![0; length];
    reader.read_exact(&mut body).expect("a body");
    Arrived {
        line: lines[0].clone(),
        headers,
        body,
    }
}
