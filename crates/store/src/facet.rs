//! What a record is found by, written with it: tags, links, places, words; and the checks that stand on them:
//! what a record names exists, and what others name is not removed.

use std::collections::HashMap;

use domain::facet::Facets;
use domain::text::fold;
use domain::{RecordId, RecordType, Refusal};
use sea_orm::ConnectionTrait;
use sea_orm::sea_query::{Expr, ExprTrait, LockType, Query};
use uuid::Uuid;

use crate::error::{Error, Result};
use crate::record::table;
use crate::write::Tx;

impl Tx {
    /// Every record that a new link or place names must exist, and stay until this transaction ends.
    pub(crate) async fn check_references(&self, facets: &Facets, known: Option<&Facets>) -> Result<()> {
        let places = facets
            .places
            .iter()
            .map(|(field, territory)| (*field, RecordId::from(*territory)));
        let mut wanted: HashMap<RecordType, Vec<(&str, Uuid)>> = HashMap::new();
        for (field, target) in facets.links.iter().copied().chain(places) {
            let is_known = known.is_some_and(|known| {
                known.links.contains(&(field, target))
                    || known
                        .territories()
                        .iter()
                        .any(|known| RecordId::from(*known) == target)
            });
            if !is_known {
                wanted.entry(target.kind).or_default().push((field, target.uuid));
            }
        }
        let mut refusals = Vec::new();
        for (kind, targets) in wanted {
            let ids: Vec<Uuid> = targets.iter().map(|(_, id)| *id).collect();
            let query = Query::select()
                .column("id")
                .from(table(kind))
                .and_where(Expr::col("id").is_in(ids))
                .lock(LockType::KeyShare)
                .take();
            let rows = self.conn.query_all(&query).await?;
            let found: Vec<Uuid> = rows
                .iter()
                .map(|row| row.try_get("", "id"))
                .collect::<std::result::Result<_, _>>()?;
            for (field, target) in targets {
                if !found.contains(&target) {
                    refusals.push(Refusal::UnknownReference {
                        field: field.to_owned(),
                    });
                }
            }
        }
        refusals.dedup();
        if refusals.is_empty() {
            Ok(())
        } else {
            Err(refusals.into())
        }
    }

    /// How many other records name this one; until this transaction ends no other comes to name it.
    pub(crate) async fn users_of(&self, id: RecordId) -> Result<u64> {
        let lock = Query::select()
            .column("id")
            .from(table(id.kind))
            .and_where(Expr::col("id").eq(id.uuid))
            .lock_exclusive()
            .take();
        self.conn.query_one(&lock).await?;
        let links = Query::select()
            .expr_as(Expr::col("record_id").count_distinct(), "users")
            .from("link")
            .and_where(Expr::col("target_id").eq(id.uuid))
            .take();
        let places = Query::select()
            .expr_as(Expr::col("record_id").count(), "users")
            .from("place")
            .and_where(Expr::col("territory_id").eq(id.uuid))
            .take();
        let mut users = 0;
        for query in [links, places] {
            let row = self.conn.query_one(&query).await?;
            let count: i64 = row.map(|row| row.try_get("", "users")).transpose()?.unwrap_or(0);
            users += u64::try_from(count).unwrap_or(0);
        }
        Ok(users)
    }

    /// The records of one kind whose field names this one.
    pub(crate) async fn linking(&self, target: RecordId, field: &str, kind: RecordType) -> Result<Vec<Uuid>> {
        let query = Query::select()
            .column("record_id")
            .from("link")
            .and_where(Expr::col("target_id").eq(target.uuid))
            .and_where(Expr::col("field").eq(field))
            .and_where(Expr::col("record_kind").eq(kind.word()))
            .take();
        let rows = self.conn.query_all(&query).await?;
        rows.iter().map(|row| Ok(row.try_get("", "record_id")?)).collect()
    }

    /// Writes the facets that changed.
    pub(crate) async fn write_facets(&self, id: RecordId, old: Option<&Facets>, new: &Facets) -> Result<()> {
        let empty = Facets::default();
        let old_facets = old.unwrap_or(&empty);
        if old_facets.tags != new.tags {
            self.clear("tag", id, old).await?;
            let rows = new
                .tags
                .iter()
                .map(|(field, word)| vec![Expr::value(*field), Expr::value(word.clone())]);
            self.fill("tag", id, &["field", "word"], rows).await?;
        }
        if old_facets.links != new.links {
            self.clear("link", id, old).await?;
            let rows = new.links.iter().map(|(field, target)| {
                vec![
                    Expr::value(*field),
                    Expr::value(target.uuid),
                    Expr::value(target.kind.word()),
                ]
            });
            self.fill("link", id, &["field", "target_id", "target_kind"], rows)
                .await?;
        }
        if old_facets.places != new.places {
            self.clear("place", id, old).await?;
            let territories = new.territories();
            let rows = territories.iter().map(|territory| vec![Expr::value(territory.0)]);
            self.fill("place", id, &["territory_id"], rows).await?;
        }
        if old_facets.words != new.words {
            self.clear("words", id, old).await?;
            let rows = new.words.iter().map(|words| {
                let names = fold(&words.names.join(" "));
                let text = fold(&format!("{} {}", words.names.join(" "), words.body.join(" ")));
                vec![
                    Expr::value(words.title.clone()),
                    Expr::value(names),
                    Expr::value(text),
                ]
            });
            self.fill("words", id, &["title", "names", "text"], rows).await?;
        }
        Ok(())
    }

    /// Removes every facet of a record.
    pub(crate) async fn drop_facets(&self, id: RecordId) -> Result<()> {
        for name in ["tag", "link", "place", "words"] {
            self.clear(name, id, Some(&Facets::default())).await?;
        }
        if id.kind == RecordType::Territory {
            let gone = Query::delete()
                .from_table("territory_area")
                .and_where(Expr::col("territory_id").eq(id.uuid))
                .take();
            self.conn.execute(&gone).await?;
        }
        Ok(())
    }

    /// Nothing is to be cleared for a record that is new.
    async fn clear(&self, name: &'static str, id: RecordId, old: Option<&Facets>) -> Result<()> {
        if old.is_some() {
            let gone = Query::delete()
                .from_table(name)
                .and_where(Expr::col("record_id").eq(id.uuid))
                .take();
            self.conn.execute(&gone).await?;
        }
        Ok(())
    }

    async fn fill(
        &self,
        name: &'static str,
        id: RecordId,
        columns: &[&'static str],
        rows: impl Iterator<Item = Vec<Expr>>,
    ) -> Result<()> {
        let mut insert = Query::insert();
        insert.into_table(name).columns(
            ["record_id", "record_kind"]
                .into_iter()
                .chain(columns.iter().copied()),
        );
        let mut any = false;
        for row in rows {
            any = true;
            insert
                .values(
                    [Expr::value(id.uuid), Expr::value(id.kind.word())]
                        .into_iter()
                        .chain(row),
                )
                .map_err(|error| Error::Corrupt(error.to_string()))?;
        }
        if any {
            self.conn.execute(&insert).await?;
        }
        Ok(())
    }
}
