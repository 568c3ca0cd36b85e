//! `REDIS_URL` and what belongs to it: a server of Redis, and what of it is ours.

use std::fmt;

use fred::types::config::Config;
use jobstore::Durability;

use super::variables::Variables;

/// How jobs are kept in Redis.
#[derive(Clone)]
pub(crate) struct RedisSettings {
    /// Where it is, with whatever password the URL holds.
    pub(crate) server: Config,
    /// What the names of all keys begin with.
    pub(crate) prefix: String,
    /// What an answer waits for.
    pub(crate) durability: Durability,
}

impl RedisSettings {
    /// None: there is no `REDIS_URL` that can be used.
    pub(super) fn read(variables: &mut Variables) -> Option<Self> {
        let server = variables.parsed("REDIS_URL", None, |text| server(text).map(Some));
        let prefix = variables.parsed("REDIS_PREFIX", "webhooks".to_owned(), prefix);
        let durability = variables.parsed("REDIS_DURABILITY", Durability::Server, durability);
        server.map(|server| Self {
            server,
            prefix,
            durability,
        })
    }
}

/// How `REDIS_URL` is written.
pub(super) const REMEDY: &str = "write it as redis://host:6379, rediss://user:password@host:6379, \
    redis-sentinel://host:26379?sentinelServiceName=name or redis-cluster://host:6379";

const SCHEMES: [&str; 6] = [
    "redis",
    "rediss",
    "redis-sentinel",
    "rediss-sentinel",
    "redis-cluster",
    "rediss-cluster",
];

/// Reads the URL. What was given is not repeated: it may hold a password.
fn server(url: &str) -> Result<Config, (String, String)> {
    let refuse = |fault: String| (fault, REMEDY.to_owned());
    let scheme = url.split_once("://").map(|(scheme, _)| scheme);
    if !scheme.is_some_and(|scheme| SCHEMES.contains(&scheme)) {
        return Err(refuse("is not a URL of Redis".to_owned()));
    }
    Config::from_url(url).map_err(|error| refuse(format!("cannot be used: {}", error.details())))
}

fn prefix(text: &str) -> Result<String, (String, String)> {
    let fits = |byte: u8| byte.is_ascii_graphic() && byte != b'{' && byte != b'}';
    if text.len() <= 128 && text.bytes().all(fits) {
        return Ok(text.to_owned());
    }
    Err((
        format!("{text:?} cannot begin the names of keys"),
        "choose up to 128 visible ASCII characters without braces, such as webhooks".to_owned(),
    ))
}

fn durability(text: &str) -> Result<Durability, (String, String)> {
    match (text, text.parse()) {
        ("server", _) => Ok(Durability::Server),
        ("disk", _) => Ok(Durability::Disk),
        (_, Ok(machines @ 2..=9)) => Ok(Durability::Machines(machines)),
        _ => Err((
            format!("{text:?} is nothing that an answer could wait for"),
            "choose server, disk, or from 2 to 9 machines".to_owned(),
        )),
    }
}

/// `redis at 127.0.0.1:6379 under webhooks`, and nothing of the password.
impl fmt::Display for RedisSettings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("redis at ")?;
        for (place, host) in self.server.server.hosts().iter().enumerate() {
            let comma = if place == 0 { "" } else { "," };
            write!(f, "{comma}{host}")?;
        }
        write!(f, " under {}", self.prefix)
    }
}

impl fmt::Debug for RedisSettings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}
