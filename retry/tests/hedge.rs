//! Second copies of calls, in virtual time.
#![cfg(not(loom))]

use std::cell::Cell;
use std::future::Future;
use std::rc::Rc;
use std::time::Duration;

use retry::{Budget, Hedge, Timer, Tokio};
use tokio::time::{Instant, sleep};

const MILLI: Duration = Duration::from_millis(1);

/// A hedge that sends a second copy after 100 ms, or an eighth more.
fn hedge() -> Hedge {
    let hedge = Hedge::new()
        .of_at_least(1)
        .half_life(Duration::from_secs(1_000_000));
    hedge.record(100 * MILLI, Tokio.now());
    hedge
}

/// A server whose copies of a call take so long and answer so, one after the other; and how many were sent.
struct Server {
    copies: Vec<(Duration, Result<&'static str, &'static str>)>,
    sent: Rc<Cell<usize>>,
    under_way: Rc<Cell<usize>>,
}

impl Server {
    fn new(copies: &[(u32, Result<&'static str, &'static str>)]) -> Self {
        Self {
            copies: copies
                .iter()
                .map(|(millis, answer)| (*millis * MILLI, *answer))
                .collect(),
            sent: Rc::default(),
            under_way: Rc::default(),
        }
    }

    fn serve(&self) -> impl Future<Output = Result<&'static str, &'static str>> + use<> {
        let (took, answer) = self.copies[self.sent.get()];
        self.sent.set(self.sent.get() + 1);
        let copy = Copy::begin(&self.under_way);
        async move {
            sleep(took).await;
            drop(copy);
            answer
        }
    }
}

/// A copy that is under way, until it is dropped.
struct Copy(Rc<Cell<usize>>);

impl Copy {
    fn begin(under_way: &Rc<Cell<usize>>) -> Self {
        under_way.set(under_way.get() + 1);
        Self(Rc::clone(under_way))
    }
}

impl Drop for Copy {
    fn drop(&mut self) {
        self.0.set(self.0.get() - 1);
    }
}

/// The answer, after how many milliseconds, and of how many copies. None of them is left.
async fn call(
    hedge: &Hedge,
    budget: &Budget,
    server: &Server,
) -> (Result<&'static str, &'static str>, u128, usize) {
    let began = Instant::now();
    let answer = hedge.call(&Tokio, budget, || server.serve()).await;
    assert_eq!(server.under_way.get(), 0, "the loser is dropped");
    (answer, began.elapsed().as_millis(), server.sent.get())
}

#[tokio::test(start_paused = true)]
async fn a_call_that_is_fast_is_made_once() {
    let server = Server::new(&[(90, Ok("first"))]);
    assert_eq!(
        call(&hedge(), &Budget::new(), &server).await,
        (Ok("first"), 90, 1)
    );
}

#[tokio::test(start_paused = true)]
async fn the_second_copy_is_the_answer_if_it_is_faster() {
    let server = Server::new(&[(5_000, Ok("first")), (20, Ok("second"))]);
    let (answer, took, sent) = call(&hedge(), &Budget::new(), &server).await;
    assert_eq!((answer, sent), (Ok("second"), 2));
    assert!((120..135).contains(&took), "{took} ms");
}

#[tokio::test(start_paused = true)]
async fn the_first_copy_is_the_answer_if_it_is_faster_after_all() {
    let server = Server::new(&[(200, Ok("first")), (500, Ok("second"))]);
    assert_eq!(
        call(&hedge(), &Budget::new(), &server).await,
        (Ok("first"), 200, 2)
    );
}

#[tokio::test(start_paused = true)]
async fn what_fails_soon_is_not_made_again() {
    let server = Server::new(&[(50, Err("first"))]);
    assert_eq!(
        call(&hedge(), &Budget::new(), &server).await,
        (Err("first"), 50, 1)
    );
}

#[tokio::test(start_paused = true)]
async fn a_copy_that_fails_leaves_the_call_to_the_other() {
    let server = Server::new(&[(200, Err("first")), (300, Ok("second"))]);
    let (answer, took, _) = call(&hedge(), &Budget::new(), &server).await;
    assert_eq!(answer, Ok("second"));
    assert!((400..415).contains(&took), "{took} ms");

    let server = Server::new(&[(500, Ok("first")), (10, Err("second"))]);
    assert_eq!(
        call(&hedge(), &Budget::new(), &server).await,
        (Ok("first"), 500, 2)
    );

    let server = Server::new(&[(500, Err("first")), (10, Err("second"))]);
    assert_eq!(
        call(&hedge(), &Budget::new(), &server).await,
        (Err("first"), 500, 2)
    );

    let server = Server::new(&[(200, Err("first")), (300, Err("second"))]);
    assert_eq!(
        call(&hedge(), &Budget::new(), &server).await.0,
        Err("second")
    );
}

#[tokio::test(start_paused = true)]
async fn nothing_is_sent_twice_until_enough_is_known() {
    let hedge = Hedge::new();
    for calls in 0..100 {
        assert_eq!(hedge.delay(Tokio.now()), None, "{calls}");
        let server = Server::new(&[(200, Ok("first"))]);
        assert_eq!(call(&hedge, &Budget::new(), &server).await.2, 1);
    }
    assert!(hedge.delay(Tokio.now()).is_some());
}

#[tokio::test(start_paused = true)]
async fn without_a_budget_there_is_no_second_copy() {
    let server = Server::new(&[(5_000, Ok("first"))]);
    let answer = call(&hedge(), &Budget::new().saved(0), &server).await;
    assert_eq!(answer, (Ok("first"), 5_000, 1));
}

/// Where all calls become slow, a copy of each would be twice the load of a server that has too much of it.
#[tokio::test(start_paused = true)]
async fn a_server_that_becomes_slow_gets_no_more_than_the_budget() {
    let (hedge, budget) = (hedge(), Budget::new());
    let mut sent = 0;
    for _ in 0..2_000 {
        let server = Server::new(&[(1_000, Ok("first")), (1_000, Ok("second"))]);
        sent += call(&hedge, &budget, &server).await.2;
        budget.deposit(Tokio.now());
    }
    assert!(sent <= 2_000 + 200 + 100, "{sent}");
}

/// Where only the winner is looked at, those who were cut short seem to be fast, the delay becomes shorter, and in the
/// end every call is made twice.
#[tokio::test(start_paused = true)]
async fn copies_that_win_do_not_shorten_the_delay() {
    let (hedge, budget) = (hedge(), Budget::new().ratio(1, 1));
    for call_number in 0..2_000 {
        let first = if call_number % 10 == 0 { 2_000 } else { 100 };
        let server = Server::new(&[(first, Ok("first")), (1, Ok("second"))]);
        assert!(call(&hedge, &budget, &server).await.0.is_ok());
        budget.deposit(Tokio.now());
        let delay = hedge.delay(Tokio.now()).expect("enough is known");
        assert!(delay >= 100 * MILLI, "{delay:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn both_copies_are_dropped_with_the_call() {
    let server = Server::new(&[(5_000, Ok("first")), (5_000, Ok("second"))]);
    let (hedge, budget) = (hedge(), Budget::new());
    let calling = hedge.call(&Tokio, &budget, || server.serve());
    let patience = tokio::time::timeout(1_000 * MILLI, calling);
    assert!(patience.await.is_err());
    assert_eq!((server.sent.get(), server.under_way.get()), (2, 0));
}
