//! Deleting what belongs to somebody.

use jobstore::{By, Query, Store};
use redis_fixture::Server;

use crate::world::{job, open, run};

/// More than one script deletes.
const JOBS: usize = 260;

/// What is left of somebody's data must not depend on what an index says.
#[test]
fn a_job_that_is_gone_does_not_end_it() {
    let server = Server::start();
    run(async {
        let store = open(&server.url()).await;
        let of_ada = vec![job().subject("ada"); JOBS];
        let _ = store.enqueue_all(of_ada).await.unwrap();
        let index = server.cli(&["KEYS", "{app}:in:subject:*"]);
        let ghost = "00000000-0000-7000-8000-000000000000";
        server.cli(&["ZADD", &index, "0", ghost]);
        let erased = store.erase("ada", &By::new("person:ada"), 1_000).await;
        assert_eq!(erased.unwrap(), JOBS);
        let left = store.list(&Query::default().subject("ada")).await.unwrap();
        assert_eq!(left.jobs, []);
    });
}
