//! How a record is a row: one declaration of its columns, and the reading, making, changing and removing that
//! is the same for all.

use domain::policy::{Action, Actor, allows};
use domain::record::{Rules, Verb};
use domain::{Refusal, check::Checks};
use sea_orm::sea_query::{Expr, ExprTrait, Query, SelectStatement};
use sea_orm::{
    ActiveModelBehavior, ActiveModelTrait, ConnectionTrait, EntityTrait, FromQueryResult, IntoActiveModel,
    ModelTrait, QueryResult,
};
use uuid::Uuid;

use crate::connect::Store;
use crate::error::Result;
use crate::rows;
use crate::write::Tx;

/// A record with a table.
pub trait Stored: Rules {
    /// Its table.
    #[doc(hidden)]
    type Entity: EntityTrait<Model = Self::Model, ActiveModel = Self::Active>;
    /// Its row.
    #[doc(hidden)]
    type Model: ModelTrait<Entity = Self::Entity>
        + FromQueryResult
        + IntoActiveModel<Self::Active>
        + Into<Self>
        + Send
        + Sync;
    /// Its row on the way in.
    #[doc(hidden)]
    type Active: ActiveModelTrait<Entity = Self::Entity> + ActiveModelBehavior + Send + Sync;
    /// Its table's name.
    #[doc(hidden)]
    const TABLE: &'static str;
    /// The links and places that stand in the table's own columns instead of the common tables: (field, column).
    /// For records that come by the ten thousand.
    #[doc(hidden)]
    const OWN: &'static [(&'static str, &'static str)] = &[];

    /// The columns of its row that it is made of, not those that are worked out from it.
    #[doc(hidden)]
    const COLUMNS: &'static [&'static str];

    /// The record, from a row that begins with these columns: by their places, since looking for each by its name costs as
    /// much as reading it.
    #[doc(hidden)]
    fn read(row: &QueryResult) -> Result<Self>;

    /// The row that holds it.
    #[doc(hidden)]
    fn row(&self) -> Self::Model;

    /// Checks what only the database can tell, before it is kept.
    #[doc(hidden)]
    fn check_in(&self, tx: &Tx) -> impl Future<Output = Result<()>> + Send;

    /// Checks whether it may be removed at all.
    #[doc(hidden)]
    fn check_out(&self, tx: &Tx) -> Result<()>;

    /// The record with this identifier, where it is one of those that the store keeps in memory.
    #[doc(hidden)]
    fn at_hand(_store: &Store, _id: Self::Id) -> Option<Self> {
        None
    }

    /// Keeps what else it is found by, after it is kept.
    #[doc(hidden)]
    fn index_in(&self, tx: &mut Tx) -> impl Future<Output = Result<()>> + Send;
}

