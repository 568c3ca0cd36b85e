//! Which protocol a connection speaks, from its first bytes.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};

use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;

/// What an HTTP/2 client sends first when it knows that the server speaks it
/// ([RFC 9113, section 3.4](https://www.rfc-editor.org/rfc/rfc9113#section-3.4)).
/// Its first three letters are no HTTP/1 method, so one differing byte decides for HTTP/1.
const PREFACE: &[u8; 24] = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";

/// A protocol that is served.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Protocol {
    Http1,
    Http2,
}

/// A connection whose first bytes have been looked at; they are read again by whoever reads next.
#[derive(Debug)]
pub(super) struct Opened {
    stream: TcpStream,
    seen: [u8; PREFACE.len()],
    replayed: usize,
    filled: usize,
}

impl Opened {
    /// Reads until the protocol is certain. `None`: closed without a byte.
    ///
    /// Waits as long as the client does, so the caller puts a timeout around it.
    ///
    /// # Errors
    ///
    /// When the connection breaks.
    pub(super) async fn read(stream: TcpStream) -> io::Result<Option<(Protocol, Self)>> {
        let mut opened = Self {
            stream,
            seen: [0; PREFACE.len()],
            replayed: 0,
            filled: 0,
        };
        loop {
            let free = &mut opened.seen[opened.filled..];
            let count = opened.stream.read(free).await?;
            opened.filled += count;
            let seen = &opened.seen[..opened.filled];
            if seen.is_empty() {
                return Ok(None);
            }
            if count == 0 || !PREFACE.starts_with(seen) {
                return Ok(Some((Protocol::Http1, opened)));
            }
            if seen.len() == PREFACE.len() {
                return Ok(Some((Protocol::Http2, opened)));
            }
        }
    }
}

impl AsyncRead for Opened {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let this = &mut *self;
        let waiting = &this.seen[this.replayed..this.filled];
        if waiting.is_empty() {
            return Pin::new(&mut this.stream).poll_read(cx, buf);
        }
        let count = waiting.len().min(buf.remaining());
        buf.put_slice(&waiting[..count]);
        this.replayed += count;
        Poll::Ready(Ok(()))
    }
}

impl AsyncWrite for Opened {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &[u8],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write(cx, buf)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bufs: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write_vectored(cx, bufs)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }
}
