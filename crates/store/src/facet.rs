//! What a record is found by, written with it: tags, links, places, words; and the checks that stand on them:
//! what a record names exists, and what others name is not removed.

use std::collections::HashSet;

use domain::facet::Facets;
use domain::territory::Territory;
use domain::text::fold;
use domain::{RecordId, RecordType, Refusal};
use sea_orm::sea_query::{Condition, Expr, ExprTrait, LockType, Query};
use sea_orm::{ConnectionTrait, Value};
use uuid::Uuid;

use crate::error::Result;
use crate::record::{HOLDING_THEIR_OWN, table};
use crate::rows;
use crate::write::Tx;

impl Tx {
    /// Every record that a new link or place names must exist, and stay until this transaction ends.
    pub(crate) async fn check_references(&self, facets: &Facets, known: Option<&Facets>) -> Result<()> {
        let places = facets
            .places
            .iter()
            .map(|(field, territory)| (*field, RecordId::from(*territory)));
        let mut wanted: Vec<(&str, RecordId)> = Vec::new();
        for (field, target) in facets.links.iter().copied().chain(places) {
            let is_known = known.is_some_and(|known| {
                known.links.contains(&(field, target))
                    || known
                        .territories()
                        .iter()
                        .any(|known| RecordId::from(*known) == target)
            });
            if !is_known {
                wanted.push((field, target));
            }
        }
        let targets = wanted.iter().map(|(_, target)| *target);
        let missing = self.missing(targets).await?;
        let mut refusals: Vec<Refusal> = wanted
            .iter()
            .filter(|(_, target)| missing.contains(target))
            .map(|(field, _)| Refusal::UnknownReference {
                field: (*field).to_owned(),
            })
            .collect();
        refusals.dedup();
        if refusals.is_empty() {
            Ok(())
        } else {
            Err(refusals.into())
        }
    }

    /// Which of these records do not exist; the others stay until this transaction ends.
    pub(crate) async fn missing(
        &self,
        targets: impl IntoIterator<Item = RecordId>,
    ) -> Result<HashSet<RecordId>> {
        // What is kept in memory is there, and goes only with a new server.
        let in_memory =
            |of: &RecordId| of.kind == RecordType::Territory && self.has_at_hand::<Territory>(of.uuid.into());
        let mut missing: HashSet<RecordId> = targets.into_iter().filter(|of| !in_memory(of)).collect();
        let kinds: HashSet<RecordType> = missing.iter().map(|target| target.kind).collect();
        for kind in kinds {
            let ids = missing.iter().filter(|target| target.kind == kind);
            let ids = ids.map(|target| target.uuid).collect();
            let query = Query::select()
                .column("id")
                .from(table(kind))
                .and_where(rows::among(&self.conn, Expr::col("id"), ids))
                .lock(LockType::KeyShare)
                .take();
            for row in self.conn.query_all(&query).await? {
                let uuid = row.try_get("", "id")?;
                missing.remove(&RecordId { kind, uuid });
            }
        }
        Ok(missing)
    }

    /// How many other records name this one, what is said of its sources aside; until this transaction ends no other comes to name it.
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
            // What is said of its sources goes with it.
            .and_where(Expr::col("record_kind").ne(RecordType::Provenance.word()))
            .take();
        let places = Query::select()
            .expr_as(Expr::col("record_id").count(), "users")
            .from("place")
            .and_where(Expr::col("territory_id").eq(id.uuid))
            .take();
        let own = HOLDING_THEIR_OWN.iter().map(|(kind, columns)| {
            let named = columns.iter().fold(Condition::any(), |any, (_, column)| {
                any.add(Expr::col(*column).eq(id.uuid))
            });
            Query::select()
                .expr_as(Expr::col("id").count(), "users")
                .from(table(*kind))
                .cond_where(named)
                .take()
        });
        let own = own.filter(|_| {
            matches!(
                id.kind,
                RecordType::Organisation | RecordType::Territory | RecordType::Source
            )
        });
        let mut users = 0;
        for query in [links, places].into_iter().chain(own) {
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

    /// Writes the facets that changed, by a fixed number of statements.
    pub(crate) async fn write_facets(&self, all: &[Refaceted]) -> Result<()> {
        let own = |of: &Refaceted| [of.id.uuid.into(), of.id.kind.word().into()];
        let tags = |of: &Refaceted| {
            let rows = of.new.tags.iter();
            rows.map(|(field, word)| [own(of).to_vec(), vec![(*field).into(), word.clone().into()]].concat())
                .collect()
        };
        self.rewrite("tag", &["field", "word"], all, |facets| &facets.tags, tags)
            .await?;
        let links = |of: &Refaceted| {
            let rows = of.new.links.iter().map(|(field, target)| {
                let target = vec![(*field).into(), target.uuid.into(), target.kind.word().into()];
                [own(of).to_vec(), target].concat()
            });
            rows.collect()
        };
        let columns = ["field", "target_id", "target_kind"];
        self.rewrite("link", &columns, all, |facets| &facets.links, links)
            .await?;
        let places = |of: &Refaceted| {
            let rows = of.new.territories().into_iter();
            rows.map(|place| [own(of).to_vec(), vec![place.0.into()]].concat())
                .collect()
        };
        self.rewrite("place", &["territory_id"], all, |facets| &facets.places, places)
            .await?;
        let words = |of: &Refaceted| {
            let rows = of.new.words.iter().map(|words| {
                let names = fold(&words.names.join(" "));
                let text = fold(&format!("{} {}", words.names.join(" "), words.body.join(" ")));
                [
                    own(of).to_vec(),
                    vec![words.title.clone().into(), names.into(), text.into()],
                ]
                .concat()
            });
            rows.collect()
        };
        self.rewrite(
            "words",
            &["title", "names", "text"],
            all,
            |facets| &facets.words,
            words,
        )
        .await
    }

    /// Writes one table of facets anew for the records whose facets there changed.
    async fn rewrite<T: PartialEq>(
        &self,
        name: &'static str,
        columns: &[&'static str],
        all: &[Refaceted],
        part: impl Fn(&Facets) -> &T,
        rows: impl Fn(&Refaceted) -> Vec<Vec<Value>>,
    ) -> Result<()> {
        let moved = || {
            all.iter()
                .filter(|of| of.old.as_ref().is_none_or(|old| part(old) != part(&of.new)))
        };
        // Nothing is to be cleared for a record that is new.
        let known: Vec<Uuid> = moved()
            .filter(|of| of.old.is_some())
            .map(|of| of.id.uuid)
            .collect();
        self.clear(name, &known).await?;
        let columns: Vec<&'static str> = ["record_id", "record_kind"]
            .into_iter()
            .chain(columns.iter().copied())
            .collect();
        rows::insert(&self.conn, name, &columns, moved().flat_map(rows).collect()).await
    }

    /// Removes every facet of a record.
    pub(crate) async fn drop_facets(&self, id: RecordId) -> Result<()> {
        for name in ["tag", "link", "place", "words"] {
            self.clear(name, &[id.uuid]).await?;
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

    async fn clear(&self, name: &'static str, records: &[Uuid]) -> Result<()> {
        if records.is_empty() {
            return Ok(());
        }
        let gone = Query::delete()
            .from_table(name)
            .and_where(rows::among(&self.conn, Expr::col("record_id"), records.to_vec()))
            .take();
        self.conn.execute(&gone).await?;
        Ok(())
    }
}

/// A record's facets in the common tables, before and after.
pub(crate) struct Refaceted {
    pub(crate) id: RecordId,
    /// None for a record that is new.
    pub(crate) old: Option<Facets>,
    pub(crate) new: Facets,
}
