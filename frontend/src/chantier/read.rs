//! What the screens of chantiers read, and its mutations.

use super::words;
use crate::api;
use crate::contract::schema;
use crate::edit::{Keeps, Outcome, Sent, record};
use crate::format;
use crate::language::{Text, t};
use crate::provenance::Sources;
use crate::refusal::UserError;
use crate::ui::state::Failure;
use crate::ui::timeline;
use chrono::{DateTime, Utc};
use cynic::MutationBuilder;
use domain::chantier::{
    Chantier, ChantierPatch, LinkState, NewParticipation, NewResource, NewStep, Part, Participation,
    ParticipationPatch, Progress, Resource, ResourceKind, ResourcePatch, Stage, Step, StepPatch, StepStatus,
};
use domain::date::Precision;
use domain::{Lang, PartialDate};
use serde::Serialize;

#[derive(Clone, Debug, PartialEq, Serialize, cynic::QueryFragment)]
#[cynic(graphql_type = "Organisation")]
pub struct Body {
    pub id: cynic::Id,
    pub name: String,
    pub acronym: Option<String>,
}

#[derive(Clone, Debug, PartialEq, Serialize, cynic::QueryFragment)]
#[cynic(graphql_type = "OrganisationConnection")]
pub struct Bodies {
    pub nodes: Vec<Body>,
}

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
#[cynic(graphql_type = "Project")]
pub struct ProjectName {
    pub id: cynic::Id,
    pub title: String,
    pub acronym: Option<String>,
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
    pub project: Option<ProjectName>,
}

#[derive(Clone, Debug, PartialEq, Serialize, cynic::QueryFragment)]
#[cynic(graphql_type = "ParticipationConnection")]
pub struct Participations {
    pub nodes: Vec<ParticipationRow>,
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

/// A record's mutations: (variables, document, payload) for making and changing.
macro_rules! making {
    ($module:ident, $payload_type:tt, $field:ident, $row:ident, $record:ident, $new:ident, $make:ident) => {
        mod $module {
            use super::*;

            #[derive(cynic::QueryVariables)]
            pub(super) struct Variables {
                pub(super) input: $new,
            }

            #[derive(cynic::QueryFragment)]
            #[cynic(graphql_type = "Mutation", variables = "Variables")]
            pub(super) struct Document {
                #[arguments(input: $input)]
                pub(super) $make: Payload,
            }

            #[derive(cynic::QueryFragment)]
            #[cynic(graphql_type = $payload_type)]
            pub(super) struct Payload {
                $field: Option<$row>,
                user_errors: Vec<UserError>,
            }

            impl Payload {
                pub(super) fn outcome(self) -> Outcome<$record> {
                    Outcome {
                        record: self.$field.as_ref().and_then(record),
                        errors: self.user_errors,
                    }
                }
            }
        }
    };
}

making!(
    step_make,
    "StepPayload",
    step,
    StepRow,
    Step,
    NewStep,
    step_create
);
making!(
    step_change,
    "StepPayload",
    step,
    StepRow,
    Step,
    StepPatch,
    step_update
);
making!(
    step_move,
    "StepPayload",
    step,
    StepRow,
    Step,
    StepRescheduleInput,
    step_reschedule
);
making!(
    resource_make,
    "ResourcePayload",
    resource,
    ResourceRow,
    Resource,
    NewResource,
    resource_create
);
making!(
    resource_change,
    "ResourcePayload",
    resource,
    ResourceRow,
    Resource,
    ResourcePatch,
    resource_update
);
making!(
    part_make,
    "ParticipationPayload",
    participation,
    ParticipationRow,
    Participation,
    NewParticipation,
    participation_create
);
making!(
    part_change,
    "ParticipationPayload",
    participation,
    ParticipationRow,
    Participation,
    ParticipationPatch,
    participation_update
);
making!(
    chantier_change,
    "ChantierPayload",
    chantier,
    Facts,
    Chantier,
    ChantierPatch,
    chantier_update
);

#[derive(Clone, cynic::InputObject)]
pub struct StepRescheduleInput {
    pub id: cynic::Id,
    pub expected_revision: i32,
    pub starts: Option<PartialDate>,
    pub ends: Option<PartialDate>,
    pub reason: Option<String>,
}

/// Moves a step, with the reason.
pub async fn reschedule(input: StepRescheduleInput) -> Result<Outcome<Step>, Failure> {
    let sent = step_move::Document::build(step_move::Variables { input });
    Ok(api::mutate(&sent).await?.step_reschedule.outcome())
}

impl Keeps for Step {
    const FIELDS: &'static [(&'static str, Text)] = words::STEP_FIELDS;

    async fn send(sent: Sent<Self>) -> Result<Outcome<Self>, Failure> {
        Ok(match sent {
            Sent::Make(input) => api::mutate(&step_make::Document::build(step_make::Variables { input }))
                .await?
                .step_create
                .outcome(),
            Sent::Change(input) => {
                api::mutate(&step_change::Document::build(step_change::Variables { input }))
                    .await?
                    .step_update
                    .outcome()
            }
        })
    }

    fn word(field: &str, value: &str) -> Option<String> {
        (field == "status")
            .then(|| value.parse().ok().map(words::step_status))
            .flatten()
            .map(str::to_owned)
    }
}

