//! Working on imports: claimed by one of several servers, part by part; each part is a request of its source with a name of
//! its own, so that whoever goes on where another was cut off doubles nothing.

use std::collections::{HashMap, HashSet};

use chrono::TimeDelta;
use domain::import::{FieldMapping, Line, Mapping, Read, Reader, State};
use domain::policy::{Actor, Scope};
use domain::push::{Mode, NeedRow, OfferRow, OrganisationRow, Pushed, Row};
use domain::{RecordType, Refusal};
use sea_orm::ConnectionTrait;
use sea_orm::sea_query::{Condition, Expr, ExprTrait, Order, Query};
use serde::de::DeserializeOwned;
use serde_json::Value;
use sha2::{Digest, Sha256};
use uuid::Uuid;

use super::{Import, ImportRow, entry, selected, to_json, to_text, updated};
use crate::connect::Store;
use crate::error::{Error, Result};
use crate::push::{Answer, Came, Push};
use crate::rows;
use crate::write::Tx;

/// So long nobody else takes what one server works on; it is prolonged with each part.
const LEASE: TimeDelta = TimeDelta::seconds(10);
/// After so many times that nobody got any further, an import is given up.
const TRIES: i32 = 5;

/// An import that this server works on.
#[derive(Debug)]
pub struct Claim {
    import: Import,
    /// The identifiers that several lines of the file give.
    twice: HashSet<String>,
}

impl Claim {
    /// The import, as far as it is.
    #[must_use]
    pub const fn import(&self) -> &Import {
        &self.import
    }
}

/// The identifiers in a file: all, and those that several lines give.
struct Named {
    all: HashSet<String>,
    twice: HashSet<String>,
}

/// A line as it was read, with the source's identifiers for what it names by ours.
struct Lined {
    number: u32,
    read: Read,
}

impl Store {
    /// Takes an import that is due, or this very one where it is; nobody else is given it for the length of a lease.
    ///
    /// # Errors
    /// A database fault.
    pub async fn claim_import(&self, only: Option<Uuid>) -> Result<Option<Claim>> {
        loop {
            let now = self.mint.now();
            let mut due = selected();
            due.and_where(Expr::col("state").is_in([State::Previewing, State::Running]))
                .and_where(Expr::col("lease_until").lte(now))
                .order_by("lease_until", Order::Asc)
                .order_by("id", Order::Asc)
                .limit(1);
            if let Some(only) = only {
                due.and_where(Expr::col("id").eq(only));
            }
            let Some(row) = self.reading.query_one(&due).await? else {
                return Ok(None);
            };
            let found = entry(&row)?;
            // Of two servers that found it, one moves the lease.
            let claim = updated(found.id)
                .value("tries", found.tries + 1)
                .value("lease_until", now + LEASE)
                .cond_where(held(&found))
                .take();
            if self.db.execute(&claim).await?.rows_affected() == 0 {
                continue;
            }
            let mut import = found;
            (import.tries, import.lease_until) = (import.tries + 1, now + LEASE);
            if import.tries > TRIES {
                tracing::error!(import = %import.id, place = import.place, "an import is given up: it gets no further");
                self.stop_import(&import, None).await?;
                continue;
            }
            let twice = self.names_in(&import).await?.twice;
            return Ok(Some(Claim { import, twice }));
        }
    }

    /// Does the next part of an import; false where nothing is left to be done by whoever claimed it.
    ///
    /// # Errors
    /// A database fault: it is tried again when the lease is over.
    pub async fn advance_import(&self, claim: &mut Claim) -> Result<bool> {
        match self.advance(claim).await {
            Ok(is_more) => Ok(is_more),
            Err(Error::Refused(refusals)) => {
                self.stop_import(&claim.import, refusals.into_iter().next())
                    .await?;
                Ok(false)
            }
            Err(error) => Err(error),
        }
    }

    /// An import as it is now, for whoever works on it.
    ///
    /// # Errors
    /// A database fault.
    pub async fn claimed_import(&self, id: Uuid) -> Result<Import> {
        self.import(&Actor::System, id).await
    }

