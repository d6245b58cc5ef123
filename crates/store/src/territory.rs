//! Territories as rows, and the index of the areas they are made of or lie in, through which everything that has a
//! place is listed by territory, upward and downward.

use std::collections::BTreeSet;

use domain::refusal::{Invalid, Refusal};
use domain::territory::{COMMUNES, Extent, Filter, Kind, Nis, Order as ListOrder, Point, Territory};
use domain::text::{LocalName, fold};
use domain::{RecordId, TerritoryId};
use sea_orm::sea_query::{Condition, Expr, ExprTrait, JoinType, Order, Query};
use sea_orm::{ConnectionTrait, EntityTrait, QueryFilter};

use crate::connect::Store;
use crate::error::Result;
use crate::filter::{Narrow, sharing};
use crate::list::Listed;
use crate::page::{Column, Key};
use crate::rows;
use crate::write::Tx;

stored! {
    Territory, row, "territory";
    plain {
        kind: Kind,
        extent: Extent,
        nis: Option<Nis>,
        note: Option<String>,
    }
    json {
        name: LocalName,
        point: Option<Point>,
        postcodes: Vec<String>,
        commune_codes: Vec<Nis>,
        within_codes: Vec<Nis>,
    }
    derived {
        order_key: String = |territory| fold(&territory.name.fr),
    }
    check check_territory;
    check_out refuse_official;
    index index_territory;
    at_hand official;
}

impl Listed for Territory {
    type Filter = Filter;
    type Order = ListOrder;

    fn condition(filter: &Filter) -> Condition {
        let Filter {
            kinds,
            nis,
            territory,
            text,
        } = filter;
        let nis: Option<Vec<Nis>> = nis
            .as_ref()
            .map(|codes| codes.iter().map(|code| code.in_force()).collect());
        Narrow::of("territory")
            .any_of("kind", kinds.as_ref())
            .any_of("nis", nis.as_ref())
            .within(territory.map(sharing))
            .text(text.as_ref())
            .build()
    }

    fn column(order: ListOrder) -> Column {
        match order {
            ListOrder::Name => Column {
                name: "order_key",
                descending: false,
                of: crate::page::Kind::Text,
            },
            ListOrder::UpdatedLast => Column {
                name: "updated_at",
                descending: true,
                of: crate::page::Kind::Time,
            },
        }
    }

    fn key(&self, order: ListOrder) -> Key {
        match order {
            ListOrder::Name => Key::Text(fold(&self.name.fr)),
            ListOrder::UpdatedLast => Key::Time(self.updated_at),
        }
    }
}

impl Store {
    /// Keeps the official territories in memory: only the reference data changes them, which is loaded before a server
    /// begins to serve. Almost every record names one.
    ///
    /// # Errors
    /// A database fault.
    pub async fn learn_territories(&self) -> Result<()> {
        let official = Kind::ALL.iter().filter(|kind| kind.is_official());
        let rows = row::Entity::find()
            .filter(Expr::col(("territory", "kind")).is_in(official.copied()))
            .all(&self.reading)
            .await?;
        let known = rows.into_iter().map(Territory::from);
        // Whoever learns them twice has learnt the same.
        drop(
            self.official
                .set(known.map(|territory| (territory.id, territory)).collect()),
        );
        Ok(())
    }

    fn official(&self, id: TerritoryId) -> Option<Territory> {
        self.official.get()?.get(&id).cloned()
    }
}

impl Tx {
    /// Writes the areas of a territory: whole, those it is made of; else, those it lies in, where not all its communes
    /// are known. Where they are others than before, what lies on it has come into places, or left some.
    pub(crate) async fn index_territory(&mut self, territory: &Territory) -> Result<()> {
        let before = self.areas_of(territory.id).await?;
        let gone = Query::delete()
            .from_table("territory_area")
            .and_where(Expr::col("territory_id").eq(territory.id.0))
            .take();
        self.conn.execute(&gone).await?;
        let whole = in_force(territory.commune_codes.iter().copied().chain(territory.nis));
        let around = match territory.extent {
            Extent::Complete => Vec::new(),
            // Every province lies in the region.
            Extent::Partial | Extent::Unknown => {
                in_force(territory.within_codes.iter().copied().chain([Nis::WALLONIA]))
            }
        };
        let areas: BTreeSet<(Nis, bool)> = whole
            .into_iter()
            .map(|area| (area, true))
            .chain(around.into_iter().map(|area| (area, false)))
            .collect();
        let rows = areas
            .iter()
            .map(|(area, whole)| vec![territory.id.0.into(), (*area).into(), (*whole).into()]);
        let columns = ["territory_id", "area", "whole"];
        rows::insert(&self.conn, "territory_area", &columns, rows.collect()).await?;
        if !before.is_empty() && before != areas {
            let left = before
                .difference(&areas)
                .map(|(area, _)| TerritoryId::from(*area));
            self.tell_moved(territory.id, left.collect()).await?;
        }
        Ok(())
    }

