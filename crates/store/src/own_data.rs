//! Everything that is held of a person with an account, gathered for them to take away. It reads, and it is not a copy of
//! anything else: what other people say of others is not in it.

use domain::council::SeatHolder;
use domain::officer::{Absence, Portfolio};
use domain::person::Person;
use domain::policy::{Action, Actor};
use domain::project::{Membership, Note};
use domain::request::{Request, RequestMessage};
use domain::saved_search::SavedSearch;
use domain::{Lang, PersonId};
use sea_orm::ConnectionTrait;
use sea_orm::sea_query::{Expr, ExprTrait, Order, Query, SelectStatement};
use serde_json::{Map, Value, json};

use crate::connect::Store;
use crate::error::{Error, Result};
use crate::json::Json;
use crate::record::{Stored, all, selecting};

/// The most of each kind; `isWhole` says whether there was more.
const MOST: usize = 5_000;

impl Store {
    /// What is held of a person: for themselves, and for an administrator who answers them.
    ///
    /// # Errors
    /// Not found, not allowed, a database fault.
    pub async fn own_data(&self, actor: &Actor, id: PersonId) -> Result<Value> {
        let person: Person = self.get(actor, id).await?;
        self.ask(actor, Action::EditSelf { person: id })?;
        let mut parts = Map::new();
        let mut put = |name: &str, held: Vec<Value>| parts.insert(name.to_owned(), Value::Array(held));
        put("account", vec![value(&person)?]);
        put("memberships", self.held::<Membership>("person_id", id).await?);
        put("seats", self.held::<SeatHolder>("person_id", id).await?);
        put("portfolios", self.held::<Portfolio>("person_id", id).await?);
        put("absences", self.held::<Absence>("person_id", id).await?);
        put("notes", self.held::<Note>("author_id", id).await?);
        put("requests", self.held::<Request>("asker_id", id).await?);
        put("messages", self.held::<RequestMessage>("author_id", id).await?);
        put("savedSearches", self.held::<SavedSearch>("person_id", id).await?);
        put("sessions", self.sessions_of(id).await?);
        put("identities", self.identities_of(id).await?);
        put("secondStep", self.second_step_of(id).await?);
        put("securityEvents", self.security_events_of(id).await?);
        put("mails", self.mails_of(id).await?);
        put("votes", self.votes_of(id).await?);
        put("imports", self.imports_of(id).await?);
        put("changesByYou", self.changes_of("person_id", id).await?);
        put("changesOfYourAccount", self.changes_of("record_id", id).await?);
        let is_whole = parts
            .values()
            .all(|held| held.as_array().is_none_or(|held| held.len() < MOST));
        Ok(json!({"madeAt": self.mint.now(), "isWhole": is_whole, "data": parts}))
    }

    async fn held<R: Stored>(&self, column: &'static str, person: PersonId) -> Result<Vec<Value>> {
        let query = selecting::<R>()
            .and_where(Expr::col((R::TABLE, column)).eq(person))
            .order_by((R::TABLE, "created_at"), Order::Asc)
            .limit(MOST as u64)
            .take();
        let records: Vec<R> = all(&self.reading, &query).await?;
        records.iter().map(value).collect()
    }

    /// Who they are at outside providers through which they sign in.
    async fn identities_of(&self, person: PersonId) -> Result<Vec<Value>> {
        let columns = ["issuer", "subject", "bound_at"];
        let query = about("identity", "person_id", person, &columns, "bound_at");
        self.gathered(&query, |row| {
            Ok(json!({"issuer": text(row, "issuer")?, "subject": text(row, "subject")?, "boundAt": instant(row, "bound_at")?}))
        })
        .await
    }

    /// Since when signing in wants a second step. Not by what: its secret is nobody's to see.
    async fn second_step_of(&self, person: PersonId) -> Result<Vec<Value>> {
        let columns = ["made_at", "confirmed_at"];
        let query = about("second_step", "person_id", person, &columns, "made_at");
        self.gathered(&query, |row| {
            Ok(json!({"madeAt": instant(row, "made_at")?, "confirmedAt": instant(row, "confirmed_at")?}))
        })
        .await
    }

    /// What the security log tells of their account.
    async fn security_events_of(&self, person: PersonId) -> Result<Vec<Value>> {
        let columns = ["at", "kind", "device", "network", "through"];
        let query = about("security_event", "person_id", person, &columns, "at");
        self.gathered(&query, |row| {
            Ok(json!({
                "at": instant(row, "at")?, "kind": text(row, "kind")?, "device": text(row, "device")?, "network": text(row, "network")?,
                "through": text(row, "through")?,
            }))
        })
        .await
    }

