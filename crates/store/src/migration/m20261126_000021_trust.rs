//! Sessions say on what device and in which network they are, roughly; who signed in, or tried to; links by which to
//! choose another password; the territories of partners' machines.

use sea_orm_migration::prelude::*;

use super::m20261124_000001_begin::{index, instant, optional, optional_instant, optional_uuid, text, uuid};

#[derive(DeriveMigrationName)]
pub(super) struct Migration;

/// A person that a row names.
fn person(column: &'static str, gone: ForeignKeyAction) -> ForeignKeyCreateStatement {
    ForeignKey::create()
        .from_col(column)
        .to("person", "id")
        .on_delete(gone)
        .take()
}

fn tables() -> Vec<TableCreateStatement> {
    let event = Table::create()
        .table("security_event")
        .col(ColumnDef::new("id").uuid().not_null().primary_key())
        .col(instant("at"))
        .col(text("kind"))
        .col(optional_uuid("person_id"))
        .col(optional_uuid("by_id"))
        .col(optional("device"))
        .col(optional("network"))
        .foreign_key(&mut person("person_id", ForeignKeyAction::SetNull))
        .take();
    let asked = Table::create()
        .table("reset_request")
        .col(ColumnDef::new("id").uuid().not_null().primary_key())
        .col(text("email"))
        .col(optional("device"))
        .col(optional("network"))
        .col(instant("made_at"))
        .take();
    let reset = Table::create()
        .table("password_reset")
        .col(ColumnDef::new("token_hash").string().not_null().primary_key())
        .col(uuid("person_id"))
        .col(instant("made_at"))
        .col(instant("expires_at"))
        .foreign_key(&mut person("person_id", ForeignKeyAction::Cascade))
        .take();
    vec![event, asked, reset]
}

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for table in tables() {
            manager.create_table(table).await?;
        }
        for index in [
            index("ix_security_event_at", "security_event", &["at", "id"]),
            index(
                "ix_security_event_person",
                "security_event",
                &["person_id", "at", "id"],
            ),
            index("ix_reset_request_made", "reset_request", &["made_at", "id"]),
            index("ix_password_reset_person", "password_reset", &["person_id"]),
        ] {
            manager.create_index(index).await?;
        }
        // Of the sessions that are open it is not known where they are.
        for column in [
            optional_instant("begun_at"),
            optional("device"),
            optional("network"),
        ] {
            let add = Table::alter().table("session").add_column(column).take();
            manager.alter_table(add).await?;
        }
        // Nothing: everywhere.
        let territories = ColumnDef::new("territory_ids").json_binary().null().take();
        let add = Table::alter().table("client").add_column(territories).take();
        manager.alter_table(add).await
    }

    async fn down(&self, _manager: &SchemaManager) -> Result<(), DbErr> {
        Err(DbErr::Migration(
            "who signed in is not taken away: restore a backup instead".to_owned(),
        ))
    }
}
