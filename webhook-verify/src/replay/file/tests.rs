use core::future::Future;
use core::time::Duration;
use std::fs;
use std::string::String;
use std::vec::Vec;

use rusqlite::Connection;

use super::*;
use crate::replay::ManualClock;

const NOW: UnixTime = UnixTime::from_secs(1_700_000_000);
const WINDOWS: Windows = Windows::unchecked(Duration::from_secs(10), Duration::from_secs(100));

mod laws {
    use super::*;

    crate::replay_conformance!(|clock| async move {
        let dir = tempfile::tempdir().expect("a directory can be made");
        let file = File::with_clock(dir.path().join("replay.db"), clock);
        (file.expect("a new file opens"), dir)
    });
}

fn run<T>(task: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread()
        .build()
        .unwrap()
        .block_on(task)
}

fn claim(file: &File, id: &str) -> Result<Claimed, StoreError> {
    let key: ReplayKey = id.parse().unwrap();
    run(file.claim(&Route::new("/").unwrap(), &key, WINDOWS))
}

fn fresh(file: &File, id: &str) -> Claim {
    match claim(file, id).unwrap() {
        Claimed::Fresh(claim) => claim,
        held => panic!("{id} is not free: {held:?}"),
    }
}

fn rows(path: &Path) -> i64 {
    let connection = Connection::open(path).unwrap();
    let count = connection.query_row("SELECT count(*) FROM deliveries", [], |row| row.get(0));
    count.unwrap()
}

#[test]
fn what_was_kept_is_there_after_opening_again() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("replay.db");
    let file = File::with_clock(&path, ManualClock::at(NOW)).unwrap();
    let done = fresh(&file, "id:done");
    assert_eq!(run(file.commit(&done)).unwrap(), Settled::Accepted);
    let held = fresh(&file, "id:held");
    drop(file);

    let file = File::with_clock(&path, ManualClock::at(NOW)).unwrap();
    let until = held.until;
    assert_eq!(claim(&file, "id:done").unwrap(), Claimed::Done { at: NOW });
    assert_eq!(
        claim(&file, "id:held").unwrap(),
        Claimed::InFlight { until }
    );
    assert_eq!(run(file.commit(&held)).unwrap(), Settled::Accepted);
}

#[test]
fn time_and_fences_go_on_from_what_the_file_remembers() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("replay.db");
    let file = File::with_clock(&path, ManualClock::at(NOW)).unwrap();
    let first = fresh(&file, "id:1");
    assert_eq!(run(file.release(&first)).unwrap(), Settled::Accepted);
    assert_eq!(rows(&path), 0);
    drop(file);

    let earlier = UnixTime::from_secs(NOW.as_secs() - 3_600);
    let file = File::with_clock(&path, ManualClock::at(earlier)).unwrap();
    assert_eq!(file.now(), NOW);
    assert!(fresh(&file, "id:1").fence > first.fence);
}

#[test]
fn two_processes_share_what_is_remembered() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("replay.db");
    let clock = Arc::new(ManualClock::at(NOW));
    let one = File::with_clock(&path, Arc::clone(&clock)).unwrap();
    let two = File::with_clock(&path, clock).unwrap();
    let first = fresh(&one, "id:1");
    let until = first.until;
    assert_eq!(claim(&two, "id:1").unwrap(), Claimed::InFlight { until });
    assert!(fresh(&two, "id:2").fence > first.fence);
    assert!(fresh(&one, "id:3").fence > first.fence + 1);
}

#[test]
fn many_can_open_a_new_file_at_once() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("replay.db");
    let ask = || {
        let file = File::with_clock(&path, ManualClock::at(NOW)).unwrap();
        claim(&file, "id:1").unwrap()
    };
    let got: Vec<_> = thread::scope(|scope| {
        let threads: Vec<_> = (0..8).map(|_| scope.spawn(ask)).collect();
        let claims = threads.into_iter().map(|thread| thread.join().unwrap());
        claims.collect()
    });
    let fresh = got.iter().filter(|got| matches!(got, Claimed::Fresh(_)));
    assert_eq!(fresh.count(), 1, "{got:?}");
}

#[test]
fn what_is_no_longer_kept_is_deleted() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("replay.db");
    let clock = Arc::new(ManualClock::at(NOW));
    let file = File::with_clock(&path, Arc::clone(&clock)).unwrap();
    for id in ["id:1", "id:2", "id:3", "id:4"] {
        let claim = fresh(&file, id);
        assert_eq!(run(file.commit(&claim)).unwrap(), Settled::Accepted);
    }
    clock.advance(WINDOWS.keep());
    let _ = fresh(&file, "id:5");
    let _ = fresh(&file, "id:6");
    assert_eq!(rows(&path), 2);
}

#[test]
fn a_repetition_writes_nothing() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("replay.db");
    let clock = Arc::new(ManualClock::at(NOW));
    let file = File::with_clock(&path, Arc::clone(&clock)).unwrap();
    let _ = fresh(&file, "id:1");
    let log = dir.path().join("replay.db-wal");
    let before = fs::read(&log).unwrap();
    clock.advance(Duration::from_secs(1));
    let repeated = claim(&file, "id:1").unwrap();
    assert!(matches!(repeated, Claimed::InFlight { .. }));
    assert_eq!(fs::read(&log).unwrap(), before);
    run(file.check()).unwrap();
    assert_ne!(fs::read(&log).unwrap(), before);
}

