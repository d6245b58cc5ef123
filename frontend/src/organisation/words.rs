//! The words for the closed lists of organisations and their contacts, and how official numbers are written.

use crate::language::{Text, t};
use crate::ui::chips::Course;
use domain::organisation::{Kind, NumberScheme, State};

pub fn kind(kind: Kind) -> &'static str {
    match kind {
        Kind::Administration => t::organisation_kind_administration(),
        Kind::Municipality => t::organisation_kind_municipality(),
        Kind::SocialWelfareCentre => t::organisation_kind_social_welfare_centre(),
        Kind::Province => t::organisation_kind_province(),
        Kind::Intermunicipal => t::organisation_kind_intermunicipal(),
        Kind::PublicAgency => t::organisation_kind_public_agency(),
        Kind::AdvisoryBody => t::organisation_kind_advisory_body(),
        Kind::Association => t::organisation_kind_association(),
        Kind::Cooperative => t::organisation_kind_cooperative(),
        Kind::Company => t::organisation_kind_company(),
        Kind::Foundation => t::organisation_kind_foundation(),
        Kind::NaturePark => t::organisation_kind_nature_park(),
        Kind::LocalActionGroup => t::organisation_kind_local_action_group(),
        Kind::FoodBelt => t::organisation_kind_food_belt(),
        Kind::Network => t::organisation_kind_network(),
        Kind::University => t::organisation_kind_university(),
        Kind::ResearchCentre => t::organisation_kind_research_centre(),
        Kind::TrainingBody => t::organisation_kind_training_body(),
        Kind::CompetitivenessCluster => t::organisation_kind_competitiveness_cluster(),
        Kind::CitizenMovement => t::organisation_kind_citizen_movement(),
        Kind::Partnership => t::organisation_kind_partnership(),
        Kind::Producer => t::organisation_kind_producer(),
        Kind::Processor => t::organisation_kind_processor(),
        Kind::Buyer => t::organisation_kind_buyer(),
        Kind::Hub => t::organisation_kind_hub(),
        Kind::Kitchen => t::organisation_kind_kitchen(),
        Kind::DirectoryOperator => t::organisation_kind_directory_operator(),
        Kind::Other => t::organisation_kind_other(),
    }
}

pub fn state(state: State) -> &'static str {
    match state {
        State::Active => t::organisation_state_active(),
        State::Ceased => t::organisation_state_ceased(),
        State::Bankrupt => t::organisation_state_bankrupt(),
        State::Unknown => t::organisation_state_unknown(),
    }
}

pub const fn course(state: State) -> Course {
    match state {
        State::Active => Course::Going,
        State::Ceased => Course::Done,
        State::Bankrupt => Course::Stopped,
        State::Unknown => Course::Unsure,
    }
}

pub fn scheme(scheme: NumberScheme) -> &'static str {
    match scheme {
        NumberScheme::Enterprise => t::organisation_number_enterprise(),
        NumberScheme::EstablishmentUnit => t::organisation_number_establishment_unit(),
        NumberScheme::Vat => t::organisation_number_vat(),
        NumberScheme::FoodApproval => t::organisation_number_food_approval(),
        NumberScheme::OrganicControlBody => t::organisation_number_organic_control_body(),
        NumberScheme::Gln => t::organisation_number_gln(),
    }
}

/// `0403019261` as « 0403.019.261 », `BE0403019261` as « BE 0403.019.261 », `2123456789` as « 2.123.456.789 ».
pub fn number(scheme: NumberScheme, value: &str) -> String {
    let dotted = |digits: &str| {
        (digits.len() == 10 && digits.is_ascii())
            .then(|| format!("{}.{}.{}", &digits[..4], &digits[4..7], &digits[7..]))
    };
    match scheme {
        NumberScheme::Enterprise => dotted(value),
        NumberScheme::Vat => value
            .strip_prefix("BE")
            .and_then(dotted)
            .map(|digits| format!("BE {digits}")),
        NumberScheme::EstablishmentUnit => (value.len() == 10 && value.is_ascii()).then(|| {
            format!(
                "{}.{}.{}.{}",
                &value[..1],
                &value[1..4],
                &value[4..7],
                &value[7..]
            )
        }),
        NumberScheme::FoodApproval | NumberScheme::OrganicControlBody | NumberScheme::Gln => None,
    }
    .unwrap_or_else(|| value.to_owned())
}

/// The fields of an organisation, as the schema names them, with their names for people.
pub const FIELDS: &[(&str, Text)] = &[
    ("name", t::organisation_field_name),
    ("acronym", t::organisation_field_acronym),
    ("aliases", t::organisation_field_aliases),
    ("kinds", t::organisation_field_kinds),
    ("role", t::organisation_field_role),
    ("numbers", t::organisation_field_numbers),
    ("website", t::organisation_field_website),
    ("communeId", t::organisation_field_commune),
    ("address", t::organisation_field_address),
    ("point", t::organisation_field_point),
    ("territoryIds", t::organisation_field_territories),
    ("state", t::organisation_field_state),
    ("stateSince", t::organisation_field_state_since),
    ("note", t::organisation_field_note),
];

/// The fields of a contact.
pub const CONTACT_FIELDS: &[(&str, Text)] = &[
    ("purpose", t::contact_field_purpose),
    ("name", t::contact_field_name),
    ("email", t::contact_field_email),
    ("phone", t::contact_field_phone),
    ("organisationId", t::contact_field_organisation),
    ("projectId", t::contact_field_project),
];

fn named(fields: &[(&str, Text)], name: &str) -> Option<&'static str> {
    fields
        .iter()
        .find(|(field, _)| *field == name)
        .map(|(_, text)| text())
}

/// A field's name, by its name in the schema.
pub fn field(name: &str) -> Option<&'static str> {
    named(FIELDS, name)
}

/// A field's name of a contact.
pub fn contact_field(name: &str) -> Option<&'static str> {
    named(CONTACT_FIELDS, name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn official_numbers_are_written_with_their_dots() {
        assert_eq!(number(NumberScheme::Enterprise, "0403019261"), "0403.019.261");
        assert_eq!(number(NumberScheme::Vat, "BE0403019261"), "BE 0403.019.261");
        assert_eq!(
            number(NumberScheme::EstablishmentUnit, "2123456789"),
            "2.123.456.789"
        );
        assert_eq!(number(NumberScheme::Gln, "5412345000013"), "5412345000013");
    }
}
