//! Requests as bytes, and the answers to them.

use std::net::SocketAddr;
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::timeout;

/// How long a test waits for what must come.
pub(crate) const PATIENCE: Duration = Duration::from_secs(20);

/// An answer of HTTP/1.1.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    /// The lines of its head in lower case, without the date.
    pub(crate) head: Vec<String>,
    pub(crate) body: String,
}

/// The head of a request, after which the server closes the connection.
pub(crate) fn head(line: &str, headers: &[(String, String)]) -> String {
    let mut head = format!("{line} HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n");
    for (name, value) in headers {
        head.push_str(&format!("{name}: {value}\r\n"));
    }
    head
}

/// A whole request, with its length.
pub(crate) fn request(line: &str, headers: &[(String, String)], body: &str) -> String {
    let head = head(line, headers);
    format!("{head}content-length: {}\r\n\r\n{body}", body.len())
}

/// Sends the bytes, and reads the answer: as much as it says, or until the connection is closed.
pub(crate) async fn exchange(to: SocketAddr, bytes: &str) -> Answer {
    let answer = async {
        let mut stream = TcpStream::connect(to).await?;
        stream.write_all(bytes.as_bytes()).await?;
        let mut answer = Vec::new();
        while stream.read_buf(&mut answer).await? > 0 && !is_whole(&answer) {}
        Ok::<_, std::io::Error>(answer)
    };
    let answer = timeout(PATIENCE, answer).await.expect("an answer in time");
    Answer::read(&answer.expect("an answer"))
}

/// Whether an answer has come that says its length. A server may keep the connection to throw away
/// what it did not read.
fn is_whole(answer: &[u8]) -> bool {
    let text = String::from_utf8_lossy(answer).to_ascii_lowercase();
    let Some((head, body)) = text.split_once("\r\n\r\n") else {
        return false;
    };
    let mut lengths = head
        .lines()
        .filter_map(|line| line.strip_prefix("content-length: "));
    lengths.any(|length| length.parse() == Ok(body.len()))
}

/// Sends a delivery by `POST`, and says how it was answered.
pub(crate) async fn post(
    to: SocketAddr,
    path: &str,
    headers: &[(String, String)],
    body: &str,
) -> Answer {
    exchange(to, &request(&format!("POST {path}"), headers, body)).await
}

impl Answer {
    fn read(bytes: &[u8]) -> Self {
        let text = String::from_utf8(bytes.to_vec()).expect("ASCII");
        let (head, body) = text.split_once("\r\n\r\n").expect("a whole head");
        let head: Vec<String> = head.lines().map(str::to_ascii_lowercase).collect();
        let status = head[0].split(' ').nth(1).expect("a status");
        Self {
            status: status.parse().expect("a number"),
            head: head
                .into_iter()
                .filter(|line| !line.starts_with("date:"))
                .collect(),
            body: body.to_owned(),
        }
    }

    pub(crate) fn has(&self, line: &str) -> bool {
        self.head.iter().any(|own| own == line)
    }
}
