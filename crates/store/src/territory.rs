//! Territories as rows, and the index of the communes they are made of, through which everything that has a
//! place is listed by territory, upward and downward.

use domain::territory::{COMMUNES, Extent, Filter, Kind, Nis, Order, Point, Territory};
use domain::text::{LocalName, fold};
use domain::{Refusal, TerritoryId};
use sea_orm::ConnectionTrait;
use sea_orm::sea_query::{Condition, Expr, ExprTrait, Query};

use crate::connect::Store;
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
            },
            Order::UpdatedLast => Column {
                name: "updated_at",
                descending: true,
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

impl Store {
    /// The territories that share a commune with this one: larger, smaller and overlapping.
    ///
    /// # Errors
    /// A database fault.
    pub async fn overlapping(&self, territory: TerritoryId) -> Result<Vec<TerritoryId>> {
        let query = sharing(territory);
        let rows = self.db.query_all(&query).await?;
        let mut ids: Vec<TerritoryId> = rows
            .iter()
            .map(|row| row.try_get("", "territory_id"))
            .collect::<std::result::Result<_, _>>()?;
        ids.sort_unstable();
        ids.dedup();
        ids.retain(|id| *id != territory);
        Ok(ids)
    }
}

impl Tx {
    /// Writes the communes of a territory, the certain and the possible ones.
    pub(crate) async fn index_territory(&self, territory: &Territory) -> Result<()> {
        let gone = Query::delete()
            .from_table("territory_commune")
            .and_where(Expr::col("territory_id").eq(territory.id.0))
            .take();
        self.conn.execute(&gone).await?;
        let certain = territory.commune_codes.clone();
        let mut possible = Vec::new();
        if territory.extent != Extent::Complete {
            for within in &territory.within_codes {
                possible.extend(self.communes_of(*within).await?);
            }
            possible.retain(|commune| !certain.contains(commune));
            possible.sort_unstable();
            possible.dedup();
        }
        let wide = matches!(territory.kind, Kind::Region | Kind::Province);
        let mut insert = Query::insert();
        insert
            .into_table("territory_commune")
            .columns(["territory_id", "commune", "certain", "wide"]);
        let rows = certain
            .iter()
            .map(|commune| (commune, true))
            .chain(possible.iter().map(|commune| (commune, false)));
        for (commune, is_certain) in rows {
            insert
                .values([
                    Expr::value(territory.id.0),
                    Expr::value(*commune),
                    Expr::value(is_certain),
                    Expr::value(wide),
                ])
                .map_err(|error| Error::Corrupt(error.to_string()))?;
        }
        if !certain.is_empty() || !possible.is_empty() {
            self.conn.execute(&insert).await?;
        }
        Ok(())
    }

    async fn communes_of(&self, territory: Nis) -> Result<Vec<Nis>> {
        let query = Query::select()
            .column("commune")
            .from("territory_commune")
            .and_where(Expr::col("territory_id").eq(TerritoryId::from(territory).0))
            .and_where(Expr::col("certain").eq(true))
            .take();
        let rows = self.conn.query_all(&query).await?;
        rows.iter().map(|row| Ok(row.try_get("", "commune")?)).collect()
    }

    /// The communes and provinces that a named territory names exist.
    pub(crate) async fn check_territory(&self, territory: &Territory) -> Result<()> {
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
            let codes: Vec<Nis> = codes.iter().map(|code| code.in_force()).collect();
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

/// The most communes a territory can have.
const _: () = assert!(COMMUNES < domain::check::ENTRIES);
