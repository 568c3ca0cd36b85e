//! The process that meets the fault.

use std::{
    env,
    ffi::{OsStr, OsString},
    io::{self, Write as _},
    path::Path,
    process::{Command, Stdio},
    time::Duration,
};

use jobstore::{
    Applied, Category, Claim, Enqueued, Event, File, Job, NewJob, Query, Retry, Store, WorkerId,
};

use crate::{
    Result,
    verbs::{Course, VERBS},
};

/// The first argument of the process.
pub(crate) const MARK: &str = "child";

/// How many jobs [`Work::Fill`] enqueues.
pub(crate) const FILL: usize = 12;

/// The queue of all jobs.
pub(crate) const QUEUE: &str = "queue";

/// What the process is to do.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Work {
    /// Enqueue jobs one after the other; after the first error, try everything once more, and end.
    Fill,
    /// Do one of each verb, and end after the first error.
    Verbs,
    /// Do everything at once, for ever.
    Churn,
}

impl Work {
    const fn name(self) -> &'static str {
        match self {
            Self::Fill => "fill",
            Self::Verbs => "verbs",
            Self::Churn => "churn",
        }
    }
}

/// A command that runs this program as the child: `wrapper` in front of it, if there is one.
pub(crate) fn command(wrapper: &[&str], path: &Path, work: Work) -> Result<Command> {
    let program = env::current_exe()?.into_os_string();
    let mut words = wrapper.iter().map(OsStr::new).chain([program.as_os_str()]);
    let mut command = Command::new(words.next().unwrap_or_default());
    command
        .args(words)
        .args([OsStr::new(MARK), path.as_os_str(), OsStr::new(work.name())])
        .stdin(Stdio::null())
        .stdout(Stdio::piped());
    Ok(command)
}

/// The main function of the child. Its arguments are the path of the file and the name of the work.
pub(crate) fn run(mut arguments: impl Iterator<Item = OsString>) {
    let path = arguments.next().expect("the path is given");
    let work = arguments.next().expect("the work is given");
    let file = match File::open(path) {
        Ok(file) => file,
        Err(error) => return say(&format!("failed {error}")),
    };
    let work = async move {
        if work == Work::Fill.name() {
            fill(&file).await;
        } else if work == Work::Verbs.name() {
            verbs(&file).await;
        } else {
            churn(&file).await;
        }
    };
    tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_time()
        .build()
        .expect("threads can be started")
        .block_on(work);
}

/// One write, so that a line arrives whole unless it is the last.
fn say(line: &str) {
    // The parent may be gone: then nobody needs to know.
    let _ = io::stdout().write_all(format!("{line}\n").as_bytes());
}

async fn fill(file: &File) {
    for _ in 0..FILL {
        match file.enqueue(NewJob::new(QUEUE, "kind")).await {
            Ok(enqueued) => say(&format!("enqueued {}", enqueued.first())),
            Err(error) => {
                say(&format!("failed {error}"));
                return probe(file).await;
            }
        }
    }
}

async fn verbs(file: &File) {
    let mut course = Course::default();
    for verb in 0..VERBS {
        match course.step(file, verb).await {
            Ok(()) => say("done"),
            Err(error) => return say(&format!("failed {error}")),
        }
    }
}

/// Says for each kind of verb whether the store still does it.
async fn probe(file: &File) {
    let probes = [
        file.enqueue(NewJob::new(QUEUE, "kind")).await.map(drop),
        file.list(&Query::default()).await.map(drop),
        file.reap(1).await.map(drop),
        file.check().await,
    ];
    for probe in probes {
        match probe {
            Ok(()) => say("served"),
            Err(error) => say(&format!("refused {error}")),
        }
    }
}

async fn churn(file: &File) {
    let pid = std::process::id();
    let mut tasks = tokio::task::JoinSet::new();
    for n in 0..4 {
        let (producer, worker) = (file.clone(), file.clone());
        tasks.spawn(async move { produce(&producer, &format!("{pid}-{n}")).await });
        tasks.spawn(async move { consume(&worker, &WorkerId::new(&format!("{pid}-{n}"))).await });
    }
    let reaper = file.clone();
    tasks.spawn(async move {
        loop {
            reaper.reap(10).await.expect("the store works");
            tokio::task::yield_now().await;
        }
    });
    tasks.join_next().await;
}

/// Enqueues each job twice under its key, as a sender does who has missed the answer.
async fn produce(file: &File, name: &str) {
    for n in 0_u64.. {
        let job = NewJob::new(QUEUE, "kind")
            .payload(vec![b'x'; 500])
            .dedupe(format!("{name}-{n}"), Duration::from_secs(3_600));
        let first = file.enqueue(job.clone()).await.expect("the store works");
        say(&format!("enqueued {}", first.first()));
        let again = file.enqueue(job).await.expect("the store works");
        assert!(matches!(again, Enqueued::Duplicate { id, .. } if id == first.first()));
    }
}

async fn consume(file: &File, worker: &WorkerId) {
    let claim = Claim {
        queue: QUEUE.into(),
        worker: worker.clone(),
        // Short, so that jobs of a killed process come back, and some are lost by a living one.
        lease: Duration::from_millis(20),
        limit: 3,
    };
    for n in 0_u64.. {
        for job in file.claim(&claim).await.expect("the store works").jobs {
            say(&format!("claimed {} {}", job.id, job.fence));
            finish(file, &job, n).await;
        }
    }
}

async fn finish(file: &File, job: &Job, n: u64) {
    let fence = job.fence;
    let (word, event) = match n % 4 {
        0 => ("released", Event::Release { fence }),
        1 => (
            "failed",
            Event::Fail {
                fence,
                category: Category::Unknown,
                message: "by intent".into(),
                retry: Retry::After(Duration::ZERO),
            },
        ),
        _ => (
            "completed",
            Event::Complete {
                fence,
                result: None,
            },
        ),
    };
    let applied = file.apply(job.id, event).await.expect("the store works");
    if let Applied::Now(status) = applied {
        say(&format!("{word} {} {fence} {status}", job.id));
    }
}
