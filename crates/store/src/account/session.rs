//! Sessions: families of refresh tokens, each used once; a token used twice closes its family. The one that is not used
//! yet stands for the session, and says on what kind of device it is, roughly where, and since when. An access token
//! names its session and is void with it.

use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use chrono::{DateTime, TimeDelta, Utc};
use domain::person::Person;
use domain::policy::{Action, Actor};
use domain::security::{Event, Origin};
use domain::{PersonId, Refusal};
use sea_orm::ConnectionTrait;
use sea_orm::sea_query::{Expr, ExprTrait, Order, Query};
use uuid::Uuid;

use super::{digest, in_turn};
use crate::connect::Store;
use crate::error::Result;
use crate::rows;
use crate::write::Tx;

/// A session that nobody goes on with for so long has ended.
const IDLE: TimeDelta = TimeDelta::days(30);
/// A session ends then, however often it is gone on with: a device that was forgotten somewhere, or a token that was
/// copied, is not good for ever.
const SESSION: TimeDelta = TimeDelta::days(90);

/// A session's next refresh token.
#[derive(Clone, Debug)]
pub struct NewSession {
    /// The session.
    pub id: Uuid,
    /// What stands in the cookie.
    pub token: String,
    /// Until when it can be used.
    pub expires_at: DateTime<Utc>,
}

/// What became of a refresh token.
#[derive(Clone, Debug)]
pub enum Rotation {
    /// It was good: here is the next.
    Rotated {
        /// Whose session it is.
        person: Box<Person>,
        /// The next token.
        session: NewSession,
    },
    /// It was used before: somebody has a copy, so the whole session is closed.
    Reused,
    /// It is none of ours, or expired.
    Unknown,
}

/// A session that is open, as its person sees it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Session {
    /// Its identifier.
    pub id: Uuid,
    /// When somebody signed in; unknown of sessions older than that was kept.
    pub begun_at: Option<DateTime<Utc>>,
    /// When it was last gone on with; while it is used, that is every ten minutes.
    pub used_at: DateTime<Utc>,
    /// When it ends if nobody goes on with it.
    pub expires_at: DateTime<Utc>,
    /// On what kind of device, and roughly where, it was last gone on with; through which provider it was begun.
    pub origin: Origin,
}

/// A session that a token goes on with.
struct Going {
    family: Uuid,
    begun_at: Option<DateTime<Utc>>,
    ends_at: DateTime<Utc>,
    through: Option<String>,
}

impl Store {
    /// Opens a session.
    ///
    /// # Errors
    /// The account is not in use; a database fault.
    pub async fn open_session(&self, person: PersonId, origin: &Origin) -> Result<NewSession> {
        self.write(&Actor::System, Action::ManageAccounts, async |tx: &mut Tx| {
            if in_turn(tx, person).await?.is_none() {
                return Err(Refusal::Unauthenticated.into());
            }
            begin(tx, person, origin).await
        })
        .await
    }

