//! Signing in through an outside provider: which account an identity of the provider's is bound to, who is on their way to
//! the provider, and through whom somebody signed in.

use sea_orm_migration::prelude::*;

use super::m20261124_000001_begin::{index, instant, optional, text, uuid};

#[derive(DeriveMigrationName)]
pub(super) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        // An identity is the provider's name for somebody (`sub`), which is theirs for ever; their address is not.
        let identity = Table::create()
            .table("identity")
            .col(text("issuer"))
            .col(text("subject"))
            .col(uuid("person_id"))
            .col(instant("bound_at"))
            .primary_key(Index::create().col("issuer").col("subject"))
            .foreign_key(
                ForeignKey::create()
                    .from_col("person_id")
                    .to("person", "id")
                    .on_delete(ForeignKeyAction::Cascade),
            )
            .take();
        let attempt = Table::create()
            .table("provider_try")
            .col(ColumnDef::new("token_hash").string().not_null().primary_key())
            .col(instant("expires_at"))
            .take();
        manager.create_table(identity).await?;
        manager.create_table(attempt).await?;
        // A person has one identity at a provider.
        let mut of_person = index("ux_identity_person", "identity", &["person_id", "issuer"]);
        manager.create_index(of_person.unique().take()).await?;
        for table in ["session", "sign_in_step", "security_event"] {
            let add = Table::alter().table(table).add_column(optional("through")).take();
            manager.alter_table(add).await?;
        }
        Ok(())
    }

    async fn down(&self, _manager: &SchemaManager) -> Result<(), DbErr> {
        Err(DbErr::Migration(
            "who signed in is not taken away: restore a backup instead".to_owned(),
        ))
    }
}
