//! Payloads of one shape.

use jobstore::{
    Answer, Category, NewJob, Status,
    worker::{Context, Failed, typed},
};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::support::{QUEUE, World, start};

#[derive(Serialize, Deserialize)]
struct Transfer {
    cents: u64,
    to: String,
}

async fn transfer(transfer: Transfer, context: Context) -> Result<Option<Value>, Failed> {
    assert_eq!(context.attempt(), 1);
    Ok(Some(
        format!("{} to {}", transfer.cents, transfer.to).into(),
    ))
}

#[tokio::test(start_paused = true)]
async fn what_was_enqueued_as_json_arrives_as_it_was() {
    let world = World::new();
    let payload = Transfer {
        cents: 4_200,
        to: "Ada".into(),
    };
    let new = NewJob::new(QUEUE, "transfer").json(&payload).unwrap();
    let id = world.enqueue(new).await;
    let worker = start(world.worker(typed(transfer)));
    assert_eq!(
        world.ended(id).await.result.map(Answer::into_value),
        Some("4200 to Ada".into())
    );
    worker.stop().await;
}

/// Comparable libraries try such a job again and again.
#[tokio::test(start_paused = true)]
async fn a_payload_of_another_shape_is_dead_at_once_and_is_not_repeated_in_the_error() {
    let world = World::new();
    let worker = start(world.worker(typed(transfer)));
    for (payload, problem) in [
        (
            r#"{"cents": "4242 4242", "to": "Ada"}"#,
            "of another shape at line 1, column 21",
        ),
        (
            r#"{"cents": 4242}"#,
            "of another shape at line 1, column 15",
        ),
        (r#"{"cents": 4242"#, "cut short at line 1, column 14"),
        ("4242 = Ada", "of another shape at line 1, column 4"),
        ("\n{4242", "not JSON at line 2, column 2"),
        ("", "cut short at line 1, column 0"),
    ] {
        let id = world
            .enqueue(NewJob::new(QUEUE, "transfer").payload(payload))
            .await;
        let job = world.ended(id).await;
        assert_eq!((job.status, job.attempts), (Status::Dead, 1));
        let error = &job.errors[0];
        assert_eq!(error.category, Category::Validation);
        let expected = format!("the payload is no worker::typed::Transfer: {problem}");
        assert_eq!(error.message, expected);
    }
    worker.stop().await;
}

#[test]
fn what_json_cannot_express_is_refused_before_it_is_enqueued() {
    let map = std::collections::HashMap::from([([1, 2], "x")]);
    let refused = NewJob::new(QUEUE, "kind").json(&map).unwrap_err();
    assert_eq!(refused.field, "payload");
}
