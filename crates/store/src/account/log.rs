//! The security log: who signed in or tried to, whose sessions were ended, what was reset; without a secret, for a
//! limited time, read by administrators.

use chrono::{DateTime, TimeDelta, Utc};
use domain::PersonId;
use domain::page::Page;
use domain::policy::{Action, Actor};
use domain::security::{Event, Origin};
use sea_orm::ConnectionTrait;
use sea_orm::sea_query::{Expr, ExprTrait, Query, SelectStatement};
use uuid::Uuid;

use crate::connect::Store;
use crate::error::Result;
use crate::page::{Column, Key, Kind, Slice, cursor, cut, fingerprint, place, slice};
use crate::rows;
use crate::write::Tx;

/// How long it is known who signed in.
const KEPT: TimeDelta = TimeDelta::days(180);

const COLUMNS: [&str; 8] = [
    "id",
    "at",
    "kind",
    "person_id",
    "by_id",
    "device",
    "network",
    "through",
];

/// What happened to an account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SecurityEvent {
    /// Its identifier.
    pub id: Uuid,
    /// When it happened.
    pub at: DateTime<Utc>,
    /// What happened.
    pub event: Event,
    /// The account; none where the address had none, or where it is gone.
    pub person_id: Option<PersonId>,
    /// Who did it, where it was somebody else.
    pub by_id: Option<PersonId>,
    /// On what kind of device, roughly where, and through which provider.
    pub origin: Origin,
}

/// The latest first.
const LATEST: Column = Column {
    name: "at",
    descending: true,
    of: Kind::Time,
};

fn narrowed(query: &mut SelectStatement, person: Option<PersonId>) {
    if let Some(person) = person {
        query.and_where(Expr::col(("security_event", "person_id")).eq(person));
    }
}

impl Tx {
    /// Notes what happens to an account, and forgets what was noted long ago.
    pub(crate) async fn note(&self, event: Event, person: Option<PersonId>, origin: &Origin) -> Result<()> {
        let by = self.who().0.filter(|by| Some(*by) != person);
        let row = vec![
            self.uuid().into(),
            self.now().into(),
            event.into(),
            person.map(|person| person.0).into(),
            by.map(|by| by.0).into(),
            origin.device.clone().into(),
            origin.network.clone().into(),
            origin.through.clone().into(),
        ];
        rows::insert(&self.conn, "security_event", &COLUMNS, vec![row]).await?;
        let old = Query::delete()
            .from_table("security_event")
            .and_where(Expr::col("at").lt(self.now() - KEPT))
            .take();
        self.conn.execute(&old).await?;
        Ok(())
    }
}

impl Store {
    /// Notes that somebody could not sign in. It takes as long where the address has no account.
    ///
    /// # Errors
    /// A database fault.
    pub async fn note_refused(&self, person: Option<PersonId>, origin: &Origin) -> Result<()> {
        self.write(&Actor::System, Action::ManageAccounts, async |tx: &mut Tx| {
            tx.note(Event::SignInRefused, person, origin).await
        })
        .await
    }

    /// A page of the security log, the latest first: of one account, or of all.
    ///
    /// # Errors
    /// Not allowed, a cursor of another list, or a database fault.
    pub async fn security_events(
        &self,
        actor: &Actor,
        person: Option<PersonId>,
        page: &Page,
    ) -> Result<Slice<SecurityEvent>> {
        self.ask(actor, Action::ReadSecurityLog)?;
        let print = fingerprint(&["security", &format!("{person:?}")]);
        let after = page
            .cursor
            .as_deref()
            .map(|cursor| place(&print, LATEST, cursor))
            .transpose()?;
        let mut query = Query::select()
            .columns(COLUMNS.map(|column| ("security_event", column)))
            .from("security_event")
            .take();
        narrowed(&mut query, person);
        cut(&mut query, "security_event", LATEST, page, after.as_ref());
        let rows = self.reading.query_all(&query).await?;
        let events = rows
            .iter()
            .map(|row| {
                let person_id: Option<Uuid> = row.try_get("", "person_id")?;
                let by_id: Option<Uuid> = row.try_get("", "by_id")?;
                Ok(SecurityEvent {
                    id: row.try_get("", "id")?,
                    at: row.try_get("", "at")?,
                    event: row.try_get("", "kind")?,
                    person_id: person_id.map(Into::into),
                    by_id: by_id.map(Into::into),
                    origin: Origin {
                        device: row.try_get("", "device")?,
                        network: row.try_get("", "network")?,
                        through: row.try_get("", "through")?,
                    },
                })
            })
            .collect::<Result<Vec<_>>>()?;
        Ok(slice(events, page, |event| {
            cursor(&print, &Key::Time(event.at), event.id)
        }))
    }

    /// How many entries the security log has: of one account, or of all.
    ///
    /// # Errors
    /// Not allowed, or a database fault.
    pub async fn count_security_events(&self, actor: &Actor, person: Option<PersonId>) -> Result<u64> {
        self.ask(actor, Action::ReadSecurityLog)?;
        let mut query = Query::select()
            .expr_as(Expr::col(("security_event", "id")).count(), "count")
            .from("security_event")
            .take();
        narrowed(&mut query, person);
        let row = self.reading.query_one(&query).await?;
        let count: i64 = row.map(|row| row.try_get("", "count")).transpose()?.unwrap_or(0);
        Ok(u64::try_from(count).unwrap_or(0))
    }
}
