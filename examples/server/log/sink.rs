//! Standard output, gathered: one system call for many lines.

use std::io::{self, BufWriter, Stdout, Write};
use std::sync::Arc;
use std::sync::mpsc::{self, RecvTimeoutError, Sender};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use parking_lot::{Mutex, MutexGuard};
use tracing::{Level, Metadata};
use tracing_subscriber::fmt::MakeWriter;

/// A line waits at most this long. What waits is lost when the process is killed.
const FLUSH_INTERVAL: Duration = Duration::from_millis(20);

const BUFFER_BYTES: usize = 64 * 1024;

type Output = Arc<Mutex<BufWriter<Stdout>>>;

/// Writes lines to a buffer; a thread passes it on. Nothing is dropped: when standard output is
/// slow, so are those who log.
#[derive(Debug)]
pub(super) struct Sink(Output);

/// Passes the buffer on from time to time, and a last time when it is dropped.
#[derive(Debug)]
pub(crate) struct Flusher {
    stop: Option<Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

/// # Errors
///
/// When there can be no thread.
pub(super) fn start() -> io::Result<(Sink, Flusher)> {
    let output = Arc::new(Mutex::new(BufWriter::with_capacity(
        BUFFER_BYTES,
        io::stdout(),
    )));
    let (stop, stopped) = mpsc::channel();
    let flushed = Arc::clone(&output);
    let thread = thread::Builder::new()
        .name("log".to_owned())
        .spawn(move || {
            loop {
                let waited = stopped.recv_timeout(FLUSH_INTERVAL);
                // There is nowhere left to say that standard output is gone.
                let _ = flushed.lock().flush();
                if waited != Err(RecvTimeoutError::Timeout) {
                    return;
                }
            }
        })?;
    let flusher = Flusher {
        stop: Some(stop),
        thread: Some(thread),
    };
    Ok((Sink(output), flusher))
}

impl Drop for Flusher {
    fn drop(&mut self) {
        drop(self.stop.take());
        if let Some(thread) = self.thread.take() {
            // It does nothing that could panic.
            let _ = thread.join();
        }
    }
}

impl<'a> MakeWriter<'a> for Sink {
    type Writer = Line<'a>;

    fn make_writer(&'a self) -> Line<'a> {
        Line {
            output: self.0.lock(),
            urgent: false,
        }
    }

    fn make_writer_for(&'a self, about: &Metadata<'_>) -> Line<'a> {
        Line {
            output: self.0.lock(),
            urgent: *about.level() <= Level::WARN,
        }
    }
}

/// The right to write one line. A warning or an error does not wait for others.
pub(super) struct Line<'a> {
    output: MutexGuard<'a, BufWriter<Stdout>>,
    urgent: bool,
}

impl Write for Line<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.output.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.output.flush()
    }
}

impl Drop for Line<'_> {
    fn drop(&mut self) {
        if self.urgent {
            // As above: there is nowhere to say so.
            let _ = self.output.flush();
        }
    }
}
