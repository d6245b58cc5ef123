//! How two sources overlap: the organisations that both hold, by the same record or by name and commune, and in what
//! those contradict each other.

use domain::organisation::Organisation;
use domain::overlap::{TOLD, contradictions};
use domain::source::Source;
use domain::{OrganisationId, RecordType};
use sea_orm::ConnectionTrait;
use sea_orm::sea_query::{Expr, ExprTrait, JoinType, Order, Query, SelectStatement};
use std::collections::{HashMap, HashSet};
use uuid::Uuid;

use crate::connect::Store;
use crate::error::Result;

/// How two sources overlap, in organisations.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Overlap {
    /// How many the first holds.
    pub first: u64,
    /// How many the second holds.
    pub second: u64,
    /// How many both hold as one record: they gave the same enterprise number.
    pub joined: u64,
    /// How many of the first's have an entry of the same name in the same commune among the second's, of another record.
    pub first_alike: u64,
    /// The same, of the second's.
    pub second_alike: u64,
    /// How many of those pairs contradict each other.
    pub contradicting: u64,
    /// The first of the contradicting pairs.
    pub contradictions: Vec<Contradiction>,
}

/// Two entries of what seems to be one organisation, and the fields in which they contradict each other.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Contradiction {
    /// The first source's.
    pub first: OrganisationId,
    /// The second source's.
    pub second: OrganisationId,
    /// The fields.
    pub fields: Vec<&'static str>,
}

/// The organisations that a source holds.
fn held(source: &Source) -> SelectStatement {
    Query::select()
        .distinct()
        .column("record_id")
        .from("external_id")
        .and_where(Expr::col("source").eq(source.code.clone()))
        .and_where(Expr::col("record_kind").eq(RecordType::Organisation.word()))
        .and_where(Expr::col("deleted_at").is_null())
        .take()
}

impl Store {
    /// How two sources overlap.
    ///
    /// # Errors
    /// A database fault.
    pub async fn overlap(&self, first: &Source, second: &Source) -> Result<Overlap> {
        let mut overlap = Overlap {
            first: self.records_of(&[first]).await?,
            second: self.records_of(&[second]).await?,
            joined: self.records_of(&[first, second]).await?,
            ..Overlap::default()
        };
        let pairs = self.alike(first, second).await?;
        let distinct =
            |of: fn(&(Uuid, Uuid)) -> Uuid| pairs.iter().map(of).collect::<HashSet<_>>().len() as u64;
        (overlap.first_alike, overlap.second_alike) = (distinct(|it| it.0), distinct(|it| it.1));
        let ids: HashSet<OrganisationId> = pairs.iter().flat_map(|it| [it.0.into(), it.1.into()]).collect();
        let ids: Vec<OrganisationId> = ids.into_iter().collect();
        let mut known: HashMap<Uuid, Organisation> = HashMap::new();
        for some in ids.chunks(500) {
            let found = self.many::<Organisation>(some).await?;
            known.extend(found.into_iter().map(|it| (it.id.into(), it)));
        }
        for (one, other) in pairs {
            let Some((mine, theirs)) = known.get(&one).zip(known.get(&other)) else {
                continue;
            };
            let fields = contradictions(mine, theirs);
            if fields.is_empty() {
                continue;
            }
            overlap.contradicting += 1;
            if overlap.contradictions.len() < TOLD {
                overlap.contradictions.push(Contradiction {
                    first: one.into(),
                    second: other.into(),
                    fields,
                });
            }
        }
        Ok(overlap)
    }

    /// How many organisations all of these sources hold.
    async fn records_of(&self, sources: &[&Source]) -> Result<u64> {
        let mut query = Query::select();
        query
            .expr_as(Expr::col(("organisation", "id")).count(), "count")
            .from("organisation");
        for source in sources {
            query.and_where(Expr::col(("organisation", "id")).in_subquery(held(source)));
        }
        let row = self.reading.query_one(&query).await?;
        let count: i64 = row.map(|row| row.try_get("", "count")).transpose()?.unwrap_or(0);
        Ok(u64::try_from(count).unwrap_or(0))
    }

    /// The pairs of records, one held by each alone, of the same name in the same commune.
    async fn alike(&self, first: &Source, second: &Source) -> Result<Vec<(Uuid, Uuid)>> {
        let column = |table: &'static str, name: &'static str| Expr::col((table, name));
        let same = |name: &'static str| column("mine", name).equals(("theirs", name));
        let query = Query::select()
            .expr_as(column("mine", "id"), "one")
            .expr_as(column("theirs", "id"), "other")
            .from_as("organisation", "mine")
            .join_as(
                JoinType::InnerJoin,
                "organisation",
                "theirs",
                same("order_key").and(same("commune_id")),
            )
            .and_where(column("mine", "id").in_subquery(held(first)))
            .and_where(column("mine", "id").not_in_subquery(held(second)))
            .and_where(column("theirs", "id").in_subquery(held(second)))
            .and_where(column("theirs", "id").not_in_subquery(held(first)))
            .order_by(("mine", "order_key"), Order::Asc)
            .order_by(("mine", "id"), Order::Asc)
            .order_by(("theirs", "id"), Order::Asc)
            .take();
        let mut pairs = Vec::new();
        for row in self.reading.query_all(&query).await? {
            pairs.push((row.try_get("", "one")?, row.try_get("", "other")?));
        }
        Ok(pairs)
    }
}