    /// When they signed in, on what, from roughly where, and until when that is good. Not by what: a token is nobody's to
    /// see.
    async fn sessions_of(&self, person: PersonId) -> Result<Vec<Value>> {
        let query = about(
            "session",
            "person_id",
            person,
            &[
                "created_at",
                "expires_at",
                "used_at",
                "device",
                "network",
                "through",
            ],
            "created_at",
        );
        self.gathered(&query, |row| {
            Ok(json!({"openedAt": instant(row, "created_at")?, "expiresAt": instant(row, "expires_at")?, "usedAt": instant(row, "used_at")?, "device": text(row, "device")?, "network": text(row, "network")?, "through": text(row, "through")?}))
        })
        .await
    }

    async fn mails_of(&self, person: PersonId) -> Result<Vec<Value>> {
        let query = about(
            "mail",
            "person_id",
            person,
            &["kind", "to", "language", "subject", "text", "made_at", "sent_at"],
            "made_at",
        );
        self.gathered(&query, |row| {
            let language: Lang = row.try_get("", "language")?;
            Ok(json!({
                "kind": text(row, "kind")?, "to": text(row, "to")?, "language": language, "subject": text(row, "subject")?, "text": text(row, "text")?,
                "madeAt": instant(row, "made_at")?, "sentAt": instant(row, "sent_at")?,
            }))
        })
        .await
    }

    /// The open votes in which they cast a ballot; of a secret one nobody knows it.
    async fn votes_of(&self, person: PersonId) -> Result<Vec<Value>> {
        let query = about(
            "vote_cast",
            "person_id",
            person,
            &["vote_id", "seat_id", "choices"],
            "vote_id",
        );
        self.gathered(&query, |row| {
            let (vote, seat): (uuid::Uuid, uuid::Uuid) =
                (row.try_get("", "vote_id")?, row.try_get("", "seat_id")?);
            let choices: Json<Value> = row.try_get("", "choices")?;
            Ok(json!({"voteId": domain::VoteId(vote), "seatId": domain::SeatId(seat), "choices": choices.0}))
        })
        .await
    }

    async fn imports_of(&self, person: PersonId) -> Result<Vec<Value>> {
        let query = about(
            "import",
            "person_id",
            person,
            &["file_name", "source", "made_at"],
            "made_at",
        );
        self.gathered(&query, |row| {
            Ok(json!({"fileName": text(row, "file_name")?, "source": text(row, "source")?, "madeAt": instant(row, "made_at")?}))
        })
        .await
    }

    /// What the history tells of the person: what they did, or what was done to their account.
    async fn changes_of(&self, column: &'static str, person: PersonId) -> Result<Vec<Value>> {
        let query = about(
            "change",
            column,
            person,
            &[
                "at",
                "record_kind",
                "record_id",
                "title",
                "kind",
                "revision",
                "fields",
            ],
            "at",
        );
        self.gathered(&query, |row| {
            let record = domain::RecordId {
                kind: row.try_get("", "record_kind")?,
                uuid: row.try_get("", "record_id")?,
            };
            let (revision, fields): (i32, Json<Value>) = (row.try_get("", "revision")?, row.try_get("", "fields")?);
            Ok(json!({
                "at": instant(row, "at")?, "recordId": record.to_string(), "title": text(row, "title")?, "kind": text(row, "kind")?,
                "revision": revision, "fields": fields.0,
            }))
        })
        .await
    }

    async fn gathered(
        &self,
        query: &SelectStatement,
        one: impl Fn(&sea_orm::QueryResult) -> Result<Value>,
    ) -> Result<Vec<Value>> {
        self.reading.query_all(query).await?.iter().map(one).collect()
    }
}

fn about(
    table: &'static str,
    column: &'static str,
    person: PersonId,
    columns: &[&'static str],
    order: &'static str,
) -> SelectStatement {
    Query::select()
        .columns(columns.iter().copied())
        .from(table)
        .and_where(Expr::col(column).eq(person))
        .order_by(order, Order::Asc)
        .limit(MOST as u64)
        .take()
}

fn instant(row: &sea_orm::QueryResult, column: &str) -> Result<Option<chrono::DateTime<chrono::Utc>>> {
    Ok(row.try_get("", column)?)
}

fn text(row: &sea_orm::QueryResult, column: &str) -> Result<Option<String>> {
    Ok(row.try_get("", column)?)
}

fn value(record: &impl serde::Serialize) -> Result<Value> {
    serde_json::to_value(record).map_err(|error| Error::Corrupt(error.to_string()))
}