/// Declares a record's table (types are written as one name with at most one argument, since the entity derive
/// cannot read richer macro fragments): columns as they are, columns as JSON, and columns worked out from the record
/// (for order and filters). `check`, `check_out` and `index` name functions of the transaction, `at_hand` one of the
/// store, for the few records that need them.
macro_rules! stored {
    (
        $record:ty, $module:ident, $table:literal;
        plain { $($plain:ident: $pty:ident $(<$parg:ident>)?),* $(,)? }
        json { $($json:ident: $jty:ident $(<$jarg:ident>)?),* $(,)? }
        derived { $($derived:ident: $dty:ident $(<$darg:ident>)? = |$from:ident| $value:expr),* $(,)? }
        $(own { $($field:literal = $column:literal),* $(,)? })?
        $(check $check:ident;)?
        $(check_out $check_out:ident;)?
        $(index $index:ident;)?
        $(at_hand $at_hand:ident;)?
    ) => {
        pub(crate) mod $module {
            #[allow(unused_imports, clippy::allow_attributes, reason = "each record uses some of its area's types")]
            use {super::*, crate::json::Json};
            use sea_orm::entity::prelude::*;

            #[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
            #[sea_orm(table_name = $table)]
            pub struct Model {
                #[sea_orm(primary_key, auto_increment = false)]
                pub id: uuid::Uuid,
                pub revision: i32,
                pub created_at: DateTimeUtc,
                pub updated_at: DateTimeUtc,
                $(pub $plain: $pty $(<$parg>)?,)*
                $(pub $json: Json<$jty $(<$jarg>)?>,)*
                $(pub $derived: $dty $(<$darg>)?,)*
            }

            #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
            pub enum Relation {}

            impl ActiveModelBehavior for ActiveModel {}

            impl From<Model> for $record {
                fn from(row: Model) -> Self {
                    let Model {
                        id, revision, created_at, updated_at,
                        $($plain,)* $($json,)* $($derived: _,)*
                    } = row;
                    Self {
                        id: id.into(), revision, created_at, updated_at,
                        $($plain,)* $($json: $json.0,)*
                    }
                }
            }
        }

        impl $crate::record::Stored for $record {
            type Entity = $module::Entity;
            type Model = $module::Model;
            type Active = $module::ActiveModel;
            const TABLE: &'static str = $table;
            $(const OWN: &'static [(&'static str, &'static str)] = &[$(($field, $column)),*];)?
            const COLUMNS: &'static [&'static str] = &[
                "id", "revision", "created_at", "updated_at",
                $(stringify!($plain),)* $(stringify!($json),)*
            ];

            fn read(row: &sea_orm::QueryResult) -> $crate::error::Result<Self> {
                let mut places = 4..;
                let mut next = || places.next().unwrap_or_default();
                Ok(Self {
                    id: row.try_get_by_index::<uuid::Uuid>(0)?.into(),
                    revision: row.try_get_by_index(1)?,
                    created_at: row.try_get_by_index(2)?,
                    updated_at: row.try_get_by_index(3)?,
                    $($plain: row.try_get_by_index(next())?,)*
                    $($json: row.try_get_by_index::<$crate::json::Json<_>>(next())?.0,)*
                })
            }

            fn row(&self) -> $module::Model {
                $(let $derived: $dty $(<$darg>)? = { let $from = self; $value };)*
                let Self { id, revision, created_at, updated_at, $($plain,)* $($json,)* } = self.clone();
                $module::Model {
                    id: id.into(), revision, created_at, updated_at,
                    $($plain,)* $($json: $crate::json::Json($json),)* $($derived,)*
                }
            }

            async fn check_in(&self, _tx: &$crate::write::Tx) -> $crate::error::Result<()> {
                $(_tx.$check(self).await?;)?
                Ok(())
            }

            fn check_out(&self, _tx: &$crate::write::Tx) -> $crate::error::Result<()> {
                $(_tx.$check_out(self)?;)?
                Ok(())
            }

            $(fn at_hand(store: &$crate::connect::Store, id: Self::Id) -> Option<Self> {
                store.$at_hand(id)
            })?

            async fn index_in(&self, _tx: &mut $crate::write::Tx) -> $crate::error::Result<()> {
                $(_tx.$index(self).await?;)?
                Ok(())
            }
        }
    };
}

impl Store {
    /// The record, whoever asks; for the server's own use.
    ///
    /// # Errors
    /// Where the database fails.
    pub async fn find<R: Stored>(&self, id: R::Id) -> Result<Option<R>> {
        find(&self.reading, id).await
    }

    /// The record, where the actor may see it.
    ///
    /// # Errors
    /// Not found, also where it exists and the actor may not know.
    pub async fn get<R: Stored>(&self, actor: &Actor, id: R::Id) -> Result<R> {
        let record: R = self.find(id).await?.ok_or(Refusal::NotFound)?;
        if record.reading().is_some_and(|action| !allows(actor, action)) {
            return Err(Refusal::NotFound.into());
        }
        Ok(record)
    }

    /// The record with this identifier, where it is kept in memory: what never changes while a server runs.
    #[must_use]
    pub fn at_hand<R: Stored>(&self, id: R::Id) -> Option<R> {
        R::at_hand(self, id)
    }

    /// The records with these identifiers, in any order, whoever asks.
    ///
    /// # Errors
    /// Where the database fails.
    pub async fn many<R: Stored>(&self, ids: &[R::Id]) -> Result<Vec<R>> {
        if ids.is_empty() {
            return Ok(Vec::new());
        }
        let uuids: Vec<Uuid> = ids.iter().map(|id| (*id).into()).collect();
        let query = selecting::<R>()
            .and_where(rows::among(&self.reading, Expr::col((R::TABLE, "id")), uuids))
            .take();
        all(&self.reading, &query).await
    }

    /// Makes a record. The same client's name for the request answers the record made the first time.
    ///
    /// # Errors
    /// Every refusal of the record's check, of the policy and of the database's constraints.
    pub async fn create<R: Stored>(&self, actor: &Actor, new: R::New) -> Result<R> {
        self.create_with(actor, new, |_| {}).await
    }

