use super::*;
use crate::{By, ManualClock, Memory, NewJob, WorkerId};

const MINUTE: Duration = Duration::from_secs(60);

struct World {
    jobs: Jobs,
    clock: Arc<ManualClock>,
}

impl World {
    fn new() -> Self {
        let clock = Arc::new(ManualClock::at("2026-03-29T10:00:00Z".parse().unwrap()));
        Self {
            jobs: Jobs::new(Memory::with_clock(Arc::clone(&clock))),
            clock,
        }
    }

    fn doctor(&self) -> Doctor {
        Doctor::new(self.jobs.clone()).with_clock(Arc::clone(&self.clock))
    }

    async fn enqueue(&self, job: NewJob) {
        let _ = self.jobs.enqueue(job).await.unwrap();
    }

    async fn claim(&self) -> usize {
        let worker = WorkerId::new("worker");
        let claimed = self.jobs.claim("mail", &worker, MINUTE, 1).await;
        claimed.unwrap().jobs.len()
    }

    /// The line about the only queue.
    async fn line(&self) -> (Severity, String) {
        let report = self.doctor().examine().await;
        assert_eq!(report.findings, []);
        let [diagnosis] = &report.diagnoses[..] else {
            panic!("one queue: {report}");
        };
        (diagnosis.severity(), diagnosis.to_string())
    }
}

fn mail() -> NewJob {
    NewJob::new("mail", "mail.welcome")
}

#[tokio::test]
async fn where_there_is_nothing_nothing_is_wrong() {
    let report = World::new().doctor().examine().await;
    assert_eq!(report.worst(), None);
    assert_eq!(
        report.to_string(),
        "What is answered with Ok is lost when this process ends.\nNothing is wrong."
    );
}

#[tokio::test]
async fn it_says_why_nothing_is_running() {
    let world = World::new();
    world.enqueue(mail().delay(MINUTE)).await;
    let line =
        "note: queue mail: 1 waiting, 0 running, 0 dead; nothing is due until 2026-03-29T10:01:00Z";
    assert_eq!(world.line().await, (Severity::Note, line.into()));

    world.clock.advance(6 * MINUTE);
    let line = "error: queue mail: 1 waiting, 0 running, 0 dead; \
        the first has been due for 5 min, and no worker has ever asked for it";
    assert_eq!(world.line().await, (Severity::Error, line.into()));

    world.enqueue(mail()).await;
    assert_eq!(world.claim().await, 1);
    let line = "note: queue mail: 1 waiting, 1 running, 0 dead; workers are at it";
    assert_eq!(world.line().await, (Severity::Note, line.into()));

    let by = By::new("person:ada").because("the mail server is being moved");
    world.jobs.pause("mail", &by).await.unwrap();
    let line = "note: queue mail: 1 waiting, 1 running, 0 dead; \
        paused by person:ada since 2026-03-29T10:06:00Z, because: the mail server is being moved";
    assert_eq!(world.line().await, (Severity::Note, line.into()));
    world.jobs.resume("mail").await.unwrap();

    assert_eq!(world.claim().await, 1);
    let line = "note: queue mail: 0 waiting, 2 running, 0 dead; all that are due are being run";
    assert_eq!(world.line().await, (Severity::Note, line.into()));
}

#[tokio::test]
async fn workers_that_cannot_keep_up_are_told_from_workers_that_are_gone() {
    let world = World::new();
    for _ in 0..2 {
        world.enqueue(mail()).await;
    }
    world.clock.advance(2 * MINUTE);
    assert_eq!(world.claim().await, 1);
    let (severity, line) = world.line().await;
    assert_eq!(severity, Severity::Warning);
    assert!(
        line.ends_with("workers are behind: the first has been due for 2 min"),
        "{line}"
    );

    world.clock.advance(5 * MINUTE);
    let report = world.doctor().examine().await;
    assert_eq!(report.worst(), Some(Severity::Error));
    assert!(
        report
            .to_string()
            .contains("no worker has asked for it since 2026-03-29T10:02:00Z")
    );
}

#[tokio::test]
async fn jobs_whose_workers_are_gone_are_found_and_freed() {
    let world = World::new();
    world.enqueue(mail()).await;
    assert_eq!(world.claim().await, 1);
    world.clock.advance(MINUTE + REAPED_WITHIN);
    assert_eq!(
        world.doctor().examine().await.findings,
        [],
        "it may be about to be freed"
    );

    world.clock.advance(MINUTE);
    let found = world.doctor().examine().await;
    let [finding] = &found.findings[..] else {
        panic!("one finding: {found}");
    };
    assert_eq!(
        finding.fault,
        "1 have run out, and nobody has freed their jobs"
    );
    assert!(!found.is_healthy());
    let mended = world.doctor().mend().examine().await;
    assert!(mended.findings[0].mended && mended.diagnoses[0].tally.ready == 1);
    assert_eq!(world.doctor().examine().await.findings, []);
}

#[tokio::test]
async fn clocks_that_disagree_are_told() {
    let world = World::new();
    let findings = async |clock: &str| {
        let clock = ManualClock::at(clock.parse().unwrap());
        let report = world.doctor().with_clock(clock).examine().await;
        report
            .findings
            .iter()
            .map(|finding| finding.fault.clone())
            .collect::<Vec<_>>()
    };
    assert_eq!(findings("2026-03-29T10:00:05Z").await, [""; 0]);
    let behind = findings("2026-03-29T09:58:00Z").await;
    assert_eq!(behind, ["the clock of this machine is 2 min behind"]);
    let ahead = findings("2026-04-01T10:00:00Z").await;
    assert_eq!(ahead, ["the clock of the store is 3 days behind"]);
}
