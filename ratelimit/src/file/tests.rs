use core::future::Future;
use core::sync::atomic::{AtomicU64, Ordering};
use core::time::Duration;
use std::fs;
use std::string::ToString as _;
use std::vec::Vec;

use rusqlite::Connection;
use tempfile::TempDir;

use super::*;
use crate::migration::Migration;
use crate::quota::Quota;

static DAILY: Rule = Rule::new("daily", Quota::per_day(10));
static MINUTELY: Rule = Rule::new("minutely", Quota::per_minute(10));

const MINUTE: Duration = Duration::from_secs(60);

#[cfg(feature = "conformance")]
mod laws {
    use super::*;

    crate::store_conformance!(async |clock| {
        let dir = tempfile::tempdir().expect("a directory can be made");
        let file = File::open_with_clock(dir.path().join("limits.db"), move || clock.now());
        (file.expect("a new file opens"), dir)
    });
}

/// A directory for one file, and a clock that is moved by hand.
struct Desk {
    dir: TempDir,
    micros: Arc<AtomicU64>,
}

impl Desk {
    fn new() -> Self {
        Self {
            dir: tempfile::tempdir().unwrap(),
            micros: Arc::new(AtomicU64::new(1_700_000_000_000_000)),
        }
    }

    fn path(&self) -> PathBuf {
        self.dir.path().join("limits.db")
    }

    fn open(&self) -> File {
        self.try_open().unwrap()
    }

    fn try_open(&self) -> Result<File, OpenError> {
        let micros = Arc::clone(&self.micros);
        let clock = move || Time::from_micros(micros.load(Ordering::Relaxed));
        File::open_with_clock(self.path(), clock)
    }

    fn advance(&self, by: Duration) {
        let micros = by.as_micros() as u64;
        self.micros.fetch_add(micros, Ordering::Relaxed);
    }

    fn set_back(&self, by: Duration) {
        let micros = by.as_micros() as u64;
        self.micros.fetch_sub(micros, Ordering::Relaxed);
    }

    fn shell(&self) -> Connection {
        Connection::open(self.path()).unwrap()
    }

    fn rows(&self) -> i64 {
        let count = "SELECT count(*) FROM buckets";
        let count = self.shell().query_row(count, [], |row| row.get(0));
        count.unwrap()
    }

    fn log(&self) -> Vec<u8> {
        fs::read(self.dir.path().join("limits.db-wal")).unwrap()
    }
}

fn run<T>(task: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread()
        .build()
        .unwrap()
        .block_on(task)
}

/// Whether it was allowed, and what remains.
fn take(file: &File, rule: &Rule, key: &str, tokens: u64) -> Result<(bool, u64), StoreError> {
    let verdict = run(file.take_all(&[Ask { rule, key, tokens }]))?;
    let (_, decision) = verdict.decisions().next().unwrap();
    Ok((decision.is_allowed(), decision.remaining()))
}

fn remaining(file: &File, rule: &Rule, key: &str) -> u64 {
    take(file, rule, key, 0).unwrap().1
}

#[test]
fn what_was_taken_is_missing_after_opening_again() {
    let desk = Desk::new();
    let file = desk.open();
    assert_eq!(take(&file, &DAILY, "a", 7).unwrap(), (true, 3));
    drop(file);

    let file = desk.open();
    assert_eq!(take(&file, &DAILY, "a", 4).unwrap(), (false, 3));
    drop(file);

    // It comes back while nobody has the file open.
    desk.advance(Duration::from_secs(86_400 / 10));
    assert_eq!(take(&desk.open(), &DAILY, "a", 4).unwrap(), (true, 0));
}

#[test]
fn a_clock_that_was_set_back_before_opening_grants_nothing() {
    let desk = Desk::new();
    assert!(take(&desk.open(), &MINUTELY, "a", 10).unwrap().0);
    desk.set_back(60 * MINUTE);
    let file = desk.open();
    assert_eq!(take(&file, &MINUTELY, "a", 1).unwrap(), (false, 0));
    // The bucket was looked at, so it is closed for no longer than two bursts from then on.
    drop(file);
    desk.advance(2 * MINUTE);
    assert_eq!(remaining(&desk.open(), &MINUTELY, "a"), 10);
}

