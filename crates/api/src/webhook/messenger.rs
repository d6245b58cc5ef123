//! Makes messages of what was written and sends those that are due, until the server stops: several at once, few of them to
//! the same webhook. What is due, and who of several servers takes it, is the store's.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use domain::WebhookId;
use store::{Arrival, Attempted, Outgoing, Store};
use tokio::sync::watch;
use tokio::task::JoinSet;
use tokio::time::Instant;

use super::post::{Post, WHOLE};
use crate::metrics::Metrics;
use crate::server::App;

/// How many messages are under way at once, and how many to one webhook, so that a slow one does not hold up the others;
/// one where the last attempt failed.
const AT_ONCE: usize = 16;
const TO_ONE: usize = 4;
/// How often the queue is looked into where nothing is known to be due: messages that another server left behind.
const EVERY: Duration = Duration::from_secs(5);
/// What is written together goes out together.
const GATHER: Duration = Duration::from_millis(20);

// Whoever sends must be done before another server may.
const _: () = assert!(WHOLE.as_secs() < store::LEASE.num_seconds().unsigned_abs());

/// Sends the webhooks' messages.
pub(crate) struct Messenger {
    app: Arc<App>,
    post: Post,
}

/// What is under way.
#[derive(Default)]
struct UnderWay {
    attempts: JoinSet<Attempted>,
    to: HashMap<WebhookId, usize>,
}

impl UnderWay {
    fn begin(&mut self, attempt: impl Future<Output = Attempted> + Send + 'static, to: WebhookId) {
        *self.to.entry(to).or_default() += 1;
        self.attempts.spawn(attempt);
    }

    /// What has ended, at least one where any is under way; waits for it.
    async fn ended(&mut self) -> Vec<Attempted> {
        let mut ended = Vec::new();
        if let Some(first) = self.attempts.join_next().await {
            ended.push(first);
            ended.extend(std::iter::from_fn(|| self.attempts.try_join_next()));
        }
        // An attempt does not panic; if one did, its message would be attempted again.
        let ended: Vec<Attempted> = ended.into_iter().filter_map(Result::ok).collect();
        for attempt in &ended {
            if let Some(count) = self.to.get_mut(&attempt.webhook) {
                *count = count.saturating_sub(1);
            }
        }
        self.to.retain(|_, count| *count > 0);
        if self.attempts.is_empty() {
            self.to.clear();
        }
        ended
    }
}

impl Messenger {
    /// For a server that is about to run.
    ///
    /// # Errors
    /// The TLS library does not start.
    pub(crate) fn new(app: Arc<App>, reaches_private: bool) -> reqwest::Result<Self> {
        Ok(Self {
            app,
            post: Post::new(reaches_private)?,
        })
    }

    /// Sends what is due, again and again, until told to stop; what is under way then is finished.
    pub(crate) async fn run(self, mut stopped: watch::Receiver<()>) {
        let store = self.app.store.clone();
        let mut under_way = UnderWay::default();
        let mut look = Instant::now();
        let mut is_written = true;
        while stopped.has_changed().is_ok() {
            if is_written {
                is_written = self.make(&store).await;
            }
            let due = self.take(&store, &mut under_way).await;
            let next = if is_written {
                Instant::now()
            } else {
                due.min(look + EVERY)
            };
            tokio::select! {
                _ = stopped.changed() => break,
                ended = under_way.ended(), if !under_way.attempts.is_empty() => self.note(&store, &ended).await,
                () = store.messenger_bell() => {
                    tokio::time::sleep(GATHER).await;
                    is_written = true;
                }
                () = tokio::time::sleep_until(next) => {
                    is_written = true;
                    look = Instant::now();
                }
            }
        }
        while !under_way.attempts.is_empty() {
            let ended = under_way.ended().await;
            self.note(&store, &ended).await;
        }
    }

    /// Makes messages of what was written; answers whether there is more.
    async fn make(&self, store: &Store) -> bool {
        store.fan_out().await.unwrap_or_else(|error| {
            tracing::error!(%error, "no messages could be made of the feed");
            false
        })
    }

    /// Sets out with what is due; answers when to look again.
    async fn take(&self, store: &Store, under_way: &mut UnderWay) -> Instant {
        let free = AT_ONCE.saturating_sub(under_way.attempts.len());
        if free == 0 {
            return Instant::now() + EVERY;
        }
        let slots = |webhook: WebhookId, failures: i32| {
            let most = if failures == 0 { TO_ONE } else { 1 };
            most.saturating_sub(under_way.to.get(&webhook).copied().unwrap_or(0))
        };
        let claimed = match store.claim_messages(free, slots).await {
            Ok(claimed) => claimed,
            Err(error) => {
                tracing::error!(%error, "the queue of messages cannot be read");
                return Instant::now() + EVERY;
            }
        };
        for message in claimed.messages {
            let to = message.webhook;
            under_way.begin(attempt(Arc::clone(&self.app), self.post.clone(), message), to);
        }
        let wait = claimed.next.map_or(EVERY, |next| {
            (next - store.mint().now())
                .to_std()
                .unwrap_or_default()
                .min(EVERY)
        });
        Instant::now() + wait
    }

    async fn note(&self, store: &Store, ended: &[Attempted]) {
        for attempt in ended {
            count(&self.app.metrics, &attempt.arrival);
        }
        if let Err(error) = store.note_attempts(ended).await {
            tracing::error!(%error, "what came of messages could not be kept: they are sent again");
        }
    }
}

fn count(metrics: &Metrics, arrival: &Arrival) {
    let outcome = match arrival {
        Arrival::Answered(200..=299, _) => "delivered",
        Arrival::Answered(..) => "refused",
        Arrival::Failed(_) => "failed",
    };
    metrics.attempted(outcome);
}

async fn attempt(app: Arc<App>, post: Post, message: Outgoing) -> Attempted {
    let mint = app.store.mint();
    let (at, begun) = (mint.now(), Instant::now());
    let sent = post.send(&message, mint).await;
    Attempted {
        message: message.id,
        webhook: message.webhook,
        attempts: message.attempts,
        at,
        milliseconds: i32::try_from(begun.elapsed().as_millis()).unwrap_or(i32::MAX),
        arrival: sent.arrival,
        rest: sent.rest,
    }
}