    /// Makes a record after completing what clients cannot give.
    pub(crate) async fn create_with<R: Stored>(
        &self,
        actor: &Actor,
        new: R::New,
        complete: impl FnOnce(&mut R) + Send,
    ) -> Result<R> {
        self.create_and(actor, new, complete, async |_: &mut Tx, record: R| Ok(record))
            .await
    }

    /// Makes a record, and in the same transaction what goes with it.
    pub(crate) async fn create_and<R: Stored, T: Send>(
        &self,
        actor: &Actor,
        new: R::New,
        complete: impl FnOnce(&mut R) + Send,
        also: impl AsyncFnOnce(&mut Tx, R) -> Result<T> + Send,
    ) -> Result<T> {
        let retry = crate::external::Retry::of::<R>(actor, &new)?;
        let now = self.mint.now();
        let mut record = R::made(new, self.mint.uuid().into(), now);
        complete(&mut record);
        // Who may not is told so before anything is looked at.
        let action = record.action(Verb::Create);
        self.ask(actor, action)?;
        let mut checks = Checks::default();
        record.check(&mut checks);
        checks.finish()?;
        self.write_at(actor, action, Some(now), async move |tx: &mut Tx| {
            if let Some(retry) = &retry
                && !tx.remember(retry, record.id().into()).await?
            {
                record = tx.made_before(retry).await?;
            } else {
                tx.insert(&record).await?;
            }
            also(tx, record).await
        })
        .await
    }

    /// Changes a record by its update.
    ///
    /// # Errors
    /// Not found, not allowed, a stale revision, and every refusal of the record's check.
    pub async fn edit<R: Stored>(&self, actor: &Actor, patch: R::Patch) -> Result<R> {
        let (id, expected) = R::target(&patch);
        self.change::<R>(actor, id, expected, |record, checks| {
            let before = record.clone();
            record.apply(patch, checks);
            record.edited(&before, checks);
        })
        .await
    }

    /// Changes a record in a way of its own, asking the policy what an update asks.
    pub(crate) async fn change<R: Stored>(
        &self,
        actor: &Actor,
        id: R::Id,
        expected: i32,
        how: impl FnOnce(&mut R, &mut Checks) + Send,
    ) -> Result<R> {
        self.change_as(actor, id, expected, |record| record.action(Verb::Update), how)
            .await
    }

    /// Changes a record in a way of its own, asking the policy another thing.
    pub(crate) async fn change_as<R: Stored>(
        &self,
        actor: &Actor,
        id: R::Id,
        expected: i32,
        asking: impl Fn(&R) -> Action + Send,
        how: impl FnOnce(&mut R, &mut Checks) + Send,
    ) -> Result<R> {
        let before: R = self.get(actor, id).await?;
        let also = async |_: &mut Tx, after: R| Ok(after);
        self.change_and(actor, before, expected, asking, how, also).await
    }

    /// Changes a record that the actor may see, and in the same transaction what goes with it.
    pub(crate) async fn change_and<R: Stored, T: Send>(
        &self,
        actor: &Actor,
        before: R,
        expected: i32,
        asking: impl Fn(&R) -> Action + Send,
        how: impl FnOnce(&mut R, &mut Checks) + Send,
        also: impl AsyncFnOnce(&mut Tx, R) -> Result<T> + Send,
    ) -> Result<T> {
        let action = asking(&before);
        self.ask(actor, action)?;
        if expected != before.revision() {
            return Err(Refusal::StaleRevision {
                current: before.revision(),
            }
            .into());
        }
        let mut after = before.clone();
        let mut checks = Checks::default();
        how(&mut after, &mut checks);
        after.check(&mut checks);
        checks.finish()?;
        // What belongs to one project may not be moved into another by somebody who may only touch the first.
        self.ask(actor, asking(&after))?;
        self.write(actor, action, async move |tx: &mut Tx| {
            let kept = tx.update(&before, after).await?;
            also(tx, kept).await
        })
        .await
    }

    /// Removes a record that nothing else uses.
    ///
    /// # Errors
    /// Not found, not allowed, a stale revision, in use.
    pub async fn remove<R: Stored>(&self, actor: &Actor, id: R::Id, expected: i32) -> Result<R> {
        let before: R = self.get(actor, id).await?;
        let action = before.action(Verb::Delete);
        self.ask(actor, action)?;
        if expected != before.revision() {
            return Err(Refusal::StaleRevision {
                current: before.revision(),
            }
            .into());
        }
        self.write(actor, action, async |tx: &mut Tx| tx.delete(&before).await)
            .await?;
        Ok(before)
    }
}

