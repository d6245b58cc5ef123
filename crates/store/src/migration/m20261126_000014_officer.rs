//! The territorial officers: what each follows, when they are away; requests to them and their conversations.

use sea_orm_migration::prelude::*;

use super::m20261124_000001_begin::{index, json, names, optional_uuid, record, text, uuid};

#[derive(DeriveMigrationName)]
pub(super) struct Migration;

fn day(name: &'static str) -> ColumnDef {
    ColumnDef::new(name).date().not_null().take()
}

fn optional_day(name: &'static str) -> ColumnDef {
    ColumnDef::new(name).date().null().take()
}

fn records() -> Vec<TableCreateStatement> {
    let mut portfolio = record(
        "portfolio",
        vec![
            uuid("person_id"),
            uuid("territory_id"),
            optional_day("starts"),
            optional_day("ends"),
            json("chantier_ids"),
        ],
    );
    names(&mut portfolio, "person_id", "person");
    names(&mut portfolio, "territory_id", "territory");
    let mut absence = record(
        "absence",
        vec![
            uuid("person_id"),
            day("starts"),
            day("ends"),
            optional_uuid("substitute_id"),
        ],
    );
    names(&mut absence, "person_id", "person");
    names(&mut absence, "substitute_id", "person");
    let mut request = record(
        "request",
        vec![
            text("kind"),
            uuid("commune_id"),
            text("title"),
            text("text"),
            optional_uuid("chantier_id"),
            optional_uuid("project_id"),
            optional_uuid("organisation_id"),
            optional_day("due"),
            uuid("asker_id"),
            uuid("officer_id"),
            text("state"),
            json("handovers"),
            json("closing"),
            text("due_key"),
        ],
    );
    // A request without an owner is refused by the database itself.
    for (column, other) in [
        ("commune_id", "territory"),
        ("chantier_id", "chantier"),
        ("project_id", "project"),
        ("organisation_id", "organisation"),
        ("asker_id", "person"),
        ("officer_id", "person"),
    ] {
        names(&mut request, column, other);
    }
    let mut message = record(
        "request_message",
        vec![
            uuid("request_id"),
            text("text"),
            uuid("author_id"),
            uuid("asker_id"),
            optional_uuid("project_id"),
        ],
    );
    names(&mut message, "request_id", "request");
    names(&mut message, "author_id", "person");
    vec![portfolio, absence, request, message]
}

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for table in records() {
            manager.create_table(table).await?;
        }
        for index in [
            index(
                "ix_portfolio_person",
                "portfolio",
                &["person_id", "created_at", "id"],
            ),
            index("ix_portfolio_created", "portfolio", &["created_at", "id"]),
            index("ix_absence_person", "absence", &["person_id", "starts", "id"]),
            index("ix_absence_created", "absence", &["created_at", "id"]),
            index("ix_request_due", "request", &["due_key", "id"]),
            index("ix_request_updated", "request", &["updated_at", "id"]),
            index("ix_request_officer", "request", &["officer_id", "due_key", "id"]),
            index("ix_request_asker", "request", &["asker_id", "updated_at", "id"]),
            index(
                "ix_request_project",
                "request",
                &["project_id", "updated_at", "id"],
            ),
            index(
                "ix_request_message",
                "request_message",
                &["request_id", "created_at", "id"],
            ),
        ] {
            manager.create_index(index).await?;
        }
        Ok(())
    }

    async fn down(&self, _manager: &SchemaManager) -> Result<(), DbErr> {
        Err(DbErr::Migration(
            "what was asked is not taken away: restore a backup instead".to_owned(),
        ))
    }
}
