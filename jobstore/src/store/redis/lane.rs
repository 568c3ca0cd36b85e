//! Verbs that travel together.

use std::{collections::VecDeque, mem, sync::Arc};

use fred::{interfaces::ClientLike, types::Value};
use parking_lot::Mutex;
use tokio::{runtime::Handle, sync::oneshot};

use super::{reply::Reply, script::Script, server::Server};
use crate::StoreError;

/// How many couriers may be on their way. While one waits, the server works for another.
const MOST_COURIERS: usize = 2;

/// How many steps a courier takes along before it goes: the server does nothing else while it makes them.
const MOST_STEPS: usize = 128;

/// How many bytes a courier takes along before it goes.
const MOST_BYTES: usize = 4 * 1024 * 1024;

/// A line of steps that wait, and those who carry them to the server. Who comes by himself goes himself, at
/// once; where there are many, most of the time that each would take is saved.
pub(super) struct Lane<C: ClientLike> {
    server: Arc<Server<C>>,
    script: &'static Script,
    /// What is said once, before the steps.
    head: Option<Value>,
    /// How many values the answer to a step has.
    answer: usize,
    waiting: Mutex<Waiting>,
}

#[derive(Default)]
struct Waiting {
    steps: VecDeque<Passenger>,
    /// How many are under way, be they couriers or those who went themselves.
    couriers: usize,
    /// Whether the last courier had several steps to carry: then the next has, too.
    is_crowded: bool,
}

/// A step, and who waits for the answer.
struct Passenger {
    arguments: Vec<Value>,
    bytes: usize,
    answered: Waiter,
}

type Waiter = oneshot::Sender<Result<Reply, Failed>>;

/// Why nobody knows whether a step was made; several may be told.
type Failed = Arc<StoreError>;

impl<C: ClientLike + 'static> Lane<C> {
    pub(super) fn new(server: Arc<Server<C>>, script: &'static Script, answer: usize) -> Self {
        Self {
            server,
            script,
            head: None,
            answer,
            waiting: Mutex::default(),
        }
    }

    pub(super) fn with_head(self, head: Value) -> Self {
        let head = Some(head);
        Self { head, ..self }
    }

    /// Makes a step, perhaps together with others. It is sent once, or not at all; and once it is sent it is made,
    /// whether or not anybody waits for the answer to the end.
    pub(super) async fn make(
        self: &Arc<Self>,
        arguments: impl Into<Vec<Value>>,
    ) -> Result<Reply, StoreError> {
        let arguments = arguments.into();
        if Handle::try_current().is_err() {
            return Err(StoreError::Unavailable(Box::new(NoRuntime)));
        }
        if let Some(walker) = self.walk() {
            return walker.make(arguments).await;
        }
        let bytes = arguments.iter().filter_map(Value::as_bytes);
        let (answered, answer) = oneshot::channel();
        self.enqueue(Passenger {
            bytes: bytes.map(<[u8]>::len).sum(),
            arguments,
            answered,
        });
        match answer.await {
            Ok(answer) => answer.map_err(told),
            Err(_) => Err(StoreError::Unavailable(Box::new(Lost))),
        }
    }

    /// Whether somebody who comes now goes himself.
    fn walk(self: &Arc<Self>) -> Option<Walker<C>> {
        let mut waiting = self.waiting.lock();
        if waiting.couriers > 0 || waiting.is_crowded {
            return None;
        }
        waiting.couriers += 1;
        Some(Walker(Arc::clone(self)))
    }

    /// Puts somebody in the line, and sends a courier if there are not enough.
    fn enqueue(self: &Arc<Self>, passenger: Passenger) {
        // A runtime that is shutting down drops the courier at once, who then looks at the line: so it is not
        // held while he is sent.
        if self.push(passenger) {
            self.send_courier();
        }
    }

    /// Sends a courier, who is counted already.
    fn send_courier(self: &Arc<Self>) {
        let courier = Courier {
            lane: Arc::clone(self),
            is_done: false,
        };
        // Without a runtime he is dropped here.
        if let Ok(runtime) = Handle::try_current() {
            runtime.spawn(courier.run());
        }
    }

    /// Puts somebody in the line, and says whether another courier is needed, who is counted from now on.
    fn push(&self, passenger: Passenger) -> bool {
        let mut waiting = self.waiting.lock();
        waiting.steps.push_back(passenger);
        let is_needed = waiting.couriers < MOST_COURIERS;
        waiting.couriers += usize::from(is_needed);
        is_needed
    }
}

