//! Where jobs live.

use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};
use std::{fmt, fs};

use jobstore::store::file::Options;

use super::Environment;
use super::redis::{self, RedisSettings};
use super::variables::Variables;

/// Where jobs live.
#[derive(Debug, Clone)]
pub(crate) enum Storage {
    /// In this process, and no longer than it.
    Memory,
    /// In a file in this folder, which exists and can be written.
    File {
        folder: PathBuf,
        /// How many steps share one commit at most.
        max_batch: NonZeroUsize,
    },
    /// In Redis, shared with every process that has the same settings.
    Redis(Box<RedisSettings>),
}

/// What `STORE` may say.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Memory,
    File,
    Redis,
}

impl Storage {
    pub(super) fn read(variables: &mut Variables, environment: Environment) -> Self {
        let kind = kind(variables, environment);
        let file = file(variables, kind == Kind::File);
        let redis = redis(variables, kind == Kind::Redis);
        match (kind, redis) {
            (Kind::File, _) => file,
            (Kind::Redis, Some(redis)) => Self::Redis(Box::new(redis)),
            // Without its URL nothing is started.
            (Kind::Memory | Kind::Redis, _) => Self::Memory,
        }
    }
}

const REDIS_URL: &str = "REDIS_URL";

fn kind(variables: &mut Variables, environment: Environment) -> Kind {
    if variables.is_set(REDIS_URL) && !variables.is_set("STORE") {
        variables.refuse(
            "STORE",
            "is not set, though REDIS_URL is, so jobs would be kept in a file",
            "say STORE=redis, or STORE=file if that is meant",
        );
    }
    variables.parsed("STORE", Kind::File, |text| match text {
        "memory" if environment == Environment::Production => Err((
            "memory loses every job when the process ends, so production does not allow it"
                .to_owned(),
            "use STORE=file or STORE=redis".to_owned(),
        )),
        "memory" => Ok(Kind::Memory),
        "file" => Ok(Kind::File),
        "redis" => Ok(Kind::Redis),
        _ => Err((
            format!("{text:?} is not a store"),
            "choose memory, file or redis".to_owned(),
        )),
    })
}

fn file(variables: &mut Variables, wanted: bool) -> Storage {
    let folder = variables.text("DATA_DIR");
    let folder = PathBuf::from(folder.as_deref().unwrap_or("./data"));
    let usual = Options::DEFAULT_MAX_BATCH;
    let max_batch = variables.number("FILE_MAX_BATCH", usual.get(), 1..=4096);
    if wanted && let Err(error) = prove_writable(&folder) {
        let fault = format!("{folder:?} cannot be used: {error}");
        let remedy = "name a folder that this user may create and write";
        variables.refuse("DATA_DIR", fault, remedy);
    }
    Storage::File {
        folder,
        max_batch: NonZeroUsize::new(max_batch).unwrap_or(usual),
    }
}

fn redis(variables: &mut Variables, wanted: bool) -> Option<RedisSettings> {
    if wanted && !variables.is_set(REDIS_URL) {
        let fault = "is missing, and STORE=redis needs it";
        variables.refuse(REDIS_URL, fault, redis::REMEDY);
    }
    RedisSettings::read(variables)
}

/// `memory`, `file in ./data`, or `redis at 127.0.0.1:6379 under webhooks`.
impl fmt::Display for Storage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Memory => f.write_str("memory"),
            Self::File { folder, .. } => write!(f, "file in {}", folder.display()),
            Self::Redis(settings) => settings.fmt(f),
        }
    }
}

/// Creates the folder if there is none, and a file in it, for a moment.
fn prove_writable(folder: &Path) -> std::io::Result<()> {
    fs::create_dir_all(folder)?;
    let probe = folder.join(format!(".probe-{}", std::process::id()));
    fs::write(&probe, b"")?;
    fs::remove_file(&probe)
}
