//! The lines that processes write into one file.

use std::{
    fs::{File, OpenOptions},
    io::{BufRead as _, BufReader, Write as _},
    path::Path,
    sync::atomic::{AtomicU64, Ordering},
};

use jobstore::conformance::history::{Answer, History, Line, Step};

use crate::Result;

/// One process's hand on the file. Each line is one write at the end of it, which the kernel does not mix
/// with another: the order of the lines is that of the writes, and no line is half there.
#[derive(Debug)]
pub(crate) struct Diary {
    file: File,
    next: AtomicU64,
}

impl Diary {
    /// `first` is the first of the numbers that this process may use.
    pub(crate) fn open(path: &Path, first: u64) -> Result<Self> {
        let file = OpenOptions::new().append(true).create(true).open(path)?;
        Ok(Self {
            file,
            next: AtomicU64::new(first),
        })
    }

    pub(crate) fn began(&self, step: Step) -> u64 {
        let number = self.next.fetch_add(1, Ordering::Relaxed);
        self.write(&Line::Began(number, step));
        number
    }

    pub(crate) fn ended(&self, number: u64, answer: Answer) {
        self.write(&Line::Ended(number, answer));
    }

    fn write(&self, line: &Line) {
        let mut text = serde_json::to_string(line).expect("a line is plain data");
        text.push('\n');
        (&self.file)
            .write_all(text.as_bytes())
            .expect("the disk works");
    }

    /// All lines of all processes.
    pub(crate) fn read(path: &Path) -> Result<History> {
        let lines = BufReader::new(File::open(path)?).lines();
        let parse = |line: std::io::Result<String>| -> Result<Line> {
            let line = line?;
            serde_json::from_str(&line).map_err(|error| format!("{error} in {line:?}").into())
        };
        lines.map(parse).collect()
    }
}
