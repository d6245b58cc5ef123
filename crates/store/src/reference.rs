//! The reference data: real rows from public sources, kept as files beside this crate (`reference/SOURCES.md`
//! says where each comes from), loaded on an empty database, and again after an upgrade without doubling a row,
//! overwriting what a person changed, or bringing back what a person removed.

mod file;

use std::collections::HashMap;
use std::fmt::Display;
use std::str::FromStr;

use chrono::{DateTime, Utc};
use domain::chantier::{
    Chantier, LinkState, NewChantier, NewParticipation, NewResource, NewStep, Part, Participation, Resource,
    Stage, Step, StepStatus,
};
use domain::check::Checks;
use domain::organisation::{NewOrganisation, Organisation};
use domain::policy::{Action, Actor};
use domain::project::{Currency, Known, Money, NewProject, Phase, Project};
use domain::provenance::{NewProvenance, Provenance};
use domain::record::Record;
use domain::refusal::Code;
use domain::territory::{Extent, Kind, NewTerritory, Nis, Point, Territory};
use domain::text::LocalName;
use domain::{ChantierId, OrganisationId, PartialDate, ProjectId, RecordId, Refusal, TerritoryId};
use sea_orm::ConnectionTrait;
use sea_orm::sea_query::{Expr, ExprTrait, OnConflict, Query};
use sha2::{Digest, Sha256};

use crate::connect::Store;
use crate::error::{Error, Result};
use crate::record::Stored;
use crate::write::Tx;

/// The name of this source among the external identifiers.
pub(crate) const SOURCE: &str = "reference";

/// A credit line to show.
#[derive(Clone, Debug, serde::Deserialize)]
pub struct Credit {
    /// The file it is for.
    pub file: String,
    /// What the file holds, in French.
    pub what_fr: String,
    /// Its licence.
    pub licence: String,
    /// The line to show.
    pub credit: String,
}

/// What loading did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Loaded {
    /// Records made.
    pub created: usize,
    /// Records brought up to date.
    pub updated: usize,
    /// Records left alone because a person changed or removed them.
    pub kept: usize,
}

/// The credit lines of the reference data.
///
/// # Errors
/// Where the file is not as expected.
pub fn credits() -> Result<Vec<Credit>> {
    file::rows(file::CREDITS)
}

impl Store {
    /// Loads the reference data, where this version of it was not loaded yet.
    ///
    /// # Errors
    /// A file that is not as expected, or a database fault; nothing is kept then.
    pub async fn load_reference(&self) -> Result<Loaded> {
        let version = file::version();
        if self.setting("reference").await?.as_deref() == Some(version.as_str()) {
            return Ok(Loaded::default());
        }
        self.write(&Actor::System, Action::EditTerritory, async |tx: &mut Tx| {
            if loading(tx).await? == version {
                return Ok(Loaded::default());
            }
            let mut load = Load {
                tx,
                done: Loaded::default(),
            };
            load.all().await?;
            let done = load.done;
            let update = Query::update()
                .table("setting")
                .value("value", version.clone())
                .and_where(Expr::col("name").eq("reference"))
                .take();
            tx.conn.execute(&update).await?;
            Ok(done)
        })
        .await
    }
}

/// The version that is loaded. Of several servers that start at once, one goes on from here; the others wait for it.
async fn loading(tx: &Tx) -> Result<String> {
    let mut insert = Query::insert();
    insert
        .into_table("setting")
        .columns(["name", "value"])
        .values([Expr::value("reference"), Expr::value("")])
        .map_err(|error| Error::Corrupt(error.to_string()))?
        .on_conflict(OnConflict::column("name").do_nothing().to_owned());
    tx.conn.execute(&insert).await?;
    let query = Query::select()
        .column("value")
        .from("setting")
        .and_where(Expr::col("name").eq("reference"))
        .lock_exclusive()
        .take();
    let row = tx.conn.query_one(&query).await?;
    Ok(row
        .map(|row| row.try_get("", "value"))
        .transpose()?
        .unwrap_or_default())
}

/// A load under way.
struct Load<'t> {
    tx: &'t mut Tx,
    done: Loaded,
}

/// What the later files need of the earlier ones.
#[derive(Default)]
struct Earlier {
    territories: HashMap<String, TerritoryId>,
    organisations: HashMap<String, OrganisationId>,
    chantiers: HashMap<String, ChantierId>,
}

/// A list in one cell.
fn list(cell: &str) -> impl Iterator<Item = &str> {
    cell.split(';').map(str::trim).filter(|part| !part.is_empty())
}

fn some(cell: &str) -> Option<String> {
    (!cell.is_empty()).then(|| cell.to_owned())
}

