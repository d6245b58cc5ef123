//! Files that are imported: the import, its lines in parts with what became of them; and a full snapshot may be of one
//! kind of record only.

use sea_orm_migration::prelude::*;

use super::m20261124_000001_begin::{
    flag, index, instant, json, number, optional, optional_instant, optional_uuid, text, uuid,
};

#[derive(DeriveMigrationName)]
pub(super) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let import = Table::create()
            .table("import")
            .col(ColumnDef::new("id").uuid().not_null().primary_key())
            .col(text("source"))
            .col(text("record_kind"))
            .col(text("file_name"))
            .col(text("format"))
            .col(optional("encoding"))
            .col(json("columns"))
            .col(json("mapping"))
            .col(text("mode"))
            .col(text("state"))
            .col(number("lines"))
            .col(number("parts"))
            .col(number("attempt"))
            .col(number("place"))
            .col(number("done"))
            .col(json("counts"))
            .col(json("preview"))
            .col(ColumnDef::new("absent").integer().null())
            .col(number("shown"))
            .col(optional_uuid("run_id"))
            .col(flag("is_meant"))
            .col(json("failure"))
            .col(number("tries"))
            .col(instant("lease_until"))
            .col(optional_uuid("person_id"))
            .col(optional_uuid("client_id"))
            .col(instant("made_at"))
            .col(instant("changed_at"))
            .col(optional_instant("cleared_at"))
            .take();
        let part = Table::create()
            .table("import_part")
            .col(uuid("import_id"))
            .col(number("number"))
            .col(ColumnDef::new("lines").text().not_null())
            .col(optional("plan"))
            .col(ColumnDef::new("told").text().null())
            .primary_key(Index::create().col("import_id").col("number"))
            .foreign_key(
                ForeignKey::create()
                    .from_col("import_id")
                    .to("import", "id")
                    .on_delete(ForeignKeyAction::Cascade),
            )
            .take();
        manager.create_table(import).await?;
        manager.create_table(part).await?;
        for index in [
            index("ix_import_source", "import", &["source", "made_at", "id"]),
            index("ix_import_due", "import", &["state", "lease_until"]),
        ] {
            manager.create_index(index).await?;
        }
        let mut alter = Table::alter();
        alter.table("run").add_column(optional("record_kind"));
        manager.alter_table(alter).await
    }

    async fn down(&self, _manager: &SchemaManager) -> Result<(), DbErr> {
        Err(DbErr::Migration(
            "what was imported is not taken away: restore a backup instead".to_owned(),
        ))
    }
}
