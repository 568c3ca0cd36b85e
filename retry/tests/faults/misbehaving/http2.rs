//! HTTP/2, frame by frame ([RFC 9113](https://www.rfc-editor.org/rfc/rfc9113)).

use std::io;

use tokio::io::{AsyncReadExt, BufReader};
use tokio::net::TcpStream;

use super::{Act, After, Buffered, Seen, State, until_gone, write};

pub(super) const PREFACE: &[u8] = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";

const DATA: u8 = 0;
const HEADERS: u8 = 1;
const RST_STREAM: u8 = 3;
const SETTINGS: u8 = 4;
const GOAWAY: u8 = 7;

const ACK: u8 = 1;
const END_STREAM: u8 = 1;
const END_HEADERS: u8 = 4;

const NO_ERROR: u32 = 0;
const REFUSED_STREAM: u32 = 7;

struct Frame {
    kind: u8,
    flags: u8,
    stream: u32,
}

pub(super) async fn serve(stream: &mut TcpStream, state: &State) -> io::Result<After> {
    let mut stream = BufReader::new(stream);
    stream.read_exact(&mut [0; PREFACE.len()]).await?;
    write(&mut stream, &frame(SETTINGS, 0, 0, &[])).await?;
    loop {
        let asked = request(&mut stream).await?;
        // What a request says is compressed; that there was one is enough.
        state.seen().push(Seen {
            line: String::new(),
            fields: Vec::new(),
            body: String::new(),
        });
        match state.act() {
            Act::Answer(200, "") => {
                // The answer 200 is one byte in the static table of HPACK.
                let flags = END_STREAM | END_HEADERS;
                write(&mut stream, &frame(HEADERS, flags, asked, &[0x88])).await?;
            }
            Act::RefuseStream => {
                let code = REFUSED_STREAM.to_be_bytes();
                write(&mut stream, &frame(RST_STREAM, 0, asked, &code)).await?;
            }
            Act::GoAwayUnseen => {
                go_away(&mut stream, asked.saturating_sub(2)).await?;
                until_gone(&mut stream).await?;
                return Ok(After::Close);
            }
            Act::GoAwaySeen => {
                go_away(&mut stream, asked).await?;
                return Ok(After::Close);
            }
            act => panic!("{act:?} is not of HTTP/2"),
        }
    }
}

/// The stream of the next request that has come as a whole.
async fn request(stream: &mut Buffered<'_>) -> io::Result<u32> {
    loop {
        let read = next(stream).await?;
        match read.kind {
            SETTINGS if read.flags & ACK == 0 => {
                write(stream, &frame(SETTINGS, ACK, 0, &[])).await?;
            }
            DATA | HEADERS if read.flags & END_STREAM != 0 => return Ok(read.stream),
            _ => {}
        }
    }
}

async fn next(stream: &mut Buffered<'_>) -> io::Result<Frame> {
    let length = stream.read_u16().await?;
    let length = usize::from(length) << 8 | usize::from(stream.read_u8().await?);
    let kind = stream.read_u8().await?;
    let flags = stream.read_u8().await?;
    let id = stream.read_u32().await?;
    stream.read_exact(&mut vec![0; length]).await?;
    Ok(Frame {
        kind,
        flags,
        stream: id,
    })
}

async fn go_away(stream: &mut Buffered<'_>, last: u32) -> io::Result<()> {
    let mut payload = last.to_be_bytes().to_vec();
    payload.extend(NO_ERROR.to_be_bytes());
    write(stream, &frame(GOAWAY, 0, 0, &payload)).await
}

fn frame(kind: u8, flags: u8, stream: u32, payload: &[u8]) -> Vec<u8> {
    let length = u32::try_from(payload.len()).expect("short").to_be_bytes();
    let mut bytes = length[1..].to_vec();
    bytes.extend([kind, flags]);
    bytes.extend(stream.to_be_bytes());
    bytes.extend(payload);
    bytes
}
