//! The outbox: messages written in the same transaction as what causes them, claimed by one server at a time, kept
//! until they are sent. A message that was sent keeps no text: it may have held a link.

use chrono::{DateTime, TimeDelta, Utc};
use domain::mail::{Kind, Letter};
use domain::page::Page;
use domain::person::Person;
use domain::policy::{Action, Actor};
use domain::{Lang, PersonId};
use sea_orm::sea_query::{Condition, Expr, ExprTrait, Order, Query};
use sea_orm::{ActiveModelTrait, ConnectionTrait, EntityTrait, IntoActiveModel, QueryFilter, QueryTrait};
use uuid::Uuid;

use crate::connect::Store;
use crate::error::Result;
use crate::page::{Column, Key, Slice, cursor, cut, fingerprint, place, slice};
use crate::write::Tx;

/// After so many attempts, some three days, a message is given up.
const ATTEMPTS: i32 = 20;
/// The wait after the first attempt; it doubles at each. Whoever attempts must be done before it is over.
pub const FIRST_WAIT: TimeDelta = TimeDelta::minutes(1);
const LONGEST_WAIT: TimeDelta = TimeDelta::hours(6);
/// How long it is known that a message was sent.
pub(crate) const KEPT: TimeDelta = TimeDelta::days(90);
/// The longest reason that is kept, in characters.
const REASON: usize = 300;

pub(crate) mod row {
    use sea_orm::entity::prelude::*;

    use super::{Kind, Lang, PersonId};

    #[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
    #[sea_orm(table_name = "mail")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: Uuid,
        pub kind: Kind,
        pub person_id: PersonId,
        pub to: String,
        pub language: Lang,
        pub subject: String,
        pub text: Option<String>,
        pub made_at: DateTimeUtc,
        pub sent_at: Option<DateTimeUtc>,
        pub attempts: i32,
        pub next_attempt: Option<DateTimeUtc>,
        pub last_error: Option<String>,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

/// A message to a person.
#[derive(Clone, Debug)]
pub struct Mail {
    /// Its identifier.
    pub id: Uuid,
    /// What it is about.
    pub kind: Kind,
    /// The e-mail address it goes to.
    pub to: String,
    /// Its language.
    pub language: Lang,
    /// Its subject.
    pub subject: String,
    /// Its text, until it is sent.
    pub text: Option<String>,
    /// When it was written.
    pub made_at: DateTime<Utc>,
    /// When it was sent, if it was.
    pub sent_at: Option<DateTime<Utc>>,
    /// How often sending it was attempted.
    pub attempts: i32,
    /// From when on sending it is attempted; never (again) where there is nothing.
    pub next_attempt: Option<DateTime<Utc>>,
    /// Why it could not be sent, where it could not.
    pub last_error: Option<String>,
}

impl From<row::Model> for Mail {
    fn from(row: row::Model) -> Self {
        let row::Model {
            id,
            kind,
            person_id: _,
            to,
            language,
            subject,
            text,
            made_at,
            sent_at,
            attempts,
            next_attempt,
            last_error,
        } = row;
        Self {
            id,
            kind,
            to,
            language,
            subject,
            text,
            made_at,
            sent_at,
            attempts,
            next_attempt,
            last_error,
        }
    }
}

/// The outbox's one order: the latest first.
const LATEST: Column = Column {
    name: "made_at",
    descending: true,
    of: crate::page::Kind::Time,
};

fn narrowed(waiting: Option<bool>) -> Condition {
    let sent = Expr::col(("mail", "sent_at"));
    match waiting {
        Some(true) => Condition::all().add(sent.is_null()),
        Some(false) => Condition::all().add(sent.is_not_null()),
        None => Condition::all(),
    }
}

/// How long to wait after so many attempts.
fn wait(attempts: i32) -> TimeDelta {
    let doubled = u32::try_from(attempts - 1)
        .ok()
        .and_then(|times| 2_i32.checked_pow(times));
    doubled
        .and_then(|times| FIRST_WAIT.checked_mul(times))
        .map_or(LONGEST_WAIT, |wait| wait.min(LONGEST_WAIT))
}

impl Tx {
    /// What still waits of this kind to the person is void.
    pub(crate) async fn void_mail(&self, person: PersonId, kind: Kind) -> Result<()> {
        row::Entity::delete_many()
            .filter(Expr::col(("mail", "person_id")).eq(person))
            .filter(Expr::col(("mail", "kind")).eq(kind))
            .filter(Expr::col(("mail", "sent_at")).is_null())
            .exec(&self.conn)
            .await?;
        Ok(())
    }

    /// Puts a message into the outbox; an earlier one of its kind to the same person that still waits is void.
    pub(crate) async fn write_mail(&self, person: &Person, kind: Kind, letter: Letter) -> Result<()> {
        self.void_mail(person.id, kind).await?;
        self.add_mail(person, kind, letter).await
    }

