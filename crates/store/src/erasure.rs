//! Erasing what is held of a person: of somebody with an account, who stays as "a former member" where what they did for
//! others needs an author, and of contact details, which go. What is erased goes from the history and from the files that
//! were brought too, the feed tells it without content, and it is known so that an older copy is cleared of it again.

mod proof;
mod retention;

use std::collections::HashSet;

use chrono::{DateTime, Utc};
use domain::contact::Contact;
use domain::council::SeatHolder;
use domain::feed::Reason;
use domain::officer::{Absence, Portfolio};
use domain::person::Person;
use domain::policy::{Action, Actor};
use domain::project::Membership;
use domain::record::{Rules as _, Verb};
use domain::refusal::Invalid;
use domain::saved_search::SavedSearch;
use domain::{PersonId, RecordId, RecordType, Refusal};
use sea_orm::ConnectionTrait;
use sea_orm::sea_query::{Expr, ExprTrait, Func, OnConflict, Query};
use uuid::Uuid;

use crate::connect::Store;
use crate::error::{Error, Result};
use crate::record::{Stored, all, selecting};
use crate::rows;
use crate::write::Tx;

pub use proof::{Erasure, FeedReader, Passage};

/// What the tables that name a person hold, beside the records of the areas: whether it goes with them.
#[doc(hidden)]
pub const OF_PERSON: &[(&str, bool)] = &[
    ("credential", true),
    ("session", true),
    ("invitation", true),
    ("mail", true),
    ("expertise_notice", true),
    ("password_reset", true),
    ("second_step", true),
    ("recovery_code", true),
    ("sign_in_step", true),
    ("security_event", true),
    ("identity", true),
    ("membership", true),
    ("seat_holder", true),
    ("saved_search", true),
    ("portfolio", true),
    ("absence", true),
    // Who did it is from then on a former member.
    ("change", false),
    ("vote_cast", false),
    ("import", false),
    ("push", false),
];

/// What of these is no record, and goes row by row.
const SIGNING_IN: [&str; 11] = [
    "credential",
    "session",
    "invitation",
    "mail",
    "expertise_notice",
    "password_reset",
    "second_step",
    "recovery_code",
    "sign_in_step",
    "security_event",
    "identity",
];

/// What was erased, as it is written down outside of the database.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ErasedRecord {
    /// The record.
    pub record_id: RecordId,
    /// When.
    pub at: DateTime<Utc>,
}

impl Store {
    /// Erases an account: their own, or an administrator somebody's. The requests that they owned pass on, as when they
    /// leave.
    ///
    /// # Errors
    /// Not found, not allowed, a stale revision, erased already, the last administrator.
    pub async fn erase_person(&self, actor: &Actor, id: PersonId, expected: i32) -> Result<Person> {
        let before: Person = self.get(actor, id).await?;
        let action = Action::EditSelf { person: id };
        self.ask(actor, action)?;
        fresh(before.revision, expected)?;
        if before.erased_at.is_some() {
            return Err(Refusal::Invalid {
                field: "id".to_owned(),
                why: Invalid::Settled,
            }
            .into());
        }
        self.write(actor, action, async |tx: &mut Tx| {
            let mut after = before.clone();
            after.erase(tx.now());
            let kept = tx.update(&before, after).await?;
            tx.erase_with::<Membership>("person_id", id).await?;
            tx.erase_with::<SeatHolder>("person_id", id).await?;
            tx.erase_with::<SavedSearch>("person_id", id).await?;
            tx.erase_with::<Portfolio>("person_id", id).await?;
            tx.erase_with::<Absence>("person_id", id).await?;
            tx.stand_in_no_more(id).await?;
            for table in SIGNING_IN {
                tx.drop_rows(table, "person_id", id.0).await?;
            }
            tx.drop_rows("retry", "caller", id.0).await?;
            tx.forget_words(vec![before.name.clone(), before.email.clone()])
                .await?;
            tx.erased(id.into()).await?;
            tx.tell_erased(id.into(), kept.revision);
            Ok(kept)
        })
        .await
    }

    /// Erases contact details.
    ///
    /// # Errors
    /// Not found, not allowed, a stale revision.
    pub async fn erase_contact(
        &self,
        actor: &Actor,
        id: domain::ContactId,
        expected: i32,
    ) -> Result<Contact> {
        let before: Contact = self.get(actor, id).await?;
        let action = before.action(Verb::Delete);
        self.ask(actor, action)?;
        fresh(before.revision, expected)?;
        self.write(actor, action, async |tx: &mut Tx| {
            tx.because(Reason::Erased);
            tx.delete(&before).await?;
            let words = [&before.name, &before.email, &before.phone];
            tx.forget_words(words.into_iter().flatten().cloned().collect())
                .await?;
            tx.drop_rows("external_id", "record_id", id.0).await?;
            tx.erased(id.into()).await
        })
        .await?;
        Ok(before)
    }