fn read<T: FromStr>(what: &str, cell: &str) -> Result<T>
where
    T::Err: Display,
{
    cell.parse()
        .map_err(|error| Error::Corrupt(format!("reference data: {what}: {cell}: {error}")))
}

fn read_some<T: FromStr>(what: &str, cell: &str) -> Result<Option<T>>
where
    T::Err: Display,
{
    if cell.is_empty() {
        Ok(None)
    } else {
        read(what, cell).map(Some)
    }
}

fn read_list<T: FromStr>(what: &str, cell: &str) -> Result<Vec<T>>
where
    T::Err: Display,
{
    list(cell).map(|part| read(what, part)).collect()
}

fn look<T: Copy>(what: &str, known: &HashMap<String, T>, code: &str) -> Result<T> {
    known
        .get(code)
        .copied()
        .ok_or_else(|| Error::Corrupt(format!("reference data: {what} {code} is not there")))
}

impl Load<'_> {
    async fn all(&mut self) -> Result<()> {
        let mut known = Earlier::default();
        self.official_territories().await?;
        self.named_territories(&mut known).await?;
        self.organisations(&mut known).await?;
        self.chantiers(&mut known).await?;
        self.projects(&known).await
    }

    /// Keeps a record under its code: made where it is new, brought up to date where no person touched it.
    async fn put<R: Stored>(
        &mut self,
        code: &str,
        id: Option<R::Id>,
        make: impl FnOnce(R::Id, DateTime<Utc>) -> R,
    ) -> Result<R::Id> {
        let now = self.tx.now();
        let Some(known) = self.tx.named(SOURCE, code).await? else {
            let id = id.unwrap_or_else(|| self.tx.uuid().into());
            let record = checked(code, make(id, now))?;
            match self.tx.insert(&record).await {
                Ok(()) => {
                    self.tx.name(SOURCE, code, id.into()).await?;
                    self.done.created += 1;
                }
                // What belongs to a record that a person removed is left out with it.
                Err(Error::Refused(refusals)) if refusals.iter().all(is_unknown) => self.done.kept += 1,
                Err(error) => return Err(error),
            }
            return Ok(id);
        };
        let id: R::Id = known.uuid.into();
        match self.tx.find::<R>(id).await? {
            Some(present) if !self.touched(known).await? => {
                let after = checked(code, make(id, now))?;
                let changed = self.tx.update(&present, after).await?;
                if changed.revision() > present.revision() {
                    self.done.updated += 1;
                }
            }
            Some(_) | None => self.done.kept += 1,
        }
        Ok(id)
    }

    /// Whether a person ever changed the record.
    async fn touched(&self, record: RecordId) -> Result<bool> {
        let query = Query::select()
            .expr_as(Expr::col("id").count(), "changes")
            .from("change")
            .and_where(Expr::col("record_id").eq(record.uuid))
            .and_where(Expr::col("person_id").is_not_null())
            .take();
        let row = self.tx.conn.query_one(&query).await?;
        let changes: i64 = row
            .map(|row| row.try_get("", "changes"))
            .transpose()?
            .unwrap_or(0);
        Ok(changes > 0)
    }

    /// Says where a record comes from.
    async fn source(&mut self, code: &str, record: RecordId, source: &file::Source) -> Result<()> {
        let given = [
            (&source.source, &source.source_date),
            (&source.source_2, &source.source_2_date),
        ];
        for (place, (address, date)) in given.into_iter().enumerate() {
            if address.is_empty() {
                continue;
            }
            let url = address.starts_with("https://").then(|| address.clone());
            let host = address.trim_start_matches("https://").trim_start_matches("www.");
            let words = if url.is_some() {
                host.split('/').next().unwrap_or(host)
            } else {
                host
            };
            let new = NewProvenance {
                client_mutation_id: None,
                record_id: record,
                source: words.to_owned(),
                field: None,
                url,
                as_of: read_some("source date", date)?,
                confidence: read_some("confidence", &source.confidence)?,
                note: None,
            };
            let code = format!("{code}#source-{}", place + 1);
            self.put::<Provenance>(&code, None, |id, now| Provenance::made(new, id, now))
                .await?;
        }
        Ok(())
    }

    async fn official_territories(&mut self) -> Result<()> {
        let communes: Vec<file::Commune> = file::rows(file::COMMUNES)?;
        let mut inside: HashMap<Nis, Vec<Nis>> = HashMap::new();
        for commune in &communes {
            for around in [commune.arrondissement_nis, commune.province_nis, Nis::WALLONIA] {
                inside.entry(around).or_default().push(commune.nis);
            }
        }
        for commune in communes {
            let name = LocalName {
                fr: commune.name_fr,
                nl: some(&commune.name_nl),
                de: some(&commune.name_de),
            };
            let within = vec![commune.arrondissement_nis, commune.province_nis, Nis::WALLONIA];
            let point = Point {
                lat: commune.lat,
                lon: commune.lon,
            };
            let postcodes = commune.postcodes.split_whitespace().map(str::to_owned).collect();
            let official = Official {
                kind: Kind::Commune,
                nis: commune.nis,
                name,
                point: Some(point),
                postcodes,
            };
            self.official(official, vec![commune.nis], within).await?;
        }
        for row in file::rows::<file::Arrondissement>(file::ARRONDISSEMENTS)? {
            let name = LocalName {
                fr: row.full_name_fr,
                nl: some(&row.full_name_nl),
                de: some(&row.full_name_de),
            };
            let members = inside.remove(&row.nis).unwrap_or_default();
            let official = Official {
                kind: Kind::Arrondissement,
                nis: row.nis,
                name,
                point: None,
                postcodes: Vec::new(),
            };
            self.official(official, members, vec![row.province_nis, Nis::WALLONIA])
                .await?;
        }
        for row in file::rows::<file::Province>(file::PROVINCES)? {
            let name = LocalName {
                fr: row.full_name_fr,
                nl: some(&row.full_name_nl),
                de: some(&row.full_name_de),
            };
            let members = inside.remove(&row.nis).unwrap_or_default();
            let official = Official {
                kind: Kind::Province,
                nis: row.nis,
                name,
                point: None,
                postcodes: Vec::new(),
            };
            self.official(official, members, vec![Nis::WALLONIA]).await?;
        }
        let name = LocalName {
            fr: "Wallonie".to_owned(),
            nl: Some("Wallonië".to_owned()),
            de: Some("Wallonie".to_owned()),
        };
        let members = inside.remove(&Nis::WALLONIA).unwrap_or_default();
        let official = Official {
            kind: Kind::Region,
            nis: Nis::WALLONIA,
            name,
            point: None,
            postcodes: Vec::new(),
        };
        self.official(official, members, Vec::new()).await
    }

    async fn official(&mut self, official: Official, communes: Vec<Nis>, within: Vec<Nis>) -> Result<()> {
        let Official {
            kind,
            nis,
            name,
            point,
            postcodes,
        } = official;
        let new = NewTerritory {
            client_mutation_id: None,
            kind,
            name,
            extent: Extent::Complete,
            commune_codes: communes,
            within_codes: within,
            note: None,
        };
        let make = |id, now| {
            let mut territory = Territory::made(new, id, now);
            (territory.nis, territory.point, territory.postcodes) = (Some(nis), point, postcodes);
            territory
        };
        self.put::<Territory>(&nis.to_string(), Some(nis.into()), make)
            .await?;
        Ok(())
    }

    async fn named_territories(&mut self, known: &mut Earlier) -> Result<()> {
        for row in file::rows::<file::NamedTerritory>(file::TERRITORIES)? {
            let new = NewTerritory {
                client_mutation_id: None,
                kind: read("territory kind", &row.kind)?,
                name: LocalName {
                    fr: row.name,
                    nl: None,
                    de: None,
                },
                extent: read("extent", &row.extent)?,
                commune_codes: read_list("commune", &row.communes)?,
                within_codes: read_list("within", &row.within)?,
                note: some(&row.note),
            };
            // A name without any place it could lie in lies somewhere in the region.
            let new = if new.extent == Extent::Unknown && new.within_codes.is_empty() {
                NewTerritory {
                    within_codes: vec![Nis::WALLONIA],
                    ..new
                }
            } else {
                new
            };
            let code = format!("territory:{}", row.code);
            let id = self
                .put::<Territory>(&code, None, |id, now| Territory::made(new, id, now))
                .await?;
            let source = file::Source {
                source: row.source,
                source_date: row.source_date,
                confidence: row.confidence,
                ..file::Source::default()
            };
            self.source(&code, id.into(), &source).await?;
            known.territories.insert(row.code, id);
        }
        Ok(())
    }

    async fn organisations(&mut self, known: &mut Earlier) -> Result<()> {
        for (row, source) in file::sourced::<file::Organisation>(file::ORGANISATIONS)? {
            let new = NewOrganisation {
                client_mutation_id: None,
                name: row.name,
                acronym: some(&row.acronym),
                aliases: list(&row.aliases).map(str::to_owned).collect(),
                kinds: read_list("organisation kind", &row.kinds)?,
                role: some(&row.role),
                numbers: Vec::new(),
                website: some(&row.website),
                commune_id: read_some::<Nis>("commune", &row.commune)?.map(TerritoryId::from),
                address: None,
                point: None,
                territory_ids: territories(known, &row.territories)?,
                state: read("organisation state", &row.state)?,
                state_since: read_some("state since", &row.state_since)?,
                note: some(&row.note),
            };
            let id = self
                .put::<Organisation>(&row.code, None, |id, now| Organisation::made(new, id, now))
                .await?;
            self.source(&row.code, id.into(), &source).await?;
            known.organisations.insert(row.code, id);
        }
        Ok(())
    }

    async fn chantiers(&mut self, known: &mut Earlier) -> Result<()> {
        let whole = file::chantiers()?;
        let source = file::Source {
            source: format!("{} ({})", whole.source.title, whole.source.author),
            confidence: "HIGH".to_owned(),
            ..file::Source::default()
        };
        // Chantiers name each other, so all are there before any is related.
        for row in &whole.chantiers {
            let code = format!("chantier:{}", row.code);
            let id = match self.tx.named(SOURCE, &code).await? {
                Some(present) => present.uuid.into(),
                None => self.chantier(&code, row, Vec::new(), known).await?,
            };
            known.chantiers.insert(row.code.clone(), id);
        }
        for row in &whole.chantiers {
            let related = row
                .related
                .iter()
                .map(|code| look("chantier", &known.chantiers, code))
                .collect::<Result<_>>()?;
            let code = format!("chantier:{}", row.code);
            let id = self.chantier(&code, row, related, known).await?;
            self.source(&code, id.into(), &source).await?;
            for resource in &row.resources {
                self.resource(id, resource, known).await?;
            }
            for step in &row.steps {
                self.step(id, step, known).await?;
            }
        }
        Ok(())
    }

    async fn chantier(
        &mut self,
        code: &str,
        row: &file::Chantier,
        related_ids: Vec<ChantierId>,
        known: &Earlier,
    ) -> Result<ChantierId> {
        let new = NewChantier {
            client_mutation_id: None,
            code: row.code.clone(),
            position: row.position,
            title: row.title.clone(),
            stage: read::<Stage>("stage", &row.stage)?,
            objective: row.objective.clone(),
            description: row.description.clone(),
            lead_ids: Vec::new(),
            partner_ids: organisations(known, row.partners.iter().map(String::as_str))?,
            partners_note: row.partners_note.clone(),
            related_ids,
            projects_concerned: row.projects_concerned,
            note: joined(&[row.objective_note.as_ref(), row.steps_note.as_ref()]),
        };
        self.put::<Chantier>(code, None, |id, now| Chantier::made(new, id, now))
            .await
    }

    async fn resource(&mut self, chantier: ChantierId, row: &file::Resource, known: &Earlier) -> Result<()> {
        let link_state = match row.link_state.as_str() {
            "NONE" => LinkState::NoLink,
            word => read("link state", word)?,
        };
        let new = NewResource {
            client_mutation_id: None,
            title: row.label.clone(),
            kind: read("resource kind", &row.kind)?,
            chantier_id: Some(chantier),
            project_id: None,
            provider_ids: organisations(known, row.provider.as_deref())?,
            url: row.url.clone(),
            link_state,
            languages: Vec::new(),
            published: None,
            note: row.note.clone(),
        };
        let code = format!("resource:{}", row.code);
        let id = self
            .put::<Resource>(&code, None, |id, now| Resource::made(new, id, now))
            .await?;
        if let Some(address) = &row.url_source {
            let source = file::Source {
                source: address.clone(),
                confidence: "MEDIUM".to_owned(),
                ..file::Source::default()
            };
            self.source(&code, id.into(), &source).await?;
        }
        Ok(())
    }

    async fn step(&mut self, chantier: ChantierId, row: &file::Step, known: &Earlier) -> Result<()> {
        let starts = row
            .starts
            .as_deref()
            .map(|text| read::<PartialDate>("step date", text))
            .transpose()?;
        let new = NewStep {
            client_mutation_id: None,
            chantier_id: chantier,
            title: row.title.clone(),
            position: row.position,
            description: None,
            starts,
            ends: None,
            start_time: row.start_time.clone(),
            // The source announces them; what became of them it does not say.
            status: StepStatus::Unknown,
            responsible_ids: Vec::new(),
            territory_id: row
                .territory
                .as_deref()
                .map(|code| territory(known, code))
                .transpose()?,
            dependency_ids: Vec::new(),
            note: row.note.clone(),
        };
        let code = format!("step:{}", row.code);
        self.put::<Step>(&code, None, |id, now| Step::made(new, id, now))
            .await?;
        Ok(())
    }

    async fn projects(&mut self, known: &Earlier) -> Result<()> {
        for (row, source) in file::sourced::<file::Project>(file::PROJECTS)? {
            let phases = phases(&row.phases)?;
            let chantiers = row.chantiers.clone();
            let grant = read_some("grant", &row.grant_eur)?.map(|amount| Money {
                amount,
                currency: Currency::Eur,
            });
            let new = NewProject {
                client_mutation_id: None,
                title: row.title,
                code: some(&row.code),
                acronym: some(&row.acronym),
                aliases: list(&row.aliases).map(str::to_owned).collect(),
                types: read_list("project type", &row.types)?,
                themes: list(&row.themes).map(str::to_owned).collect(),
                lead_ids: organisations(known, list(&row.leads))?,
                leads_note: some(&row.leads_note),
                partner_ids: organisations(known, list(&row.partners))?,
                partners_note: some(&row.partners_note),
                territory_ids: territories(known, &row.territories)?,
                territory_note: some(&row.territory_note),
                started: read_some("start", &row.started)?,
                planned_end: read_some("planned end", &row.planned_end)?,
                ended: read_some("end", &row.ended)?,
                grant,
                funding_note: some(&row.funding_note),
                social_purpose: read_some("social purpose", &row.social_purpose)?.unwrap_or(Known::Unknown),
                publics: read_list("public", &row.publics)?,
                website: some(&row.website),
                summary: some(&row.summary),
                learnt: some(&row.learnt),
            };
            let make = |id, now| {
                let mut project = Project::made(new, id, now);
                project.phases = phases;
                project
            };
            let id = self.put::<Project>(&row.code, None, make).await?;
            self.source(&row.code, id.into(), &source).await?;
            for chantier in list(&chantiers) {
                self.participation(&row.code, id, chantier, known).await?;
            }
        }
        Ok(())
    }

    async fn participation(
        &mut self,
        code: &str,
        project: ProjectId,
        chantier: &str,
        known: &Earlier,
    ) -> Result<()> {
        let new = NewParticipation {
            client_mutation_id: None,
            chantier_id: look("chantier", &known.chantiers, chantier)?,
            project_id: project,
            part: Part::Contributes,
            note: None,
            inferred: true,
        };
        let code = format!("{code}/{chantier}");
        self.put::<Participation>(&code, None, |id, now| Participation::made(new, id, now))
            .await?;
        Ok(())
    }
}

