//! The GraphQL documents registered for a machine, and whether it is held to them.

use sea_orm_migration::prelude::*;

use super::m20261124_000001_begin::text;

#[derive(DeriveMigrationName)]
pub(super) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let document = Table::create()
            .table("client_document")
            .col(ColumnDef::new("client_id").uuid().not_null())
            .col(text("digest"))
            .col(text("body"))
            .primary_key(Index::create().col("client_id").col("digest"))
            .foreign_key(
                ForeignKey::create()
                    .from_col("client_id")
                    .to("client", "id")
                    .on_delete(ForeignKeyAction::Cascade),
            )
            .take();
        manager.create_table(document).await?;
        let only = ColumnDef::new("documents_only")
            .boolean()
            .not_null()
            .default(false)
            .take();
        let mut alter = Table::alter();
        alter.table("client").add_column(only);
        manager.alter_table(alter).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let mut alter = Table::alter();
        alter.table("client").drop_column("documents_only");
        manager.alter_table(alter).await?;
        manager
            .drop_table(Table::drop().table("client_document").take())
            .await
    }
}
