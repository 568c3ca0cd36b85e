//! One of each verb, one after the other, and what a file looks like after each.

use std::{collections::BTreeMap, fmt::Write as _, path::Path, time::Duration};

use jobstore::{
    Answer, Applied, AuditQuery, By, Category, Claim, Event, Fence, File, JobId, Keep, Level,
    Logged, NewJob, Progress, Query, Replay, Replayed, Retention, Retry, Store as _, Timestamp,
    WorkerId,
};

use crate::{Result, child::QUEUE};

/// What a store is asked for.
#[derive(Clone, Copy)]
enum Verb {
    EnqueueAll,
    /// All jobs that are due, for so long.
    Claim(Duration),
    /// What the worker of a job does.
    Write(usize, fn(Fence) -> Event),
    /// What a person does to a job.
    Tell(usize, fn(By) -> Event),
    /// The ends of two jobs at once.
    ApplyAll,
    Reap,
    Pause,
    Resume,
    Replay,
    Delete,
    Erase,
    PrunePayloads,
    PruneAll,
    Examine,
}

/// The jobs by their place: the first four are enqueued, and the last is a replay.
const ENDS: usize = 0;
const DIES: usize = 1;
const WANDERS: usize = 2;
const REPLAY: usize = 4;

/// Leases that hold, and one that is over before anybody can look.
const HOUR: Duration = Duration::from_secs(3_600);
const MOMENT: Duration = Duration::from_micros(1);

const COURSE: [Verb; VERBS] = [
    Verb::EnqueueAll,
    Verb::Claim(HOUR),
    Verb::Write(ENDS, heartbeat),
    Verb::Write(ENDS, log),
    Verb::Write(ENDS, progress),
    Verb::Write(WANDERS, fail),
    Verb::Claim(MOMENT),
    Verb::Reap,
    Verb::Claim(HOUR),
    Verb::Write(WANDERS, release),
    Verb::Claim(HOUR),
    Verb::Write(WANDERS, postpone),
    Verb::Tell(WANDERS, revive),
    Verb::ApplyAll,
    Verb::Pause,
    Verb::Tell(DIES, flag),
    Verb::Tell(DIES, resolve),
    Verb::Replay,
    Verb::Resume,
    Verb::Tell(REPLAY, cancel),
    Verb::Delete,
    Verb::Erase,
    Verb::PrunePayloads,
    Verb::Examine,
    Verb::PruneAll,
];

/// How many verbs there are.
pub(crate) const VERBS: usize = 25;

/// What later verbs need to know of earlier ones.
#[derive(Default)]
pub(crate) struct Course {
    jobs: Vec<JobId>,
    fences: BTreeMap<JobId, Fence>,
}

impl Course {
    /// Does the verb of this number, after all before it.
    pub(crate) async fn step(&mut self, file: &File, verb: usize) -> Result {
        let by = By::new("person:ada").because("a test");
        match COURSE[verb] {
            Verb::EnqueueAll => {
                let enqueued = file.enqueue_all(new_jobs()).await?;
                self.jobs = enqueued.iter().map(|answer| answer.first()).collect();
            }
            Verb::Claim(lease) => {
                let jobs = file.claim(&claim(lease)).await?.jobs;
                self.fences
                    .extend(jobs.iter().map(|job| (job.id, job.fence)));
            }
            Verb::Write(at, event) => {
                let event = event(self.fence(at));
                happened(file.apply(self.jobs[at], event).await?)?;
            }
            Verb::Tell(at, event) => happened(file.apply(self.jobs[at], event(by)).await?)?,
            Verb::ApplyAll => {
                let ends = [(ENDS, complete as fn(Fence) -> Event), (DIES, die)];
                let events = ends.map(|(at, event)| (self.jobs[at], event(self.fence(at))));
                for applied in file.apply_all(events.into()).await? {
                    happened(applied)?;
                }
            }
            Verb::Reap => drop(file.reap(10).await?),
            Verb::Pause => file.pause(QUEUE, Some(&by)).await?,
            Verb::Resume => file.pause(QUEUE, None).await?,
            Verb::Replay => match file.replay(self.jobs[DIES], &Replay::new(by)).await? {
                Replayed::Created(id) => self.jobs.push(id),
                refused => return Err(format!("not replayed: {refused:?}").into()),
            },
            Verb::Delete => drop(file.delete(self.jobs[ENDS], &by).await?),
            Verb::Erase => drop(file.erase("customer:17", &by, 10).await?),
            Verb::PrunePayloads => {
                let bare = Keep::for_ever().payload_age(Duration::ZERO);
                let _ = file.prune(&Retention::all(bare), 10).await?;
            }
            Verb::PruneAll => {
                let nothing = Retention::all(Keep::for_ever().newest(0)).audit(Duration::ZERO);
                let _ = file.prune(&nothing, 100).await?;
            }
            Verb::Examine => drop(file.examine(true).await?),
        }
        Ok(())
    }

