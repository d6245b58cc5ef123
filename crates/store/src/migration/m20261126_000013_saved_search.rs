//! Saved searches: how a person narrows offers or needs, under a name.

use sea_orm_migration::prelude::*;

use super::m20261124_000001_begin::{index, names, optional_uuid, record, text};

#[derive(DeriveMigrationName)]
pub(super) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let mut search = record(
            "saved_search",
            vec![
                optional_uuid("person_id"),
                text("name"),
                text("list"),
                text("query"),
            ],
        );
        names(&mut search, "person_id", "person");
        manager.create_table(search).await?;
        manager
            .create_index(index(
                "ix_saved_search_person",
                "saved_search",
                &["person_id", "created_at", "id"],
            ))
            .await
    }

    async fn down(&self, _manager: &SchemaManager) -> Result<(), DbErr> {
        Err(DbErr::Migration(
            "saved searches are not taken away: restore a backup instead".to_owned(),
        ))
    }
}
