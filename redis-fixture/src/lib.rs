//! Real Redis servers for tests: alone, with TLS, behind Sentinel, as a cluster; killed and paused at will.
//!
//! ```
//! use redis_fixture::Server;
//!
//! let mut server = Server::start();
//! assert_eq!(server.cli(&["SET", "greeting", "hello"]), "OK");
//! assert_eq!(server.cli(&["GET", "greeting"]), "hello");
//!
//! // Without an append-only file, a server that is killed forgets everything.
//! server.kill();
//! server.restart();
//! assert_eq!(server.cli(&["EXISTS", "greeting"]), "0");
//! ```
//!
//! Each server is a `redis-server` process of its own, on a free port of the loopback interface, with its
//! files in a temporary directory. It ends, and the directory goes, when the value is dropped, and also when
//! the process of the test ends in any other way, `kill -9` included: so a server may live in a `static`.
//!
//! What cannot be done panics and says why: this is for tests. The calls wait for the servers; do not make
//! them where a runtime must not be blocked.

mod certificate;
mod cluster;
mod keeper;
mod options;
mod port;
mod sentinel;
mod server;
mod wait;

pub use crate::cluster::Cluster;
pub use crate::options::Options;
pub use crate::sentinel::Sentinel;
pub use crate::server::Server;