    /// Puts a message into the outbox, beside those of its kind that still wait.
    pub(crate) async fn add_mail(&self, person: &Person, kind: Kind, letter: Letter) -> Result<()> {
        let mail = row::Model {
            id: self.uuid(),
            kind,
            person_id: person.id,
            to: person.email.clone(),
            language: person.language,
            subject: letter.subject,
            text: Some(letter.text),
            made_at: self.now(),
            sent_at: None,
            attempts: 0,
            next_attempt: Some(self.now()),
            last_error: None,
        };
        row::Entity::insert(mail.into_active_model().reset_all())
            .exec_without_returning(&self.conn)
            .await?;
        Ok(())
    }
}

impl Store {
    /// A page of the outbox, the latest first: those that wait, those that were sent, or all.
    ///
    /// # Errors
    /// Not allowed, a cursor of another list, or a database fault.
    pub async fn mails(&self, actor: &Actor, waiting: Option<bool>, page: &Page) -> Result<Slice<Mail>> {
        self.ask(actor, Action::ReadMails)?;
        let print = fingerprint(&["mail", &format!("{waiting:?}")]);
        let after = page
            .cursor
            .as_deref()
            .map(|cursor| place(&print, LATEST, cursor))
            .transpose()?;
        let mut select = row::Entity::find();
        let query = QueryTrait::query(&mut select);
        query.cond_where(narrowed(waiting));
        cut(query, "mail", LATEST, page, after.as_ref());
        let mails: Vec<Mail> = select
            .all(&self.reading)
            .await?
            .into_iter()
            .map(Into::into)
            .collect();
        Ok(slice(mails, page, |mail| {
            cursor(&print, &Key::Time(mail.made_at), mail.id)
        }))
    }

    /// How many messages the outbox holds.
    ///
    /// # Errors
    /// Not allowed, or a database fault.
    pub async fn count_mails(&self, actor: &Actor, waiting: Option<bool>) -> Result<u64> {
        self.ask(actor, Action::ReadMails)?;
        let query = Query::select()
            .expr_as(Expr::col(("mail", "id")).count(), "count")
            .from("mail")
            .cond_where(narrowed(waiting))
            .take();
        let row = self.reading.query_one(&query).await?;
        let count: i64 = row.map(|row| row.try_get("", "count")).transpose()?.unwrap_or(0);
        Ok(u64::try_from(count).unwrap_or(0))
    }

    /// Takes the message that has waited longest, for whoever calls to send it now: no other server is given it
    /// before [`FIRST_WAIT`] is over. Nothing where none is due.
    ///
    /// # Errors
    /// A database fault.
    pub async fn claim_mail(&self) -> Result<Option<Mail>> {
        loop {
            let now = self.mint.now();
            let mut due = row::Entity::find()
                .filter(Expr::col(("mail", "sent_at")).is_null())
                .filter(Expr::col(("mail", "next_attempt")).lte(now));
            QueryTrait::query(&mut due)
                .order_by(("mail", "next_attempt"), Order::Asc)
                .order_by(("mail", "id"), Order::Asc);
            let Some(found) = due.one(&self.reading).await? else {
                return Ok(None);
            };
            let attempts = found.attempts + 1;
            let next = (attempts < ATTEMPTS).then(|| now + wait(attempts));
            // Of two servers that found it, one counts this attempt.
            let claim = Query::update()
                .table("mail")
                .value("attempts", attempts)
                .value("next_attempt", next)
                .and_where(Expr::col("id").eq(found.id))
                .and_where(Expr::col("attempts").eq(found.attempts))
                .and_where(Expr::col("sent_at").is_null())
                .take();
            if self.db.execute(&claim).await?.rows_affected() > 0 {
                let mut mail = Mail::from(found);
                (mail.attempts, mail.next_attempt) = (attempts, next);
                return Ok(Some(mail));
            }
        }
    }

    /// Notes that a message was sent, and forgets its text; and those that were sent long ago.
    ///
    /// # Errors
    /// A database fault.
    pub async fn mail_sent(&self, id: Uuid) -> Result<()> {
        let now = self.mint.now();
        let sent = Query::update()
            .table("mail")
            .value("sent_at", now)
            .value("text", Option::<String>::None)
            .value("next_attempt", Option::<DateTime<Utc>>::None)
            .value("last_error", Option::<String>::None)
            .and_where(Expr::col("id").eq(id))
            .take();
        self.db.execute(&sent).await?;
        let old = Query::delete()
            .from_table("mail")
            .and_where(Expr::col("sent_at").lt(now - KEPT))
            .take();
        self.db.execute(&old).await?;
        Ok(())
    }

    /// Notes why a message could not be sent; `for_good` where another attempt would not help.
    ///
    /// # Errors
    /// A database fault.
    pub async fn mail_failed(&self, id: Uuid, why: &str, for_good: bool) -> Result<()> {
        let mut update = Query::update();
        update
            .table("mail")
            .value("last_error", why.chars().take(REASON).collect::<String>())
            .and_where(Expr::col("id").eq(id));
        if for_good {
            update.value("next_attempt", Option::<DateTime<Utc>>::None);
        }
        self.db.execute(&update).await?;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_wait_doubles_up_to_six_hours() {
        assert_eq!([1, 2, 3].map(|n| wait(n).num_minutes()), [1, 2, 4]);
        assert_eq!(wait(10), LONGEST_WAIT);
        assert_eq!(wait(ATTEMPTS), LONGEST_WAIT);
        let whole: TimeDelta = (1..ATTEMPTS).map(wait).sum();
        assert!((2..4).contains(&whole.num_days()), "{whole}");
    }
}
