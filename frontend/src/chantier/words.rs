//! The words for the closed lists of chantiers, their steps, resources and the projects' parts.

use crate::language::{Text, t};
use crate::ui::chips::Course;
use domain::chantier::{LinkState, Part, Progress, ResourceKind, Stage, StepStatus};

pub fn stage(stage: Stage) -> &'static str {
    match stage {
        Stage::Track => t::chantier_stage_track(),
        Stage::Open => t::chantier_stage_open(),
        Stage::Closed => t::chantier_stage_closed(),
    }
}

pub fn progress(progress: Progress) -> &'static str {
    match progress {
        Progress::NoSteps => t::chantier_progress_no_steps(),
        Progress::Planned => t::chantier_progress_planned(),
        Progress::UnderWay => t::chantier_progress_under_way(),
        Progress::Late => t::chantier_progress_late(),
        Progress::Done => t::chantier_progress_done(),
        Progress::Unknown => t::chantier_progress_unknown(),
    }
}

pub const fn progress_course(progress: Progress) -> Course {
    match progress {
        Progress::NoSteps | Progress::Unknown => Course::Unsure,
        Progress::Planned => Course::Planned,
        Progress::UnderWay => Course::Going,
        Progress::Late => Course::Late,
        Progress::Done => Course::Done,
    }
}

pub fn step_status(status: StepStatus) -> &'static str {
    match status {
        StepStatus::Planned => t::step_status_planned(),
        StepStatus::UnderWay => t::step_status_under_way(),
        StepStatus::Done => t::step_status_done(),
        StepStatus::Cancelled => t::step_status_cancelled(),
        StepStatus::Unknown => t::step_status_unknown(),
    }
}

pub const fn step_course(status: StepStatus, late: bool) -> Course {
    match status {
        StepStatus::Planned | StepStatus::UnderWay if late => Course::Late,
        StepStatus::Planned => Course::Planned,
        StepStatus::UnderWay => Course::Going,
        StepStatus::Done => Course::Done,
        StepStatus::Cancelled => Course::Stopped,
        StepStatus::Unknown => Course::Unsure,
    }
}

pub fn resource_kind(kind: ResourceKind) -> &'static str {
    match kind {
        ResourceKind::Guide => t::resource_kind_guide(),
        ResourceKind::Tool => t::resource_kind_tool(),
        ResourceKind::Database => t::resource_kind_database(),
        ResourceKind::Helpdesk => t::resource_kind_helpdesk(),
        ResourceKind::Study => t::resource_kind_study(),
        ResourceKind::Method => t::resource_kind_method(),
        ResourceKind::Minutes => t::resource_kind_minutes(),
        ResourceKind::Memorandum => t::resource_kind_memorandum(),
        ResourceKind::Document => t::resource_kind_document(),
        ResourceKind::Newsletter => t::resource_kind_newsletter(),
        ResourceKind::Link => t::resource_kind_link(),
    }
}

pub fn link_state(state: LinkState) -> &'static str {
    match state {
        LinkState::NoLink => t::resource_link_none(),
        LinkState::Untested => t::resource_link_untested(),
        LinkState::Lost => t::resource_link_lost(),
        LinkState::FoundElsewhere => t::resource_link_elsewhere(),
        LinkState::Working => t::resource_link_working(),
        LinkState::Broken => t::resource_link_broken(),
    }
}

pub const fn link_course(state: LinkState) -> Course {
    match state {
        LinkState::NoLink | LinkState::Untested => Course::Unsure,
        LinkState::Lost | LinkState::Broken => Course::Stopped,
        LinkState::FoundElsewhere => Course::Late,
        LinkState::Working => Course::Going,
    }
}

pub fn part(part: Part) -> &'static str {
    match part {
        Part::Contributes => t::participation_contributes(),
        Part::Needs => t::participation_needs(),
        Part::Follows => t::participation_follows(),
    }
}

pub const CHANTIER_FIELDS: &[(&str, Text)] = &[
    ("title", t::chantier_field_title),
    ("stage", t::chantier_field_stage),
    ("objective", t::chantier_field_objective),
    ("description", t::chantier_field_description),
    ("leadIds", t::chantier_field_leads),
    ("partnerIds", t::chantier_field_partners),
    ("partnersNote", t::chantier_field_partners_note),
    ("relatedIds", t::chantier_field_related),
    ("projectsConcerned", t::chantier_field_projects_concerned),
    ("note", t::chantier_field_note),
];

pub const STEP_FIELDS: &[(&str, Text)] = &[
    ("title", t::chantier_field_title),
    ("status", t::step_field_status),
    ("starts", t::step_field_starts),
    ("ends", t::step_field_ends),
    ("startTime", t::step_field_start_time),
    ("responsibleIds", t::step_field_responsible),
    ("territoryId", t::step_field_territory),
    ("dependencyIds", t::step_field_dependencies),
    ("description", t::chantier_field_description),
    ("note", t::chantier_field_note),
];

pub const RESOURCE_FIELDS: &[(&str, Text)] = &[
    ("title", t::chantier_field_title),
    ("kind", t::resource_field_kind),
    ("providerIds", t::resource_field_providers),
    ("url", t::resource_field_url),
    ("linkState", t::resource_field_link_state),
    ("published", t::resource_field_published),
    ("note", t::chantier_field_note),
];

pub const PARTICIPATION_FIELDS: &[(&str, Text)] = &[
    ("projectId", t::participation_field_project),
    ("part", t::participation_field_part),
    ("note", t::participation_field_note),
    ("inferred", t::participation_field_inferred),
];

/// A field's name in one of these lists.
pub fn named(fields: &'static [(&'static str, Text)], name: &str) -> Option<&'static str> {
    fields.iter().find(|it| it.0 == name).map(|it| (it.1)())
}

/// A field's name of a chantier.
pub fn field(name: &str) -> Option<&'static str> {
    named(CHANTIER_FIELDS, name).or_else(|| (name == "code").then(t::chantier_field_code))
}