    async fn areas_of(&self, territory: TerritoryId) -> Result<BTreeSet<(Nis, bool)>> {
        let query = Query::select()
            .columns(["area", "whole"])
            .from("territory_area")
            .and_where(Expr::col("territory_id").eq(territory.0))
            .take();
        let rows = self.conn.query_all(&query).await?;
        rows.iter()
            .map(|row| Ok((row.try_get("", "area")?, row.try_get("", "whole")?)))
            .collect()
    }

    /// Tells the feed of everything on a territory whose communes are others now, so that who follows some places hears
    /// what came into them and what left them.
    async fn tell_moved(&mut self, territory: TerritoryId, left: Vec<TerritoryId>) -> Result<()> {
        let query = Query::select()
            .column(("place", "record_kind"))
            .column(("place", "record_id"))
            .expr_as(Expr::col(("feed", "revision")).max(), "revision")
            .from("place")
            .join(
                JoinType::InnerJoin,
                "feed",
                Expr::col(("feed", "record_id")).equals(("place", "record_id")),
            )
            .and_where(Expr::col(("place", "territory_id")).eq(territory.0))
            .group_by_col(("place", "record_kind"))
            .group_by_col(("place", "record_id"))
            .order_by(("place", "record_id"), Order::Asc)
            .take();
        for row in self.conn.query_all(&query).await? {
            let record = RecordId {
                kind: row.try_get("", "record_kind")?,
                uuid: row.try_get("", "record_id")?,
            };
            self.tell_again(
                record,
                row.try_get("", "revision")?,
                vec![territory],
                left.clone(),
            );
        }
        Ok(())
    }

    /// An official territory is kept by the server alone, from the official register.
    pub(crate) fn refuse_official(&self, territory: &Territory) -> Result<()> {
        if territory.kind.is_official() && !self.is_system() {
            return Err(Refusal::Invalid {
                field: "kind".to_owned(),
                why: Invalid::OfficialTerritory,
            }
            .into());
        }
        Ok(())
    }

    /// The communes and provinces that a named territory names exist.
    pub(crate) async fn check_territory(&self, territory: &Territory) -> Result<()> {
        self.refuse_official(territory)?;
        if territory.kind.is_official() {
            return Ok(());
        }
        let mut refusals = Vec::new();
        for (field, codes, kinds) in [
            ("communeCodes", &territory.commune_codes, &[Kind::Commune][..]),
            (
                "withinCodes",
                &territory.within_codes,
                &[Kind::Province, Kind::Region][..],
            ),
        ] {
            if codes.is_empty() {
                continue;
            }
            let codes = in_force(codes.iter().copied());
            let query = Query::select()
                .expr_as(Expr::col("id").count(), "known")
                .from("territory")
                .and_where(Expr::col("nis").is_in(codes.clone()))
                .and_where(Expr::col("kind").is_in(kinds.iter().copied()))
                .take();
            let row = self.conn.query_one(&query).await?;
            let known: i64 = row.map(|row| row.try_get("", "known")).transpose()?.unwrap_or(0);
            if usize::try_from(known) != Ok(codes.len()) {
                refusals.push(Refusal::UnknownReference {
                    field: field.to_owned(),
                });
            }
        }
        if refusals.is_empty() {
            Ok(())
        } else {
            Err(refusals.into())
        }
    }
}

/// The codes in force, each once: two merged communes have become one.
fn in_force(codes: impl Iterator<Item = Nis>) -> Vec<Nis> {
    let mut codes: Vec<Nis> = codes.map(Nis::in_force).collect();
    codes.sort_unstable();
    codes.dedup();
    codes
}

/// The most communes a territory can have.
const _: () = assert!(COMMUNES < domain::check::ENTRIES);