    /// The fence of whoever claimed the job last.
    fn fence(&self, at: usize) -> Fence {
        let fence = self.jobs.get(at).and_then(|id| self.fences.get(id));
        fence.copied().unwrap_or(Fence::NONE)
    }
}

fn happened(applied: Applied) -> Result {
    match applied {
        Applied::Now(_) => Ok(()),
        refused => Err(format!("not applied: {refused:?}").into()),
    }
}

fn new_jobs() -> Vec<NewJob> {
    let job = |kind| NewJob::new(QUEUE, kind).payload("Ada").batch("night");
    vec![
        job("ends").tag("vip").dedupe("key", HOUR),
        job("dies").subject("customer:18"),
        job("wanders"),
        job("waits").subject("customer:17").delay(HOUR),
    ]
}

fn claim(lease: Duration) -> Claim {
    Claim {
        queue: QUEUE.into(),
        worker: WorkerId::new("worker"),
        lease,
        limit: 10,
    }
}

fn heartbeat(fence: Fence) -> Event {
    let lease = 2 * HOUR;
    Event::Heartbeat { fence, lease }
}

fn log(fence: Fence) -> Event {
    let line = Logged {
        level: Level::Info,
        text: "begun".into(),
    };
    Event::Log { fence, line }
}

fn progress(fence: Fence) -> Event {
    let progress = Progress::of(1, 2);
    Event::Progress { fence, progress }
}

fn fail(fence: Fence) -> Event {
    failed(fence, Retry::After(Duration::ZERO))
}

fn die(fence: Fence) -> Event {
    failed(fence, Retry::Never)
}

fn failed(fence: Fence, retry: Retry) -> Event {
    Event::Fail {
        fence,
        category: Category::Validation,
        message: "by intent".into(),
        retry,
    }
}

fn release(fence: Fence) -> Event {
    Event::Release { fence }
}

fn postpone(fence: Fence) -> Event {
    let delay = HOUR;
    Event::Postpone { fence, delay }
}

fn complete(fence: Fence) -> Event {
    let result = Some(Answer::new("done").expect("it is short"));
    Event::Complete { fence, result }
}

fn revive(by: By) -> Event {
    Event::Revive { by }
}

fn flag(by: By) -> Event {
    let assignee = "ada".into();
    Event::Flag { by, assignee }
}

fn resolve(by: By) -> Event {
    Event::Resolve { by }
}

fn cancel(by: By) -> Event {
    Event::Cancel { by }
}

/// What the file looks like after each verb, and before the first.
pub(crate) fn looks() -> Result<Vec<String>> {
    let dir = tempfile::tempdir()?;
    let file = File::open(dir.path().join("jobs.db"))?;
    let runtime = tokio::runtime::Builder::new_current_thread().build()?;
    runtime.block_on(async {
        let mut course = Course::default();
        let mut looks = vec![look(&file).await?];
        for (verb, asked) in COURSE.iter().enumerate() {
            course.step(&file, verb).await?;
            let look = look(&file).await?;
            let changes = !matches!(asked, Verb::Examine);
            if changes == (looks.last() == Some(&look)) {
                return Err(
                    format!("after verb {verb} it looks as if nothing happened: {look}").into(),
                );
            }
            looks.push(look);
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

/// All that is in a file but ids, times and the fences that follow them; of a lease there is how long it was given,
/// in hours.
async fn look(file: &File) -> Result<String> {
    let mut look = String::new();
    for summary in file.list(&Query::default()).await?.jobs {
        let job = file.get(summary.id).await?.ok_or("the job is gone")?;
        let lines = file.log(job.id, 0, 10).await?.lines.len();
        writeln!(
            look,
            "{} {} {} {lines} {:?} {:?} {:?}",
            job.kind,
            job.status,
            job.fence > Fence::NONE,
            job.payload,
            job.progress,
            job.result
        )?;
        writeln!(
            look,
            "{:?} {:?} {:?} {} {:?}",
            [job.attempts, job.lost, job.interrupted, job.replays],
            job.lease.map(|lease| hours(file.now(), lease.until)),
            hours(file.now(), job.run_at),
            job.errors.len(),
            job.triage
                .map(|triage| (triage.assignee, triage.resolution.is_some())),
        )?;
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

/// How long it is until then, in hours.
fn hours(now: Timestamp, then: Timestamp) -> u64 {
    then.since(now).as_secs().div_ceil(3_600)
}
