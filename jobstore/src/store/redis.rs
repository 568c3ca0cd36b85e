//! Jobs in Redis: for the processes of many machines.

use std::{fmt, sync::Arc};

use async_trait::async_trait;
use event_listener::EventListener;
use fred::{interfaces::ClientLike, types::Value};

use self::{
    claims::Claims, clock::ServerClock, lane::Lane, names::Base, server::Server, wake::Wake,
};
pub use self::{names::InvalidPrefix, open::OpenError, options::Options, script::ANSWER_WITHIN};
use crate::{
    Applied, AuditPage, AuditQuery, By, Claim, Claimed, Durability, Enqueued, Event, Finding,
    InvalidJob, Job, JobId, LogPage, NewJob, Page, Pruned, Query, QueueState, Replay, Replayed,
    Retention, Store, StoreError, Tally, Timestamp,
};

mod claims;
mod clock;
mod event;
mod examine;
mod health;
mod lane;
mod look;
mod names;
mod open;
mod options;
mod record;
mod reply;
mod retire;
mod script;
mod server;
mod step;
mod wait;
mod wake;

/// Jobs in Redis, for the processes of many machines. Cheap to clone; clones share the connection.
///
/// **What an `Ok` survives:** the end of every process but the server; of the server, a kill and a power cut as
/// far as its append-only file was synced, and a failover as far as the replica had been told, which is after
/// the answer. Who wants more asks for it ([`Options::durability`]) and waits longer.
///
/// A failover that nobody waited for takes steps back: a job may be claimed again that somebody holds, who is then told
/// that the lease is lost, since no fence is given out twice.
///
/// The time is the server's, and can be set. Set back by five minutes, jobs of the last five wait as long, and so does
/// the rescue of those whose worker is gone; set forward, leases end early, and jobs that run are given to others,
/// which their fences keep apart. Let it be slewed, not stepped.
///
/// Set `aof-load-truncated no` too, and run `redis-check-aof --fix` before the server is started after a crash. With
/// `yes`, which is what Redis comes with, a server whose crash has cut a step leaves its first half in the file
/// and takes that for whole [at the start after the next](https://github.com/valkey-io/valkey/pull/4342): counts
/// and indexes are wrong then, and a job that was enqueued again may be there twice.
/// [`examine`](Store::examine) says how the server is set up, and mends the counts and indexes.
///
/// The host makes the client with `fred` 10, a [`Client`](fred::clients::Client) or a
/// [`Pool`](fred::clients::Pool), and has it connected: to one server, by Sentinel or to a Cluster, with TLS
/// (a feature of `fred`) and a password, all as the URL says. Give it a reconnect policy, or it stays apart
/// once it is parted, and a command timeout, or [`ANSWER_WITHIN`] holds. Set its `tcp.nodelay`, or the system may keep
/// a step back until the one before is acknowledged. The store adds a connection of its own
/// on which it hears that there is work, so workers need not ask again and again.
///
/// Each verb is one script in one round trip, which reads the server's clock and decides there as
/// [`Job::apply`] does. Only what may be long goes in several: claims, reaps and batches of events of more than
/// 250, prunes, erasures, and lists for which many jobs have to be looked at. Verbs of different callers that
/// come at the same time travel together.
///
/// No command is sent a second time: if the connection breaks or the answer does not come in time, the verb
/// fails with [`StoreError::Unavailable`], and the step was made or not. An enqueue with a dedupe key may then be
/// asked again without harm, and so may whatever carries a fence. As long as the client knows that the
/// connection is down, every verb fails at once.
///
/// # Keys
///
/// All keys begin with the prefix as a hash tag, as `{myapp:jobs}`, so a Cluster keeps a store in one place;
/// several stores with different prefixes are spread. A job takes about a kilobyte and its payload, until it is
/// [pruned](Store::prune). Set `maxmemory-policy noeviction`, because Redis else drops jobs to make room:
/// [`check`](Store::check) says if it is set otherwise. Redis 6.2 or later is needed. A user with few rights needs
/// `EVALSHA`, `EVAL`, `INFO`, `SUBSCRIBE`, `PUBLISH` and `UNSUBSCRIBE` for the channel that ends in `:wake`, and for
/// the keys `GET`, `SET`, `DEL`, `EXISTS`, `TYPE`, `SCAN`, `PTTL`, `PEXPIRE`, `TIME` and the commands of hashes,
/// sorted sets, lists and streams; and `WAIT` or `WAITAOF` if it is to wait for more than the server's memory.
///
/// A list is found by the smallest index that holds what is asked for: that of a queue, tag, subject, batch,
/// parent or fingerprint; jobs of one status, if they are fewer than a thousand; else all jobs, of which the
/// newest are looked at first. A page that is full costs no more than the jobs it has to look at to become so.
/// The trail of one job is followed from entry to entry, and searched for only if the job is gone.
///
/// ```
/// use std::time::Duration;
///
/// use fred::prelude::*;
/// use jobstore::{Jobs, NewJob, Redis};
///
/// # let server = redis_fixture::Server::start();
/// # let url = server.url();
/// # tokio::runtime::Builder::new_current_thread().enable_all().build()?.block_on(async {
/// let client = Builder::from_config(Config::from_url(&url)?)
///     .with_performance_config(|config| config.default_command_timeout = Duration::from_secs(2))
///     .set_policy(ReconnectPolicy::new_exponential(0, 100, 5_000, 2))
///     .build()?;
/// client.init().await?;
///
/// let jobs = Jobs::new(Redis::open(client, "myapp:jobs").await?);
/// let id = jobs.enqueue(NewJob::new("mail", "mail.welcome")).await?.accepted()?;
/// assert!(jobs.get(id).await?.is_some());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// # })?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub struct Redis<C: ClientLike> {
    shared: Arc<Shared<C>>,
}

