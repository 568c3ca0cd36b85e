//! The least that a script can do.

use fred::interfaces::ClientLike;
use fred::types::{CustomCommand, Value};
use redis_fixture::Server;

use crate::KEYS;
use crate::callers::{self, Measure};

/// What each ask of ours says, about as long.
const ASK: [&str; 7] = ["1000000000/d", "5", "86", "2", "86400000000", "0", "0"];

/// A script that does nothing with its keys and arguments.
#[derive(Clone)]
pub(crate) struct Trivial<C> {
    client: C,
    digest: String,
    asks: usize,
}

impl<C: ClientLike + 'static> Trivial<C> {
    /// As many keys and arguments as for so many asks.
    pub(crate) fn for_asks(asks: usize, client: &C, server: &Server) -> Self {
        Self {
            client: client.clone(),
            digest: server.cli(&["SCRIPT", "LOAD", "return 1"]),
            asks,
        }
    }

    pub(crate) async fn measure(self, server: &Server, calls: usize) -> Measure {
        let call = move |place: usize| {
            let this = self.clone();
            async move { this.call(place).await }
        };
        callers::make(server, calls, call).await
    }

    async fn call(&self, place: usize) {
        let keys: Vec<_> = (0..self.asks)
            .map(|ask| format!("trivial:{{user:{}}} rule{ask}", place % KEYS))
            .collect();
        let command = CustomCommand::new_static("EVALSHA", keys[0].as_str(), false);
        let mut values: Vec<Value> = vec![self.digest.as_str().into(), (keys.len() as i64).into()];
        values.extend(keys.into_iter().map(Value::from));
        values.extend([self.asks.to_string(), String::new(), "0".into()].map(Value::from));
        for _ in 0..self.asks {
            values.extend(ASK.map(|argument| Value::from(argument.to_owned())));
        }
        let answer: i64 = self.client.custom(command, values).await.expect("no fault");
        assert_eq!(answer, 1);
    }
}
