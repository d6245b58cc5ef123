//! What the screens of chantiers read, and its mutations.

use super::words;
use crate::contract::schema;
use crate::edit::Outcome;
use crate::edit::sent::{kept, mutation};
use crate::format;
use crate::language::t;
use crate::organisation::read::{Bodies, Body};
use crate::project::read::ProjectName;
use crate::provenance::Sources;
use crate::ui::state::Failure;
use crate::ui::timeline;
use chrono::{DateTime, Utc};
use domain::chantier::{
    Chantier, ChantierPatch, LinkState, NewChantier, NewParticipation, NewResource, NewStep, Part,
    Participation, ParticipationPatch, Progress, Resource, ResourceKind, ResourcePatch, Stage, Step,
    StepPatch, StepStatus,
};
use domain::date::Precision;
use domain::{Lang, PartialDate};
use serde::Serialize;

#[derive(Clone, Debug, PartialEq, Serialize, cynic::QueryFragment)]
#[cynic(graphql_type = "Territory")]
pub struct Place {
    pub id: cynic::Id,
    pub label: String,
}

#[derive(Clone, Debug, PartialEq, Serialize, cynic::QueryFragment)]
#[cynic(graphql_type = "Chantier")]
pub struct ChantierName {
    pub id: cynic::Id,
    pub code: String,
    pub title: String,
}

#[derive(Clone, Debug, PartialEq, Serialize, cynic::QueryFragment)]
#[cynic(graphql_type = "Slip")]
#[serde(rename_all = "camelCase")]
pub struct SlipRow {
    pub from_starts: Option<PartialDate>,
    pub from_ends: Option<PartialDate>,
    pub to_starts: Option<PartialDate>,
    pub to_ends: Option<PartialDate>,
    pub reason: String,
    pub at: DateTime<Utc>,
}

#[derive(Clone, Debug, PartialEq, Serialize, cynic::QueryFragment)]
#[cynic(graphql_type = "Step")]
#[serde(rename_all = "camelCase")]
pub struct StepRow {
    pub id: cynic::Id,
    pub revision: i32,
    pub created_at: DateTime<Utc>,
    pub updated_at: DateTime<Utc>,
    pub chantier_id: cynic::Id,
    pub title: String,
    pub position: i32,
    pub description: Option<String>,
    pub starts: Option<PartialDate>,
    pub ends: Option<PartialDate>,
    pub start_time: Option<String>,
    pub status: StepStatus,
    pub responsible_ids: Vec<cynic::Id>,
    pub territory_id: Option<cynic::Id>,
    pub dependency_ids: Vec<cynic::Id>,
    pub note: Option<String>,
    pub slips: Vec<SlipRow>,
    #[cynic(rename = "isLate")]
    pub late: bool,
    pub responsible: Vec<Body>,
    pub territory: Option<Place>,
}

impl StepRow {
    /// « 1er juin 2021 (année déduite), 14:00 », a period, or that it has no date.
    pub fn when(&self) -> String {
        match (self.starts, self.ends) {
            (None, None) => t::step_undated().to_owned(),
            (Some(from), Some(to)) if from != to => {
                t::step_period(format::partial(Some(from)), format::partial(Some(to)))
            }
            (from, to) => {
                let day = format::partial(from.or(to));
                match &self.start_time {
                    Some(time) => t::date_moment(day, time),
                    None => day,
                }
            }
        }
    }

    pub fn starts_on(&self) -> Option<format::Day> {
        self.starts.or(self.ends)?.earliest()
    }

    /// As a mark of the timeline.
    pub fn mark(&self, href: String) -> timeline::Step {
        let last = |starts: Option<PartialDate>, ends: Option<PartialDate>| match (starts, ends) {
            (_, Some(ends)) => ends.latest(),
            (Some(starts), None) if starts.precision() != Precision::Day => starts.latest(),
            (_, None) => None,
        };
        let planned = self.slips.first().and_then(|slip| {
            let first = slip.from_starts.or(slip.from_ends)?.earliest()?;
            Some((first, last(slip.from_starts, slip.from_ends)))
        });
        timeline::Step {
            id: self.id.inner().to_owned(),
            label: self.title.clone(),
            href: Some(href),
            course: words::step_course(self.status, self.late),
            course_words: if self.late {
                t::step_late().to_owned()
            } else {
                words::step_status(self.status).to_owned()
            },
            when: self.when(),
            start: self.starts_on(),
            end: last(self.starts, self.ends),
            planned,
            after: self
                .dependency_ids
                .iter()
                .map(|id| id.inner().to_owned())
                .collect(),
            new: crate::visit::is_new(self.updated_at),
        }
    }
}