struct Shared<C: ClientLike> {
    server: Arc<Server<C>>,
    enqueues: Arc<Lane<C>>,
    claims: Claims<C>,
    events: Arc<Lane<C>>,
    wake: Wake,
}

impl<C: ClientLike + 'static> Redis<C> {
    /// How many jobs can be [enqueued together](Store::enqueue_all) at most: the server does nothing else
    /// meanwhile.
    pub const MAX_TOGETHER: usize = 10_000;

    /// The store of the keys that begin with `prefix`, which is 1 to 128 visible ASCII characters. Those
    /// who give the same prefix share the jobs.
    ///
    /// # Errors
    ///
    /// The text cannot be a prefix, or the server cannot be reached or is not fit.
    pub async fn open(client: C, prefix: &str) -> Result<Self, OpenError> {
        Self::open_with(client, prefix, Options::new()).await
    }

    /// As [`open`](Self::open), with options.
    ///
    /// # Errors
    ///
    /// As [`open`](Self::open), or the server cannot do what is asked.
    pub async fn open_with(client: C, prefix: &str, options: Options) -> Result<Self, OpenError> {
        let base = Base::new(prefix)?;
        let info = open::ask(&client, &base).await?;
        let wait = open::wait_for(&info, options.durability)?;
        let clock = ServerClock::new(options.clock);
        info.time().into_iter().for_each(|time| clock.hear(time));
        let wake = Wake::connect(&client, base.channel()).await;
        let server = Arc::new(Server {
            client: script::once(&client),
            base,
            clock,
            entries: options.entries,
            durability: options.durability,
            wait,
        });
        Ok(Self {
            shared: Arc::new(Shared {
                enqueues: Arc::new(Lane::new(Arc::clone(&server), &script::ENQUEUE, 3)),
                claims: Claims::new(Arc::clone(&server)),
                events: Arc::new(Lane::new(Arc::clone(&server), &script::APPLY, 1)),
                wake: wake.map_err(OpenError::Unavailable)?,
                server,
            }),
        })
    }

    fn server(&self) -> &Server<C> {
        &self.shared.server
    }

    fn notify(&self) {
        self.shared.wake.notify();
    }
}

impl<C: ClientLike> Clone for Redis<C> {
    fn clone(&self) -> Self {
        Self {
            shared: Arc::clone(&self.shared),
        }
    }
}

impl<C: ClientLike> fmt::Debug for Redis<C> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Redis")
            .field("base", &self.shared.server.base.as_str())
            .finish_non_exhaustive()
    }
}

