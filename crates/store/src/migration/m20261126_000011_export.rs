//! Exports that are written while nobody waits, and their files in parts.

use sea_orm_migration::prelude::*;

use super::m20261124_000001_begin::{
    index, instant, json, number, optional, optional_instant, text, unique, uuid,
};

#[derive(DeriveMigrationName)]
pub(super) struct Migration;

fn count(name: &'static str) -> ColumnDef {
    ColumnDef::new(name).big_integer().not_null().take()
}

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let job = Table::create()
            .table("export_job")
            .col(ColumnDef::new("id").uuid().not_null().primary_key())
            .col(text("caller"))
            .col(text("what"))
            .col(text("form"))
            .col(json("asked"))
            .col(text("lang"))
            .col(text("state"))
            .col(instant("made_at"))
            .col(number("attempts"))
            .col(optional_instant("next_attempt"))
            .col(count("row_count"))
            .col(count("byte_count"))
            .col(optional("cursor"))
            .col(optional("digest"))
            .col(text("token"))
            .col(optional("why"))
            .col(instant("expires_at"))
            .take();
        let part = Table::create()
            .table("export_part")
            .col(uuid("job_id"))
            .col(count("number"))
            .col(ColumnDef::new("bytes").blob().not_null())
            .primary_key(Index::create().col("job_id").col("number"))
            .foreign_key(
                ForeignKey::create()
                    .from_col("job_id")
                    .to("export_job", "id")
                    .on_delete(ForeignKeyAction::Cascade),
            )
            .take();
        manager.create_table(job).await?;
        manager.create_table(part).await?;
        for index in [
            unique("uq_export_job_token", "export_job", &["token"]),
            index("ix_export_job_next", "export_job", &["next_attempt", "id"]),
            index("ix_export_job_expires", "export_job", &["expires_at"]),
        ] {
            manager.create_index(index).await?;
        }
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for table in ["export_part", "export_job"] {
            manager.drop_table(Table::drop().table(table).take()).await?;
        }
        Ok(())
    }
}
