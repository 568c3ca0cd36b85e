//! The server as a process of its own, as an operator runs it.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Read};
use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::{Child, Command, ExitStatus, Output, Stdio};
use std::sync::{Arc, Mutex};
use std::thread;

use serde_json::Value;

use super::http::{Reply, Request};
use super::wait::until;

/// The API key of every server that a test starts.
pub(crate) const API_KEY: &str = "a-key-for-tests-which-is-long-enough-for-production";

/// What a server is started with. Nothing of the test's own environment reaches it.
#[derive(Debug, Clone)]
pub(crate) struct Setup(BTreeMap<String, String>);

/// A running server.
#[derive(Debug)]
pub(crate) struct Server {
    child: Killed,
    pub(crate) address: SocketAddr,
    lines: Lines,
    complaints: Lines,
}

/// What the server has written so far.
type Lines = Arc<Mutex<Vec<String>>>;

impl Setup {
    /// A server in memory, on a free port, with no provider.
    pub(crate) fn new() -> Self {
        let setup = Self(BTreeMap::new());
        setup
            .with("LISTEN_ADDR", "127.0.0.1:0")
            .with("STORE", "memory")
            .with("ADMIN_API_KEY", API_KEY)
    }

    pub(crate) fn with(mut self, variable: &str, value: &str) -> Self {
        self.0.insert(variable.to_owned(), value.to_owned());
        self
    }

    pub(crate) fn without(mut self, variable: &str) -> Self {
        self.0.remove(variable);
        self
    }

    /// Starts the server and waits until it is ready.
    pub(crate) fn start(&self) -> Server {
        let child = self
            .command()
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn();
        let mut child = Killed(child.expect("the server starts"));
        let lines = read_lines(child.0.stdout.take().expect("standard output is piped"));
        let complaints = read_lines(child.0.stderr.take().expect("standard error is piped"));
        let first = until("the first log line", || {
            lines.lock().unwrap().first().cloned()
        });
        let address = address(&first).expect("the first line tells the address");
        let server = Server {
            child,
            address,
            lines,
            complaints,
        };
        until("readiness", || {
            (server.get("/health/ready").status == 200).then_some(())
        });
        server
    }

    /// Runs a server that is expected to end by itself.
    pub(crate) fn run(&self) -> Output {
        let child = self
            .command()
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn();
        let mut child = Killed(child.expect("the server starts"));
        let status = until("the end of the server", || {
            child.0.try_wait().expect("the child is ours")
        });
        let mut output = Output {
            status,
            stdout: Vec::new(),
            stderr: Vec::new(),
        };
        let (stdout, stderr) = (child.0.stdout.take(), child.0.stderr.take());
        stdout
            .expect("it is piped")
            .read_to_end(&mut output.stdout)
            .expect("bytes");
        stderr
            .expect("it is piped")
            .read_to_end(&mut output.stderr)
            .expect("bytes");
        output
    }

    fn command(&self) -> Command {
        let mut command = Command::new(executable());
        command.env_clear().envs(&self.0).stdin(Stdio::null());
        command
    }
}

impl Server {
    pub(crate) fn get(&self, path: &str) -> Reply {
        Request::new("GET", path).send(self.address)
    }

    /// Asks the API, with its key.
    pub(crate) fn api(&self, path: &str) -> Reply {
        self.api_with(API_KEY, path)
    }

    pub(crate) fn api_with(&self, key: &str, path: &str) -> Reply {
        let key = format!("Bearer {key}");
        Request::new("GET", path)
            .header("authorization", &key)
            .send(self.address)
    }

    /// The job, once it has ended one way or another.
    pub(crate) fn ended(&self, job: &str) -> Value {
        until("the end of a job", || {
            let job = self.api(&format!("/api/jobs/{job}")).json();
            job["ended_at"].is_string().then_some(job)
        })
    }

    /// The first log line (of JSON) that satisfies a condition, once there is one.
    pub(crate) fn line(&self, what: &str, wanted: impl Fn(&Value) -> bool) -> Value {
        until(what, || {
            let lines = self.lines.lock().unwrap();
            let mut lines = lines
                .iter()
                .filter_map(|line| serde_json::from_str(line).ok());
            lines.find(|line| wanted(line))
        })
    }

    /// Everything logged so far.
    pub(crate) fn log(&self) -> String {
        self.lines.lock().unwrap().join("\n")
    }

    /// Everything written to standard error so far.
    pub(crate) fn complaints(&self) -> String {
        self.complaints.lock().unwrap().join("\n")
    }

    /// Sends a signal, as `kill` does.
    pub(crate) fn signal(&self, name: &str) {
        let id = self.child.0.id().to_string();
        let sent = Command::new("kill").args(["-s", name, &id]).status();
        assert!(sent.expect("kill runs").success());
    }

    /// Waits for the end of the process.
    pub(crate) fn exit(mut self) -> ExitStatus {
        until("the end of the server", || {
            self.child.0.try_wait().expect("the child is ours")
        })
    }

    /// Resident memory, in bytes.
    pub(crate) fn memory(&self) -> usize {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.child.0.id()));
        let status = status.expect("the server runs");
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
        let kib = line
            .and_then(|line| line.trim().strip_suffix(" kB"))
            .expect("VmRSS is in kB");
        kib.parse::<usize>().expect("a number") * 1024
    }
}

/// A test that fails shows what the server said.
impl Drop for Server {
    fn drop(&mut self) {
        if thread::panicking() {
            println!("{}\n{}", self.complaints(), self.log());
        }
    }
}

/// A child process that does not outlive its test.
#[derive(Debug)]
struct Killed(Child);

impl Drop for Killed {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// Examples lie beside the tests: `target/<profile>/deps/<test>` and `target/<profile>/examples/server`.
fn executable() -> PathBuf {
    let test = std::env::current_exe().expect("a test has a path");
    let profile = test
        .ancestors()
        .nth(2)
        .expect("a test lies in target/<profile>/deps");
    let server = profile.join("examples").join("server");
    assert!(
        server.exists(),
        "there is no {server:?}; `cargo test -p examples` without a target selection builds it",
    );
    server
}

/// The address in the line that says where the server listens, in either format.
fn address(line: &str) -> Option<SocketAddr> {
    let (_, rest) = line.split_once("127.0.0.1:")?;
    let port: String = rest.chars().take_while(char::is_ascii_digit).collect();
    Some(SocketAddr::from(([127, 0, 0, 1], port.parse().ok()?)))
}

fn read_lines(output: impl Read + Send + 'static) -> Lines {
    let lines = Lines::default();
    let read = Arc::clone(&lines);
    thread::spawn(move || {
        for line in BufReader::new(output).lines().map_while(Result::ok) {
            read.lock().unwrap().push(line);
        }
    });
    lines
}
