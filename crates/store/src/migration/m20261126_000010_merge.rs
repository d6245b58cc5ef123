//! Where identifiers went that were merged away.

use sea_orm_migration::prelude::*;

use super::m20261124_000001_begin::{instant, json, uuid};

#[derive(DeriveMigrationName)]
pub(super) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let table = Table::create()
            .table("merged")
            .col(ColumnDef::new("from_id").uuid().not_null().primary_key())
            .col(uuid("into_id"))
            .col(instant("at"))
            .col(json("moved"))
            .take();
        manager.create_table(table).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.drop_table(Table::drop().table("merged").take()).await
    }
}
