//! The servers under load, each a process of its own.

use std::{
    env, fs,
    io::{BufRead, BufReader},
    net::SocketAddr,
    path::PathBuf,
    process::{Child, Command, Stdio},
    time::Duration,
};

use tempfile::TempDir;

use crate::{bare, load};

/// A running server; it is killed when this is dropped.
pub(crate) struct Server {
    pub(crate) address: SocketAddr,
    child: Child,
    _data: TempDir,
}

impl Server {
    pub(crate) fn bare() -> Self {
        let mut command = Command::new(env::current_exe().expect("this program"));
        command.arg(bare::ARGUMENT);
        Self::start(command)
    }

    pub(crate) fn reference(environment: &[(&str, &str)]) -> Self {
        let mut command = Command::new(server_binary());
        command
            .env_clear()
            .env("LISTEN_ADDR", "127.0.0.1:0")
            .env("WEBHOOK_SECRET_STRIPE", load::SECRET)
            .envs(environment.iter().copied());
        Self::start(command)
    }

    fn start(mut command: Command) -> Self {
        let data = TempDir::new_in(target_directory()).expect("a folder for the data");
        let mut child = command
            .env("DATA_DIR", data.path())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("the server starts");
        let mut lines = BufReader::new(child.stdout.take().expect("piped")).lines();
        let address = lines
            .by_ref()
            .map_while(Result::ok)
            .find_map(|line| address(&line))
            .expect("the server says where it listens");
        // The log is read to its end, as a log collector would: a full pipe would stop the server.
        std::thread::spawn(move || lines.for_each(drop));
        Self {
            address,
            child,
            _data: data,
        }
    }

    /// The CPU time that the process has used.
    pub(crate) fn cpu_time(&self) -> Duration {
        let stat =
            fs::read_to_string(format!("/proc/{}/stat", self.child.id())).unwrap_or_default();
        // After the name in parentheses: state is field 3, user and system time are 14 and 15.
        let fields = stat
            .rsplit(')')
            .next()
            .unwrap_or_default()
            .split_whitespace();
        let ticks: u64 = fields
            .skip(11)
            .take(2)
            .filter_map(|field| field.parse::<u64>().ok())
            .sum();
        // Linux reports in units of 10 ms on every architecture that Rust supports.
        Duration::from_millis(10 * ticks)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// The first `127.0.0.1:<port>` in a line.
fn address(line: &str) -> Option<SocketAddr> {
    let start = line.find("127.0.0.1:")?;
    let end = line[start + 10..]
        .find(|character: char| !character.is_ascii_digit())
        .map_or(line.len(), |digits| start + 10 + digits);
    line[start..end].parse().ok()
}

/// Builds the server with the same profile as this benchmark.
pub(crate) fn build_server() {
    let status = Command::new(env!("CARGO"))
        .args([
            "build",
            "--profile",
            "bench",
            "-p",
            "examples",
            "--example",
            "server",
        ])
        .status()
        .expect("cargo runs");
    assert!(status.success(), "the server does not build");
}

fn server_binary() -> PathBuf {
    target_directory().join("release/examples/server")
}

/// The folder `target`, which this program lies in, three levels up.
fn target_directory() -> PathBuf {
    let program = env::current_exe().expect("this program");
    program
        .ancestors()
        .nth(3)
        .expect("target/release/deps")
        .to_path_buf()
}
