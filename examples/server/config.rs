//! The configuration, from the environment; every fault is found before anything is started.

mod address;
mod challengers;
mod forward;
mod limits;
mod problem;
mod quantity;
mod redis;
mod secrets;
mod storage;
mod unknown;
mod variables;

use std::net::SocketAddr;
use std::time::Duration;

use hyper::Uri;
use tracing_subscriber::filter::Targets;

use crate::api_key::{ApiKey, STRONG_LENGTH};
use crate::receiver::Receiver;
pub(crate) use address::Address;
pub(crate) use forward::Forward;
pub(crate) use limits::Limits;
pub(crate) use problem::Problems;
pub(crate) use redis::RedisSettings;
pub(crate) use secrets::every_variable;
pub(crate) use storage::Storage;
use variables::Variables;

/// Everything that can be set.
#[derive(Debug)]
pub(crate) struct Config {
    pub(crate) environment: Environment,
    pub(crate) listen: SocketAddr,
    /// The base URL that the outside world uses, if it was said.
    pub(crate) public_url: Option<Uri>,
    /// The same, or what it is if nothing was said.
    pub(crate) address: Address,
    pub(crate) storage: Storage,
    pub(crate) receivers: Vec<Receiver>,
    pub(crate) forward: Option<Forward>,
    /// None in development, when none was given: one is made up at start.
    pub(crate) api_key: Option<ApiKey>,
    /// Opens what is counted and nothing else.
    pub(crate) metrics_key: Option<ApiKey>,
    pub(crate) limits: Limits,
    pub(crate) jobs: JobSettings,
    /// From not being ready to draining.
    pub(crate) drain_delay: Duration,
    pub(crate) log: LogSettings,
}

/// How much is forgiven.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Environment {
    Development,
    /// What is weak or missing is refused.
    Production,
}

impl Environment {
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Development => "development",
            Self::Production => "production",
        }
    }
}

/// How jobs are run and kept.
#[derive(Debug, Clone, Copy)]
pub(crate) struct JobSettings {
    pub(crate) concurrency: usize,
    pub(crate) lease: Duration,
    pub(crate) max_attempts: u32,
    /// How long a job waits after its first failure; the longest of what jitter leaves of it.
    pub(crate) backoff: Duration,
    /// For how long a repetition of a delivery is recognised.
    pub(crate) dedupe_window: Duration,
    /// For how long a job is kept after its end.
    pub(crate) retention: Duration,
}

/// What is logged, and how.
#[derive(Debug)]
pub(crate) struct LogSettings {
    pub(crate) filter: Targets,
    pub(crate) format: LogFormat,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum LogFormat {
    Json,
    Text,
}

impl Config {
    /// Reads the environment.
    ///
    /// # Errors
    ///
    /// Every problem there is, not only the first.
    pub(crate) fn from_environment() -> Result<Self, Problems> {
        let mut variables = Variables::from_environment();
        let config = Self::read(&mut variables);
        variables.finish().map(|()| config)
    }

