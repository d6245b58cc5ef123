//! The expertise catalogue: offers and needs of expertise, introductions, sessions of encounter; the matches that are
//! kept, what is to be matched anew, who is told how often, and what people were reminded of.

use sea_orm_migration::prelude::*;

use super::m20261124_000001_begin::{
    flag, index, instant, json, names, optional, optional_instant, optional_uuid, record, text, uuid,
};

#[derive(DeriveMigrationName)]
pub(super) struct Migration;

fn optional_number(name: &'static str) -> ColumnDef {
    ColumnDef::new(name).integer().null().take()
}

fn records() -> Vec<TableCreateStatement> {
    let mut expertise = record(
        "expertise",
        vec![
            uuid("organisation_id"),
            text("title"),
            optional("description"),
            optional_uuid("territory_id"),
            optional("cost"),
            optional("cost_note"),
            optional("available_from"),
            optional("available_to"),
            flag("paused"),
            optional_number("capacity"),
            json("topics"),
            json("forms"),
            json("languages"),
            json("formats"),
            json("references"),
            text("order_key"),
            text("until_key"),
        ],
    );
    names(&mut expertise, "organisation_id", "organisation");
    names(&mut expertise, "territory_id", "territory");
    let mut need = record(
        "expertise_need",
        vec![
            text("title"),
            optional_uuid("project_id"),
            optional_uuid("organisation_id"),
            optional("context"),
            optional("deadline"),
            optional_uuid("territory_id"),
            optional("budget"),
            flag("confidential"),
            text("state"),
            optional("reason"),
            json("topics"),
            json("forms"),
            json("languages"),
            text("deadline_key"),
        ],
    );
    names(&mut need, "project_id", "project");
    names(&mut need, "organisation_id", "organisation");
    names(&mut need, "territory_id", "territory");
    let mut introduction = record(
        "introduction",
        vec![
            uuid("expertise_id"),
            uuid("need_id"),
            optional("message"),
            optional_uuid("provider_id"),
            optional_uuid("project_id"),
            optional_uuid("organisation_id"),
            optional("topic"),
            json("steps"),
            json("provider_feedback"),
            json("requester_feedback"),
            text("stage"),
            instant("moved_at"),
            optional("refused"),
            optional("family"),
        ],
    );
    names(&mut introduction, "expertise_id", "expertise");
    names(&mut introduction, "need_id", "expertise_need");
    names(&mut introduction, "provider_id", "organisation");
    names(&mut introduction, "project_id", "project");
    names(&mut introduction, "organisation_id", "organisation");
    let mut session = record(
        "expertise_session",
        vec![
            text("topic"),
            optional("note"),
            optional_uuid("step_id"),
            json("need_ids"),
            json("expertise_ids"),
            json("project_ids"),
            json("organisation_ids"),
            json("answers"),
        ],
    );
    names(&mut session, "step_id", "step");
    vec![expertise, need, introduction, session]
}

/// What goes with the record that a column names.
fn goes_with(table: &mut TableCreateStatement, column: &'static str, other: &'static str) {
    table.foreign_key(
        ForeignKey::create()
            .from_col(column)
            .to(other, "id")
            .on_delete(ForeignKeyAction::Cascade),
    );
}

fn keys(table: &'static str, columns: Vec<ColumnDef>, key: &[&'static str]) -> TableCreateStatement {
    let mut create = Table::create();
    create.table(table);
    for mut column in columns {
        create.col(&mut column);
    }
    let mut primary = Index::create();
    for column in key {
        primary.col(*column);
    }
    create.primary_key(&mut primary).take()
}

fn beside() -> Vec<TableCreateStatement> {
    let mut matches = keys(
        "expertise_match",
        vec![
            uuid("need_id"),
            uuid("expertise_id"),
            // Of a thousand; none where the two no longer fit.
            optional_number("score"),
            instant("found_at"),
        ],
        &["need_id", "expertise_id"],
    );
    goes_with(&mut matches, "need_id", "expertise_need");
    goes_with(&mut matches, "expertise_id", "expertise");
    let rematch = keys(
        "rematch",
        vec![uuid("record_id"), text("record_kind"), instant("at")],
        &["record_id"],
    );
    let mut notice = keys(
        "expertise_notice",
        vec![
            uuid("person_id"),
            optional("frequency"),
            optional_instant("told_until"),
        ],
        &["person_id"],
    );
    goes_with(&mut notice, "person_id", "person");
    let mut reminder = keys(
        "introduction_reminder",
        vec![uuid("introduction_id"), text("stage"), instant("at")],
        &["introduction_id", "stage"],
    );
    goes_with(&mut reminder, "introduction_id", "introduction");
    vec![matches, rematch, notice, reminder]
}

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for table in records().into_iter().chain(beside()) {
            manager.create_table(table).await?;
        }
        for (name, table, columns) in [
            ("ix_expertise_order", "expertise", &["order_key", "id"] as &[_]),
            ("ix_expertise_updated", "expertise", &["updated_at", "id"]),
            ("ix_expertise_organisation", "expertise", &["organisation_id"]),
            (
                "ix_expertise_need_updated",
                "expertise_need",
                &["updated_at", "id"],
            ),
            (
                "ix_expertise_need_deadline",
                "expertise_need",
                &["deadline_key", "id"],
            ),
            ("ix_expertise_need_project", "expertise_need", &["project_id"]),
            (
                "ix_expertise_need_organisation",
                "expertise_need",
                &["organisation_id"],
            ),
            ("ix_introduction_updated", "introduction", &["updated_at", "id"]),
            (
                "ix_introduction_pair",
                "introduction",
                &["need_id", "expertise_id"],
            ),
            (
                "ix_introduction_expertise",
                "introduction",
                &["expertise_id", "stage"],
            ),
            (
                "ix_introduction_provider",
                "introduction",
                &["provider_id", "stage"],
            ),
            ("ix_introduction_stage", "introduction", &["stage", "moved_at"]),
            (
                "ix_expertise_session_created",
                "expertise_session",
                &["created_at", "id"],
            ),
            (
                "ix_expertise_match_expertise",
                "expertise_match",
                &["expertise_id", "need_id"],
            ),
            ("ix_expertise_match_found", "expertise_match", &["found_at"]),
            ("ix_rematch_at", "rematch", &["at"]),
        ] {
            manager.create_index(index(name, table, columns)).await?;
        }
        Ok(())
    }

    async fn down(&self, _manager: &SchemaManager) -> Result<(), DbErr> {
        Err(DbErr::Migration(
            "the expertise catalogue is not taken away: restore a backup instead".to_owned(),
        ))
    }
}
