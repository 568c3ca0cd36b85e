//! One of each verb, one after the other, and what a file looks like after each.

use std::{fmt::Write as _, path::Path, time::Duration};

use jobstore::{
    AuditQuery, By, Category, Claim, Event, File, Job, JobId, Keep, Level, Logged, NewJob,
    Progress, Query, Replay, Replayed, Retention, Retry, Store as _, WorkerId,
};

use crate::{Result, child::QUEUE};

/// How many verbs there are.
pub(crate) const VERBS: usize = 15;

/// What later verbs need to know of earlier ones.
#[derive(Default)]
pub(crate) struct Course {
    jobs: Vec<JobId>,
    claimed: Vec<Job>,
    replayed: Option<JobId>,
}

impl Course {
    /// Does the verb of this number, after all before it.
    pub(crate) async fn step(&mut self, file: &File, verb: usize) -> Result {
        let by = By::new("person:ada").because("a test");
        match verb {
            0 => {
                let enqueued = file.enqueue_all(new_jobs()).await?;
                self.jobs = enqueued.iter().map(|answer| answer.id()).collect();
            }
            1 => self.claimed = file.claim(&claim()).await?.jobs,
            2 => self.apply(file, 0, log).await?,
            3 => self.apply(file, 0, progress).await?,
            4 => {
                let events = vec![end(&self.claimed[0]), die(&self.claimed[1])];
                let _ = file.apply_all(events).await?;
            }
            5 => file.pause(QUEUE, Some(&by)).await?,
            6 => self.apply(file, 1, |_| flag(by)).await?,
            7 => {
                if let Replayed::Created(id) = file.replay(self.jobs[1], &Replay::new(by)).await? {
                    self.replayed = Some(id);
                }
            }
            8 => file.pause(QUEUE, None).await?,
            9 => {
                let replayed = self.replayed.ok_or("the dead job is replayed")?;
                let _ = file.apply(replayed, Event::Cancel { by }).await?;
            }
            10 => drop(file.delete(self.jobs[0], &by).await?),
            11 => drop(file.erase("customer:17", &by, 10).await?),
            12 => {
                let bare = Keep::for_ever().payload_age(Duration::ZERO);
                let _ = file.prune(&Retention::all(bare), 10).await?;
            }
            13 => drop(file.examine(true).await?),
            _ => {
                let nothing = Retention::all(Keep::for_ever().newest(0)).audit(Duration::ZERO);
                let _ = file.prune(&nothing, 100).await?;
            }
        }
        Ok(())
    }

    async fn apply(&self, file: &File, at: usize, event: impl FnOnce(&Job) -> Event) -> Result {
        let job = &self.claimed[at];
        let _ = file.apply(job.id, event(job)).await?;
        Ok(())
    }
}

fn new_jobs() -> Vec<NewJob> {
    let job = |kind| NewJob::new(QUEUE, kind).payload("Ada").batch("night");
    vec![
        job("ends")
            .tag("vip")
            .dedupe("key", Duration::from_secs(3_600)),
        job("dies").subject("customer:18"),
        job("waits")
            .subject("customer:17")
            .delay(Duration::from_secs(3_600)),
    ]
}

fn claim() -> Claim {
    Claim {
        queue: QUEUE.into(),
        worker: WorkerId::new("worker"),
        lease: Duration::from_secs(3_600),
        limit: 2,
    }
}

fn log(job: &Job) -> Event {
    let line = Logged {
        level: Level::Info,
        text: "begun".into(),
    };
    Event::Log {
        fence: job.fence,
        line,
    }
}

fn progress(job: &Job) -> Event {
    Event::Progress {
        fence: job.fence,
        progress: Progress::of(1, 2),
    }
}

fn end(job: &Job) -> (JobId, Event) {
    let end = Event::Complete {
        fence: job.fence,
        result: Some("done".into()),
    };
    (job.id, end)
}

fn die(job: &Job) -> (JobId, Event) {
    let die = Event::Fail {
        fence: job.fence,
        category: Category::Validation,
        message: "by intent".into(),
        retry: Retry::Never,
    };
    (job.id, die)
}

fn flag(by: By) -> Event {
    Event::Flag {
        by,
        assignee: "ada".into(),
    }
}

/// What the file looks like after each verb, and before the first.
pub(crate) fn looks() -> Result<Vec<String>> {
    let dir = tempfile::tempdir()?;
    let file = File::open(dir.path().join("jobs.db"))?;
    let runtime = tokio::runtime::Builder::new_current_thread().build()?;
    runtime.block_on(async {
        let mut course = Course::default();
        let mut looks = vec![look(&file).await?];
        for verb in 0..VERBS {
            course.step(&file, verb).await?;
            looks.push(look(&file).await?);
        }
        Ok(looks)
    })
}

/// What the file at `path` looks like; nothing in it may contradict anything else.
pub(crate) fn look_at(path: &Path) -> Result<String> {
    let file = File::open(path)?;
    let runtime = tokio::runtime::Builder::new_current_thread().build()?;
    runtime.block_on(async {
        let findings = file.examine(false).await?;
        if findings.is_empty() {
            return look(&file).await;
        }
        Err(format!("not as it should be: {findings:?}").into())
    })
}

/// All that is in a file but ids and times.
async fn look(file: &File) -> Result<String> {
    let mut look = String::new();
    for summary in file.list(&Query::default()).await?.jobs {
        let job = file.get(summary.id).await?.ok_or("the job is gone")?;
        let lines = file.log(job.id, 0, 10).await?.lines.len();
        writeln!(
            look,
            "{} {} {} {lines} {:?} {:?} {:?}",
            job.kind, job.status, job.fence, job.payload, job.progress, job.result
        )?;
        writeln!(look, "{} {}", job.replays, job.triage.is_some())?;
    }
    for entry in file.audit(&AuditQuery::default()).await?.entries {
        writeln!(look, "{} {:?} {}", entry.action, entry.after, entry.reason)?;
    }
    for queue in file.queues().await? {
        writeln!(look, "{:?} {}", queue.tally, queue.paused.is_some())?;
    }
    writeln!(look, "{:?}", file.batch("night").await?)?;
    Ok(look)
}