    async fn advance(&self, claim: &mut Claim) -> Result<bool> {
        let actor = self.still(&claim.import).await?;
        if claim.import.state == State::Running
            && claim.import.mode == Mode::FullSnapshot
            && claim.import.run.is_none()
        {
            let run = self
                .open_run_of(&actor, &claim.import.source, Some(claim.import.what))
                .await?;
            if !self.note(claim, |import| import.run = Some(run.id), None).await? {
                return Ok(false);
            }
        }
        if claim.import.place >= claim.import.parts {
            return self.close_import(claim, &actor).await;
        }
        let (lines, plan) = self.part_of(claim.import.id, claim.import.place).await?;
        let answer = self.push(&actor, self.pushed(claim, &lines, plan).await?).await?;
        let is_preview = claim.import.state == State::Previewing;
        if answer.is_moved {
            return Err(Refusal::PlanMoved.into());
        }
        let Answer {
            counts, plan, rows, ..
        } = answer;
        let mut shown = claim.import.shown;
        let told = lines
            .iter()
            .zip(rows)
            .map(|((line, _), row)| ImportRow::of(*line, row));
        let told: Vec<ImportRow> = told
            .filter(|row| row.is_told(claim.import.state, &mut shown))
            .collect();
        let part = Part {
            told: to_text(&told)?,
            plan: is_preview.then_some(plan),
        };
        let done = u32::try_from(lines.len()).unwrap_or(u32::MAX);
        let forward = |import: &mut Import| {
            import.counts.join(counts);
            import.done += done;
            import.place += 1;
            import.shown = shown;
        };
        self.note(claim, forward, Some(part)).await
    }

    /// What is done when every part is: a preview has its answer; of a full snapshot, what it did not name is removed.
    async fn close_import(&self, claim: &mut Claim, actor: &Actor) -> Result<bool> {
        let import = &claim.import;
        if import.state == State::Previewing {
            let absent = self.absent_from_file(import).await?;
            let found = |import: &mut Import| {
                import.state = State::Previewed;
                import.preview = Some(import.counts);
                import.absent = Some(absent);
            };
            self.note(claim, found, None).await?;
            return Ok(false);
        }
        let mut removed = 0;
        if let Some(run) = import.run {
            let confirm = import.is_meant.then_some(import.source.as_str());
            removed = self
                .close_run(actor, &import.source, run, confirm)
                .await?
                .counts
                .deleted;
        }
        let done = |import: &mut Import| {
            import.state = State::Done;
            import.counts.deleted += removed;
        };
        self.note(claim, done, None).await?;
        Ok(false)
    }

    /// Notes how far it is, where this server still works on it and nobody stopped it; answers whether that is so.
    async fn note(
        &self,
        claim: &mut Claim,
        change: impl Fn(&mut Import),
        part: Option<Part>,
    ) -> Result<bool> {
        let before = claim.import.clone();
        let mut after = before.clone();
        change(&mut after);
        let source = self.source(&before.source).await?.ok_or(Refusal::NotFound)?;
        let action = domain::policy::Action::Push {
            source: source.id,
            operator: source.operator_id,
        };
        (after.tries, after.lease_until) = (1, self.mint.now() + LEASE);
        let is_held = self
            .write(&Actor::System, action, async |tx: &mut Tx| {
                let mut update = updated(before.id);
                update
                    .value("state", after.state)
                    .value("place", after.place)
                    .value("done", i32::try_from(after.done).unwrap_or(i32::MAX))
                    .value("counts", to_json(&after.counts)?)
                    .value("preview", to_json(&after.preview)?)
                    .value(
                        "absent",
                        after
                            .absent
                            .map(|absent| i32::try_from(absent).unwrap_or(i32::MAX)),
                    )
                    .value("shown", after.shown)
                    .value("run_id", after.run)
                    .value("tries", after.tries)
                    .value("lease_until", after.lease_until)
                    .value("changed_at", tx.now())
                    .cond_where(held(&before));
                if tx.conn.execute(&update).await?.rows_affected() == 0 {
                    return Ok(false);
                }
                if let Some(Part { told, plan }) = &part {
                    let mut update = Query::update();
                    update
                        .table("import_part")
                        .value("told", told.clone())
                        .and_where(Expr::col("import_id").eq(before.id))
                        .and_where(Expr::col("number").eq(before.place));
                    if let Some(plan) = plan {
                        update.value("plan", plan.clone());
                    }
                    tx.conn.execute(&update).await?;
                }
                Ok(true)
            })
            .await?;
        claim.import = after;
        Ok(is_held)
    }

    /// It stops: for this reason, or because of a fault of ours.
    async fn stop_import(&self, import: &Import, why: Option<Refusal>) -> Result<()> {
        let update = updated(import.id)
            .value("state", State::Failed)
            .value("failure", to_json(&why)?)
            .value("changed_at", self.mint.now())
            .cond_where(held(import))
            .take();
        self.db.execute(&update).await?;
        Ok(())
    }

