//! The span around each attempt.

use std::{
    fmt::{self, Write as _},
    sync::{Arc, Mutex},
};

use jobstore::{Job, NewJob, worker::Context};
use tokio::{task::yield_now, time::sleep};
use tracing::{
    Event, Metadata, Subscriber,
    field::{Field, Visit},
    info, span,
};

use crate::support::{QUEUE, World, secs, start, subscribe};

/// Keeps what the handlers of one thread say, each with the span that it was said in.
#[derive(Clone, Default)]
struct Spans(Arc<Mutex<State>>);

#[derive(Default)]
struct State {
    opened: Vec<String>,
    entered: Vec<u64>,
    said: Vec<(String, String)>,
}

impl Subscriber for Spans {
    fn enabled(&self, _: &Metadata<'_>) -> bool {
        true
    }

    fn new_span(&self, span: &span::Attributes<'_>) -> span::Id {
        let mut text = Text(span.metadata().name().to_owned());
        span.record(&mut text);
        let opened = &mut self.0.lock().unwrap().opened;
        opened.push(text.0);
        span::Id::from_u64(opened.len() as u64)
    }

    fn record(&self, _: &span::Id, _: &span::Record<'_>) {}

    fn record_follows_from(&self, _: &span::Id, _: &span::Id) {}

    fn event(&self, event: &Event<'_>) {
        let mut text = Text::default();
        event.record(&mut text);
        let mut state = self.0.lock().unwrap();
        let span = match state.entered.last() {
            Some(&id) => state.opened[id as usize - 1].clone(),
            None => String::new(),
        };
        state.said.push((text.0, span));
    }

    fn enter(&self, id: &span::Id) {
        self.0.lock().unwrap().entered.push(id.into_u64());
    }

    fn exit(&self, _: &span::Id) {
        self.0.lock().unwrap().entered.pop();
    }
}

#[derive(Default)]
struct Text(String);

impl Visit for Text {
    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        write!(self.0, " {field}={value:?}").unwrap();
    }
}

struct SaysGoodbye;

impl Drop for SaysGoodbye {
    fn drop(&mut self) {
        info!("stopped");
    }
}

#[tokio::test(start_paused = true)]
async fn what_a_handler_says_is_said_in_a_span_that_names_its_job() {
    let spans = Spans::default();
    let _guard = subscribe(spans.clone());
    let world = World::new();
    let new_job = || {
        NewJob::new(QUEUE, "mail.welcome")
            .payload("card 4242")
            .max_attempts(1)
    };
    let ids = [
        world.enqueue(new_job()).await,
        world.enqueue(new_job()).await,
    ];
    let worker = start(
        world
            .worker(|_: Job, _: Context| async {
                let _guard = SaysGoodbye;
                yield_now().await;
                info!("at work");
                sleep(secs(60)).await;
                Ok(None)
            })
            .timeout(secs(2)),
    );
    for id in ids {
        world.ended(id).await;
    }
    let fence = world.job(ids[0]).await.fence;
    assert_eq!(world.job(ids[1]).await.fence, fence, "both at one time");
    worker.stop().await;

    let said = &spans.0.lock().unwrap().said;
    for word in ["at work", "stopped", "an attempt ended"] {
        for id in ids {
            let job = format!("job id={id} queue=\"{QUEUE}\" kind=\"mail.welcome\"");
            let expected = format!("{job} attempt=1 fence={fence}");
            let times = said
                .iter()
                .filter(|(text, span)| text.contains(word) && *span == expected)
                .count();
            assert_eq!(times, 1, "{word} by {id}: {said:?}");
        }
    }
    assert!(!format!("{said:?}").contains("4242"));
}