#[test]
fn each_commit_is_synced_and_a_new_file_is_private() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("replay.db");
    let connection = open::connection(&path).unwrap();
    let level = connection.pragma_query_value(None, "synchronous", |row| row.get::<_, i64>(0));
    assert_eq!(level, Ok(2), "FULL");
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;

        for name in ["replay.db", "replay.db-wal"] {
            let mode = fs::metadata(dir.path().join(name))
                .unwrap()
                .permissions()
                .mode();
            assert_eq!(mode & 0o777, 0o600, "{name}");
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
    fs::write(
        &text,
        "this is a text, and long enough to have a header".repeat(9),
    )
    .unwrap();
    assert!(matches!(open(&text), Problem::NotADatabase));

    for (script, is_expected) in [
        (
            "CREATE TABLE t (a)",
            Problem::is_foreign as fn(&Problem) -> bool,
        ),
        ("PRAGMA user_version = 1", Problem::is_foreign),
        (
            "PRAGMA application_id = 0x7365656e; PRAGMA user_version = 2; CREATE TABLE t (a)",
            Problem::is_newer,
        ),
    ] {
        let path = dir.path().join("other.db");
        let other = Connection::open(&path).unwrap();
        other.execute_batch(script).unwrap();
        drop(other);
        let before = fs::read(&path).unwrap();
        let problem = open(&path);
        assert!(is_expected(&problem), "{script}: {problem}");
        assert_eq!(fs::read(&path).unwrap(), before);
        fs::remove_file(&path).unwrap();
    }
}

impl Problem {
    fn is_foreign(&self) -> bool {
        matches!(self, Self::Foreign)
    }

    fn is_newer(&self) -> bool {
        matches!(self, Self::Version { found: 2, known: 1 })
    }
}

#[test]
fn a_store_that_cannot_write_says_so_and_recovers() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("replay.db");
    let file = File::with_clock(&path, ManualClock::at(NOW)).unwrap();
    let broken = Connection::open(&path).unwrap();
    broken
        .execute_batch("ALTER TABLE deliveries RENAME TO away")
        .unwrap();
    assert!(matches!(
        claim(&file, "id:1"),
        Err(StoreError::Unavailable(_))
    ));
    broken
        .execute_batch("ALTER TABLE away RENAME TO deliveries")
        .unwrap();
    let _ = fresh(&file, "id:1");
}

#[test]
fn a_row_that_no_store_writes_is_reported_as_corrupt() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("replay.db");
    let file = File::with_clock(&path, ManualClock::at(NOW)).unwrap();
    let other = Connection::open(&path).unwrap();
    other
        .execute_batch("INSERT INTO deliveries VALUES ('/', 'id:1', -1, NULL, 1, 9e18)")
        .unwrap();
    assert!(matches!(claim(&file, "id:1"), Err(StoreError::Corrupt(_))));
    let _ = fresh(&file, "id:2");
}

#[test]
fn after_the_disk_has_failed_everything_is_refused() {
    let failure = Failure::default();
    let full = rusqlite::ffi::Error::new(rusqlite::ffi::SQLITE_FULL);
    let error = Arc::new(rusqlite::Error::SqliteFailure(full, None));
    assert!(matches!(
        failure.diagnose(&error),
        StoreError::Unavailable(_)
    ));
    assert!(failure.is_set());

    let dir = tempfile::tempdir().unwrap();
    let (calls, called) = writer::line();
    let clock = Arc::new(FileClock::new(Box::new(ManualClock::at(NOW))));
    let failure = Arc::new(failure);
    let writer = Writer {
        connection: open::connection(&dir.path().join("replay.db")).unwrap(),
        calls: called,
        clock: Arc::clone(&clock),
        failure: Arc::clone(&failure),
    };
    let file = File {
        inner: Arc::new(Inner {
            path: dir.path().join("replay.db"),
            calls,
            thread: Some(thread::spawn(move || writer.run())),
            clock,
            failure,
        }),
    };
    let refused = claim(&file, "id:1").unwrap_err();
    assert!(matches!(refused, StoreError::Unavailable(_)));
    assert!(std::format!("{refused}").contains("opened again"));
}

#[test]
fn people_can_read_the_file() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("replay.db");
    let file = File::with_clock(&path, ManualClock::at(NOW)).unwrap();
    let done = fresh(&file, "id:1");
    let _ = run(file.commit(&done)).unwrap();
    let _ = fresh(&file, "id:2");
    let shell = Connection::open(&path).unwrap();
    let mut query = shell
        .prepare("SELECT key, state, coalesce(done_at, lease_until) FROM readable_deliveries")
        .unwrap();
    let seen: Vec<(String, String, String)> = query
        .query_map([], |row| row.try_into())
        .unwrap()
        .map(Result::unwrap)
        .collect();
    let expected = [
        ("id:2", "in flight", "2023-11-14T22:13:30.000Z"),
        ("id:1", "done", "2023-11-14T22:13:20.000Z"),
    ];
    let expected = expected.map(|(key, state, at)| (key.into(), state.into(), at.into()));
    assert_eq!(seen, expected);
}