/// The error of a courier, as each of those hears it whom it was sent for.
fn told(failed: Failed) -> StoreError {
    match *failed {
        StoreError::Corrupt(_) => StoreError::Corrupt(Box::new(failed)),
        _ => StoreError::Unavailable(Box::new(failed)),
    }
}

/// Goes himself, with one step.
struct Walker<C: ClientLike + 'static>(Arc<Lane<C>>);

impl<C: ClientLike + 'static> Walker<C> {
    async fn make(self, step: Vec<Value>) -> Result<Reply, StoreError> {
        let lane = &self.0;
        let arguments = lane.head.iter().cloned().chain(step);
        let mut reply = lane.server.make(lane.script, arguments).await?;
        reply.take(lane.answer)
    }
}

impl<C: ClientLike + 'static> Drop for Walker<C> {
    /// Has those carried who have come meanwhile, also if nobody waited for the answer to the end.
    fn drop(&mut self) {
        let mut waiting = self.0.waiting.lock();
        if waiting.steps.is_empty() {
            waiting.couriers -= 1;
            return;
        }
        drop(waiting);
        self.0.send_courier();
    }
}

/// Carries steps for as long as there are any.
struct Courier<C: ClientLike> {
    lane: Arc<Lane<C>>,
    /// Whether it has found nobody waiting, and is not counted any more.
    is_done: bool,
}

impl<C: ClientLike + 'static> Courier<C> {
    async fn run(mut self) {
        while let Some((arguments, waiters)) = self.board() {
            let lane = &self.lane;
            match lane.server.make(lane.script, arguments).await {
                Ok(mut reply) => {
                    for waiter in waiters {
                        // Who has gone away is told nothing.
                        let _gone = waiter.send(reply.take(lane.answer).map_err(Arc::new));
                    }
                }
                Err(error) => self.tell(waiters, error),
            }
        }
    }

    /// Tells all that it has failed. Those who have not left yet would find the same, and later.
    fn tell(&self, waiters: Vec<Waiter>, error: StoreError) {
        let error = Arc::new(error);
        let left = mem::take(&mut self.lane.waiting.lock().steps);
        let left = left.into_iter().map(|passenger| passenger.answered);
        for waiter in waiters.into_iter().chain(left) {
            let _gone = waiter.send(Err(Arc::clone(&error)));
        }
    }

    /// Who comes along next.
    fn board(&mut self) -> Option<(Vec<Value>, Vec<Waiter>)> {
        let mut waiting = self.lane.waiting.lock();
        let mut arguments: Vec<_> = self.lane.head.iter().cloned().collect();
        let (mut waiters, mut bytes) = (Vec::new(), 0);
        while waiters.len() < MOST_STEPS && bytes < MOST_BYTES {
            let Some(passenger) = waiting.steps.pop_front() else {
                break;
            };
            bytes += passenger.bytes;
            arguments.extend(passenger.arguments);
            waiters.push(passenger.answered);
        }
        if waiters.is_empty() {
            // Not later: whoever comes next must know that there is one less.
            waiting.couriers -= 1;
            self.is_done = true;
            return None;
        }
        waiting.is_crowded = waiters.len() > 1;
        Some((arguments, waiters))
    }
}

impl<C: ClientLike> Drop for Courier<C> {
    /// If its runtime has ended before it was done, nobody waits for it in vain.
    fn drop(&mut self) {
        if self.is_done {
            return;
        }
        let mut waiting = self.lane.waiting.lock();
        waiting.couriers -= 1;
        if waiting.couriers == 0 {
            waiting.steps.clear();
        }
    }
}

/// The runtime of the courier has ended on the way.
#[derive(Debug, thiserror::Error)]
#[error("the runtime has ended before there was an answer")]
struct Lost;

/// There is nobody who could carry a step.
#[derive(Debug, thiserror::Error)]
#[error("it was asked outside of a tokio runtime")]
struct NoRuntime;