/// Reads one record on this connection.
pub(crate) async fn find<R: Stored>(conn: &impl ConnectionTrait, id: R::Id) -> Result<Option<R>> {
    let uuid: Uuid = id.into();
    let query = selecting::<R>()
        .and_where(Expr::col((R::TABLE, "id")).eq(uuid))
        .take();
    let row = conn.query_one(&query).await?;
    row.map(|row| R::read(&row)).transpose()
}

/// The beginning of a statement that reads records.
pub(crate) fn selecting<R: Stored>() -> SelectStatement {
    Query::select()
        .columns(R::COLUMNS.iter().map(|column| (R::TABLE, *column)))
        .from(R::TABLE)
        .take()
}

/// Reads records on this connection.
pub(crate) async fn all<R: Stored>(conn: &impl ConnectionTrait, query: &SelectStatement) -> Result<Vec<R>> {
    conn.query_all(query).await?.iter().map(R::read).collect()
}

/// Calls a generic function for the kind of record that a value names.
macro_rules! for_kind {
    ($kind:expr, $call:ident :: <R> ( $($argument:expr),* ) else $none:expr) => {
        match $kind {
            domain::RecordType::Territory => $call::<domain::territory::Territory>($($argument),*).await,
            domain::RecordType::Organisation => $call::<domain::organisation::Organisation>($($argument),*).await,
            domain::RecordType::Contact => $call::<domain::contact::Contact>($($argument),*).await,
            domain::RecordType::Person => $call::<domain::person::Person>($($argument),*).await,
            domain::RecordType::Chantier => $call::<domain::chantier::Chantier>($($argument),*).await,
            domain::RecordType::Step => $call::<domain::chantier::Step>($($argument),*).await,
            domain::RecordType::Resource => $call::<domain::chantier::Resource>($($argument),*).await,
            domain::RecordType::Participation => $call::<domain::chantier::Participation>($($argument),*).await,
            domain::RecordType::Project => $call::<domain::project::Project>($($argument),*).await,
            domain::RecordType::Membership => $call::<domain::project::Membership>($($argument),*).await,
            domain::RecordType::Note => $call::<domain::project::Note>($($argument),*).await,
            domain::RecordType::Provenance => $call::<domain::provenance::Provenance>($($argument),*).await,
            domain::RecordType::Source => $call::<domain::source::Source>($($argument),*).await,
            domain::RecordType::Offer => $call::<domain::offer::Offer>($($argument),*).await,
            domain::RecordType::Need => $call::<domain::need::Need>($($argument),*).await,
            domain::RecordType::Outcome => $call::<domain::outcome::Outcome>($($argument),*).await,
            domain::RecordType::Webhook => $call::<domain::webhook::Webhook>($($argument),*).await,
            domain::RecordType::SavedSearch => $call::<domain::saved_search::SavedSearch>($($argument),*).await,
            domain::RecordType::Portfolio => $call::<domain::officer::Portfolio>($($argument),*).await,
            domain::RecordType::Absence => $call::<domain::officer::Absence>($($argument),*).await,
            domain::RecordType::Request => $call::<domain::request::Request>($($argument),*).await,
            domain::RecordType::RequestMessage => $call::<domain::request::RequestMessage>($($argument),*).await,
            domain::RecordType::Council => $call::<domain::council::Council>($($argument),*).await,
            domain::RecordType::Seat => $call::<domain::council::Seat>($($argument),*).await,
            domain::RecordType::SeatHolder => $call::<domain::council::SeatHolder>($($argument),*).await,
            domain::RecordType::CouncilMeeting => $call::<domain::council::CouncilMeeting>($($argument),*).await,
            domain::RecordType::Vote => $call::<domain::council::Vote>($($argument),*).await,
            domain::RecordType::Decision => $call::<domain::council::Decision>($($argument),*).await,
            domain::RecordType::CouncilAction => $call::<domain::council::CouncilAction>($($argument),*).await,
            domain::RecordType::Evaluation => $call::<domain::council::Evaluation>($($argument),*).await,
            domain::RecordType::SharedItem => $call::<domain::council::SharedItem>($($argument),*).await,
            domain::RecordType::Endorsement => $call::<domain::council::Endorsement>($($argument),*).await,
            domain::RecordType::Expertise => $call::<domain::expertise::Expertise>($($argument),*).await,
            domain::RecordType::ExpertiseNeed => $call::<domain::expertise::need::ExpertiseNeed>($($argument),*).await,
            domain::RecordType::Introduction => $call::<domain::expertise::introduction::Introduction>($($argument),*).await,
            domain::RecordType::ExpertiseSession => $call::<domain::expertise::session::ExpertiseSession>($($argument),*).await,
            domain::RecordType::Change => $none,
        }
    };
}

