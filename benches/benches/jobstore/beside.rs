//! Our store in a file beside `apalis-sqlite`.
//!
//! That is a program of its own, built and started here: a program can hold one SQLite, and it wants another version
//! than we do. Both have the same payloads, a key for each job by which a repetition is recognised, and a worker with
//! a handler that does nothing; both count in their files what was done before they name a rate.

use std::env;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use jobstore::store::file::Options;

use crate::load::{self, PAYLOAD};
use crate::serve::work_off;
use crate::table::Table;
use crate::{CALLERS, file};

/// How the peer keeps its file, and what that is called in the table.
const SETTINGS: [(&str, &str); 2] = [
    ("equal", "apalis-sqlite, synced as we do"),
    ("shipped", "apalis-sqlite, as shipped"),
];

pub(crate) async fn compare(rounds: usize, jobs: usize) {
    let peer = Peer::build();
    for at_once in [CALLERS, 1] {
        println!("\n{at_once} at once");
        let mut incoming = Table::new("enqueue", "jobstore");
        let mut outgoing = Table::new("work off", "jobstore");
        for round in 1..=rounds {
            eprintln!("beside a peer {round}/{rounds}");
            let dir = tempfile::tempdir().expect("there is room");
            let store = file::open(dir.path(), "ours", Options::DEFAULT_MAX_BATCH);
            incoming.add("jobstore", load::enqueue(&store, at_once, jobs).await);
            outgoing.add("jobstore", work_off(&store, at_once, jobs).await);
            for (settings, name) in SETTINGS {
                let [enqueued, worked_off] =
                    peer.run(&dir.path().join(settings), settings, at_once, jobs);
                incoming.add(name, enqueued);
                outgoing.add(name, worked_off);
            }
        }
        incoming.print();
        outgoing.print();
    }
}

/// The program that is the peer.
struct Peer(PathBuf);

impl Peer {
    /// Builds it, if that was not done before.
    fn build() -> Self {
        let manifest = Path::new(env!("CARGO_MANIFEST_DIR")).join("apalis-sqlite/Cargo.toml");
        let target = target_directory().join("apalis-sqlite");
        let built = Command::new(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()))
            .args(["build", "--release", "--locked", "--manifest-path"])
            .arg(&manifest)
            .arg("--target-dir")
            .arg(&target)
            .status()
            .expect("cargo can be started");
        assert!(built.success(), "{} cannot be built", manifest.display());
        Self(target.join("release/apalis-sqlite-bench"))
    }

    /// Enqueues jobs into a new file and works them off, and returns how many a second.
    fn run(&self, file: &Path, settings: &str, at_once: usize, jobs: usize) -> [f64; 2] {
        let output = Command::new(&self.0)
            .arg(file)
            .args([settings, &at_once.to_string(), &jobs.to_string(), PAYLOAD])
            .stderr(Stdio::inherit())
            .output()
            .expect("it was just built");
        assert!(output.status.success(), "apalis-sqlite: {}", output.status);
        let printed = String::from_utf8(output.stdout).expect("it prints numbers");
        let rates: Vec<f64> = printed
            .lines()
            .map(|line| line.parse().expect("it prints numbers"))
            .collect();
        rates.try_into().expect("it prints two rates")
    }
}

/// Where the build of this program lies: it was started as `<target>/<profile>/deps/<program>`.
fn target_directory() -> PathBuf {
    let program = env::current_exe().expect("the system knows what it has started");
    let target = program.ancestors().nth(3);
    target.expect("cargo builds no program there").to_owned()
}
