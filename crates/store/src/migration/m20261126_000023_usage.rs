//! What callers asked, by day: machines by their identifier, visitors and people together.

use sea_orm_migration::prelude::*;

use super::m20261124_000001_begin::{index, text, uuid};

#[derive(DeriveMigrationName)]
pub(super) struct Migration;

fn count(name: &'static str) -> ColumnDef {
    ColumnDef::new(name).big_integer().not_null().take()
}

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        // A part of the key is never null: the nil identifier where there is no machine, no text for requests as such.
        let usage = Table::create()
            .table("usage")
            .col(ColumnDef::new("day").date().not_null())
            .col(text("caller_class"))
            .col(uuid("client_id"))
            .col(text("coordinate"))
            .col(count("requests"))
            .col(count("cost"))
            .primary_key(
                Index::create()
                    .col("client_id")
                    .col("day")
                    .col("caller_class")
                    .col("coordinate"),
            )
            .take();
        manager.create_table(usage).await?;
        manager
            .create_index(index("ix_usage_day", "usage", &["day"]))
            .await?;
        manager
            .create_index(index("ix_push_client", "push", &["client_id", "at"]))
            .await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager
            .drop_index(Index::drop().name("ix_push_client").table("push").to_owned())
            .await?;
        manager.drop_table(Table::drop().table("usage").take()).await
    }
}