#[async_trait]
impl<C: ClientLike + 'static> Store for Redis<C> {
    async fn enqueue(&self, job: NewJob) -> Result<Enqueued, StoreError> {
        job.validate()?;
        let arguments = record::arguments(job)?;
        let mut reply = self.shared.enqueues.make(arguments).await?;
        let enqueued = step::enqueued(&mut reply)?;
        if let Enqueued::Created(_) = enqueued {
            self.notify();
        }
        Ok(enqueued)
    }

    async fn enqueue_all(&self, jobs: Vec<NewJob>) -> Result<Vec<Enqueued>, StoreError> {
        if jobs.len() > Self::MAX_TOGETHER {
            let (jobs, most) = (jobs.len(), Self::MAX_TOGETHER);
            let problem =
                format!("are too many: {jobs} jobs come together, and at most {most} may");
            return Err(InvalidJob::new("neighbours", problem).into());
        }
        let enqueued = self.server().enqueue_all(jobs).await?;
        self.notify();
        Ok(enqueued)
    }

    async fn claim(&self, claim: &Claim) -> Result<Claimed, StoreError> {
        self.shared.claims.claim(claim).await
    }

    async fn apply(&self, id: JobId, event: Event) -> Result<Applied, StoreError> {
        let arguments = event::arguments(id, event)?;
        let mut reply = self.shared.events.make(arguments).await?;
        let applied = event::applied(&mut reply)?;
        if matches!(applied, Applied::Now(status) if status.is_waiting()) {
            self.notify();
        }
        Ok(applied)
    }

    async fn apply_all(&self, events: Vec<(JobId, Event)>) -> Result<Vec<Applied>, StoreError> {
        let applied = self.server().apply_all(events).await?;
        let waits =
            |applied: &Applied| matches!(applied, Applied::Now(status) if status.is_waiting());
        if applied.iter().any(waits) {
            self.notify();
        }
        Ok(applied)
    }

    async fn reap(&self, limit: usize) -> Result<Vec<JobId>, StoreError> {
        let reaped = self.server().reap(limit).await;
        self.notify();
        reaped
    }

    async fn replay(&self, id: JobId, replay: &Replay) -> Result<Replayed, StoreError> {
        let replayed = self.server().replay(id, replay).await?;
        self.notify();
        Ok(replayed)
    }

    async fn delete(&self, id: JobId, by: &By) -> Result<bool, StoreError> {
        self.server().delete(id, by).await
    }

    async fn erase(&self, subject: &str, by: &By, limit: usize) -> Result<usize, StoreError> {
        self.server().erase(subject, by, limit).await
    }

    async fn prune(&self, retention: &Retention, limit: usize) -> Result<Pruned, StoreError> {
        self.server().prune(retention, limit).await
    }

    async fn pause(&self, queue: &str, by: Option<&By>) -> Result<(), StoreError> {
        let by = by.map(record::json).transpose()?.unwrap_or_default();
        let words: [Value; 2] = [queue.into(), by.into()];
        self.server().make(&script::PAUSE, words).await?;
        self.notify();
        Ok(())
    }

    async fn get(&self, id: JobId) -> Result<Option<Job>, StoreError> {
        self.server().get(id).await
    }

    async fn list(&self, query: &Query) -> Result<Page, StoreError> {
        self.server().list(query).await
    }

    async fn log(&self, id: JobId, after: u64, limit: usize) -> Result<LogPage, StoreError> {
        self.server().log(id, after, limit).await
    }

    async fn audit(&self, query: &AuditQuery) -> Result<AuditPage, StoreError> {
        self.server().audit(query).await
    }

    async fn queues(&self) -> Result<Vec<QueueState>, StoreError> {
        self.server().queues().await
    }

    async fn batch(&self, batch: &str) -> Result<Tally, StoreError> {
        self.server().batch(batch).await
    }

    async fn examine(&self, mend: bool) -> Result<Vec<Finding>, StoreError> {
        self.server().examine(mend).await
    }

    fn durability(&self) -> Durability {
        self.server().durability
    }

    async fn check(&self) -> Result<(), StoreError> {
        self.server().make(&script::CHECK, []).await?;
        self.server().evicts_nothing().await
    }

    fn listen(&self) -> EventListener {
        self.shared.wake.listen()
    }

    fn now(&self) -> Timestamp {
        self.server().clock.now()
    }
}