    /// Whoever asked for it, as they are now: who may not any more is not worked for.
    async fn still(&self, import: &Import) -> Result<Actor> {
        let now = match (import.person, import.client) {
            (Some(person), _) => self.actor_of(person).await?.map(|(actor, _)| actor),
            (None, Some(client)) => self.actor_of_client(client, Scope::ALL).await?,
            (None, None) => Some(Actor::System),
        };
        Ok(now.ok_or(Refusal::Forbidden)?)
    }

    /// The rows of a part, as the source would push them.
    async fn pushed(&self, claim: &Claim, lines: &[Line], plan: Option<String>) -> Result<Push> {
        let import = &claim.import;
        let is_preview = import.state == State::Previewing;
        let headers = import.headers();
        let reader = Reader::new(import.what, &import.mapping, &headers);
        let read: Vec<Lined> = lines
            .iter()
            .map(|(number, cells)| Lined {
                number: *number,
                read: reader.read(cells),
            })
            .collect();
        let read = self.by_the_source(import, read, &claim.twice).await?;
        let mut digest = Sha256::new();
        digest.update(to_text(&(lines, &import.mapping, import.mode, import.run))?);
        let mut push = Push {
            source: import.source.clone(),
            key: (!is_preview).then(|| format!("import/{}/{}/{}", import.id, import.attempt, import.place)),
            digest: digest
                .finalize()
                .iter()
                .map(|byte| format!("{byte:02x}"))
                .collect(),
            dry_run: is_preview,
            plan: plan.filter(|_| !is_preview),
            ..Push::default()
        };
        if let Some(run) = import.run {
            (push.mode, push.run) = (Mode::FullSnapshot, Some(run));
        }
        match import.what {
            Pushed::Organisation => push.organisations = came::<OrganisationRow>(read),
            Pushed::Offer => push.offers = came::<OfferRow>(read),
            Pushed::Need => push.needs = came::<NeedRow>(read),
        }
        Ok(push)
    }

    /// Lines that name a record or an organisation by our identifier get the source's own for it. What several lines of
    /// the file give is refused in all of them.
    async fn by_the_source(
        &self,
        import: &Import,
        mut read: Vec<Lined>,
        twice: &HashSet<String>,
    ) -> Result<Vec<Lined>> {
        let unknown = |field: &str| Refusal::UnknownReference {
            field: field.to_owned(),
        };
        let kind = kind_of(import.what);
        let ids = read.iter().filter_map(|line| line.read.id);
        let ids: Vec<Uuid> = ids.filter(|id| id.kind == kind).map(|id| id.uuid).collect();
        let organisations = read.iter().filter_map(|line| line.read.organisation);
        let organisations: Vec<Uuid> = organisations.map(Uuid::from).collect();
        let known = self.names_of(&import.source, kind, ids).await?;
        let owners = self
            .names_of(&import.source, RecordType::Organisation, organisations)
            .await?;
        // Those that stand twice in one request are refused by it.
        let mut here: HashMap<String, usize> = HashMap::new();
        for line in &read {
            if let Some(name) = name_of(&line.read) {
                *here.entry(name).or_default() += 1;
            }
        }
        for Lined { read, .. } in &mut read {
            let name = name_of(read);
            if name.is_some_and(|name| twice.contains(&name) && here.get(&name) == Some(&1)) {
                read.errors.push(Refusal::Duplicate {
                    field: "externalId".to_owned(),
                });
            }
            if let Some(id) = read.id.filter(|_| read.external_id().is_none()) {
                match known.get(&id.uuid).filter(|_| id.kind == kind) {
                    Some(own) => drop(
                        read.row
                            .insert("externalId".to_owned(), Value::String(own.clone())),
                    ),
                    None => read.errors.push(unknown("externalId")),
                }
            }
            if let Some(organisation) = read
                .organisation
                .filter(|_| !read.row.contains_key("organisationExternalId"))
            {
                match owners.get(&Uuid::from(organisation)) {
                    Some(own) => drop(
                        read.row
                            .insert("organisationExternalId".to_owned(), Value::String(own.clone())),
                    ),
                    None => read.errors.push(unknown("organisationExternalId")),
                }
            }
        }
        Ok(read)
    }

