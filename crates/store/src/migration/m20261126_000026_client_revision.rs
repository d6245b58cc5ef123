//! Machines are numbered by revision as records are, and what comes from a source is found by it.

use sea_orm_migration::prelude::*;

use super::m20261124_000001_begin::index;

#[derive(DeriveMigrationName)]
pub(super) struct Migration;

const TABLES: [(&str, &str); 2] = [("ix_offer_source", "offer"), ("ix_need_source", "need")];

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let revision = ColumnDef::new("revision").integer().not_null().default(1).take();
        let add = Table::alter().table("client").add_column(revision).take();
        manager.alter_table(add).await?;
        for (name, table) in TABLES {
            manager
                .create_index(index(name, table, &["source_id", "updated_at", "id"]))
                .await?;
        }
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for (name, table) in TABLES {
            manager
                .drop_index(Index::drop().name(name).table(table).to_owned())
                .await?;
        }
        let drop = Table::alter().table("client").drop_column("revision").take();
        manager.alter_table(drop).await
    }
}