/// The names of the tables, for checks that only need the identifier.
pub(crate) const fn table(kind: domain::RecordType) -> &'static str {
    use domain::RecordType as T;
    match kind {
        T::Territory => <domain::territory::Territory as Stored>::TABLE,
        T::Organisation => <domain::organisation::Organisation as Stored>::TABLE,
        T::Contact => <domain::contact::Contact as Stored>::TABLE,
        T::Person => <domain::person::Person as Stored>::TABLE,
        T::Chantier => <domain::chantier::Chantier as Stored>::TABLE,
        T::Step => <domain::chantier::Step as Stored>::TABLE,
        T::Resource => <domain::chantier::Resource as Stored>::TABLE,
        T::Participation => <domain::chantier::Participation as Stored>::TABLE,
        T::Project => <domain::project::Project as Stored>::TABLE,
        T::Membership => <domain::project::Membership as Stored>::TABLE,
        T::Note => <domain::project::Note as Stored>::TABLE,
        T::Provenance => <domain::provenance::Provenance as Stored>::TABLE,
        T::Source => <domain::source::Source as Stored>::TABLE,
        T::Offer => <domain::offer::Offer as Stored>::TABLE,
        T::Need => <domain::need::Need as Stored>::TABLE,
        T::Outcome => <domain::outcome::Outcome as Stored>::TABLE,
        T::Webhook => <domain::webhook::Webhook as Stored>::TABLE,
        T::SavedSearch => <domain::saved_search::SavedSearch as Stored>::TABLE,
        T::Portfolio => <domain::officer::Portfolio as Stored>::TABLE,
        T::Absence => <domain::officer::Absence as Stored>::TABLE,
        T::Request => <domain::request::Request as Stored>::TABLE,
        T::RequestMessage => <domain::request::RequestMessage as Stored>::TABLE,
        T::Council => <domain::council::Council as Stored>::TABLE,
        T::Seat => <domain::council::Seat as Stored>::TABLE,
        T::SeatHolder => <domain::council::SeatHolder as Stored>::TABLE,
        T::CouncilMeeting => <domain::council::CouncilMeeting as Stored>::TABLE,
        T::Vote => <domain::council::Vote as Stored>::TABLE,
        T::Decision => <domain::council::Decision as Stored>::TABLE,
        T::CouncilAction => <domain::council::CouncilAction as Stored>::TABLE,
        T::Evaluation => <domain::council::Evaluation as Stored>::TABLE,
        T::SharedItem => <domain::council::SharedItem as Stored>::TABLE,
        T::Endorsement => <domain::council::Endorsement as Stored>::TABLE,
        T::Expertise => <domain::expertise::Expertise as Stored>::TABLE,
        T::ExpertiseNeed => <domain::expertise::need::ExpertiseNeed as Stored>::TABLE,
        T::Introduction => <domain::expertise::introduction::Introduction as Stored>::TABLE,
        T::ExpertiseSession => <domain::expertise::session::ExpertiseSession as Stored>::TABLE,
        T::Change => "change",
    }
}

/// The kinds of record whose links and places stand in their own columns, with those columns.
pub(crate) const HOLDING_THEIR_OWN: [(domain::RecordType, &[(&str, &str)]); 2] = [
    (domain::RecordType::Offer, <domain::offer::Offer as Stored>::OWN),
    (domain::RecordType::Need, <domain::need::Need as Stored>::OWN),
];

/// What of a record's facets the common tables keep: all but what stands in its own columns.
pub(crate) fn common_facets<R: Stored>(record: &R) -> domain::facet::Facets {
    let mut facets = record.facets();
    if !R::OWN.is_empty() {
        let is_own = |field: &str| R::OWN.iter().any(|(own, _)| *own == field);
        facets.links.retain(|(field, _)| !is_own(field));
        facets.places.retain(|(field, _)| !is_own(field));
    }
    facets
}
