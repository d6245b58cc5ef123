//! A change is told in the history of the records that its record belongs to, also when it is gone.

use sea_orm_migration::prelude::*;
use sea_orm_migration::sea_orm::ConnectionTrait;

#[derive(DeriveMigrationName)]
pub(super) struct Migration;

/// What stands in the history already, as far as it still belongs to something.
const BEFORE: &str = "INSERT INTO change_owner (owner_id, change_id) SELECT DISTINCT l.target_id, c.id \
     FROM change c JOIN link l ON l.record_id = c.record_id \
     WHERE l.field IN ('chantierId', 'projectId', 'organisationId', 'recordId') AND l.record_kind IN \
     ('STEP', 'RESOURCE', 'PARTICIPATION', 'CONTACT', 'MEMBERSHIP', 'NOTE', 'PROVENANCE')";

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let table = Table::create()
            .table("change_owner")
            .col(ColumnDef::new("owner_id").uuid().not_null())
            .col(ColumnDef::new("change_id").uuid().not_null())
            .primary_key(Index::create().col("owner_id").col("change_id"))
            .take();
        manager.create_table(table).await?;
        manager.get_connection().execute_unprepared(BEFORE).await?;
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager
            .drop_table(Table::drop().table("change_owner").take())
            .await
    }
}
