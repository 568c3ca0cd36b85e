//! Half a step, which a server has cut off at one restart and takes for a whole one at the next.
//!
//! A server that may load a cut file by itself (`aof-load-truncated yes`) leaves the beginning of a transaction in
//! it, and the end of the transaction after it ends that one too: <https://github.com/valkey-io/valkey/pull/4342>.

use std::fs;

use fred::clients::Client;
use jobstore::{Applied, Category, Event, Finding, Redis, Retry, Severity, Status, Store};
use redis_fixture::{Options, Server};

use crate::world::{claim, claim_one, enqueue, finish, job, open, recover, run};

const MULTI: &[u8] = b"*1\r\n$5\r\nMULTI\r\n";

#[test]
fn a_job_that_was_taken_in_by_half() {
    for_every_half(async |store| {
        enqueue(store, job().tag("vip").batch("may")).await;
    });
}

#[test]
fn jobs_that_were_claimed_by_half() {
    for_every_half(async |store| {
        // Two, because all that is kept of the first is written again when it is claimed after the restart.
        assert_eq!(claim(store, 2).await.len(), 2);
    });
}

#[test]
fn a_job_that_has_failed_by_half() {
    for_every_half(async |store| {
        let held = claim_one(store).await;
        let fail = Event::Fail {
            fence: held.fence,
            category: Category::ExternalApi,
            message: "503".into(),
            retry: Retry::Never,
        };
        let applied = store.apply(held.id, fail).await.expect("apply answers");
        assert_eq!(applied, Applied::Now(Status::Dead));
    });
}

/// Cuts the file within each command of the last step, restarts the server twice, and lets the examination mend
/// what came of it: then all jobs that were acknowledged before come to their end.
fn for_every_half(step: impl AsyncFn(&Redis<Client>)) {
    let (mut cut, mut cuts, mut faults) = (0, 1, 0);
    while cut < cuts {
        let yes = [
            "appendonly yes",
            "appendfsync always",
            "aof-load-truncated yes",
        ];
        let options = yes.into_iter().fold(Options::new(), Options::directive);
        let mut server = Server::start_with(options);
        run(async {
            let store = open(&server.url()).await;
            for _ in 0..3 {
                enqueue(&store, job().tag("vip").batch("may")).await;
            }
            step(&store).await;
            server.kill();
            let file = server.append_only_file();
            let text = fs::read(&file).expect("the file can be read");
            let ends = ends_in_the_last_transaction(&text);
            cuts = ends.len() - 1;
            // Some bytes of the next command are left, as a write leaves them that was cut.
            fs::write(&file, &text[..ends[cut] + 3]).expect("the file can be written");
            server.restart();
            recover(&store).await;
            finish(&store, &claim_one(&store).await).await;
            server.kill();
            server.restart();
            recover(&store).await;
            faults += mend(&store).await;
            end(&store).await;
        });
        cut += 1;
    }
    assert!(cuts > 3, "a step has {cuts} commands");
    assert!(faults > 0, "half a step does no harm");
}

/// Mends what can be mended, which must be all, and answers how much that was.
async fn mend(store: &impl Store) -> usize {
    let is_fault = |finding: &Finding| finding.severity == Severity::Error;
    let found = store.examine(true).await.expect("examine answers");
    let left = store.examine(false).await.expect("examine answers");
    assert!(!left.iter().any(is_fault), "{left:?}");
    assert!(
        left.iter()
            .any(|finding| finding.subject == "aof-load-truncated")
    );
    found.into_iter().filter(is_fault).count()
}

async fn end(store: &impl Store) {
    // A claim that was made by half holds its job until its lease ends.
    let queues = store.queues().await.expect("queues answers");
    let tally = &queues[0].tally;
    let held = tally.of(Status::Running);
    let waiting = claim(store, 10).await;
    assert_eq!(waiting.len() as u64 + held, tally.unfinished());
    let ended = tally.of(Status::Done) + tally.of(Status::Dead);
    assert!(waiting.len() as u64 + held + ended >= 3, "{tally:?}");
    for job in waiting {
        finish(store, &job).await;
    }
}

/// Where each command from the last `MULTI` on ends.
fn ends_in_the_last_transaction(text: &[u8]) -> Vec<usize> {
    let begin = text
        .windows(MULTI.len())
        .rposition(|window| window == MULTI)
        .expect("the last step is a transaction");
    let mut ends = Vec::new();
    let mut at = begin;
    while at < text.len() {
        at = end_of_command(text, at);
        ends.push(at);
    }
    ends
}

/// Where the command ends that begins here: `*2`, and for each word `$3` and as many bytes.
fn end_of_command(text: &[u8], begin: usize) -> usize {
    let (words, mut at) = number(text, begin);
    for _ in 0..words {
        let (length, word) = number(text, at);
        at = word + length + 2;
    }
    at
}

/// The number after a sign, and where the next line begins.
fn number(text: &[u8], begin: usize) -> (usize, usize) {
    let line = text[begin + 1..].split(|byte| *byte == b'\r').next();
    let digits = str::from_utf8(line.expect("there is a line")).expect("digits");
    let number = digits.parse().expect("a number");
    (number, begin + 1 + digits.len() + 2)
}
