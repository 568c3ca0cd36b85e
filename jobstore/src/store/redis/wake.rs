//! Hearing that a job may be claimable.

use std::sync::Arc;

use event_listener::{Event, EventListener};
use fred::{
    clients::SubscriberClient,
    error::Error,
    interfaces::{ClientLike, EventInterface as _, PubsubInterface as _},
    types::config::ReconnectPolicy,
};
use tokio::{runtime::Handle, sync::broadcast::error::RecvError, task::JoinHandle};

/// A connection of its own on which the scripts of all processes say that a job may be claimable.
pub(super) struct Wake {
    changed: Arc<Event>,
    subscriber: SubscriberClient,
    listens: JoinHandle<()>,
}

impl Wake {
    /// Connects as `client` is connected, and again when it is parted.
    pub(super) async fn connect<C: ClientLike>(client: &C, channel: String) -> Result<Self, Error> {
        let policy = client
            .client_reconnect_policy()
            .unwrap_or_else(|| ReconnectPolicy::new_exponential(0, 100, 5_000, 2));
        let subscriber = SubscriberClient::new(
            client.client_config(),
            Some(client.perf_config()),
            Some(client.connection_config().clone()),
            Some(policy),
        );
        subscriber.init().await?;
        subscriber.subscribe(channel.as_str()).await?;
        let changed = Arc::new(Event::new());
        let listens = tokio::spawn(listen(subscriber.clone(), channel, Arc::clone(&changed)));
        Ok(Self {
            changed,
            subscriber,
            listens,
        })
    }

    pub(super) fn listen(&self) -> EventListener {
        self.changed.listen()
    }

    /// Wakes those who listen in this process, who need not wait for the server to say it.
    pub(super) fn notify(&self) {
        self.changed.notify(usize::MAX);
    }
}

impl Drop for Wake {
    fn drop(&mut self) {
        self.listens.abort();
        if let Ok(runtime) = Handle::try_current() {
            let subscriber = self.subscriber.clone();
            runtime.spawn(async move { subscriber.quit().await });
        }
    }
}

async fn listen(subscriber: SubscriberClient, channel: String, changed: Arc<Event>) {
    let mut messages = subscriber.message_rx();
    let mut reconnected = subscriber.reconnect_rx();
    loop {
        let heard = tokio::select! {
            message = messages.recv() => message.map(drop),
            server = reconnected.recv() => {
                // If this fails the connection is parted again, and there is a next time.
                let _again = subscriber.subscribe(channel.as_str()).await;
                server.map(drop)
            }
        };
        // What was said while the connection was down is not known: so everybody has a look.
        if let Err(RecvError::Closed) = heard {
            return;
        }
        changed.notify(usize::MAX);
    }
}