    fn read(variables: &mut Variables) -> Self {
        let environment = environment(variables);
        let listen = listen(variables);
        let public_url = public_url(variables, environment);
        let address = Address::new(public_url.as_ref(), listen);
        Self {
            environment,
            listen,
            public_url,
            storage: Storage::read(variables, environment),
            receivers: secrets::read(variables, environment, &address),
            address,
            forward: Forward::read(variables, environment),
            api_key: admin_key(variables, environment),
            metrics_key: key(variables, environment, "METRICS_API_KEY"),
            limits: Limits::read(variables),
            jobs: JobSettings::read(variables),
            drain_delay: variables.duration("DRAIN_DELAY", Duration::ZERO, Duration::ZERO..=HOUR),
            log: LogSettings::read(variables),
        }
    }
}

const HOUR: Duration = Duration::from_secs(3600);
const DAY: Duration = Duration::from_secs(24 * 3600);

fn environment(variables: &mut Variables) -> Environment {
    variables.parsed("ENVIRONMENT", Environment::Development, |text| match text {
        "development" => Ok(Environment::Development),
        "production" => Ok(Environment::Production),
        _ => Err((
            format!("{text:?} is not an environment"),
            "choose development or production".to_owned(),
        )),
    })
}

fn listen(variables: &mut Variables) -> SocketAddr {
    let default = SocketAddr::from(([127, 0, 0, 1], 8080));
    variables.parsed("LISTEN_ADDR", default, |text| {
        text.parse().map_err(|_| {
            (
                format!("{text:?} is not an IP address and a port"),
                "write it as 127.0.0.1:8080, 0.0.0.0:8080 or [::]:8080".to_owned(),
            )
        })
    })
}

fn public_url(variables: &mut Variables, environment: Environment) -> Option<Uri> {
    variables.parsed("PUBLIC_URL", None, |text| {
        let uri = forward::web_address(text)?;
        if environment == Environment::Production && uri.scheme_str() == Some("http") {
            return Err((
                "starts with http://, which production does not allow".to_owned(),
                "let a proxy end TLS in front of this server, and give its https:// address"
                    .to_owned(),
            ));
        }
        Ok(Some(uri))
    })
}

fn admin_key(variables: &mut Variables, environment: Environment) -> Option<ApiKey> {
    const VARIABLE: &str = "ADMIN_API_KEY";
    let key = key(variables, environment, VARIABLE);
    if key.is_none() && environment == Environment::Production {
        variables.refuse(VARIABLE, "is missing, and production needs it", MAKE_A_KEY);
    }
    key
}

const MAKE_A_KEY: &str = "set it to a random text, such as the output of: openssl rand -hex 32";

fn key(variables: &mut Variables, environment: Environment, variable: &str) -> Option<ApiKey> {
    let key = variables.text(variable)?;
    if !key.bytes().all(|byte| byte.is_ascii_graphic()) {
        let fault = "has characters that a header cannot carry";
        variables.refuse(variable, fault, MAKE_A_KEY);
    }
    if environment == Environment::Production && key.len() < STRONG_LENGTH {
        let fault =
            format!("has fewer than {STRONG_LENGTH} characters, which production does not allow");
        variables.refuse(variable, fault, MAKE_A_KEY);
    }
    Some(ApiKey::new(&key))
}

impl JobSettings {
    fn read(variables: &mut Variables) -> Self {
        let second = Duration::from_secs(1);
        Self {
            concurrency: variables.number("WORKER_CONCURRENCY", 16, 1..=1024),
            lease: variables.duration("JOB_LEASE", 30 * second, second..=HOUR),
            max_attempts: variables.number("JOB_MAX_ATTEMPTS", 12, 1..=100) as u32,
            backoff: variables.duration("JOB_BACKOFF", 5 * second, Duration::from_millis(1)..=HOUR),
            dedupe_window: variables.duration("DEDUPE_WINDOW", 7 * DAY, second..=90 * DAY),
            retention: variables.duration("RETENTION", 7 * DAY, second..=3650 * DAY),
        }
    }
}

impl LogSettings {
    fn read(variables: &mut Variables) -> Self {
        let filter = variables.parsed("RUST_LOG", default_filter(), |text| {
            text.parse::<Targets>().map_err(|_| {
                (
                    format!("{text:?} is not a filter"),
                    "write it as info, or as info,hyper=debug".to_owned(),
                )
            })
        });
        let format = variables.parsed("LOG_FORMAT", LogFormat::Json, |text| match text {
            "json" => Ok(LogFormat::Json),
            "text" => Ok(LogFormat::Text),
            _ => Err((
                format!("{text:?} is not a format"),
                "choose json or text".to_owned(),
            )),
        });
        Self { filter, format }
    }
}

fn default_filter() -> Targets {
    // What becomes of requests to the service is told by the jobs that they are for.
    Targets::new()
        .with_default(tracing::Level::INFO)
        .with_target("retry", tracing::Level::WARN)
}