    /// Everything that was erased, the first first: to be kept beside the backups.
    ///
    /// # Errors
    /// A database fault.
    pub async fn erased_records(&self) -> Result<Vec<ErasedRecord>> {
        let query = Query::select()
            .columns(["id", "record_kind", "at"])
            .from("erasure")
            .order_by("at", sea_orm::sea_query::Order::Asc)
            .order_by("id", sea_orm::sea_query::Order::Asc)
            .take();
        let rows = self.db.query_all(&query).await?;
        let read = rows.iter().map(|row| {
            Ok(ErasedRecord {
                record_id: RecordId {
                    kind: row.try_get("", "record_kind")?,
                    uuid: row.try_get("", "id")?,
                },
                at: row.try_get("", "at")?,
            })
        });
        read.collect()
    }

    /// Erases again, in a copy that is older, what was erased since; answers how many records that were.
    ///
    /// # Errors
    /// A record of a kind that is not erased, an account that must stay, a database fault.
    pub async fn erase_again(&self, erased: &[ErasedRecord]) -> Result<u64> {
        let known: HashSet<RecordId> = self
            .erased_records()
            .await?
            .into_iter()
            .map(|one| one.record_id)
            .collect();
        let mut count = 0;
        for record in erased
            .iter()
            .map(|one| one.record_id)
            .filter(|record| !known.contains(record))
        {
            if record.kind == RecordType::Person {
                let Some(person) = self.find::<Person>(record.uuid.into()).await? else {
                    continue;
                };
                self.erase_person(&Actor::System, person.id, person.revision)
                    .await?;
            } else if record.kind == RecordType::Contact {
                let Some(contact) = self.find::<Contact>(record.uuid.into()).await? else {
                    continue;
                };
                self.erase_contact(&Actor::System, contact.id, contact.revision)
                    .await?;
            } else {
                return Err(Error::Corrupt(format!(
                    "{record} is of a kind that is not erased"
                )));
            }
            count += 1;
        }
        Ok(count)
    }
}

/// Refuses what was decided on another state.
fn fresh(current: i32, expected: i32) -> Result<()> {
    if expected == current {
        Ok(())
    } else {
        Err(Refusal::StaleRevision { current }.into())
    }
}

impl Tx {
    /// Removes the records of a kind that are about a person, and what the history tells of them.
    async fn erase_with<R: Stored>(&mut self, column: &'static str, person: PersonId) -> Result<()> {
        let query = selecting::<R>()
            .and_where(Expr::col((R::TABLE, column)).eq(person))
            .take();
        let records: Vec<R> = all(&self.conn, &query).await?;
        for record in &records {
            self.delete(record).await?;
        }
        let ids: Vec<Uuid> = records.iter().map(|record| record.id().into()).collect();
        self.forget_history(ids).await
    }

    /// Whoever they stood in for has nobody named who stands in.
    async fn stand_in_no_more(&mut self, person: PersonId) -> Result<()> {
        let query = selecting::<Absence>()
            .and_where(Expr::col(("absence", "substitute_id")).eq(person))
            .take();
        for absence in all::<Absence>(&self.conn, &query).await? {
            let mut after = absence.clone();
            after.substitute_id = None;
            self.update(&absence, after).await?;
        }
        Ok(())
    }

    async fn drop_rows(&self, table: &'static str, column: &'static str, id: Uuid) -> Result<()> {
        let gone = Query::delete()
            .from_table(table)
            .and_where(Expr::col(column).eq(id))
            .take();
        self.conn.execute(&gone).await?;
        Ok(())
    }

    /// Takes what the history tells of records out of it.
    async fn forget_history(&self, records: Vec<Uuid>) -> Result<()> {
        if records.is_empty() {
            return Ok(());
        }
        let of = rows::among(&self.conn, Expr::col("record_id"), records);
        let entries = Query::select()
            .column("id")
            .from("change")
            .and_where(of.clone())
            .take();
        let owned = Query::delete()
            .from_table("change_owner")
            .and_where(Expr::col("change_id").in_subquery(entries))
            .take();
        self.conn.execute(&owned).await?;
        let gone = Query::delete().from_table("change").and_where(of).take();
        self.conn.execute(&gone).await?;
        Ok(())
    }

    /// Takes words out of the lines of files that were brought and of what became of them.
    async fn forget_words(&self, words: Vec<String>) -> Result<()> {
        for word in words {
            for column in ["lines", "told"] {
                let without = Func::cust("REPLACE").args([
                    Expr::col(column),
                    Expr::value(word.clone()),
                    Expr::value(String::new()),
                ]);
                let forget = Query::update()
                    .table("import_part")
                    .value(column, without)
                    .and_where(Expr::col(column).like(format!("%{word}%")))
                    .take();
                self.conn.execute(&forget).await?;
            }
        }
        Ok(())
    }

    /// Notes that a record was erased, and takes it out of the history, this change too.
    async fn erased(&self, record: RecordId) -> Result<()> {
        self.forget_history(vec![record.uuid]).await?;
        let mut insert = Query::insert();
        insert
            .into_table("erasure")
            .columns(["id", "record_kind", "at", "erased_by"])
            .values([
                Expr::value(record.uuid),
                Expr::value(record.kind.word()),
                Expr::value(self.now()),
                Expr::value(self.who().0),
            ])
            .map_err(|error| Error::Corrupt(error.to_string()))?
            .on_conflict(OnConflict::column("id").do_nothing().to_owned());
        self.conn.execute(&insert).await?;
        Ok(())
    }
}