/// What is known of an official territory.
struct Official {
    kind: Kind,
    nis: Nis,
    name: LocalName,
    point: Option<Point>,
    postcodes: Vec<String>,
}

fn territory(known: &Earlier, code: &str) -> Result<TerritoryId> {
    match code.parse::<Nis>() {
        Ok(nis) => Ok(nis.into()),
        Err(_) => look("territory", &known.territories, code),
    }
}

fn territories(known: &Earlier, cell: &str) -> Result<Vec<TerritoryId>> {
    list(cell).map(|code| territory(known, code)).collect()
}

fn organisations<'a>(
    known: &Earlier,
    codes: impl IntoIterator<Item = &'a str>,
) -> Result<Vec<OrganisationId>> {
    codes
        .into_iter()
        .map(|code| look("organisation", &known.organisations, code))
        .collect()
}

fn phases(cell: &str) -> Result<Vec<Phase>> {
    list(cell)
        .map(|phase| {
            let (status, since) = phase.split_once('@').unwrap_or((phase, ""));
            Ok(Phase {
                status: read("status", status)?,
                since: read_some("since", since)?,
                reason: None,
            })
        })
        .collect()
}

fn is_unknown(refusal: &Refusal) -> bool {
    refusal.code() == Code::UnknownReference
}

fn joined(parts: &[Option<&String>]) -> Option<String> {
    let parts: Vec<&str> = parts.iter().flatten().map(|part| part.as_str()).collect();
    (!parts.is_empty()).then(|| parts.join(" "))
}

/// The reference data passes the same checks as anybody's.
fn checked<R: Stored>(code: &str, mut record: R) -> Result<R> {
    let mut checks = Checks::default();
    record.check(&mut checks);
    checks
        .finish()
        .map_err(|refusals| Error::Corrupt(format!("reference data: {code}: {refusals:?}")))?;
    Ok(record)
}

/// A version that changes with any of the files and with the way they are read.
fn version_of(files: &[&str]) -> String {
    let mut digest = Sha256::new();
    digest.update("1");
    for file in files {
        digest.update(file);
    }
    digest.finalize()[..8]
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect()
}
