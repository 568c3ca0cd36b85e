//! What the host chooses for while a store is away.

use std::num::NonZero;
use std::time::Duration;

use ratelimit::http::Gate;
use ratelimit::{Fallback, Local, WhenDown};

use crate::exchange::ask;
use crate::limits::{DOWN, everybody, memory, per_minute};
use crate::server::Server;

async fn serve(when_down: WhenDown) -> Server {
    let store = Fallback::new(DOWN, when_down, Duration::from_secs(3_600));
    let charges = [per_minute("all", 4, everybody())];
    Server::start(Gate::new(store, charges).expect("few"), None).await
}

#[tokio::test]
async fn everybody_may_pass() {
    let server = serve(WhenDown::Allow).await;
    for _ in 0..9 {
        assert_eq!(ask(server.address, "GET /", &[]).await.status, 200);
    }
}

#[tokio::test]
async fn a_share_may_pass_and_clients_are_told_of_it() {
    let share = Local {
        memory: memory(),
        one_in: NonZero::new(2).expect("two"),
    };
    let server = serve(WhenDown::Local(share)).await;
    for remaining in [1, 0] {
        let answer = ask(server.address, "GET /", &[]).await;
        let limit = format!(r#""all";r={remaining};t=30"#);
        assert_eq!(
            (answer.status, answer.field("ratelimit")),
            (200, Some(limit.as_str()))
        );
        assert_eq!(answer.field("ratelimit-policy"), Some(r#""all";q=4;w=120"#));
    }
    let answer = ask(server.address, "GET /", &[]).await;
    assert_eq!(
        (answer.status, answer.field("retry-after")),
        (429, Some("30"))
    );
}

#[tokio::test]
async fn nobody_may_pass() {
    let server = serve(WhenDown::Deny).await;
    for _ in 0..2 {
        let answer = ask(server.address, "GET /", &[]).await;
        assert_eq!(
            (answer.status, answer.field("retry-after")),
            (503, Some("1"))
        );
    }
    assert_eq!(server.reached(), 0);
}