#[derive(Clone, Debug, PartialEq, Serialize, cynic::QueryFragment)]
#[cynic(graphql_type = "StepConnection")]
pub struct Steps {
    pub nodes: Vec<StepRow>,
}

#[derive(Clone, Debug, PartialEq, Serialize, cynic::QueryFragment)]
#[cynic(graphql_type = "Resource")]
#[serde(rename_all = "camelCase")]
pub struct ResourceRow {
    pub id: cynic::Id,
    pub revision: i32,
    pub created_at: DateTime<Utc>,
    pub updated_at: DateTime<Utc>,
    pub title: String,
    pub kind: ResourceKind,
    pub chantier_id: Option<cynic::Id>,
    pub project_id: Option<cynic::Id>,
    pub provider_ids: Vec<cynic::Id>,
    pub url: Option<String>,
    pub link_state: LinkState,
    pub languages: Vec<Lang>,
    pub published: Option<PartialDate>,
    pub note: Option<String>,
    pub link_checked_at: Option<DateTime<Utc>>,
    pub providers: Vec<Body>,
}

#[derive(Clone, Debug, PartialEq, Serialize, cynic::QueryFragment)]
#[cynic(graphql_type = "ResourceConnection")]
pub struct Resources {
    pub nodes: Vec<ResourceRow>,
}

#[derive(Clone, Debug, PartialEq, Serialize, cynic::QueryFragment)]
#[cynic(graphql_type = "Participation")]
#[serde(rename_all = "camelCase")]
pub struct ParticipationRow {
    pub id: cynic::Id,
    pub revision: i32,
    pub created_at: DateTime<Utc>,
    pub updated_at: DateTime<Utc>,
    pub chantier_id: cynic::Id,
    pub project_id: cynic::Id,
    pub part: Part,
    pub note: Option<String>,
    pub inferred: bool,
    pub chantier: Option<ChantierName>,
    pub project: Option<ProjectName>,
}

#[derive(Clone, Debug, PartialEq, Serialize, cynic::QueryFragment)]
#[cynic(graphql_type = "ParticipationConnection")]
pub struct Participations {
    pub nodes: Vec<ParticipationRow>,
}

/// A project's part in a chantier where its name is enough.
#[derive(Clone, Debug, PartialEq, cynic::QueryFragment)]
#[cynic(graphql_type = "Participation")]
pub struct Share {
    pub part: Part,
    pub chantier: Option<ChantierName>,
}

#[derive(Clone, Debug, PartialEq, cynic::QueryFragment)]
#[cynic(graphql_type = "ParticipationConnection")]
pub struct Shares {
    pub nodes: Vec<Share>,
}

/// The whole of a chantier, as its page shows it.
#[derive(Clone, Debug, PartialEq)]
pub struct Whole {
    pub facts: Facts,
    pub around: Around,
}

/// What belongs to a chantier, beside its own fields.
#[derive(Clone, Debug, PartialEq, cynic::QueryFragment)]
#[cynic(graphql_type = "Chantier")]
pub struct Around {
    #[arguments(first: 100)]
    pub sources: Sources,
    pub progress: Progress,
    #[arguments(first: 100)]
    pub leads: Bodies,
    #[arguments(first: 100)]
    pub partners: Bodies,
    pub related: Vec<ChantierName>,
    #[arguments(first: 100)]
    pub steps: Steps,
    #[arguments(first: 100)]
    pub resources: Resources,
    #[arguments(first: 100)]
    pub participations: Participations,
}

/// A chantier's own fields.
#[derive(Clone, Debug, PartialEq, Serialize, cynic::QueryFragment)]
#[cynic(graphql_type = "Chantier")]
#[serde(rename_all = "camelCase")]
pub struct Facts {
    pub id: cynic::Id,
    pub revision: i32,
    pub created_at: DateTime<Utc>,
    pub updated_at: DateTime<Utc>,
    pub code: String,
    pub position: i32,
    pub title: String,
    pub stage: Stage,
    pub objective: Option<String>,
    pub description: Option<String>,
    pub lead_ids: Vec<cynic::Id>,
    pub partner_ids: Vec<cynic::Id>,
    pub partners_note: Option<String>,
    pub related_ids: Vec<cynic::Id>,
    pub projects_concerned: Option<i32>,
    pub note: Option<String>,
}

