//! What is read of partners' machines.

use crate::contract::{schema, typed};
use crate::directory::read::{Counts, Scorecard};
use crate::organisation::read::Body;
use crate::refusal::UserError;
use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use domain::client::NewClient;
use domain::policy::Scope;
use domain::push::Pushed;

/// A secret is told to end soon when it has so many days left.
pub const SOON_DAYS: i64 = 30;

/// A machine as the list shows it.
#[derive(Clone, Debug, PartialEq, cynic::QueryFragment)]
#[cynic(graphql_type = "Client")]
pub struct Row {
    pub id: String,
    pub revision: i32,
    pub name: String,
    pub is_active: bool,
    pub created_at: DateTime<Utc>,
    pub scopes: Vec<Scope>,
    pub organisation: Option<Body>,
    pub sources: Vec<Source>,
    pub territories: Vec<Territory>,
    pub last_signed_in_at: Option<DateTime<Utc>>,
    pub secrets: Vec<Secret>,
}

#[derive(Clone, Debug, PartialEq, cynic::QueryFragment)]
pub struct Source {
    pub id: cynic::Id,
    pub code: String,
    pub name: String,
}

#[derive(Clone, Debug, PartialEq, cynic::QueryFragment)]
pub struct Territory {
    pub id: cynic::Id,
    pub label: String,
}

/// What is known of a secret.
#[derive(Clone, Copy, Debug, PartialEq, cynic::QueryFragment)]
#[cynic(graphql_type = "ClientSecretDates")]
pub struct Secret {
    pub created_at: DateTime<Utc>,
    pub expires_at: DateTime<Utc>,
    pub used_at: Option<DateTime<Utc>>,
    pub is_live: bool,
}

/// Whether a machine can do its work.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// It signs in.
    Works,
    /// It can sign in and never did.
    Untried,
    /// It can until then, which is soon.
    Ends(DateTime<Utc>),
    /// None of its secrets is good any more.
    Expired,
    /// It may not.
    Off,
}

impl State {
    /// Whether somebody should look after it.
    pub const fn is_wanting(self) -> bool {
        match self {
            Self::Ends(_) | Self::Expired => true,
            Self::Works | Self::Untried | Self::Off => false,
        }
    }
}

impl Row {
    /// How it stands at this instant.
    pub fn state(&self, now: DateTime<Utc>) -> State {
        if !self.is_active {
            return State::Off;
        }
        let live = self.secrets.iter().filter(|it| it.is_live);
        match live.map(|it| it.expires_at).max() {
            None => State::Expired,
            Some(end) if end < now + TimeDelta::days(SOON_DAYS) => State::Ends(end),
            Some(_) if self.last_signed_in_at.is_none() => State::Untried,
            Some(_) => State::Works,
        }
    }

    /// What its form begins with.
    pub fn terms(&self) -> NewClient {
        NewClient {
            name: self.name.clone(),
            organisation_id: self.organisation.as_ref().and_then(|it| typed(&it.id)),
            source_ids: self.sources.iter().filter_map(|it| typed(&it.id)).collect(),
            scopes: self.scopes.clone(),
            territory_ids: self.territories.iter().filter_map(|it| typed(&it.id)).collect(),
            secret_expires_at: None,
        }
    }
}

#[derive(Clone, cynic::QueryFragment)]
#[cynic(graphql_type = "Query")]
pub struct Listed {
    pub clients: Vec<Row>,
}

crate::api::document!(query Listed(()));

#[derive(cynic::QueryVariables)]
pub struct One {
    pub id: Option<String>,
}

#[derive(Clone, cynic::QueryFragment)]
#[cynic(graphql_type = "Query", variables = "One")]
pub struct Found {
    #[arguments(id: $id)]
    pub client: Option<Row>,
}

crate::api::document!(query Found(One));

/// What a machine asks, and what is wrong with it.
#[derive(Clone, cynic::QueryFragment)]
#[cynic(graphql_type = "Query", variables = "One")]
pub struct FoundHealth {
    #[arguments(id: $id)]
    pub client: Option<Health>,
}

crate::api::document!(query FoundHealth(One));

#[derive(Clone, Debug, PartialEq, cynic::QueryFragment)]
#[cynic(graphql_type = "Client")]
pub struct Health {
    pub cost_per_minute: Option<i32>,
    #[arguments(days: 42)]
    pub usage: Vec<Day>,
    pub deprecated_calls: Vec<DeprecatedCall>,
    pub rejected_rows: Vec<RejectedRow>,
    pub scorecard: Scorecard,
}

#[derive(Clone, Debug, PartialEq, cynic::QueryFragment)]
#[cynic(graphql_type = "ClientDay")]
pub struct Day {
    pub day: NaiveDate,
    pub requests: i32,
    pub cost: f64,
    pub rows: Counts,
}

#[derive(Clone, Debug, PartialEq, cynic::QueryFragment)]
pub struct DeprecatedCall {
    pub coordinate: String,
    pub calls: i32,
    pub last_on: Option<NaiveDate>,
    pub change: Option<SchemaChange>,
}

#[derive(Clone, Debug, PartialEq, cynic::QueryFragment)]
pub struct SchemaChange {
    pub replacement: Option<String>,
    pub removed_after: Option<NaiveDate>,
}

#[derive(Clone, Debug, cynic::QueryFragment)]
pub struct RejectedRow {
    pub at: DateTime<Utc>,
    pub source: String,
    pub record_type: Pushed,
    pub external_id: Option<String>,
    pub errors: Vec<UserError>,
}

/// Drawn anew only where another row came.
impl PartialEq for RejectedRow {
    fn eq(&self, other: &Self) -> bool {
        (self.at, &self.source, &self.external_id) == (other.at, &other.source, &other.external_id)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(secrets: &[(i64, bool)], used: bool) -> Row {
        let now = DateTime::UNIX_EPOCH;
        Row {
            id: "client_1".to_owned(),
            revision: 1,
            name: "Annuaire".to_owned(),
            is_active: true,
            created_at: now,
            scopes: vec![Scope::ExchangeRead],
            organisation: None,
            sources: Vec::new(),
            territories: Vec::new(),
            last_signed_in_at: used.then_some(now),
            secrets: secrets
                .iter()
                .map(|(days, is_live)| Secret {
                    created_at: now,
                    expires_at: now + TimeDelta::days(*days),
                    used_at: None,
                    is_live: *is_live,
                })
                .collect(),
        }
    }

    #[test]
    fn a_machine_is_as_good_as_its_best_secret() {
        let now = DateTime::UNIX_EPOCH;
        assert_eq!(row(&[(10, true), (200, true)], true).state(now), State::Works);
        assert_eq!(row(&[(200, true)], false).state(now), State::Untried);
        let soon = now + TimeDelta::days(10);
        assert_eq!(
            row(&[(10, true), (-1, false)], true).state(now),
            State::Ends(soon)
        );
        assert_eq!(row(&[(-1, false)], true).state(now), State::Expired);
        let off = Row {
            is_active: false,
            ..row(&[(200, true)], true)
        };
        assert_eq!(off.state(now), State::Off);
    }
}
