//! One server.

use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use crate::keeper::{self, Keeper};
use crate::{Options, certificate, port, wait};

/// A Redis server of its own. Ends when it is dropped, or when this process ends in any other way.
#[derive(Debug)]
pub struct Server {
    keeper: Keeper,
    options: Options,
    port: u16,
}

impl Server {
    /// Starts a server with the [options](Options::new) that are off, and waits until it answers.
    ///
    /// # Panics
    ///
    /// If Redis is not installed, or the server does not answer.
    pub fn start() -> Self {
        Self::start_with(Options::new())
    }

    /// Starts a server, and waits until it answers.
    ///
    /// # Panics
    ///
    /// If Redis is not installed, or the server does not answer.
    pub fn start_with(options: Options) -> Self {
        Self::start_as(options, &[])
    }

    /// As [`start_with`](Self::start_with), with more arguments on the command line.
    pub(crate) fn start_as(options: Options, arguments: &[&str]) -> Self {
        keeper::require("redis-cli");
        loop {
            let mut server = Self::prepared(options.clone(), arguments);
            server.keeper.start();
            if server.is_up() {
                return server;
            }
            // Somebody else was quicker to take the port.
        }
    }

    /// Where clients connect to, with the password if there is one.
    pub fn url(&self) -> String {
        let scheme = if self.options.tls { "rediss" } else { "redis" };
        let user = match &self.options.password {
            Some(password) => format!(":{password}@"),
            None => String::new(),
        };
        format!("{scheme}://{user}127.0.0.1:{}", self.port)
    }

    /// The port, on 127.0.0.1.
    pub const fn port(&self) -> u16 {
        self.port
    }

    /// The certificate of the authority that a server with [TLS](Options::tls) is to be verified by: PEM.
    ///
    /// # Panics
    ///
    /// If the server does not speak TLS.
    pub fn authority(&self) -> String {
        fs::read_to_string(self.file("authority.pem")).expect("the server speaks TLS")
    }

    /// Sends a command, as `redis-cli` does, and gives the answer as that shows it.
    ///
    /// # Panics
    ///
    /// If the server cannot be reached. What it refuses is an answer that begins with `ERR` or the like.
    pub fn cli(&self, command: &[&str]) -> String {
        let output = self.redis_cli(command);
        let answer = String::from_utf8_lossy(&output.stdout)
            .trim_end()
            .to_owned();
        assert!(
            output.status.success() && !answer.starts_with("Could not connect"),
            "{command:?}: {answer}{}",
            String::from_utf8_lossy(&output.stderr)
        );
        answer
    }

    /// Deletes every key.
    pub fn flush_all(&self) {
        assert_eq!(self.cli(&["FLUSHALL"]), "OK");
    }

    /// Forgets every script.
    pub fn flush_scripts(&self) {
        assert_eq!(self.cli(&["SCRIPT", "FLUSH"]), "OK");
    }

    /// Changes a directive of the configuration.
    ///
    /// # Panics
    ///
    /// If the server does not know it, or it cannot be changed while the server runs.
    pub fn config_set(&self, directive: &str, value: &str) {
        let answer = self.cli(&["CONFIG", "SET", directive, value]);
        assert_eq!(answer, "OK", "CONFIG SET {directive} {value}");
    }

    /// Ends the process at once, as `kill -9` does.
    pub fn kill(&mut self) {
        self.keeper.kill();
    }

    /// Starts it again after it was killed, on the same port and with the same files, and waits until it
    /// answers.
    ///
    /// # Panics
    ///
    /// If it does not answer, or its append-only file is broken.
    pub fn restart(&mut self) {
        // What it said in its life before is not to be taken for what it says now.
        fs::write(self.file("log"), "").expect("the directory can be written to");
        if self.options.append_only {
            self.cut_half_a_step();
        }
        self.keeper.start();
        assert!(self.is_up(), "the port is taken: {}", self.keeper.log());
    }

    /// The part of the append-only file that the server writes to, if it was told to keep one. A test may damage it
    /// while the server is killed.
    ///
    /// # Panics
    ///
    /// If there is none.
    pub fn append_only_file(&self) -> PathBuf {
        let files = fs::read_dir(self.file("appendonlydir")).expect("there is an append-only file");
        let names = files.map(|file| file.expect("it can be listed").path());
        let newest = names.filter(|name| name.to_string_lossy().ends_with(".incr.aof"));
        // The numbers before that end are of one length until there are ten.
        newest.max().expect("a part is written to")
    }

