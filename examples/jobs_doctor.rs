//! Says what is wrong with a store of jobs, and why nothing is running.
//!
//! ```sh
//! cargo run --example jobs_doctor -- --store file:./data/jobs.db
//! cargo run --example jobs_doctor -- --store file:./data/jobs.db --fix
//! cargo run --example jobs_doctor -- --store redis://127.0.0.1:6379 --prefix myapp:jobs
//! JOBS_STORE=rediss://:secret@redis.example.com cargo run --example jobs_doctor -- --prefix myapp:jobs
//! ```
//!
//! The store may be in use meanwhile. With `--fix` it is mended as far as nothing can be lost by that. Of Redis the
//! settings are looked at too: what it evicts, and what it writes to its disk. `rediss` trusts the authorities that
//! the machine trusts, `redis-sentinel` and `redis-cluster` find the server that has the keys.
//!
//! The exit status is 0 when nobody has to do anything, 1 when somebody has or the store cannot be opened, and
//! 2 when the command line is not understood.

use std::error::Error;
use std::fmt;
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

use clap::error::ErrorKind;
use clap::{CommandFactory, Parser};
use fred::clients::Client;
use fred::interfaces::ClientLike;
use fred::types::Builder;
use fred::types::config::Config;
use jobstore::doctor::Report;
use jobstore::{AuditQuery, Doctor, File, Jobs, Redis};

/// How long Redis may take to be connected to, and for each answer.
const PATIENCE: Duration = Duration::from_secs(5);

/// Say what is wrong with a store of jobs, and why nothing is running.
#[derive(Parser)]
struct Arguments {
    /// Where the jobs are: `file:` and the path of a file, or a URL that begins with `redis://`, `rediss://`,
    /// `redis-sentinel://` or `redis-cluster://`. Where others can see command lines, put a URL with a password
    /// into the environment.
    #[arg(long, env = "JOBS_STORE", hide_env_values = true)]
    store: String,

    /// In Redis: what the names of the keys begin with.
    #[arg(long)]
    prefix: Option<String>,

    /// Mend what can be mended.
    #[arg(long)]
    fix: bool,
}

/// Where jobs are.
enum Place {
    File(PathBuf),
    Redis {
        /// May hold a password.
        url: String,
        prefix: String,
    },
}

impl Place {
    /// # Errors
    ///
    /// What is expected. What was written instead is not repeated: it may be a URL with a slip.
    fn new(store: &str, prefix: Option<String>) -> Result<Self, &'static str> {
        let (scheme, rest) = store.split_once(':').unwrap_or_default();
        let is_redis = SCHEMES.contains(&scheme) && rest.starts_with("//");
        match prefix {
            None if scheme == "file" && !rest.is_empty() => Ok(Self::File(rest.into())),
            Some(_) if scheme == "file" => Err("--prefix is for Redis, and a file has none"),
            None if is_redis => Err("--prefix is missing: what the names of the keys begin with"),
            Some(prefix) if is_redis => {
                let url = store.to_owned();
                Ok(Self::Redis { url, prefix })
            }
            _ => Err(
                "--store is `file:` and a path, such as file:./data/jobs.db, or a URL such as \
                 redis://127.0.0.1:6379",
            ),
        }
    }
}

const SCHEMES: [&str; 6] = [
    "redis",
    "rediss",
    "redis-sentinel",
    "rediss-sentinel",
    "redis-cluster",
    "rediss-cluster",
];

/// Leaves out the URL.
impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::File(path) => path.display().fmt(f),
            Self::Redis { prefix, .. } => write!(f, "the store {prefix} in Redis"),
        }
    }
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    let Arguments { store, prefix, fix } = Arguments::parse();
    let place = match Place::new(&store, prefix) {
        Ok(place) => place,
        Err(expected) => Arguments::command()
            .error(ErrorKind::ValueValidation, expected)
            .exit(),
    };
    match open(&place).await {
        Ok(jobs) => {
            let report = examine(jobs, fix).await;
            println!("{report}");
            if report.is_healthy() {
                ExitCode::SUCCESS
            } else {
                ExitCode::FAILURE
            }
        }
        Err(problem) => {
            eprintln!("{place} cannot be opened: {problem}");
            ExitCode::FAILURE
        }
    }
}

/// Opens what is there. To open a file that is not there would make one, and a prefix with a slip is a store
/// without jobs: nothing would be wrong with either.
async fn open(place: &Place) -> Result<Jobs, Box<dyn Error>> {
    match place {
        Place::File(path) => {
            path.metadata()?;
            Ok(Jobs::new(File::open(path)?))
        }
        Place::Redis { url, prefix } => {
            let client = connect(url).await?;
            let jobs = Jobs::new(Redis::open(client, prefix).await?);
            let trail = jobs.audit(&AuditQuery::default().limit(1)).await?;
            if trail.entries.is_empty() && jobs.queues().await?.is_empty() {
                return Err("there is none, or it was never used".into());
            }
            Ok(jobs)
        }
    }
}

async fn connect(url: &str) -> Result<Client, Box<dyn Error>> {
    let mut builder = Builder::from_config(Config::from_url(url)?);
    let client = builder
        .with_connection_config(|config| config.connection_timeout = PATIENCE)
        .with_performance_config(|config| config.default_command_timeout = PATIENCE)
        .build()?;
    client.init().await?;
    Ok(client)
}

async fn examine(jobs: Jobs, fix: bool) -> Report {
    let doctor = Doctor::new(jobs);
    let doctor = if fix { doctor.mend() } else { doctor };
    doctor.examine().await
}
