//! The words for the closed lists of accounts.

use crate::language::t;
use crate::ui::chips::Course;
use domain::Role;
use domain::person::State;

pub fn role(role: Role) -> &'static str {
    match role {
        Role::Member => t::person_role_member(),
        Role::Partner => t::person_role_partner(),
        Role::Officer => t::person_role_officer(),
        Role::Editor => t::person_role_editor(),
        Role::Administrator => t::person_role_administrator(),
    }
}

/// What a role may do, in a few words.
pub fn role_hint(role: Role) -> &'static str {
    match role {
        Role::Member => t::person_role_member_hint(),
        Role::Partner => t::person_role_partner_hint(),
        Role::Officer => t::person_role_officer_hint(),
        Role::Editor => t::person_role_editor_hint(),
        Role::Administrator => t::person_role_administrator_hint(),
    }
}

pub fn state(state: State) -> &'static str {
    match state {
        State::Invited => t::person_state_invited(),
        State::Active => t::person_state_active(),
        State::Suspended => t::person_state_suspended(),
    }
}

pub const fn course(state: State) -> Course {
    match state {
        State::Invited => Course::Planned,
        State::Active => Course::Going,
        State::Suspended => Course::Stopped,
    }
}

/// A field's name, by its name in the schema.
pub fn field(name: &str) -> Option<&'static str> {
    Some(match name {
        "name" => t::person_field_name(),
        "email" => t::person_field_email(),
        "role" => t::person_field_role(),
        "state" => t::person_field_state(),
        "organisationId" => t::person_field_organisation(),
        "territoryIds" => t::person_field_territories(),
        "language" => t::person_field_language(),
        _ => return None,
    })
}
