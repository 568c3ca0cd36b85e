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
    /// The lines of its head in lower case.
    head: Vec<String>,
    pub(crate) body: String,
}

impl Answer {
    /// The value of a header field that is there once, if it is.
    pub(crate) fn field(&self, name: &str) -> Option<&str> {
        let values = self.fields(name);
        assert!(values.len() < 2, "{self:?}");
        values.first().copied()
    }

    /// The values of a header field, one for each line.
    pub(crate) fn fields(&self, name: &str) -> Vec<&str> {
        let values = self.head.iter().filter_map(|line| {
            let (found, value) = line.split_once(": ")?;
            (found == name).then_some(value)
        });
        values.collect()
    }
}

/// Asks with these lines in the head, and reads the answer.
pub(crate) async fn ask(server: SocketAddr, line: &str, fields: &[&str]) -> Answer {
    let fields: String = fields.iter().map(|field| format!("{field}\r\n")).collect();
    let request =
        format!("{line} HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n{fields}\r\n");
    let answer = async {
        let mut stream = TcpStream::connect(server).await?;
        stream.write_all(request.as_bytes()).await?;
        let mut answer = String::new();
        stream.read_to_string(&mut answer).await?;
        Ok::<_, std::io::Error>(answer)
    };
    let answer = timeout(PATIENCE, answer).await.expect("an answer in time");
    let answer = answer.expect("an answer");
    let (head, body) = answer.split_once("\r\n\r\n").expect("a whole head");
    let status = head
        .split(' ')
        .nth(1)
        .and_then(|status| status.parse().ok());
    Answer {
        status: status.expect("a status"),
        head: head.lines().map(str::to_ascii_lowercase).collect(),
        body: body.into(),
    }
}
