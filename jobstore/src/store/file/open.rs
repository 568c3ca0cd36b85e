//! Opening a file: what is refused, what is set, what is created.

use std::{
    error::Error,
    io,
    path::{Path, PathBuf},
    thread,
    time::{Duration, Instant},
};

use rusqlite::{Connection, ErrorCode, OpenFlags, TransactionBehavior, config::DbConfig};

use super::{
    filesystem,
    migration::{self, VERSION},
};

/// "jobs" in ASCII, at a fixed place in the file: what `file(1)` and this store know it by.
const APPLICATION_ID: i32 = 0x6a6f_6273;

/// Before it, a checkpoint could meet a writer that begins the log anew, and lose what was written
/// ([sqlite.org/wal.html](https://www.sqlite.org/wal.html#walresetbug)).
const OLDEST_SQLITE: i32 = 3_051_003;

/// How long a connection waits for another process that writes.
const BUSY_TIMEOUT: Duration = Duration::from_secs(5);

/// Enough for every statement of the store, lists with each combination of conditions included.
const STATEMENTS: usize = 128;

/// What belongs to a connection rather than to the file. The log is synced at each commit, and copied
/// into the database by whoever commits its 4000th page (16 MiB; four times SQLite's own choice, since
/// dedupe keys touch the same pages over and over, and a page is copied once). Each connection keeps up
/// to 16 MiB of pages in memory.
const SETTINGS: &str = "
    PRAGMA synchronous = FULL;
    PRAGMA fullfsync = ON;
    PRAGMA checkpoint_fullfsync = ON;
    PRAGMA trusted_schema = OFF;
    PRAGMA wal_autocheckpoint = 4000;
    PRAGMA journal_size_limit = 67108864;
    PRAGMA cache_size = -16384;
    PRAGMA mmap_size = 0;
    PRAGMA temp_store = MEMORY;";

/// The file cannot be opened.
#[derive(Debug, thiserror::Error)]
#[error("cannot open the job store {}: {problem}", path.display())]
pub struct OpenError {
    /// Which file.
    pub path: PathBuf,
    /// Why not.
    #[source]
    pub problem: Problem,
}

