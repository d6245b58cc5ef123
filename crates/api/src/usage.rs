//! What callers ask, counted: in memory at each request, added up in the store every few seconds and when the server stops,
//! so that a request costs no statement more. Which person asked is not kept.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use async_graphql::{ComplexObject, Context, Object, Result, SimpleObject};
use chrono::{DateTime, NaiveDate, Utc};
use domain::Actor;
use domain::push::Counts;
use domain::refusal::Code;
use domain::usage::CallerClass;
use store::{ClientDay, DeprecatedCall, Spent, Store, Used};
use tokio::sync::watch;

use crate::client::ClientNode;
use crate::contract::{SchemaChange, deprecation};
use crate::ctx::{Caller, caller, store};
use crate::error::fail;

/// How often it is added up.
const TURN: Duration = Duration::from_secs(5);

/// What was counted and is not in the store yet: one number for each caller and each deprecated member, whatever comes.
#[derive(Debug, Default)]
pub struct Usage(Mutex<BTreeMap<Used, Spent>>);

impl Usage {
    /// Counts a request that is served, and what it uses that is deprecated.
    pub(crate) fn note(
        &self,
        caller: &Caller,
        now: DateTime<Utc>,
        cost: usize,
        deprecated: BTreeSet<String>,
    ) {
        let (class, client) = match &caller.actor {
            Actor::Visitor | Actor::System => (CallerClass::Visitor, None),
            Actor::Person(_) => (CallerClass::Person, None),
            Actor::Client(client) => (CallerClass::Client, Some(client.id)),
        };
        let used = |coordinate| Used {
            day: now.date_naive(),
            class,
            client,
            coordinate,
        };
        let cost = u64::try_from(cost).unwrap_or(u64::MAX);
        let mut counted = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let all = counted.entry(used(None)).or_default();
        (all.requests, all.cost) = (all.requests + 1, all.cost.saturating_add(cost));
        for coordinate in deprecated {
            counted.entry(used(Some(coordinate))).or_default().requests += 1;
        }
    }

    /// Adds it up in the store; what could not be is kept for the next time.
    async fn add_up(&self, store: &Store) {
        let counted = std::mem::take(&mut *self.0.lock().unwrap_or_else(PoisonError::into_inner));
        if let Err(error) = store.count_usage(&counted).await {
            tracing::warn!(%error, "what callers asked could not be added up: tried again");
            let mut now = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            for (used, spent) in counted {
                let all = now.entry(used).or_default();
                (all.requests, all.cost) =
                    (all.requests + spent.requests, all.cost.saturating_add(spent.cost));
            }
        }
    }
}

/// Adds up what is counted until the server stops, and a last time then.
pub async fn keep(usage: Arc<Usage>, store: Store, mut stopped: watch::Receiver<()>) {
    loop {
        tokio::select! {
            () = tokio::time::sleep(TURN) => usage.add_up(&store).await,
            _ = stopped.changed() => break,
        }
    }
    usage.add_up(&store).await;
}

/// Why rows were refused, and how often.
#[derive(SimpleObject)]
struct RejectionCount {
    /// Why.
    code: Code,
    /// How often.
    count: u64,
}

/// A day of a machine.
pub(crate) struct ClientDayNode {
    pub(crate) day: NaiveDate,
    pub(crate) of: ClientDay,
}

/// What a machine did on a day (UTC).
#[Object(name = "ClientDay")]
impl ClientDayNode {
    /// The day.
    async fn day(&self) -> NaiveDate {
        self.day
    }

    /// The requests that were served.
    async fn requests(&self) -> u64 {
        self.of.spent.requests
    }

    /// What they cost together: a whole number, which may be larger than an `Int`.
    async fn cost(&self) -> f64 {
        #[expect(clippy::cast_precision_loss, reason = "a day's cost is far below 2^53")]
        let cost = self.of.spent.cost as f64;
        cost
    }

    /// The rows that it pushed, by what became of them.
    async fn rows(&self) -> Counts {
        self.of.rows
    }

    /// Why rows were refused; of each request the first 200 are counted.
    async fn rejections(&self) -> Vec<RejectionCount> {
        let rejections = self.of.rejections.iter();
        rejections
            .map(|(code, count)| RejectionCount {
                code: *code,
                count: *count,
            })
            .collect()
    }
}

/// How often on a day.
#[derive(SimpleObject)]
struct DeprecatedCallDay {
    /// The day (UTC).
    day: NaiveDate,
    /// The requests that used it.
    calls: u64,
}

/// What somebody still calls although it is deprecated.
#[derive(SimpleObject)]
#[graphql(name = "DeprecatedCall", complex)]
pub(crate) struct DeprecatedCallNode {
    /// What they call: `Step.late`.
    coordinate: String,
    /// What kind of caller they are.
    caller: CallerClass,
    /// The requests that used it.
    calls: u64,
    /// The last day on which one did.
    last_on: Option<NaiveDate>,
    /// The days on which one did, from the first to the last.
    days: Vec<DeprecatedCallDay>,
    #[graphql(skip)]
    client: Option<uuid::Uuid>,
}

impl From<DeprecatedCall> for DeprecatedCallNode {
    fn from(call: DeprecatedCall) -> Self {
        let DeprecatedCall {
            coordinate,
            class,
            client,
            days,
        } = call;
        Self {
            coordinate,
            caller: class,
            calls: days.values().sum(),
            last_on: days.keys().next_back().copied(),
            days: days
                .into_iter()
                .map(|(day, calls)| DeprecatedCallDay { day, calls })
                .collect(),
            client,
        }
    }
}

#[ComplexObject]
impl DeprecatedCallNode {
    /// What to use instead, and until when this stays.
    async fn change(&self) -> Option<SchemaChange> {
        deprecation(&self.coordinate)
    }

    /// The machine; null for visitors and people.
    async fn client(&self, ctx: &Context<'_>) -> Result<Option<ClientNode>> {
        let Some(client) = self.client else {
            return Ok(None);
        };
        let found = store(ctx).client(&caller(ctx).actor, client).await;
        Ok(found.map_err(|error| fail(ctx, error))?.map(Into::into))
    }
}
