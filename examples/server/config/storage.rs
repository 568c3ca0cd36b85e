//! Where jobs live.

use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};
use std::{fmt, fs};

use jobstore::store::file::Options;

use super::Environment;
use super::variables::Variables;

/// Where jobs live.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Storage {
    /// In this process, and no longer than it.
    Memory,
    /// In a file in this folder, which exists and can be written.
    File {
        folder: PathBuf,
        /// How many steps share one commit at most.
        max_batch: NonZeroUsize,
    },
}

impl Storage {
    pub(super) fn read(variables: &mut Variables, environment: Environment) -> Self {
        let folder = variables
            .text("DATA_DIR")
            .unwrap_or_else(|| "./data".to_owned());
        let usual = Options::DEFAULT_MAX_BATCH;
        let max_batch = variables.number("FILE_MAX_BATCH", usual.get(), 1..=4096);
        let file = Self::File {
            folder: folder.into(),
            max_batch: NonZeroUsize::new(max_batch).unwrap_or(usual),
        };
        let storage = variables.parsed("STORE", file.clone(), |text| match text {
            "memory" if environment == Environment::Production => Err((
                "memory loses every job when the process ends, so production does not allow it"
                    .to_owned(),
                "use STORE=file".to_owned(),
            )),
            "memory" => Ok(Self::Memory),
            "file" => Ok(file),
            "redis" => Err((
                "redis is not supported yet".to_owned(),
                "use STORE=file".to_owned(),
            )),
            _ => Err((
                format!("{text:?} is not a store"),
                "choose memory or file".to_owned(),
            )),
        });
        if let Self::File { folder, .. } = &storage
            && let Err(error) = prove_writable(folder)
        {
            variables.refuse(
                "DATA_DIR",
                format!("{folder:?} cannot be used: {error}"),
                "name a folder that this user may create and write",
            );
        }
        storage
    }
}

/// `memory`, or `file in ./data`.
impl fmt::Display for Storage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Memory => f.write_str("memory"),
            Self::File { folder, .. } => write!(f, "file in {}", folder.display()),
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
