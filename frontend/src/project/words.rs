//! The words for the closed lists of projects, and for their fields.

use crate::language::{Text, t};
use crate::ui::chips::Course;
use domain::project::{Known, MembershipRole, Public, Status, Type};

pub fn status(status: Status) -> &'static str {
    match status {
        Status::Selected => t::project_status_selected(),
        Status::Running => t::project_status_running(),
        Status::Prolonged => t::project_status_prolonged(),
        Status::SelfSupporting => t::project_status_self_supporting(),
        Status::ContinuedElsewhere => t::project_status_continued_elsewhere(),
        Status::HandedOver => t::project_status_handed_over(),
        Status::Ended => t::project_status_ended(),
        Status::Abandoned => t::project_status_abandoned(),
        Status::Unknown => t::project_status_unknown(),
    }
}

pub const fn course(status: Status) -> Course {
    match status {
        Status::Selected => Course::Planned,
        Status::Running | Status::Prolonged | Status::SelfSupporting | Status::ContinuedElsewhere => {
            Course::Going
        }
        Status::HandedOver | Status::Ended => Course::Done,
        Status::Abandoned => Course::Stopped,
        Status::Unknown => Course::Unsure,
    }
}

pub fn kind(kind: Type) -> &'static str {
    match kind {
        Type::ValueChainDevelopment => t::project_type_value_chain(),
        Type::Processing => t::project_type_processing(),
        Type::Marketing => t::project_type_marketing(),
        Type::Distribution => t::project_type_distribution(),
        Type::Logistics => t::project_type_logistics(),
        Type::CollectiveKitchens => t::project_type_kitchens(),
        Type::Communication => t::project_type_communication(),
        Type::Awareness => t::project_type_awareness(),
        Type::Governance => t::project_type_governance(),
    }
}

pub fn known(known: Known) -> &'static str {
    match known {
        Known::Yes => t::project_known_yes(),
        Known::No => t::project_known_no(),
        Known::Unknown => t::fact_unknown(),
    }
}

/// Whether a project has a social purpose, as a choice of a filter says it.
pub fn social(known: Known) -> &'static str {
    match known {
        Known::Yes => t::project_social_yes(),
        Known::No => t::project_social_no(),
        Known::Unknown => t::project_social_unknown(),
    }
}

pub fn public(public: Public) -> &'static str {
    match public {
        Public::Precarious => t::project_public_precarious(),
        Public::Disability => t::project_public_disability(),
        Public::JobSeekers => t::project_public_job_seekers(),
        Public::Youth => t::project_public_youth(),
        Public::General => t::project_public_general(),
    }
}

pub fn member(role: MembershipRole) -> &'static str {
    match role {
        MembershipRole::Lead => t::project_member_lead(),
        MembershipRole::Coordinator => t::project_member_coordinator(),
        MembershipRole::Member => t::project_member_member(),
    }
}

/// A project's fields, in the order of its form.
pub const FIELDS: &[(&str, Text)] = &[
    ("title", t::history_field_title),
    ("code", t::history_field_code),
    ("acronym", t::organisation_field_acronym),
    ("aliases", t::organisation_field_aliases),
    ("types", t::history_field_types),
    ("themes", t::history_field_themes),
    ("leadIds", t::history_field_leads),
    ("leadsNote", t::history_field_leads_note),
    ("partnerIds", t::history_field_partners),
    ("partnersNote", t::history_field_partners_note),
    ("territoryIds", t::organisation_field_territories),
    ("territoryNote", t::history_field_territory_note),
    ("started", t::history_field_started),
    ("plannedEnd", t::history_field_planned_end),
    ("ended", t::history_field_ended),
    ("grant", t::history_field_grant),
    ("fundingNote", t::history_field_funding_note),
    ("socialPurpose", t::history_field_social_purpose),
    ("publics", t::history_field_publics),
    ("website", t::organisation_field_website),
    ("summary", t::history_field_summary),
    ("learnt", t::history_field_learnt),
];

/// A field's name, by its name in the schema.
pub fn field(name: &str) -> Option<&'static str> {
    match name {
        "phases" | "status" => Some(t::history_field_phases()),
        _ => FIELDS.iter().find(|it| it.0 == name).map(|it| (it.1)()),
    }
}
