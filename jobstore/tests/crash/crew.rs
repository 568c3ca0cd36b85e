//! The processes that work on one store at a time.

use std::{
    fs::{self, File},
    io::{Read as _, Seek as _, SeekFrom},
    path::{Path, PathBuf},
    process::Child,
    thread,
    time::{Duration, Instant},
};

use crate::{Result, child};

/// How many they are.
pub(crate) const SIZE: u64 = 2;

/// How long an answer may be in coming, and how long to wait between two looks.
const PATIENCE: Duration = Duration::from_secs(60);
const PAUSE: Duration = Duration::from_millis(1);

/// Processes that work until they are killed, at the latest when this is dropped.
pub(crate) struct Crew {
    children: Vec<Child>,
    diary: PathBuf,
    /// How long the diary was when they came.
    begun: u64,
}

impl Crew {
    /// Starts the crew of this number, which is used for one crew of a diary only.
    pub(crate) fn start(address: &str, diary: &Path, number: u64) -> Result<Self> {
        let mut crew = Self {
            children: Vec::new(),
            diary: diary.to_owned(),
            begun: fs::metadata(diary).map_or(0, |diary| diary.len()),
        };
        for place in 0..SIZE {
            let child = child::start(address, diary, SIZE * number + place)?;
            crew.children.push(child);
        }
        Ok(crew)
    }

    /// Waits until one of them was answered since they came.
    pub(crate) fn wait_for_work(&mut self) -> Result {
        self.wait_for("\"ended\"", self.begun)
    }

    /// Waits until one of them is answered anew with a line that has this word.
    pub(crate) fn wait_for_another(&mut self, word: &str) -> Result {
        let now = fs::metadata(&self.diary)?.len();
        self.wait_for(&format!("\"{word}\""), now)
    }

    fn wait_for(&mut self, word: &str, from: u64) -> Result {
        let began = Instant::now();
        let mut text = String::new();
        while !text.contains(word) {
            for child in &mut self.children {
                if let Some(status) = child.try_wait()? {
                    return Err(format!("a process ended by itself: {status}").into());
                }
            }
            if began.elapsed() > PATIENCE {
                return Err(format!("no answer with {word} after {PATIENCE:?}").into());
            }
            thread::sleep(PAUSE);
            // The first to write makes the file.
            if let Ok(mut diary) = File::open(&self.diary) {
                diary.seek(SeekFrom::Start(from + text.len() as u64))?;
                diary.read_to_string(&mut text)?;
            }
        }
        Ok(())
    }

    /// Kills one of them.
    pub(crate) fn kill(&mut self, place: usize) -> Result {
        self.children[place].kill()?;
        self.children[place].wait()?;
        Ok(())
    }
}

impl Drop for Crew {
    fn drop(&mut self) {
        for child in &mut self.children {
            // One that is gone already cannot be killed, and need not be.
            let _ = child.kill();
            let _ = child.wait();
        }
    }
}