/// Why a file cannot be opened.
#[derive(Debug, thiserror::Error)]
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
    /// It was written by a later version of this store.
    #[error(
        "its version is {found}, and this program knows versions up to {known}: it needs an update"
    )]
    TooNew {
        /// The version of the file.
        found: i64,
        /// The latest version that this program knows.
        known: i64,
    },
    /// It lies on a network file system, where SQLite cannot keep it safe.
    #[error(
        "it lies on a network file system ({0}), where locks and shared memory do not hold: choose a local disk"
    )]
    Network(&'static str),
    /// The file cannot have a write-ahead log; this is the journal it has instead.
    #[error("it cannot have a write-ahead log, but only a journal of kind {0}")]
    NoLog(String),
    /// The SQLite that is linked into the program has a known fault.
    #[error("SQLite {0} can lose what was written: 3.51.3 or later is needed")]
    OldSqlite(&'static str),
    /// The directory cannot be read or synced, or no thread can be started.
    #[error(transparent)]
    Io(#[from] io::Error),
    /// SQLite failed.
    #[error("SQLite: {0}")]
    Sqlite(#[source] Box<dyn Error + Send + Sync>),
}

impl From<rusqlite::Error> for Problem {
    fn from(error: rusqlite::Error) -> Self {
        match error.sqlite_error_code() {
            Some(ErrorCode::NotADatabase) => Self::NotADatabase,
            _ => Self::Sqlite(Box::new(error)),
        }
    }
}

/// Opens the connection that writes, after the file has been checked, and created if need be.
pub(super) fn writer(path: &Path) -> Result<Connection, Problem> {
    check_sqlite(rusqlite::version_number())?;
    if path.is_dir() {
        return Err(Problem::Directory);
    }
    if let Some(name) = filesystem::network(path)? {
        return Err(Problem::Network(name));
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
        if !is_busy(&problem) || Instant::now() > patience {
            return Err(problem);
        }
        // Another process does the same at this moment, and SQLite does not wait for it at each step.
        thread::sleep(Duration::from_millis(5));
    }
    // The log exists from here on; its name and that of the database must outlive a power cut.
    filesystem::sync_directory(path)?;
    Ok(connection)
}

/// Opens a connection that reads, of a file that [`writer`] has opened.
pub(super) fn reader(path: &Path) -> Result<Connection, Problem> {
    let connection = Connection::open_with_flags(path, flags())?;
    connection.busy_timeout(BUSY_TIMEOUT)?;
    configure(&connection)?;
    connection.execute_batch("PRAGMA query_only = ON")?;
    Ok(connection)
}

/// Without URIs, so that a path is a path; without SQLite's own locks, as each connection has one thread.
fn flags() -> OpenFlags {
    OpenFlags::SQLITE_OPEN_READ_WRITE
        | OpenFlags::SQLITE_OPEN_CREATE
        | OpenFlags::SQLITE_OPEN_NO_MUTEX
}

fn configure(connection: &Connection) -> rusqlite::Result<()> {
    connection.set_prepared_statement_cache_capacity(STATEMENTS);
    // Else SQLite plans a statement anew for each value that is bound to it.
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true)?;
    connection.execute_batch(SETTINGS)
}

fn prepare(connection: &mut Connection) -> Result<(), Problem> {
    // Nothing is changed in a file before it is known to be ours.
    version(connection)?;
    // These two have an effect only on a file that is still empty.
    connection.execute_batch("PRAGMA page_size = 4096; PRAGMA auto_vacuum = INCREMENTAL")?;
    let journal: String =
        connection.pragma_update_and_check(None, "journal_mode", "wal", |row| row.get(0))?;
    if journal != "wal" {
        return Err(Problem::NoLog(journal));
    }
    configure(connection)?;
    migrate(connection)?;
    // If a sync failed under an earlier process, its log may have pages that the system believes to be
    // on the disk and that are not: nothing is to be appended after them. While others use the file,
    // which keeps them from this, they are the ones who know.
    connection.query_row("PRAGMA wal_checkpoint(PASSIVE)", [], |_| Ok(()))?;
    Ok(())
}

/// Brings the file to [`VERSION`], in one transaction. Taking the lock proves that the file can be written.
fn migrate(connection: &mut Connection) -> Result<(), Problem> {
    let sql = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    let version = version(&sql)?;
    if version < VERSION {
        migration::migrate(&sql, version)?;
        sql.pragma_update(None, "application_id", APPLICATION_ID)?;
        sql.pragma_update(None, "user_version", VERSION as i64)?;
    }
    sql.commit()?;
    Ok(())
}

/// The version of the file; 0 is an empty one.
fn version(connection: &Connection) -> Result<usize, Problem> {
    // One statement, because between two another process may create the file.
    let (application, version, tables): (i32, i64, i64) = connection.query_row(
        "SELECT application_id, user_version, (SELECT count(*) FROM sqlite_schema)
         FROM pragma_application_id, pragma_user_version",
        [],
        |row| row.try_into(),
    )?;
    match (application, version, tables) {
        (0, 0, 0) => Ok(0),
        (APPLICATION_ID, found, _) => usize::try_from(found)
            .ok()
            .filter(|&version| version <= VERSION)
            .ok_or(Problem::TooNew {
                found,
                known: VERSION as i64,
            }),
        _ => Err(Problem::Foreign),
    }
}

/// Refuses a SQLite that has the fault.
pub(super) fn check_sqlite(version: i32) -> Result<(), Problem> {
    if version < OLDEST_SQLITE {
        return Err(Problem::OldSqlite(rusqlite::version()));
    }
    Ok(())
}

fn is_busy(problem: &Problem) -> bool {
    let Problem::Sqlite(error) = problem else {
        return false;
    };
    error
        .downcast_ref::<rusqlite::Error>()
        .and_then(rusqlite::Error::sqlite_error_code)
        .is_some_and(|code| matches!(code, ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sqlite_with_the_fault_in_its_log_is_refused() {
        assert!(matches!(
            check_sqlite(3_051_002),
            Err(Problem::OldSqlite(_))
        ));
        assert!(check_sqlite(3_051_003).is_ok());
    }

    #[test]
    fn every_connection_syncs_at_each_commit() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("jobs.db");
        let full = 2;
        for connection in [writer(&path).unwrap(), reader(&path).unwrap()] {
            let level: i64 = connection
                .pragma_query_value(None, "synchronous", |row| row.get(0))
                .unwrap();
            assert_eq!(level, full);
        }
    }
}