#[test]
fn two_processes_share_the_buckets() {
    let desk = Desk::new();
    let (one, two) = (desk.open(), desk.open());
    assert!(take(&one, &DAILY, "a", 6).unwrap().0);
    assert_eq!(take(&two, &DAILY, "a", 4).unwrap(), (true, 0));
    assert_eq!(take(&one, &DAILY, "a", 1).unwrap(), (false, 0));
}

#[test]
fn many_can_open_a_new_file_at_once() {
    let desk = Desk::new();
    let ask = || take(&desk.open(), &DAILY, "a", 3).unwrap().0;
    let allowed = thread::scope(|scope| {
        let threads: Vec<_> = (0..8).map(|_| scope.spawn(ask)).collect();
        let answers = threads.into_iter().map(|thread| thread.join().unwrap());
        answers.filter(|allowed| *allowed).count()
    });
    assert_eq!(allowed, 3);
}

#[test]
fn what_is_full_is_deleted_as_others_change() {
    let desk = Desk::new();
    let file = desk.open();
    for key in ["a", "b", "c", "d"] {
        assert!(take(&file, &MINUTELY, key, 10).unwrap().0);
    }
    assert_eq!(desk.rows(), 4);
    desk.advance(MINUTE);
    // Full to the microsecond: it is kept until that has passed.
    desk.advance(Duration::from_micros(1));
    assert!(take(&file, &DAILY, "e", 1).unwrap().0);
    assert_eq!(desk.rows(), 1);

    run(file.refund_all(&[Ask::one(&DAILY, "e")])).unwrap();
    assert_eq!(desk.rows(), 0);
    run(file.charge_all(&[Ask::one(&DAILY, "e")])).unwrap();
    run(file.reset(&DAILY, "e")).unwrap();
    assert_eq!(desk.rows(), 0);
}

#[test]
fn a_refusal_writes_nothing() {
    let desk = Desk::new();
    let file = desk.open();
    assert!(take(&file, &DAILY, "a", 10).unwrap().0);
    let before = desk.log();
    desk.advance(Duration::from_secs(1));
    assert!(!take(&file, &DAILY, "a", 1).unwrap().0);
    let asks = [Ask::one(&DAILY, "b"), Ask::one(&DAILY, "a")];
    assert!(!run(file.take_all(&asks)).unwrap().is_allowed());
    assert_eq!(remaining(&file, &DAILY, "b"), 10);
    assert_eq!(desk.log(), before);
    run(file.check()).unwrap();
    assert_ne!(desk.log(), before);
}

#[test]
fn a_changed_quota_takes_its_buckets_along() {
    let desk = Desk::new();
    assert!(take(&desk.open(), &DAILY, "a", 7).unwrap().0);
    let higher = Rule::new("daily", Quota::per_day(100));
    let file = desk.open();
    assert_eq!(remaining(&file, &higher, "a"), 3);
    // From here on it comes back at the new rate.
    desk.advance(Duration::from_secs(864 * 7));
    assert_eq!(remaining(&file, &higher, "a"), 10);
    let anew = Rule::new("daily", Quota::per_day(5)).migrating(Migration::Reset);
    assert_eq!(remaining(&file, &anew, "a"), 5);
    assert_eq!(desk.rows(), 0);
}

#[test]
fn each_commit_is_synced_and_a_new_file_is_private() {
    let desk = Desk::new();
    let connection = open::connection(&desk.path()).unwrap();
    let level = connection.pragma_query_value(None, "synchronous", |row| row.get::<_, i64>(0));
    assert_eq!(level, Ok(2), "FULL");
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;

        for name in ["limits.db", "limits.db-wal"] {
            let file = fs::metadata(desk.dir.path().join(name)).unwrap();
            assert_eq!(file.permissions().mode() & 0o777, 0o600, "{name}");
        }
    }
}

#[test]
fn what_is_not_ours_is_refused_and_left_alone() {
    let dir = tempfile::tempdir().unwrap();
    let open = |path: &Path| File::open(path).unwrap_err().problem;
    assert!(matches!(open(dir.path()), Problem::Directory));
    assert!(matches!(open(Path::new(":memory:")), Problem::NoLog(_)));

    let text = dir.path().join("text");
    let long = "this is a text, and long enough to have a header".repeat(9);
    fs::write(&text, long).unwrap();
    assert!(matches!(open(&text), Problem::NotADatabase));

    let newer = "PRAGMA application_id = 0x72617465; PRAGMA user_version = 2; CREATE TABLE t (a)";
    for (script, expected) in [
        ("CREATE TABLE t (a)", "another program"),
        ("PRAGMA user_version = 1", "another program"),
        (newer, "its version is 2, and this program knows version 1"),
    ] {
        let path = dir.path().join("other.db");
        let other = Connection::open(&path).unwrap();
        other.execute_batch(script).unwrap();
        drop(other);
        let before = fs::read(&path).unwrap();
        let problem = open(&path);
        assert!(
            problem.to_string().contains(expected),
            "{script}: {problem}"
        );
        assert_eq!(fs::read(&path).unwrap(), before);
        fs::remove_file(&path).unwrap();
    }
}

