//! What is read of webhooks, their messages and the attempts to send them, and what a form of ours sends.

use super::{secret, words};
use crate::api;
use crate::contract::{PageInfo, schema};
use crate::edit::sent::mutation;
use crate::edit::{Keeps, Outcome, Sent, record};
use crate::language::Text;
use crate::organisation::read::Body;
use crate::refusal::UserError;
use crate::ui::state::Failure;
use chrono::{DateTime, Utc};
use cynic::MutationBuilder;
use domain::RecordType;
use domain::webhook::message::{self, State as Arrival};
use domain::webhook::{Disabled, Filter, NewWebhook, State, Webhook, WebhookPatch};
use serde::Serialize;

/// The record's own fields.
#[derive(Clone, Debug, PartialEq, Serialize, cynic::QueryFragment)]
#[cynic(graphql_type = "Webhook")]
#[serde(rename_all = "camelCase")]
pub struct Facts {
    pub id: cynic::Id,
    pub revision: i32,
    pub created_at: DateTime<Utc>,
    pub updated_at: DateTime<Utc>,
    pub organisation_id: cynic::Id,
    pub url: String,
    pub description: Option<String>,
    pub types: Vec<RecordType>,
    pub provinces: Vec<cynic::Id>,
    pub communes: Vec<cynic::Id>,
    pub state: State,
}

/// A webhook as the list shows it: how it does, and its last messages.
#[derive(Clone, Debug, PartialEq, cynic::QueryFragment)]
#[cynic(graphql_type = "Webhook")]
pub struct Row {
    pub id: cynic::Id,
    pub url: String,
    pub description: Option<String>,
    pub types: Vec<RecordType>,
    pub provinces: Vec<cynic::Id>,
    pub communes: Vec<cynic::Id>,
    pub state: State,
    pub organisation: Option<Body>,
    pub disabled_at: Option<DateTime<Utc>>,
    pub disabled_reason: Option<Disabled>,
    pub failures: i32,
    pub failing_since: Option<DateTime<Utc>>,
    pub last_delivered_at: Option<DateTime<Utc>>,
    pub resting_until: Option<DateTime<Utc>>,
    pub waiting: i32,
    #[arguments(first: 40)]
    pub deliveries: Marks,
}

#[derive(Clone, Debug, PartialEq, cynic::QueryFragment)]
#[cynic(graphql_type = "WebhookDeliveryConnection")]
pub struct Marks {
    pub nodes: Vec<Mark>,
}

/// A message in the picture of the last ones.
#[derive(Clone, Debug, PartialEq, cynic::QueryFragment)]
#[cynic(graphql_type = "WebhookDelivery")]
pub struct Mark {
    pub state: Arrival,
}

/// How a webhook does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Health {
    Works,
    /// Nothing was sent yet.
    Untried,
    /// Nothing arrives since.
    Failing(DateTime<Utc>),
    /// Its owner wants no messages for now.
    Paused,
    /// The server sends to it no more.
    Disabled(DateTime<Utc>, Disabled),
}

impl Row {
    pub fn health(&self) -> Health {
        match (self.disabled_at.zip(self.disabled_reason), self.state) {
            (Some((since, why)), State::Active | State::Paused) => Health::Disabled(since, why),
            (None, State::Paused) => Health::Paused,
            (None, State::Active) => match (self.failing_since, self.last_delivered_at) {
                (Some(since), _) => Health::Failing(since),
                (None, Some(_)) => Health::Works,
                (None, None) => Health::Untried,
            },
        }
    }

    /// Whether messages are sent to it.
    pub fn is_active(&self) -> bool {
        match self.health() {
            Health::Works | Health::Untried | Health::Failing(_) => true,
            Health::Paused | Health::Disabled(..) => false,
        }
    }
}

#[derive(cynic::QueryVariables)]
pub struct Asked {
    pub filter: Option<Filter>,
    pub after: Option<String>,
}

#[derive(Clone, cynic::QueryFragment)]
#[cynic(graphql_type = "Query", variables = "Asked")]
pub struct Listed {
    #[arguments(where: $filter, first: 20, after: $after)]
    pub webhooks: Option<Rows>,
}

crate::api::document!(query Listed(Asked));

#[derive(Clone, Debug, PartialEq, cynic::QueryFragment)]
#[cynic(graphql_type = "WebhookConnection")]
pub struct Rows {
    pub nodes: Vec<Row>,
    pub page_info: PageInfo,
    pub total_count: i32,
}

#[derive(cynic::QueryVariables)]
pub struct One {
    pub id: cynic::Id,
}

#[derive(Clone, cynic::QueryFragment)]
#[cynic(graphql_type = "Query", variables = "One")]
pub struct Found {
    // Its own fields apart: a fragment spread into another cannot hold words of closed lists.
    #[cynic(alias, rename = "webhook")]
    #[arguments(id: $id)]
    own: Option<Facts>,
    #[arguments(id: $id)]
    webhook: Option<Row>,
    #[cynic(alias, rename = "webhook")]
    #[arguments(id: $id)]
    keys: Option<Keys>,
}