    /// Exchanges a refresh token for the next one.
    ///
    /// # Errors
    /// A database fault.
    pub async fn rotate_session(&self, token: &str, origin: &Origin) -> Result<Rotation> {
        let (hash, next) = (digest(token), self.token());
        let query = Query::select()
            .columns([
                "family",
                "person_id",
                "begun_at",
                "ends_at",
                "expires_at",
                "through",
            ])
            .from("session")
            .and_where(Expr::col("token_hash").eq(hash.clone()))
            .and_where(Expr::col("expires_at").gt(self.mint.now()))
            .take();
        let Some(found) = self.reading.query_one(&query).await? else {
            return Ok(Rotation::Unknown);
        };
        let person: PersonId = found.try_get("", "person_id")?;
        let expires_at: DateTime<Utc> = found.try_get("", "expires_at")?;
        let ends_at: Option<DateTime<Utc>> = found.try_get("", "ends_at")?;
        let going = Going {
            family: found.try_get("", "family")?,
            begun_at: found.try_get("", "begun_at")?,
            ends_at: ends_at.unwrap_or(expires_at),
            through: found.try_get("", "through")?,
        };
        // Marked and followed by the next in one go: a copy that is used meanwhile waits, and then closes both.
        self.write(&Actor::System, Action::ManageAccounts, async |tx: &mut Tx| {
            let in_use = in_turn(tx, person).await?;
            let mark = Query::update()
                .table("session")
                .value("used_at", tx.now())
                .and_where(Expr::col("token_hash").eq(hash.clone()))
                .and_where(Expr::col("used_at").is_null())
                .take();
            if tx.conn.execute(&mark).await?.rows_affected() == 0 {
                // Where the session was ended meanwhile there is nothing to close, and nothing was used twice.
                if close_family(tx, going.family).await? == 0 {
                    return Ok(Rotation::Unknown);
                }
                tx.note(Event::RefreshReused, Some(person), origin).await?;
                return Ok(Rotation::Reused);
            }
            let Some(person) = in_use else {
                return Ok(Rotation::Unknown);
            };
            let session = next_token(tx, next.clone(), person.id, going, origin).await?;
            Ok(Rotation::Rotated {
                person: Box::new(person),
                session,
            })
        })
        .await
    }

    /// Closes the session that a refresh token belongs to: somebody signs out.
    ///
    /// # Errors
    /// A database fault.
    pub async fn close_session(&self, token: &str, origin: &Origin) -> Result<()> {
        let query = Query::select()
            .columns(["family", "person_id"])
            .from("session")
            .and_where(Expr::col("token_hash").eq(digest(token)))
            .take();
        let Some(found) = self.reading.query_one(&query).await? else {
            return Ok(());
        };
        let family: Uuid = found.try_get("", "family")?;
        let person: PersonId = found.try_get("", "person_id")?;
        self.write(&Actor::System, Action::ManageAccounts, async |tx: &mut Tx| {
            in_turn(tx, person).await?;
            if close_family(tx, family).await? > 0 {
                tx.note(Event::SignedOut, Some(person), origin).await?;
            }
            Ok(())
        })
        .await
    }

    /// A person's own open sessions, the one used last first.
    ///
    /// # Errors
    /// A database fault.
    pub async fn sessions(&self, person: PersonId) -> Result<Vec<Session>> {
        let query = Query::select()
            .columns([
                "family",
                "begun_at",
                "created_at",
                "expires_at",
                "device",
                "network",
                "through",
            ])
            .from("session")
            .and_where(Expr::col("person_id").eq(person))
            .and_where(Expr::col("used_at").is_null())
            .and_where(Expr::col("expires_at").gt(self.mint.now()))
            .order_by("created_at", Order::Desc)
            .order_by("family", Order::Asc)
            .limit(SHOWN)
            .take();
        let rows = self.reading.query_all(&query).await?;
        rows.iter()
            .map(|row| {
                Ok(Session {
                    id: row.try_get("", "family")?,
                    begun_at: row.try_get("", "begun_at")?,
                    used_at: row.try_get("", "created_at")?,
                    expires_at: row.try_get("", "expires_at")?,
                    origin: Origin {
                        device: row.try_get("", "device")?,
                        network: row.try_get("", "network")?,
                        through: row.try_get("", "through")?,
                    },
                })
            })
            .collect()
    }

    /// Ends one of the caller's own sessions.
    ///
    /// # Errors
    /// Nobody is signed in; it is none of theirs.
    pub async fn end_session(&self, actor: &Actor, session: Uuid, origin: &Origin) -> Result<()> {
        let person = actor.person().ok_or(Refusal::Unauthenticated)?.id;
        self.write(actor, Action::EndSessions { person }, async |tx: &mut Tx| {
            in_turn(tx, person).await?;
            let gone = Query::delete()
                .from_table("session")
                .and_where(Expr::col("family").eq(session))
                .and_where(Expr::col("person_id").eq(person))
                .take();
            if tx.conn.execute(&gone).await?.rows_affected() == 0 {
                return Err(Refusal::NotFound.into());
            }
            tx.note(Event::SessionEnded, Some(person), origin).await
        })
        .await
    }