#[test]
fn a_damaged_file_is_an_error_with_a_way_out() {
    let desk = Desk::new();
    let file = desk.open();
    for number in 0..500 {
        assert!(
            take(&file, &DAILY, &std::format!("{number:0>40}"), 1)
                .unwrap()
                .0
        );
    }
    drop(file);
    let mut bytes = fs::read(desk.path()).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle..middle + 8_192].fill(0xa5);
    fs::write(desk.path(), bytes).unwrap();

    let error = desk.try_open().unwrap_err();
    assert!(matches!(error.problem, Problem::Damaged(_)), "{error}");
    assert!(std::format!("{error}").contains("move it away"), "{error}");

    fs::rename(desk.path(), desk.dir.path().join("damaged.db")).unwrap();
    assert_eq!(take(&desk.open(), &DAILY, "a", 1).unwrap(), (true, 9));
}

#[test]
fn a_row_that_no_store_writes_is_corrupt_until_it_is_reset() {
    let desk = Desk::new();
    let file = desk.open();
    for row in [
        "'daily', 'a', -1, 0, '10/day'",
        "'daily', 'a', 9e18, -1, '10/day'",
        "'daily', 'a', 9e18, 99, '10/day'",
        "'daily', 'a', 9e18, 0, '10/fortnight'",
        "'daily', 'a', 9e18, 0, ''",
    ] {
        let insert = std::format!("INSERT INTO buckets VALUES ({row})");
        desk.shell().execute_batch(&insert).unwrap();
        let refused = take(&file, &DAILY, "a", 1);
        assert!(matches!(refused, Err(StoreError::Corrupt(_))), "{row}");
        assert_eq!(remaining(&file, &DAILY, "b"), 10);
        run(file.reset(&DAILY, "a")).unwrap();
        assert_eq!(remaining(&file, &DAILY, "a"), 10, "{row}");
    }
}

#[test]
fn a_store_that_cannot_write_says_so_and_recovers() {
    let desk = Desk::new();
    let file = desk.open();
    let rename = |script| desk.shell().execute_batch(script).unwrap();
    rename("ALTER TABLE buckets RENAME TO away");
    let refused = take(&file, &DAILY, "a", 1);
    assert!(matches!(refused, Err(StoreError::Unavailable(_))));
    rename("ALTER TABLE away RENAME TO buckets");
    assert_eq!(take(&file, &DAILY, "a", 1).unwrap(), (true, 9));
}

#[test]
fn after_the_disk_has_failed_everything_is_refused() {
    let desk = Desk::new();
    let file = desk.open();
    let full = rusqlite::ffi::Error::new(rusqlite::ffi::SQLITE_FULL);
    let error = Arc::new(rusqlite::Error::SqliteFailure(full, None));
    let failed = file.inner.failure.diagnose(&error);
    assert!(matches!(failed, StoreError::Unavailable(_)));

    let refused = take(&file, &DAILY, "a", 0).unwrap_err();
    assert!(matches!(refused, StoreError::Unavailable(_)));
    assert!(std::format!("{refused}").contains("opened again"));
    drop(file);
    assert_eq!(take(&desk.open(), &DAILY, "a", 1).unwrap(), (true, 9));
}

#[test]
fn people_can_read_the_file() {
    let desk = Desk::new();
    let file = desk.open();
    assert!(take(&file, &DAILY, "a", 1).unwrap().0);
    let seen: (String, String, String, String) = desk
        .shell()
        .query_row("SELECT * FROM readable_buckets", [], |row| row.try_into())
        .unwrap();
    let expected = ["daily", "a", "10/d", "2023-11-15T00:37:20.000Z"].map(String::from);
    assert_eq!(<[String; 4]>::from(seen), expected);
}
