//! How many jobs a second `apalis-sqlite` takes in and works off; started by the benchmark of `jobstore`.
//!
//! `apalis-sqlite-bench <new file> <equal|shipped> <how many at once> <jobs> <payload>` prints the two rates. Each job
//! has a key by which a repetition is recognised. What was done is counted in the file before a rate is printed.
//!
//! With `equal`, every connection syncs at each commit, and the log and the caches are as large as those of the store
//! it is measured beside. With `shipped`, the file is opened and set up as the documentation of the crate shows.

use std::{
    env,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::{Duration, Instant},
};

use apalis::{
    layers::WorkerBuilderExt,
    prelude::{BoxDynError, Data, TaskBuilder, TaskSink, WorkerBuilder},
};
use apalis_sqlite::{Config, SqliteConnectOptions, SqlitePool, SqlitePoolOptions, SqliteStorage};
use serde_json::value::RawValue;
use sqlx::sqlite::{SqliteJournalMode, SqliteSynchronous};

/// JSON that is neither read nor written again on its way.
type Mail = Box<RawValue>;

#[tokio::main]
async fn main() {
    let arguments: Vec<_> = env::args().skip(1).collect();
    let [file, settings, at_once, jobs, payload] = &arguments[..] else {
        panic!("five arguments are expected, not {}", arguments.len());
    };
    let number = |text: &str| -> usize { text.parse().expect("a whole number is expected") };
    let (at_once, jobs) = (number(at_once), number(jobs));
    let config = Config::default().queue("mail");
    let (pool, config) = match settings.as_str() {
        "equal" => (equal(file).await, config.batch_size(at_once)),
        "shipped" => (shipped(file).await, config),
        other => panic!("{other:?} is neither equal nor shipped"),
    };
    let storage = SqliteStorage::new(&pool).with_config(config);
    println!("{}", enqueue(&storage, at_once, jobs, payload).await);
    println!("{}", work_off(storage, at_once, jobs).await);
}

/// The settings of `jobstore`, on every connection.
async fn equal(file: &str) -> SqlitePool {
    let options = SqliteConnectOptions::new()
        .filename(file)
        .create_if_missing(true)
        .journal_mode(SqliteJournalMode::Wal)
        .synchronous(SqliteSynchronous::Full)
        .pragma("wal_autocheckpoint", "4000")
        .pragma("journal_size_limit", "67108864")
        .pragma("cache_size", "-16384")
        .pragma("temp_store", "MEMORY");
    // One writes at a time, and with more of them they wait for each other by sleeping: one alone is fastest.
    let pool = SqlitePoolOptions::new().max_connections(1);
    let pool = pool.connect_with(options).await.expect("there is room");
    let migrated = SqliteStorage::migrations().run(&pool).await;
    migrated.expect("the file is new");
    pool
}

/// What the documentation shows. It switches syncing off, on the one connection that happens to be asked.
async fn shipped(file: &str) -> SqlitePool {
    let url = format!("sqlite://{file}?mode=rwc");
    let pool = SqlitePool::connect(&url).await.expect("there is room");
    SqliteStorage::setup(&pool).await.expect("the file is new");
    pool
}

async fn enqueue(storage: &SqliteStorage<Mail>, callers: usize, jobs: usize, payload: &str) -> f64 {
    let payload = RawValue::from_string(payload.to_owned()).expect("the payload is JSON");
    let start = Instant::now();
    let each = |caller| {
        let (mut storage, payload) = (storage.clone(), payload.clone());
        tokio::spawn(async move {
            for n in (caller..jobs).step_by(callers) {
                let task = TaskBuilder::new(payload.clone());
                let task = task.idempotency_key(format!("welcome:{n}")).build();
                storage.push_task(task).await.expect("no fault");
            }
        })
    };
    let callers: Vec<_> = (0..callers).map(each).collect();
    for caller in callers {
        caller.await.expect("no caller fails");
    }
    let rate = jobs as f64 / start.elapsed().as_secs_f64();
    let whole = "SELECT count(*) FROM Jobs WHERE status = 'Pending' AND length(job) = ?";
    let stored: i64 = sqlx::query_scalar(whole)
        .bind(payload.get().len() as i64)
        .fetch_one(storage.pool())
        .await
        .expect("no fault");
    assert_eq!(stored, jobs as i64);
    rate
}

/// Has a worker run a task that does nothing.
async fn work_off(storage: SqliteStorage<Mail>, at_once: usize, jobs: usize) -> f64 {
    async fn nothing(_: Mail, ran: Data<Arc<AtomicUsize>>) -> Result<(), BoxDynError> {
        ran.fetch_add(1, Ordering::Relaxed);
        Ok(())
    }
    let pool = storage.pool().clone();
    let ran = Arc::new(AtomicUsize::new(0));
    let worker = WorkerBuilder::new("the only one")
        .backend(storage)
        .data(Arc::clone(&ran))
        .concurrency(at_once)
        .build(nothing);
    let start = Instant::now();
    tokio::select! {
        stopped = worker.run() => panic!("nobody stops it: {stopped:?}"),
        () = until(async || ran.load(Ordering::Relaxed) == jobs && done(&pool).await == jobs) => {}
    }
    jobs as f64 / start.elapsed().as_secs_f64()
}

async fn done(pool: &SqlitePool) -> usize {
    let done: i64 = sqlx::query_scalar("SELECT count(*) FROM Jobs WHERE status = 'Done'")
        .fetch_one(pool)
        .await
        .expect("no fault");
    done as usize
}

/// Waits until it is so. The rate of asking is low enough to take little from what is measured.
async fn until(is_so: impl AsyncFn() -> bool) {
    while !is_so().await {
        tokio::time::sleep(Duration::from_millis(2)).await;
    }
}