    /// The source's own identifiers for these records.
    async fn names_of(
        &self,
        source: &str,
        kind: RecordType,
        ids: Vec<Uuid>,
    ) -> Result<HashMap<Uuid, String>> {
        if ids.is_empty() {
            return Ok(HashMap::new());
        }
        let query = Query::select()
            .columns(["record_id", "external_id"])
            .from("external_id")
            .and_where(Expr::col("source").eq(source))
            .and_where(Expr::col("record_kind").eq(kind.word()))
            .and_where(Expr::col("deleted_at").is_null())
            .and_where(rows::among(&self.reading, Expr::col("record_id"), ids))
            .order_by("external_id", Order::Desc)
            .take();
        let mut names = HashMap::new();
        for row in self.reading.query_all(&query).await? {
            names.insert(row.try_get("", "record_id")?, row.try_get("", "external_id")?);
        }
        Ok(names)
    }

    /// The identifiers that the lines of a file give, part by part.
    async fn names_in(&self, import: &Import) -> Result<Named> {
        let fields = import.mapping.fields.iter();
        let own = fields
            .filter(|fed| matches!(fed.field.as_str(), "externalId" | "id"))
            .cloned();
        let mapping = Mapping {
            fields: own.collect::<Vec<FieldMapping>>(),
            ..import.mapping.clone()
        };
        let headers = import.headers();
        let reader = Reader::new(import.what, &mapping, &headers);
        let mut named = Named {
            all: HashSet::new(),
            twice: HashSet::new(),
        };
        for number in 0..import.parts {
            for (_, cells) in self.part_of(import.id, number).await?.0 {
                let read = reader.read(&cells);
                if let Some(name) = name_of(&read)
                    && !named.all.insert(name.clone())
                {
                    named.twice.insert(name);
                }
            }
        }
        Ok(named)
    }

    /// How many records of its kind the source holds that the file does not name.
    async fn absent_from_file(&self, import: &Import) -> Result<u32> {
        let named = self.names_in(import).await?.all;
        let kind = kind_of(import.what);
        let query = Query::select()
            .columns(["external_id", "record_id"])
            .from("external_id")
            .and_where(Expr::col("source").eq(import.source.clone()))
            .and_where(Expr::col("record_kind").eq(kind.word()))
            .and_where(Expr::col("deleted_at").is_null())
            .take();
        let mut absent = 0;
        for row in self.reading.query_all(&query).await? {
            let (own, record): (String, Uuid) =
                (row.try_get("", "external_id")?, row.try_get("", "record_id")?);
            let ours = domain::RecordId { kind, uuid: record }.to_string();
            absent += u32::from(!named.contains(&own) && !named.contains(&ours));
        }
        Ok(absent)
    }
}

/// What is noted of a part.
struct Part {
    told: String,
    plan: Option<String>,
}

/// Whether an import is still as whoever works on it left it.
fn held(import: &Import) -> Condition {
    Condition::all()
        .add(Expr::col("state").eq(import.state))
        .add(Expr::col("attempt").eq(import.attempt))
        .add(Expr::col("place").eq(import.place))
        .add(Expr::col("tries").eq(import.tries))
}

/// The identifier that a line gives: the source's own, or else ours.
fn name_of(read: &Read) -> Option<String> {
    let own = read.external_id().map(str::to_owned);
    own.or_else(|| read.id.map(|id| id.to_string()))
}

const fn kind_of(what: Pushed) -> RecordType {
    match what {
        Pushed::Organisation => RecordType::Organisation,
        Pushed::Offer => RecordType::Offer,
        Pushed::Need => RecordType::Need,
    }
}

/// The lines as rows that came: read, or refused and why.
fn came<T: Row + DeserializeOwned>(lines: Vec<Lined>) -> Vec<Came<T>> {
    let rows = lines.into_iter().map(|Lined { number, read }| {
        let external_id = read.external_id().map(str::to_owned);
        let Read { row, mut errors, .. } = read;
        if external_id.is_none() && errors.is_empty() {
            errors.push(Refusal::Required {
                field: "externalId".to_owned(),
            });
        }
        let row = if errors.is_empty() {
            serde_json::from_value(Value::Object(row)).map_err(|error| {
                tracing::error!(line = number, %error, "a line that was read is no row");
                vec![Refusal::Invalid {
                    field: String::new(),
                    why: domain::refusal::Invalid::Type,
                }]
            })
        } else {
            Err(errors)
        };
        Came { external_id, row }
    });
    rows.collect()
}
