//! A service that deliveries are forwarded to: it answers what it is told to, and remembers what it was sent.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::mpsc::{self, Receiver, Sender};
use std::sync::{Arc, Mutex};
use std::thread;

use super::wait::PATIENCE;

/// Stands for no answer: the connection is reset once the request is there.
pub(crate) const RESET: &str = "";

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
    always: Arc<Mutex<String>>,
}

impl Upstream {
    /// Gives these answers one after the other, each to its own connection, and then no more.
    pub(crate) fn answering(answers: &[&str]) -> Self {
        let answers: Vec<_> = answers.iter().map(|&answer| answer.to_owned()).collect();
        Self::listening(move |listener, arrived, _| {
            for answer in answers {
                let (stream, _) = listener.accept().expect("the server connects");
                serve(stream, &answer, &arrived);
            }
        })
    }

    /// Gives this answer to everybody, until it gives [another](Self::change_to).
    pub(crate) fn always(answer: &str) -> Self {
        let upstream = Self::listening(|listener, arrived, always| {
            while let Ok((stream, _)) = listener.accept() {
                let (arrived, always) = (arrived.clone(), Arc::clone(&always));
                thread::spawn(move || {
                    let answer = always.lock().unwrap().clone();
                    serve(stream, &answer, &arrived);
                });
            }
        });
        upstream.change_to(answer);
        upstream
    }

    fn listening(
        serve: impl FnOnce(TcpListener, Sender<Arrived>, Arc<Mutex<String>>) + Send + 'static,
    ) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
        let address = listener.local_addr().expect("an address");
        let (sender, arrived) = mpsc::channel();
        let always = Arc::default();
        let shared = Arc::clone(&always);
        thread::spawn(move || serve(listener, sender, shared));
        Self {
            address,
            arrived,
            always,
        }
    }

    /// Gives this answer from now on.
    pub(crate) fn change_to(&self, answer: &str) {
        answer.clone_into(&mut self.always.lock().unwrap());
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

    /// What has arrived by now and was not looked at yet.
    pub(crate) fn drain(&self) -> Vec<Arrived> {
        self.arrived.try_iter().collect()
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

fn serve(mut stream: TcpStream, answer: &str, arrived: &Sender<Arrived>) {
    // The test may not care to look.
    if answer == RESET {
        let _ = arrived.send(peek(&stream));
        // Closing what has not been read is what makes it a reset.
        return;
    }
    let _ = arrived.send(receive(&stream));
    let (status, rest) = answer.split_once("\r\n").expect("a status and more");
    let answer = format!("HTTP/1.1 {status}\r\nconnection: close\r\n{rest}");
    stream
        .write_all(answer.as_bytes())
        .expect("the server reads");
}

fn receive(source: impl Read) -> Arrived {
    let mut reader = BufReader::new(source);
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

/// Looks at a request and leaves it where it is. It fits into what the kernel holds, and has come when
/// its end has.
fn peek(stream: &TcpStream) -> Arrived {
    let mut seen = vec![0; 64 * 1024];
    loop {
        let count = stream.peek(&mut seen).expect("a request");
        if seen[..count].ends_with(b"}") {
            return receive(&seen[..count]);
        }
        thread::yield_now();
    }
}
