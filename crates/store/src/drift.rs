//! For the drift test: the tables as the entities declare them.

use sea_orm::sea_query::TableCreateStatement;
use sea_orm::{DbBackend, Schema};

/// Every record's table as its entity declares it, by name.
#[must_use]
pub fn declared(backend: DbBackend) -> Vec<(&'static str, TableCreateStatement)> {
    let schema = Schema::new(backend);
    vec![
        (
            "territory",
            schema.create_table_from_entity(crate::territory::row::Entity),
        ),
        (
            "organisation",
            schema.create_table_from_entity(crate::organisation::row::Entity),
        ),
        (
            "contact",
            schema.create_table_from_entity(crate::contact::row::Entity),
        ),
        (
            "person",
            schema.create_table_from_entity(crate::person::row::Entity),
        ),
        (
            "chantier",
            schema.create_table_from_entity(crate::chantier::chantier_row::Entity),
        ),
        (
            "step",
            schema.create_table_from_entity(crate::chantier::step_row::Entity),
        ),
        (
            "resource",
            schema.create_table_from_entity(crate::chantier::resource_row::Entity),
        ),
        (
            "participation",
            schema.create_table_from_entity(crate::chantier::participation_row::Entity),
        ),
        (
            "project",
            schema.create_table_from_entity(crate::project::project_row::Entity),
        ),
        (
            "membership",
            schema.create_table_from_entity(crate::project::membership_row::Entity),
        ),
        (
            "note",
            schema.create_table_from_entity(crate::project::note_row::Entity),
        ),
        (
            "provenance",
            schema.create_table_from_entity(crate::provenance::row::Entity),
        ),
        (
            "source",
            schema.create_table_from_entity(crate::source::row::Entity),
        ),
        (
            "offer",
            schema.create_table_from_entity(crate::offer::row::Entity),
        ),
        ("need", schema.create_table_from_entity(crate::need::row::Entity)),
        (
            "outcome",
            schema.create_table_from_entity(crate::outcome::row::Entity),
        ),
        (
            "webhook",
            schema.create_table_from_entity(crate::webhook::row::Entity),
        ),
        (
            "expertise",
            schema.create_table_from_entity(crate::expertise::row::Entity),
        ),
        (
            "expertise_need",
            schema.create_table_from_entity(crate::expertise::need::row::Entity),
        ),
        (
            "introduction",
            schema.create_table_from_entity(crate::expertise::introduction::row::Entity),
        ),
        (
            "expertise_session",
            schema.create_table_from_entity(crate::expertise::session::row::Entity),
        ),
        (
            "change",
            schema.create_table_from_entity(crate::change::ChangeEntity),
        ),
        ("mail", schema.create_table_from_entity(crate::mail::row::Entity)),
    ]
}
