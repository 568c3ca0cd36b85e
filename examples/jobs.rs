//! A queue at work, in the terminal: jobs with progress, one that fails and is retried, and one that dies, is
//! looked into, and is replayed once somebody has put right what it died of.
//!
//! ```sh
//! cargo run --example jobs
//! cargo run --example jobs -- --once
//! ```
//!
//! The photos and the service that resizes them are made up; the store is in memory. With `--once`, or where
//! standard output is no terminal, nothing is drawn, and what came of it is printed.

use std::error::Error;
use std::io::{self, IsTerminal};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use clap::Parser;
use indicatif::{MultiProgress, ProgressBar, ProgressStyle};
use jobstore::dead_letters::{DeadLetters, Filter};
use jobstore::worker::{Context, Failed};
use jobstore::{
    AuditQuery, By, Category, Enqueued, Job, JobId, Jobs, Memory, NewJob, Progress, Replay, Status,
    Worker,
};
use retry::{Backoff, Jitter};
use serde_json::Value;
use tokio::sync::oneshot;
use tokio::time::sleep;

const QUEUE: &str = "photos";
const PHOTOS: [&str; 6] = ["beach", "bridge", "harbour", "meadow", "panorama", "tower"];

/// In so many steps a photo is resized.
const STEPS: u64 = 8;

/// Draw a queue at work: progress, a retry, and a dead letter that is replayed.
#[derive(Parser)]
struct Arguments {
    /// Draw nothing, and print what came of it.
    #[arg(long)]
    once: bool,
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    let drawn = !Arguments::parse().once && io::stdout().is_terminal();
    let pace = Duration::from_millis(if drawn { 120 } else { 5 });
    let jobs = Jobs::new(Memory::new());
    let service = Arc::new(Service::default());

    // All of them or none are taken in; each is told from the others by its payload.
    let new = PHOTOS.map(|photo| {
        let job = NewJob::new(QUEUE, "photo.resize").payload(photo);
        job.triggered_by("person:ada").max_attempts(3)
    });
    let enqueued = jobs.enqueue_all(new.into()).await?;
    let ids = enqueued.into_iter().map(Enqueued::accepted);
    let ids: Vec<_> = ids.collect::<Result<_, _>>()?;
    println!("{} photos are to be resized, three at a time.\n", ids.len());

    // The worker runs beside everything else, until it is told to stop.
    let (stop, stopped) = oneshot::channel::<()>();
    let handler = {
        let service = Arc::clone(&service);
        move |job: Job, context: Context| resize(job, context, Arc::clone(&service), pace)
    };
    let worker = Worker::new(jobs.clone(), QUEUE, handler)
        .concurrency(3)
        .backoff(Backoff::constant(4 * pace).jitter(Jitter::None));
    let worker = tokio::spawn(worker.run(async {
        let _ = stopped.await;
    }));

    watch(&jobs, &ids, drawn).await?;
    tell(&jobs, &ids).await?;
    let letters = DeadLetters::new(jobs.clone());
    let replayed = look_into(&jobs, &letters, &service).await?;
    watch(&jobs, &replayed, drawn).await?;
    tell(&jobs, &replayed).await?;

    let open = letters.list(&Filter::default()).await?.jobs.len();
    println!("\nDead letters that wait for somebody: {open}");
    let _ = stop.send(());
    worker.await?;
    Ok(())
}

/// The handler: asks the service step by step, and tells how far it is.
async fn resize(
    job: Job,
    context: Context,
    service: Arc<Service>,
    pace: Duration,
) -> Result<Option<Value>, Failed> {
    let photo = name(&job);
    for step in 1..=STEPS {
        sleep(pace).await;
        if step == STEPS / 2 {
            service
                .answer(&photo, context.attempt())
                .map_err(|problem| Failed::transient(problem).category(Category::ExternalApi))?;
        }
        context.progress(Progress::of(step, STEPS)).await?;
    }
    Ok(Some(format!("{photo}.jpg").into()))
}

/// A service that is busy now and then, and has no room for what is wide until somebody makes some.
#[derive(Default)]
struct Service {
    has_room: AtomicBool,
}