crate::api::document!(query Found(One));

#[derive(Clone, Debug, PartialEq, cynic::QueryFragment)]
#[cynic(graphql_type = "Webhook")]
struct Keys {
    public_keys: Vec<WebhookPublicKey>,
}

#[derive(Clone, Debug, PartialEq, cynic::QueryFragment)]
pub struct WebhookPublicKey {
    pub public_key: String,
    pub created_at: DateTime<Utc>,
    pub expires_at: Option<DateTime<Utc>>,
}

/// One webhook with all that its page shows.
#[derive(Clone, Debug, PartialEq)]
pub struct Sheet {
    pub facts: Facts,
    pub row: Row,
    pub keys: Vec<WebhookPublicKey>,
}

impl Found {
    pub fn sheet(self) -> Option<Sheet> {
        let ((facts, row), keys) = self.own.zip(self.webhook).zip(self.keys)?;
        let keys = keys.public_keys;
        Some(Sheet { facts, row, keys })
    }
}

#[derive(cynic::QueryVariables)]
pub struct Listing {
    pub id: cynic::Id,
    pub filter: Option<message::Filter>,
    pub after: Option<String>,
}

#[derive(Clone, cynic::QueryFragment)]
#[cynic(graphql_type = "Query", variables = "Listing")]
pub struct Messages {
    #[arguments(id: $id)]
    pub webhook: Option<OfWebhook>,
}

crate::api::document!(query Messages(Listing));

#[derive(Clone, cynic::QueryFragment)]
#[cynic(graphql_type = "Webhook", variables = "Listing")]
pub struct OfWebhook {
    #[arguments(where: $filter, first: 25, after: $after)]
    pub deliveries: Deliveries,
}

#[derive(Clone, Debug, PartialEq, cynic::QueryFragment)]
#[cynic(graphql_type = "WebhookDeliveryConnection")]
pub struct Deliveries {
    pub nodes: Vec<Delivery>,
    pub page_info: PageInfo,
    pub total_count: i32,
}

/// A message.
#[derive(Clone, Debug, PartialEq, cynic::QueryFragment)]
#[cynic(graphql_type = "WebhookDelivery")]
pub struct Delivery {
    pub id: cynic::Id,
    pub webhook_id: cynic::Id,
    #[cynic(rename = "type")]
    pub of: String,
    pub record_id: Option<cynic::Id>,
    pub record_type: Option<RecordType>,
    pub revision: Option<i32>,
    pub made_at: DateTime<Utc>,
    pub state: Arrival,
    pub attempt_count: i32,
    pub next_attempt: Option<DateTime<Utc>>,
    pub delivered_at: Option<DateTime<Utc>>,
}

/// How many messages stand in each way.
#[derive(cynic::QueryVariables)]
pub struct Counting {
    pub id: cynic::Id,
    pub waiting: Option<message::Filter>,
    pub delivered: Option<message::Filter>,
    pub failed: Option<message::Filter>,
}

impl Counting {
    pub fn of(id: cynic::Id) -> Self {
        let only = |state| {
            Some(message::Filter {
                states: Some(vec![state]),
                ..message::Filter::default()
            })
        };
        Self {
            id,
            waiting: only(Arrival::Waiting),
            delivered: only(Arrival::Delivered),
            failed: only(Arrival::Failed),
        }
    }
}

#[derive(Clone, cynic::QueryFragment)]
#[cynic(graphql_type = "Query", variables = "Counting")]
pub struct Counted {
    #[arguments(id: $id)]
    webhook: Option<Counts>,
}

crate::api::document!(query Counted(Counting));

#[derive(Clone, cynic::QueryFragment)]
#[cynic(graphql_type = "Webhook", variables = "Counting")]
struct Counts {
    #[cynic(alias, rename = "deliveries")]
    #[arguments(where: $waiting, first: 1)]
    waiting: Total,
    #[cynic(alias, rename = "deliveries")]
    #[arguments(where: $delivered, first: 1)]
    delivered: Total,
    #[cynic(alias, rename = "deliveries")]
    #[arguments(where: $failed, first: 1)]
    failed: Total,
}

#[derive(Clone, cynic::QueryFragment)]
#[cynic(graphql_type = "WebhookDeliveryConnection")]
struct Total {
    total_count: i32,
}

impl Counted {
    pub fn count(&self, state: Arrival) -> Option<i32> {
        let counts = self.webhook.as_ref()?;
        Some(match state {
            Arrival::Waiting => counts.waiting.total_count,
            Arrival::Delivered => counts.delivered.total_count,
            Arrival::Failed => counts.failed.total_count,
        })
    }
}