impl Keeps for Resource {
    const FIELDS: &'static [(&'static str, Text)] = words::RESOURCE_FIELDS;

    async fn send(sent: Sent<Self>) -> Result<Outcome<Self>, Failure> {
        Ok(match sent {
            Sent::Make(input) => api::mutate(&resource_make::Document::build(resource_make::Variables {
                input,
            }))
            .await?
            .resource_create
            .outcome(),
            Sent::Change(input) => {
                api::mutate(&resource_change::Document::build(resource_change::Variables {
                    input,
                }))
                .await?
                .resource_update
                .outcome()
            }
        })
    }

    fn word(field: &str, value: &str) -> Option<String> {
        let word = match field {
            "kind" => value.parse().ok().map(words::resource_kind),
            "linkState" => value.parse().ok().map(words::link_state),
            _ => None,
        };
        word.map(str::to_owned)
    }
}

impl Keeps for Participation {
    const FIELDS: &'static [(&'static str, Text)] = words::PARTICIPATION_FIELDS;

    async fn send(sent: Sent<Self>) -> Result<Outcome<Self>, Failure> {
        Ok(match sent {
            Sent::Make(input) => api::mutate(&part_make::Document::build(part_make::Variables { input }))
                .await?
                .participation_create
                .outcome(),
            Sent::Change(input) => {
                api::mutate(&part_change::Document::build(part_change::Variables { input }))
                    .await?
                    .participation_update
                    .outcome()
            }
        })
    }

    fn word(field: &str, value: &str) -> Option<String> {
        (field == "part")
            .then(|| value.parse().ok().map(words::part))
            .flatten()
            .map(str::to_owned)
    }
}

impl Keeps for Chantier {
    const FIELDS: &'static [(&'static str, Text)] = words::CHANTIER_FIELDS;

    async fn send(sent: Sent<Self>) -> Result<Outcome<Self>, Failure> {
        match sent {
            // Chantiers are opened from the list of tracks by their stage; none is made here.
            Sent::Make(_) => Ok(Outcome {
                record: None,
                errors: Vec::new(),
            }),
            Sent::Change(input) => Ok(api::mutate(&chantier_change::Document::build(
                chantier_change::Variables { input },
            ))
            .await?
            .chantier_update
            .outcome()),
        }
    }

    fn word(field: &str, value: &str) -> Option<String> {
        (field == "stage")
            .then(|| value.parse().ok().map(words::stage))
            .flatten()
            .map(str::to_owned)
    }
}

#[derive(cynic::InputObject)]
pub struct DeleteInput {
    pub id: cynic::Id,
    pub expected_revision: i32,
}

#[derive(cynic::QueryVariables)]
pub struct Removing {
    pub input: DeleteInput,
}

#[derive(cynic::QueryFragment)]
pub struct DeletePayload {
    pub user_errors: Vec<UserError>,
}

macro_rules! removal {
    ($name:ident, $verb:ident) => {
        #[derive(cynic::QueryFragment)]
        #[cynic(graphql_type = "Mutation", variables = "Removing")]
        struct $name {
            #[arguments(input: $input)]
            $verb: DeletePayload,
        }
    };
}

removal!(StepGone, step_delete);
removal!(ResourceGone, resource_delete);
removal!(PartGone, participation_delete);

/// What can be removed on a chantier's page.
#[derive(Clone, Copy)]
pub enum Removable {
    Step,
    Resource,
    Participation,
}

/// Removes a record; what was refused comes back.
pub async fn remove(what: Removable, id: &cynic::Id, revision: i32) -> Result<Vec<UserError>, Failure> {
    let sent = Removing {
        input: DeleteInput {
            id: id.clone(),
            expected_revision: revision,
        },
    };
    Ok(match what {
        Removable::Step => api::mutate(&StepGone::build(sent)).await?.step_delete.user_errors,
        Removable::Resource => {
            api::mutate(&ResourceGone::build(sent))
                .await?
                .resource_delete
                .user_errors
        }
        Removable::Participation => {
            api::mutate(&PartGone::build(sent))
                .await?
                .participation_delete
                .user_errors
        }
    })
}