impl Service {
    fn answer(&self, photo: &str, attempt: u32) -> Result<(), &'static str> {
        match photo {
            "harbour" if attempt == 1 => Err("503: busy, come back later"),
            "panorama" if !self.has_room.load(Ordering::Relaxed) => Err("507: no room for it"),
            _ => Ok(()),
        }
    }
}

/// Waits until these jobs have ended, and draws how far they are.
async fn watch(jobs: &Jobs, ids: &[JobId], drawn: bool) -> Result<(), Box<dyn Error>> {
    let picture = MultiProgress::new();
    let style = ProgressStyle::with_template("{prefix:10} [{bar:32}] {msg}")?.progress_chars("#>.");
    let bars: Vec<_> = ids
        .iter()
        .filter(|_| drawn)
        .map(|_| picture.add(ProgressBar::new(STEPS).with_style(style.clone())))
        .collect();
    loop {
        let mut ended = 0;
        for (at, &id) in ids.iter().enumerate() {
            let job = jobs.get(id).await?.ok_or("nobody deletes it")?;
            ended += usize::from(job.status.is_final());
            if let Some(bar) = bars.get(at) {
                draw(bar, &job);
            }
        }
        if ended == ids.len() {
            break;
        }
        sleep(Duration::from_millis(20)).await;
    }
    bars.iter().for_each(ProgressBar::abandon);
    if drawn {
        println!();
    }
    Ok(())
}

fn draw(bar: &ProgressBar, job: &Job) {
    bar.set_prefix(name(job));
    bar.set_position(job.progress.as_ref().map_or(0, |progress| progress.done));
    bar.set_message(match (job.status, job.errors.last()) {
        (Status::Retrying, Some(error)) => format!("will be tried again: {}", error.message),
        (Status::Dead, Some(error)) => format!("dead: {}", error.message),
        (status, _) => format!("{status}, attempt {}", job.attempts),
    });
}

/// Prints what became of these jobs.
async fn tell(jobs: &Jobs, ids: &[JobId]) -> Result<(), Box<dyn Error>> {
    for &id in ids {
        let job = jobs.get(id).await?.ok_or("nobody deletes it")?;
        let (photo, status, attempts) = (name(&job), job.status, job.attempts);
        print!(
            "  {photo:<10}{status:<6}attempt {attempts} of {}",
            job.max_attempts
        );
        match job.errors.last() {
            Some(error) => println!(", after {}: {}", error.category, error.message),
            None => println!(),
        }
    }
    Ok(())
}

/// Looks into what died, has its cause put right, and replays it. Returns the new jobs.
async fn look_into(
    jobs: &Jobs,
    letters: &DeadLetters,
    service: &Service,
) -> Result<Vec<JobId>, Box<dyn Error>> {
    println!("\nDead letters, by cause:");
    let causes = letters.groups(&Filter::default()).await?.groups;
    for cause in &causes {
        let (count, kind) = (cause.count, &cause.kind);
        println!("  {count} of {kind}, {}: {}", cause.category, cause.message);
    }
    let cause = causes.first().ok_or("one of them dies")?;
    println!("\nThe life of one of them:");
    let trail = jobs.audit(&AuditQuery::default().job(cause.sample)).await?;
    for entry in trail.entries.iter().rev() {
        let after = entry.after.map_or("gone", Status::name);
        let line = format!("  {:<9}-> {after:<9}{}", entry.action, entry.reason);
        println!("{}", line.trim_end());
    }

    println!("\nSomebody makes room, and has a look at what a replay would do:");
    service.has_room.store(true, Ordering::Relaxed);
    let by = By::new("person:ada").because("there is room now");
    let those = Filter::default().fingerprint(cause.fingerprint);
    let plan = letters
        .plan(&those, &Replay::new(by), Duration::ZERO)
        .await?;
    let (some, none) = (plan.jobs.len(), plan.refused.len());
    println!("  {some} would be replayed, {none} refused\n");
    let replays = letters.replay(&plan).await?;
    Ok(replays.created.into_iter().map(|(_, new)| new).collect())
}

fn name(job: &Job) -> String {
    String::from_utf8_lossy(job.payload.as_bytes()).into_owned()
}