    /// Stops the process, which keeps its connections and answers nothing, as one does whose machine is
    /// overloaded.
    pub fn pause(&mut self) {
        self.keeper.signal("STOP");
    }

    /// Lets a process that is paused go on.
    pub fn resume(&mut self) {
        self.keeper.signal("CONT");
    }

    /// What the server has written to its log.
    pub(crate) fn log(&self) -> String {
        self.keeper.log()
    }

    /// Whether a command is answered as expected; `false` also if the server cannot be reached.
    pub(crate) fn answers(&self, command: &[&str], expected: impl Fn(&str) -> bool) -> bool {
        expected(String::from_utf8_lossy(&self.redis_cli(command).stdout).trim_end())
    }

    /// A server with a port and a directory that does not run yet.
    fn prepared(options: Options, arguments: &[&str]) -> Self {
        let port = port::free();
        let keeper = Keeper::new(|directory| {
            if options.tls {
                certificate::write(directory);
            }
            let file = directory.join("redis.conf");
            let directives = directives(&options, port, directory);
            fs::write(&file, directives.join("\n")).expect("the directory can be written to");
            let command = ["redis-server", path(&file)].into_iter();
            command
                .chain(arguments.iter().copied())
                .map(Into::into)
                .collect()
        });
        Self {
            keeper,
            options,
            port,
        }
    }

    /// Takes what a kill has left of a command, or of a transaction, off the end of the append-only file.
    fn cut_half_a_step(&self) {
        let mut check = Command::new("redis-check-aof")
            .arg("--fix")
            .arg(self.file("appendonlydir/appendonly.aof.manifest"))
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("it comes with redis-cli");
        // It asks before it cuts, and has gone already if there is nothing to cut.
        let _ = check.stdin.take().map(|mut stdin| stdin.write_all(b"y\n"));
        let output = check.wait_with_output().expect("it ends");
        let said = String::from_utf8_lossy(&output.stdout);
        assert!(output.status.success(), "redis-check-aof: {said}");
    }

    /// Waits until the server answers, or has found its port taken.
    fn is_up(&self) -> bool {
        wait::until(
            "a start",
            || self.log(),
            || {
                // It is asked over a socket in its own directory, so no other server is taken for it.
                let is_up = self.answers(&["PING"], |answer| answer == "PONG");
                let is_taken = self.log().contains("Address already in use");
                (is_up || is_taken).then_some(is_up)
            },
        )
    }

    fn redis_cli(&self, command: &[&str]) -> Output {
        Command::new("redis-cli")
            .arg("-s")
            .arg(self.file("socket"))
            .args(command)
            .env(
                "REDISCLI_AUTH",
                self.options.password.as_deref().unwrap_or_default(),
            )
            .output()
            .expect("it was there a moment ago")
    }

    fn file(&self, name: &str) -> PathBuf {
        self.keeper.directory().join(name)
    }
}

/// The lines of redis.conf.
fn directives(options: &Options, port: u16, directory: &Path) -> Vec<String> {
    let file = |name| path(&directory.join(name)).to_owned();
    let mut lines = vec![
        "bind 127.0.0.1".into(),
        format!("unixsocket {}", file("socket")),
        format!("dir {}", path(directory)),
    ];
    if options.tls {
        lines.extend([
            "port 0".into(),
            format!("tls-port {port}"),
            format!("tls-cert-file {}", file("server.pem")),
            format!("tls-key-file {}", file("server.key")),
            format!("tls-ca-cert-file {}", file("authority.pem")),
            "tls-auth-clients no".into(),
        ]);
    } else {
        lines.push(format!("port {port}"));
    }
    if let Some(password) = &options.password {
        lines.push(format!("requirepass {password}"));
    }
    if options.append_only {
        lines.extend([
            "appendonly yes".into(),
            "appendfsync always".into(),
            "aof-load-truncated no".into(),
        ]);
    }
    lines.extend(options.directives.iter().cloned());
    lines
}

fn path(path: &Path) -> &str {
    path.to_str()
        .expect("the directory for temporary files has a name in UTF-8")
}
