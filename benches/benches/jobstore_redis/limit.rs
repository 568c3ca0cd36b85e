//! What no queue of ours can be faster than: a script that does nothing, through the same client.

use std::time::Instant;

use fred::clients::Client;
use fred::interfaces::ClientLike;
use fred::types::CustomCommand;
use redis_fixture::Server;

use crate::load::side_by_side;

pub(crate) async fn rate(client: &Client, server: &Server, callers: usize, calls: usize) -> f64 {
    let digest = server.cli(&["SCRIPT", "LOAD", "return 1"]);
    let start = Instant::now();
    let each = |caller| {
        let (client, digest) = (client.clone(), digest.clone());
        async move {
            for _ in (caller..calls).step_by(callers) {
                let command = CustomCommand::new_static("EVALSHA", None, false);
                let answer = client.custom(command, vec![&*digest, "0"]).await;
                assert_eq!(answer, Ok(1));
            }
        }
    };
    side_by_side(callers, each).await;
    calls as f64 / start.elapsed().as_secs_f64()
}