#[derive(cynic::QueryVariables)]
pub struct Which {
    pub id: Option<cynic::Id>,
    pub code: Option<String>,
}

impl Which {
    /// From a part of the address: an identifier or a code.
    pub fn of(text: &str) -> Self {
        if text.parse::<domain::ChantierId>().is_ok() && text.starts_with("chantier_") {
            Self {
                id: Some(cynic::Id::new(text)),
                code: None,
            }
        } else {
            Self {
                id: None,
                code: Some(text.to_owned()),
            }
        }
    }
}

#[derive(Clone, cynic::QueryFragment)]
#[cynic(graphql_type = "Query", variables = "Which")]
pub struct One {
    // Its own fields apart: a fragment spread into another cannot hold words of closed lists.
    #[cynic(alias, rename = "chantier")]
    #[arguments(id: $id, code: $code)]
    own: Option<Facts>,
    #[arguments(id: $id, code: $code)]
    chantier: Option<Around>,
}

crate::api::document!(query One(Which));

impl One {
    pub fn whole(self) -> Option<Whole> {
        let (facts, around) = self.own.zip(self.chantier)?;
        Some(Whole { facts, around })
    }
}

/// A chantier as a card shows it.
#[derive(Clone, Debug, PartialEq, cynic::QueryFragment)]
#[cynic(graphql_type = "Chantier")]
pub struct Card {
    pub id: cynic::Id,
    pub code: String,
    pub title: String,
    pub stage: Stage,
    pub objective: Option<String>,
    pub updated_at: DateTime<Utc>,
    pub progress: Progress,
    #[arguments(first: 100)]
    pub steps: StepStates,
    #[arguments(first: 100)]
    pub participations: Parts,
}

#[derive(Clone, Debug, PartialEq, cynic::QueryFragment)]
#[cynic(graphql_type = "StepConnection")]
pub struct StepStates {
    pub nodes: Vec<StepState>,
}

#[derive(Clone, Debug, PartialEq, cynic::QueryFragment)]
#[cynic(graphql_type = "Step")]
pub struct StepState {
    pub status: StepStatus,
}

#[derive(Clone, Debug, PartialEq, cynic::QueryFragment)]
#[cynic(graphql_type = "ParticipationConnection")]
pub struct Parts {
    pub nodes: Vec<PartOnly>,
}

#[derive(Clone, Debug, PartialEq, cynic::QueryFragment)]
#[cynic(graphql_type = "Participation")]
pub struct PartOnly {
    pub part: Part,
}

impl Card {
    pub fn count(&self, part: Part) -> usize {
        self.participations
            .nodes
            .iter()
            .filter(|it| it.part == part)
            .count()
    }
}

#[derive(Clone, Debug, PartialEq, cynic::QueryFragment)]
#[cynic(graphql_type = "ChantierConnection")]
pub struct Cards {
    pub nodes: Vec<Card>,
}

kept!(
    Chantier as Facts, "ChantierPayload" chantier;
    chantier_make: chantier_create(NewChantier), chantier_change: chantier_update(ChantierPatch);
    words::CHANTIER_FIELDS
);
kept!(
    Step as StepRow, "StepPayload" step;
    step_make: step_create(NewStep), step_change: step_update(StepPatch);
    words::STEP_FIELDS
);
kept!(
    Resource as ResourceRow, "ResourcePayload" resource;
    resource_make: resource_create(NewResource), resource_change: resource_update(ResourcePatch);
    words::RESOURCE_FIELDS
);
kept!(
    Participation as ParticipationRow, "ParticipationPayload" participation;
    part_make: participation_create(NewParticipation), part_change: participation_update(ParticipationPatch);
    words::PARTICIPATION_FIELDS
);

#[derive(Clone, cynic::InputObject)]
pub struct StepRescheduleInput {
    pub id: cynic::Id,
    pub expected_revision: i32,
    pub starts: Option<PartialDate>,
    pub ends: Option<PartialDate>,
    pub reason: Option<String>,
}

mutation!(step_moved: step_reschedule(StepRescheduleInput) -> "StepPayload" { step: StepRow => Step });

/// Moves a step, with the reason.
pub async fn reschedule(input: StepRescheduleInput) -> Result<Outcome<Step>, Failure> {
    step_moved::send(input).await
}
