//! Killing, again and again.

use std::{env, fs, path::Path, process::Child, thread, time::Duration};

use jobstore::{Claim, Event, Job, Query, Store, WorkerId};

use crate::{
    Result, at,
    backend::{self, Kept},
    chance::Chance,
    child::{self, QUEUE},
    diary::Diary,
};

/// How many rounds there are when nothing is said.
const ROUNDS: u64 = 25;
/// How long a process lives at most once it has begun to work, in milliseconds.
const LIFE: u64 = 120;

/// Lets two processes at a time work on one store, and kills each after a while; the next two go on with
/// what they left. At the end one good worker brings all to its end.
pub(crate) fn kill(kept: Kept) -> Result {
    let dir = tempfile::tempdir()?;
    let diary = dir.path().join("history.jsonl");
    let mut chance = Chance(u64::from(std::process::id()));
    println!("seed {}", chance.0);
    let rounds = env::var("CRASH_ROUNDS").map_or(Ok(ROUNDS), |text| text.parse())?;
    for round in 0..rounds {
        let begun = fs::metadata(&diary).map_or(0, |diary| diary.len());
        let children =
            [0, 1].map(|place| child::start(&kept.address, &diary, 2 * round + place + 1));
        let mut children: Vec<Child> = children.into_iter().collect::<Result<_>>()?;
        wait_for_work(&diary, begun, &mut children).map_err(at(format!("round {round}")))?;
        let order = chance.below(2) as usize;
        for place in [order, 1 - order] {
            thread::sleep(Duration::from_millis(chance.below(LIFE)));
            children[place].kill()?;
            children[place].wait()?;
        }
    }
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    let left = runtime.block_on(finish(&kept.address))?;
    let history = Diary::read(&diary)?;
    println!(
        "{rounds} rounds, {} lines, {} jobs",
        history.len(),
        left.len()
    );
    if (left.len() as u64) < rounds {
        return Err(format!("only {} jobs in {rounds} rounds", left.len()).into());
    }
    history.check(&left)?;
    Ok(())
}

/// Waits until the new processes have written something, so that each kill meets some work.
fn wait_for_work(diary: &Path, begun: u64, children: &mut [Child]) -> Result {
    while fs::metadata(diary).map_or(0, |diary| diary.len()) == begun {
        for child in &mut *children {
            if let Some(status) = child.try_wait()? {
                return Err(format!("a process ended by itself: {status}").into());
            }
        }
        thread::sleep(Duration::from_millis(1));
    }
    Ok(())
}

/// Completes all that is owed, and returns every job there is.
async fn finish(address: &str) -> Result<Vec<Job>> {
    let store = backend::open(address).await?;
    let claim = Claim {
        queue: QUEUE.into(),
        worker: WorkerId::new("last"),
        lease: Duration::from_secs(60),
        limit: 500,
    };
    loop {
        store.reap(500).await?;
        let jobs = store.claim(&claim).await?.jobs;
        let ends = jobs.iter().map(|job| {
            let (fence, result) = (job.fence, None);
            (job.id, Event::Complete { fence, result })
        });
        store.apply_all(ends.collect()).await?;
        let queues = store.queues().await?;
        if queues.iter().all(|queue| queue.tally.unfinished() == 0) {
            return all(&*store).await;
        }
    }
}

async fn all(store: &dyn Store) -> Result<Vec<Job>> {
    let mut jobs = Vec::new();
    let mut query = Query::default().limit(Query::MAX_LIMIT);
    loop {
        let page = store.list(&query).await?;
        for summary in page.jobs {
            jobs.extend(store.get(summary.id).await?);
        }
        let Some(next) = page.next else {
            return Ok(jobs);
        };
        query = query.before(next);
    }
}