#[derive(Clone, cynic::QueryFragment)]
#[cynic(graphql_type = "Query", variables = "One")]
pub struct Opened {
    #[arguments(id: $id)]
    webhook_delivery: Option<Delivery>,
    #[cynic(alias, rename = "webhookDelivery")]
    #[arguments(id: $id)]
    log: Option<Log>,
}

crate::api::document!(query Opened(One));

#[derive(Clone, Debug, PartialEq, cynic::QueryFragment)]
#[cynic(graphql_type = "WebhookDelivery")]
struct Log {
    #[arguments(last: 50)]
    attempts: Attempts,
}

#[derive(Clone, Debug, PartialEq, cynic::QueryFragment)]
#[cynic(graphql_type = "WebhookAttemptConnection")]
struct Attempts {
    nodes: Vec<Attempt>,
    total_count: i32,
}

#[derive(Clone, Debug, PartialEq, cynic::QueryFragment)]
#[cynic(graphql_type = "WebhookAttempt")]
pub struct Attempt {
    pub at: DateTime<Utc>,
    pub milliseconds: i32,
    pub status: Option<i32>,
    pub error: Option<String>,
    pub answer: Option<String>,
}

/// A message with its attempts: the last fifty, as they were made.
#[derive(Clone, Debug, PartialEq)]
pub struct Whole {
    pub delivery: Delivery,
    pub attempts: Vec<Attempt>,
    /// How many there are in all.
    pub ended: i32,
}

impl Opened {
    pub fn whole(self) -> Option<Whole> {
        let (delivery, log) = self.webhook_delivery.zip(self.log)?;
        let Attempts { nodes, total_count } = log.attempts;
        Some(Whole {
            delivery,
            attempts: nodes,
            ended: total_count,
        })
    }
}

#[derive(cynic::QueryVariables)]
struct Creating {
    input: NewWebhook,
}

#[derive(cynic::QueryFragment)]
#[cynic(graphql_type = "Mutation", variables = "Creating")]
struct Create {
    #[arguments(input: $input)]
    webhook_create: WebhookSecretPayload,
}

crate::api::document!(mutation Create(Creating));

#[derive(cynic::QueryFragment)]
pub struct WebhookSecretPayload {
    pub webhook: Option<Facts>,
    pub secret: Option<WebhookSecret>,
    pub user_errors: Vec<UserError>,
}

#[derive(cynic::QueryFragment)]
pub struct WebhookSecret {
    pub secret: String,
}

mutation!(webhook_change: webhook_update(WebhookPatch) -> "WebhookPayload" { webhook: Facts => Webhook });

impl Keeps for Webhook {
    const FIELDS: &'static [(&'static str, Text)] = words::FIELDS;

    async fn send(sent: Sent<Self>) -> Result<Outcome<Self>, Failure> {
        let input = match sent {
            Sent::Make(input) => input,
            Sent::Change(input) => return webhook_change::send(input).await,
        };
        let WebhookSecretPayload {
            webhook,
            secret,
            user_errors,
        } = api::mutate(&Create::build(Creating { input }))
            .await?
            .webhook_create;
        if let (Some(webhook), Some(WebhookSecret { secret })) = (&webhook, secret) {
            secret::show(webhook.id.inner(), secret, false);
        }
        Ok(Outcome {
            record: webhook.as_ref().and_then(record),
            errors: user_errors,
            change: None,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(change: impl FnOnce(&mut Row)) -> Health {
        let mut row = Row {
            id: cynic::Id::new("webhook_1"),
            url: "https://ferme.be/hook".to_owned(),
            description: None,
            types: Vec::new(),
            provinces: Vec::new(),
            communes: Vec::new(),
            state: State::Active,
            organisation: None,
            disabled_at: None,
            disabled_reason: None,
            failures: 0,
            failing_since: None,
            last_delivered_at: None,
            resting_until: None,
            waiting: 0,
            deliveries: Marks { nodes: Vec::new() },
        };
        change(&mut row);
        row.health()
    }

    #[test]
    fn what_stops_it_is_said_before_what_goes_wrong() {
        let then = DateTime::UNIX_EPOCH;
        assert_eq!(row(|_| ()), Health::Untried);
        assert_eq!(row(|it| it.last_delivered_at = Some(then)), Health::Works);
        let failing = |it: &mut Row| {
            it.last_delivered_at = Some(then);
            it.failing_since = Some(then);
        };
        assert_eq!(row(failing), Health::Failing(then));
        assert_eq!(
            row(|it| {
                failing(it);
                it.state = State::Paused;
            }),
            Health::Paused
        );
        assert_eq!(
            row(|it| {
                it.state = State::Paused;
                (it.disabled_at, it.disabled_reason) = (Some(then), Some(Disabled::Gone));
            }),
            Health::Disabled(then, Disabled::Gone)
        );
    }
}
