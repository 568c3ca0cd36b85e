//! HTTP/1.1, as badly as wanted.

use std::io;

use tokio::io::{AsyncBufReadExt, AsyncReadExt, BufReader};
use tokio::net::TcpStream;

use super::{Act, After, Buffered, State, until_gone, write};

/// A request that has been read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Seen {
    /// The method and the path.
    pub(crate) line: String,
    /// The fields, with names in lower case.
    pub(crate) fields: Vec<(String, String)>,
    pub(crate) body: String,
}

impl Seen {
    /// The value of a field.
    pub(crate) fn field(&self, name: &str) -> Option<&str> {
        let mut fields = self.fields.iter();
        let (_, value) = fields.find(|(known, _)| known == name)?;
        Some(value)
    }
}

pub(super) async fn serve(stream: &mut TcpStream, state: &State) -> io::Result<After> {
    let mut stream = BufReader::new(stream);
    loop {
        if stream.fill_buf().await?.is_empty() {
            return Ok(After::Close);
        }
        if state.is_next(Act::CloseUnread) {
            state.act();
            return Ok(After::Reset);
        }
        let seen = read(&mut stream).await?;
        let is_head = seen.line.starts_with("HEAD ");
        state.seen().push(seen);
        match state.act() {
            Act::Answer(status, fields) => {
                let body = if is_head { "" } else { BODY };
                write(&mut stream, head(status, fields).as_bytes()).await?;
                write(&mut stream, body.as_bytes()).await?;
            }
            Act::ResetAfterHead => {
                write(&mut stream, head(200, "").as_bytes()).await?;
                return Ok(After::Reset);
            }
            Act::Half => {
                write(&mut stream, head(200, "").as_bytes()).await?;
                write(&mut stream, &BODY.as_bytes()[..BODY.len() / 2]).await?;
                return Ok(After::Close);
            }
            Act::Endless => {
                let head = "HTTP/1.1 503 It\r\ncontent-length: 1000000\r\n\r\n";
                write(&mut stream, head.as_bytes()).await?;
                until_gone(&mut stream).await?;
                state.silences.add_permits(1);
                return Ok(After::Close);
            }
            Act::Silence => {
                state.silences.add_permits(1);
                until_gone(&mut stream).await?;
                return Ok(After::Close);
            }
            Act::Reset => return Ok(After::Reset),
            act => panic!("{act:?} is not of HTTP/1"),
        }
    }
}

const BODY: &str = "an answer\n";

fn head(status: u16, fields: &str) -> String {
    let length = BODY.len();
    format!("HTTP/1.1 {status} It\r\ncontent-length: {length}\r\n{fields}\r\n")
}

async fn read(stream: &mut Buffered<'_>) -> io::Result<Seen> {
    let first = line(stream).await?;
    let (line, _) = first.rsplit_once(' ').expect("a request");
    let mut seen = Seen {
        line: line.to_owned(),
        fields: fields(stream).await?,
        body: String::new(),
    };
    if let Some(length) = seen.field("content-length") {
        let length = length.parse().expect("a length");
        seen.body = text(stream, length).await?;
    } else if seen.field("transfer-encoding").is_some() {
        seen.body = chunks(stream).await?;
    }
    Ok(seen)
}

async fn fields(stream: &mut Buffered<'_>) -> io::Result<Vec<(String, String)>> {
    let mut fields = Vec::new();
    loop {
        let line = line(stream).await?;
        let Some((name, value)) = line.split_once(':') else {
            return Ok(fields);
        };
        fields.push((name.to_ascii_lowercase(), value.trim().to_owned()));
    }
}

async fn chunks(stream: &mut Buffered<'_>) -> io::Result<String> {
    let mut body = String::new();
    loop {
        let length = usize::from_str_radix(&line(stream).await?, 16).expect("a length");
        body += &text(stream, length).await?;
        line(stream).await?;
        if length == 0 {
            return Ok(body);
        }
    }
}

async fn line(stream: &mut Buffered<'_>) -> io::Result<String> {
    let mut line = String::new();
    if stream.read_line(&mut line).await? == 0 {
        return Err(io::ErrorKind::UnexpectedEof.into());
    }
    Ok(line.trim_end().to_owned())
}

async fn text(stream: &mut Buffered<'_>, length: usize) -> io::Result<String> {
    let mut bytes = vec![0; length];
    stream.read_exact(&mut bytes).await?;
    Ok(String::from_utf8(bytes).expect("text"))
}
