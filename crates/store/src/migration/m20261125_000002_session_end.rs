//! When a session ends however often it is gone on with.

use sea_orm_migration::prelude::*;

#[derive(DeriveMigrationName)]
pub(super) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let column = ColumnDef::new("ends_at").timestamp_with_time_zone().null().take();
        let add = Table::alter().table("session").add_column(column).take();
        manager.alter_table(add).await?;
        // Nobody knows when those that are open began: they end with their present token.
        let known = Query::update()
            .table("session")
            .value("ends_at", Expr::col("expires_at"))
            .take();
        manager.execute(known).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager
            .alter_table(Table::alter().table("session").drop_column("ends_at").take())
            .await
    }
}
