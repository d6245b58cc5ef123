//! The words for the closed lists of accounts.

use crate::language::t;
use crate::ui::chips::Course;
use domain::Role;
use domain::person::State;
use domain::security::Event;

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

/// What the security log tells of.
pub fn event(event: Event) -> &'static str {
    match event {
        Event::SignedIn => t::security_signed_in(),
        Event::SignInRefused => t::security_sign_in_refused(),
        Event::SignedOut => t::security_signed_out(),
        Event::SessionEnded => t::security_session_ended(),
        Event::RefreshReused => t::security_refresh_reused(),
        Event::InvitationAccepted => t::security_invitation_accepted(),
        Event::PasswordChanged => t::security_password_changed(),
        Event::ResetRequested => t::security_reset_requested(),
        Event::PasswordReset => t::security_password_reset(),
        Event::SecondStepOn => t::security_second_step_on(),
        Event::SecondStepOff => t::security_second_step_off(),
        Event::SecondStepRefused => t::security_second_step_refused(),
        Event::RecoveryCodeUsed => t::security_recovery_code_used(),
        Event::IdentityBound => t::security_identity_bound(),
        Event::IdentityUnbound => t::security_identity_unbound(),
    }
}