    /// Ends the sessions of an account, all of them or all but one. Answers how many were open.
    ///
    /// # Errors
    /// Not allowed; there is no such account.
    pub async fn end_sessions(
        &self,
        actor: &Actor,
        person: PersonId,
        except: Option<Uuid>,
        origin: &Origin,
    ) -> Result<u64> {
        self.write(actor, Action::EndSessions { person }, async |tx: &mut Tx| {
            in_turn(tx, person).await?;
            if tx.find::<Person>(person).await?.is_none() {
                return Err(Refusal::NotFound.into());
            }
            let others = |query: &mut sea_orm::sea_query::SelectStatement| {
                query.and_where(Expr::col("person_id").eq(person));
                if let Some(except) = except {
                    query.and_where(Expr::col("family").ne(except));
                }
            };
            let mut open = Query::select();
            open.expr_as(Expr::col("family").count(), "open")
                .from("session")
                .and_where(Expr::col("used_at").is_null())
                .and_where(Expr::col("expires_at").gt(tx.now()));
            others(&mut open);
            let row = tx.conn.query_one(&open).await?;
            let open: i64 = row.map(|row| row.try_get("", "open")).transpose()?.unwrap_or(0);
            close_all(tx, person, except).await?;
            if open > 0 {
                tx.note(Event::SessionEnded, Some(person), origin).await?;
            }
            Ok(u64::try_from(open).unwrap_or(0))
        })
        .await
    }
}

/// So many sessions are shown; nobody has as many devices.
const SHOWN: u64 = 100;

/// Begins a session of somebody whose account is in use.
pub(super) async fn begin(tx: &Tx, person: PersonId, origin: &Origin) -> Result<NewSession> {
    tx.note(Event::SignedIn, Some(person), origin).await?;
    let begun = Going {
        family: tx.uuid(),
        begun_at: Some(tx.now()),
        ends_at: tx.now() + SESSION,
        through: origin.through.clone(),
    };
    let token = BASE64_URL_SAFE_NO_PAD.encode(tx.secret());
    next_token(tx, token, person, begun, origin).await
}

/// Keeps a session's next token.
async fn next_token(
    tx: &Tx,
    token: String,
    person: PersonId,
    going: Going,
    origin: &Origin,
) -> Result<NewSession> {
    let Going {
        family,
        begun_at,
        ends_at,
        through,
    } = going;
    let expires_at = std::cmp::min(ends_at, tx.now() + IDLE);
    let columns = [
        "token_hash",
        "family",
        "person_id",
        "created_at",
        "expires_at",
        "ends_at",
        "begun_at",
        "device",
        "network",
        "through",
    ];
    let row = vec![
        digest(&token).into(),
        family.into(),
        person.into(),
        tx.now().into(),
        expires_at.into(),
        ends_at.into(),
        begun_at.into(),
        origin.device.clone().into(),
        origin.network.clone().into(),
        through.into(),
    ];
    rows::insert(&tx.conn, "session", &columns, vec![row]).await?;
    Ok(NewSession {
        id: family,
        token,
        expires_at,
    })
}

/// Closes a session, and those that have expired. Answers how many tokens it had.
async fn close_family(tx: &Tx, family: Uuid) -> Result<u64> {
    let gone = Query::delete()
        .from_table("session")
        .and_where(Expr::col("family").eq(family))
        .take();
    let closed = tx.conn.execute(&gone).await?.rows_affected();
    let expired = Query::delete()
        .from_table("session")
        .and_where(Expr::col("expires_at").lt(tx.now()))
        .take();
    tx.conn.execute(&expired).await?;
    Ok(closed)
}

/// Closes a person's sessions, all of them or all but one.
pub(super) async fn close_all(tx: &Tx, person: PersonId, except: Option<Uuid>) -> Result<()> {
    let mut gone = Query::delete();
    gone.from_table("session")
        .and_where(Expr::col("person_id").eq(person));
    if let Some(except) = except {
        gone.and_where(Expr::col("family").ne(except));
    }
    tx.conn.execute(&gone).await?;
    Ok(())
}
