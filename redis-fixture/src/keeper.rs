//! The process that stands between us and a server.

use std::fs;
use std::io::{BufRead as _, BufReader, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

/// Keeps a server, and ends it when this process is gone, even if nothing of ours runs any more: it reads
/// its orders from a pipe, and the kernel closes that with the process.
#[derive(Debug)]
pub(crate) struct Keeper {
    shell: Child,
    /// Always there until the drop.
    orders: Option<ChildStdin>,
    answers: BufReader<ChildStdout>,
    directory: PathBuf,
}

impl Keeper {
    /// A keeper that will run `command`, with a new directory, which goes when it goes.
    ///
    /// # Panics
    ///
    /// If there is no shell, or no such program as the first word of the command.
    pub(crate) fn new(command: impl FnOnce(&Path) -> Vec<String>) -> Self {
        let directory = tempfile::tempdir()
            .expect("a temporary directory can be made")
            .keep();
        let command = command(&directory);
        require(&command[0]);
        let mut shell = Command::new("sh")
            .args(["-c", include_str!("keeper.sh"), "keeper"])
            .arg(&directory)
            .args(command)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("there is a shell");
        let orders = shell.stdin.take();
        let answers = shell.stdout.take().expect("it is piped");
        Self {
            shell,
            orders,
            answers: BufReader::new(answers),
            directory,
        }
    }

    pub(crate) fn start(&mut self) {
        self.order("start");
    }

    /// Kills the server, and waits until it is gone.
    pub(crate) fn kill(&mut self) {
        self.order("kill");
    }

    /// Sends the server a signal: its name without `SIG`.
    pub(crate) fn signal(&mut self, name: &str) {
        self.order(name);
    }

    /// The directory of the server.
    pub(crate) fn directory(&self) -> &Path {
        &self.directory
    }

    /// What the server has said so far.
    pub(crate) fn log(&self) -> String {
        fs::read_to_string(self.directory.join("log")).unwrap_or_default()
    }

    fn order(&mut self, order: &str) {
        let orders = self.orders.as_mut().expect("it is not dropped yet");
        writeln!(orders, "{order}").expect("the keeper listens");
        let mut answer = String::new();
        self.answers
            .read_line(&mut answer)
            .expect("the keeper answers");
        assert_eq!(answer.trim_end(), order, "the keeper is gone");
    }
}

impl Drop for Keeper {
    fn drop(&mut self) {
        drop(self.orders.take());
        // Waits until the server and its directory are gone. If it cannot, nobody can be told any more.
        let _ = self.shell.wait();
    }
}

/// Makes sure that there is such a program.
///
/// # Panics
///
/// If there is not; the message says how to get it.
pub(crate) fn require(program: &str) {
    let found = Command::new(program).arg("--version").output();
    assert!(
        found.is_ok(),
        "{program} cannot be run: install Redis (Debian: apt-get install redis-server, \
         macOS: brew install redis) and see that {program} is on the PATH"
    );
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    #[should_panic(expected = "apt-get install redis-server")]
    fn who_misses_a_program_learns_how_to_get_it() {
        require("no-such-redis-server");
    }
}
