//! The keys that sign access tokens, several at a time: the one kept among the settings made way for them.

use sea_orm_migration::prelude::*;

use super::m20261124_000001_begin::{instant, text};

#[derive(DeriveMigrationName)]
pub(super) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let keys = Table::create()
            .table("signing_key")
            .col(ColumnDef::new("kid").string().not_null().primary_key())
            .col(text("seed"))
            .col(instant("signs_from"))
            .take();
        manager.create_table(keys).await?;
        // What it signed is good for ten minutes and cannot be read by the new ones: who is signed in goes on with the
        // session's own token.
        let earlier = Query::delete()
            .from_table("setting")
            .and_where(Expr::col("name").eq("signing_key"))
            .take();
        manager.execute(earlier).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager
            .drop_table(Table::drop().table("signing_key").take())
            .await
    }
}
