//! Territories as rows, and the index of the areas they are made of or lie in, through which everything that has a
//! place is listed by territory, upward and downward.

use domain::refusal::{Invalid, Refusal};
use domain::territory::{COMMUNES, Extent, Filter, Kind, Nis, Order, Point, Territory};
use domain::text::{LocalName, fold};
use sea_orm::ConnectionTrait;
use sea_orm::sea_query::{Condition, Expr, ExprTrait, Query};

use crate::error::{Error, Result};
use crate::filter::{Narrow, sharing};
use crate::list::Listed;
use crate::page::{Column, Key};
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
}

impl Listed for Territory {
    type Filter = Filter;
    type Order = Order;

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

    fn column(order: Order) -> Column {
        match order {
            Order::Name => Column {
                name: "order_key",
                descending: false,
                of: crate::page::Kind::Text,
            },
            Order::UpdatedLast => Column {
                name: "updated_at",
                descending: true,
                of: crate::page::Kind::Time,
            },
        }
    }

    fn key(&self, order: Order) -> Key {
        match order {
            Order::Name => Key::Text(fold(&self.name.fr)),
            Order::UpdatedLast => Key::Time(self.updated_at),
        }
    }
}

impl Tx {
    /// Writes the areas of a territory: whole, those it is made of; else, those it lies in, where not all its communes
    /// are known.
    pub(crate) async fn index_territory(&self, territory: &Territory) -> Result<()> {
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
        let mut insert = Query::insert();
        insert
            .into_table("territory_area")
            .columns(["territory_id", "area", "whole"]);
        let rows = whole
            .into_iter()
            .map(|area| (area, true))
            .chain(around.into_iter().map(|area| (area, false)));
        for (area, is_whole) in rows {
            insert
                .values([
                    Expr::value(territory.id.0),
                    Expr::value(area),
                    Expr::value(is_whole),
                ])
                .map_err(|error| Error::Corrupt(error.to_string()))?;
        }
        self.conn.execute(&insert).await?;
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
