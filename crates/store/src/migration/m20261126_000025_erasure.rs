//! What was erased, so that it can be erased again from a copy that is older; how far each machine has read the feed; and
//! when an account was erased.

use sea_orm_migration::prelude::*;

use super::m20261124_000001_begin::{instant, optional_instant, optional_uuid, text};

#[derive(DeriveMigrationName)]
pub(super) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        // The person who erased may be erased in their turn, and a record that is gone is named by nothing: no key binds them.
        let erasure = Table::create()
            .table("erasure")
            .col(ColumnDef::new("id").uuid().not_null().primary_key())
            .col(text("record_kind"))
            .col(instant("at"))
            .col(optional_uuid("erased_by"))
            .take();
        let reader = Table::create()
            .table("feed_reader")
            .col(ColumnDef::new("client_id").uuid().not_null().primary_key())
            .col(ColumnDef::new("place").big_integer().not_null())
            .col(instant("at"))
            .foreign_key(
                ForeignKey::create()
                    .from_col("client_id")
                    .to("client", "id")
                    .on_delete(ForeignKeyAction::Cascade),
            )
            .take();
        manager.create_table(erasure).await?;
        manager.create_table(reader).await?;
        let by_time = Index::create()
            .name("ix_erasure_at")
            .table("erasure")
            .col("at")
            .col("id")
            .take();
        manager.create_index(by_time).await?;
        let mut alter = Table::alter();
        alter.table("person").add_column(optional_instant("erased_at"));
        manager.alter_table(alter).await
    }

    async fn down(&self, _manager: &SchemaManager) -> Result<(), DbErr> {
        Err(DbErr::Migration(
            "what was erased does not come back: restore a backup instead".to_owned(),
        ))
    }
}
