//! How a server is to run.

/// How a [`Server`](crate::Server) is to run. What is not said is off.
///
/// ```
/// use redis_fixture::{Options, Server};
///
/// let mut server = Server::start_with(Options::new().append_only());
/// server.cli(&["SET", "greeting", "hello"]);
/// server.kill();
/// server.restart();
/// assert_eq!(server.cli(&["GET", "greeting"]), "hello");
/// ```
#[derive(Clone, Debug, Default)]
pub struct Options {
    pub(crate) append_only: bool,
    pub(crate) password: Option<String>,
    pub(crate) tls: bool,
    /// Lines of redis.conf.
    pub(crate) directives: Vec<String>,
}

impl Options {
    /// A server that keeps nothing on disk, asks for no password and speaks plain TCP.
    pub fn new() -> Self {
        Self::default()
    }

    /// Writes each command to a file, and syncs it, before it is answered. A tail of the file that was cut by
    /// a kill is taken off before a [restart](crate::Server::restart), by `redis-check-aof`: a server that does
    /// so itself may leave [half a transaction](https://github.com/valkey-io/valkey/pull/4342).
    pub fn append_only(mut self) -> Self {
        self.append_only = true;
        self
    }

    /// Asks clients for this password: letters and digits.
    pub fn password(mut self, password: &str) -> Self {
        self.password = Some(password.into());
        self
    }

    /// Speaks TLS, with a certificate for 127.0.0.1 from an authority that is made for this server alone.
    pub fn tls(mut self) -> Self {
        self.tls = true;
        self
    }

    /// Any other line of [redis.conf](https://redis.io/docs/latest/operate/oss_and_stack/management/config/).
    pub fn directive(mut self, line: impl Into<String>) -> Self {
        self.directives.push(line.into());
        self
    }
}
