//! Opening a file: what is refused, what is set, what is created.

use core::error::Error;
use core::time::Duration;
use std::boxed::Box;
use std::io;
use std::path::{Path, PathBuf};
use std::string::{String, ToString as _};
use std::thread;
use std::time::Instant;

use rusqlite::{Connection, ErrorCode, OpenFlags, TransactionBehavior};
use thiserror::Error;

use super::filesystem;

/// "rate" in ASCII, at a fixed place in the file: what `file(1)` and this store know it by.
const APPLICATION_ID: i32 = 0x7261_7465;

/// The version of the files that this store writes.
const VERSION: i64 = 1;

const SCHEMA: &str = include_str!("schema.sql");

/// How long the connection waits for another process that writes.
const BUSY_TIMEOUT: Duration = Duration::from_secs(5);

/// What belongs to the connection rather than to the file: the log is synced at each commit.
const SETTINGS: &str = "
    PRAGMA synchronous = FULL;
    PRAGMA fullfsync = ON;
    PRAGMA checkpoint_fullfsync = ON;
    PRAGMA trusted_schema = OFF;
    PRAGMA journal_size_limit = 67108864;
    PRAGMA mmap_size = 0;
    PRAGMA temp_store = MEMORY;";

/// The file cannot be opened.
#[derive(Debug, Error)]
#[error("cannot open the limits in {}: {problem}", path.display())]
pub struct OpenError {
    /// Which file.
    pub path: PathBuf,
    /// Why not.
    #[source]
    pub problem: Problem,
}

/// Why a file cannot be opened.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum Problem {
    /// It is a directory.
    #[error("it is a directory, and a file is expected")]
    Directory,
    /// It holds something else than a SQLite database.
    #[error("it is not a SQLite database")]
    NotADatabase,
    /// It is a SQLite database of another program.
    #[error("it is a database of another program")]
    Foreign,
    /// It was written by another version of this store.
    #[error("its version is {found}, and this program knows version {known}")]
    Version {
        /// The version of the file.
        found: i64,
        /// The version that this program knows.
        known: i64,
    },
    /// It lies on a network file system, where SQLite cannot keep it safe.
    #[error("it lies on a network file system, where locks do not hold: choose a local disk")]
    Network,
    /// It is damaged. Move it and the files beside it away (`-wal`, `-shm`) and a new one is made, in which
    /// every bucket is full; `sqlite3 <file> .recover` shows what can still be read of the old one.
    #[error("it is damaged ({0}): move it away with its -wal and -shm, and every bucket is full")]
    Damaged(String),
    /// The file cannot have a write-ahead log; this is the journal it has instead.
    #[error("it cannot have a write-ahead log, but only a journal of kind {0}")]
    NoLog(String),
    /// The directory cannot be read or synced, or no thread can be started.
    #[error(transparent)]
    Io(#[from] io::Error),
    /// SQLite failed.
    #[error("SQLite: {0}")]
    Sqlite(#[source] Box<dyn Error + Send + Sync>),
}

impl Problem {
    fn is_busy(&self) -> bool {
        let Self::Sqlite(error) = self else {
            return false;
        };
        error
            .downcast_ref::<rusqlite::Error>()
            .and_then(rusqlite::Error::sqlite_error_code)
            .is_some_and(|code| matches!(code, ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked))
    }
}

impl From<rusqlite::Error> for Problem {
    fn from(error: rusqlite::Error) -> Self {
        match error.sqlite_error_code() {
            Some(ErrorCode::NotADatabase) => Self::NotADatabase,
            Some(ErrorCode::DatabaseCorrupt) => Self::Damaged(error.to_string()),
            _ => Self::Sqlite(error.into()),
        }
    }
}

/// Opens the connection, after the file has been checked, and created if need be.
pub(super) fn connection(path: &Path) -> Result<Connection, Problem> {
    if path.is_dir() {
        return Err(Problem::Directory);
    }
    if filesystem::is_network(path)? {
        return Err(Problem::Network);
    }
    let new = !path.exists();
    let mut connection = Connection::open_with_flags(path, flags())?;
    // A path that SQLite takes for a database without a file is refused for its journal below.
    if new && path.exists() {
        filesystem::make_private(path)?;
    }
    connection.busy_timeout(BUSY_TIMEOUT)?;
    let patience = Instant::now() + BUSY_TIMEOUT;
    while let Err(problem) = prepare(&mut connection) {
        if !problem.is_busy() || Instant::now() > patience {
            return Err(problem);
        }
        // Another process does the same at this moment, and SQLite does not wait for it at each step.
        thread::sleep(Duration::from_millis(5));
    }
    // The log exists from here on; its name and that of the database must outlive a power cut.
    filesystem::sync_directory(path)?;
    Ok(connection)
}

fn prepare(connection: &mut Connection) -> Result<(), Problem> {
    // Nothing is changed in a file before it is known to be ours.
    is_empty(connection)?;
    let journal: String =
        connection.pragma_update_and_check(None, "journal_mode", "wal", |row| row.get(0))?;
    if journal != "wal" {
        return Err(Problem::NoLog(journal));
    }
    connection.execute_batch(SETTINGS)?;
    create(connection)?;
    // If a sync failed under an earlier process, its log may have pages that the system believes to be
    // on the disk and that are not: nothing is to be appended after them.
    connection.query_row("PRAGMA wal_checkpoint(PASSIVE)", [], |_| Ok(()))?;
    is_sound(connection)
}

/// Reads the whole file: better to find damage before than in the middle of the work.
fn is_sound(connection: &Connection) -> Result<(), Problem> {
    let found: String = connection.query_row("PRAGMA quick_check(1)", [], |row| row.get(0))?;
    match found.as_str() {
        "ok" => Ok(()),
        _ => Err(Problem::Damaged(found)),
    }
}

/// Without URIs, so that a path is a path; without SQLite's own locks, as the connection has one thread.
fn flags() -> OpenFlags {
    OpenFlags::SQLITE_OPEN_READ_WRITE
        | OpenFlags::SQLITE_OPEN_CREATE
        | OpenFlags::SQLITE_OPEN_NO_MUTEX
}

/// Creates what is in the file, in one transaction. Taking the lock proves that it can be written.
fn create(connection: &mut Connection) -> Result<(), Problem> {
    let sql = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    if is_empty(&sql)? {
        sql.execute_batch(SCHEMA)?;
        sql.pragma_update(None, "application_id", APPLICATION_ID)?;
        sql.pragma_update(None, "user_version", VERSION)?;
    }
    sql.commit()?;
    Ok(())
}

/// Whether nothing is in the file yet; what is in it is ours otherwise.
fn is_empty(connection: &Connection) -> Result<bool, Problem> {
    // One statement, because between two another process may create the file.
    let found: (i32, i64, i64) = connection.query_row(
        "SELECT application_id, user_version, (SELECT count(*) FROM sqlite_schema)
         FROM pragma_application_id, pragma_user_version",
        [],
        |row| row.try_into(),
    )?;
    match found {
        (0, 0, 0) => Ok(true),
        (APPLICATION_ID, VERSION, _) => Ok(false),
        (APPLICATION_ID, found, _) => Err(Problem::Version {
            found,
            known: VERSION,
        }),
        _ => Err(Problem::Foreign),
    }
}
