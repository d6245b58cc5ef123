//! The second step of signing in: the authenticator's secret, recovery codes, and who took the first step and not yet the
//! second.

use sea_orm_migration::prelude::*;

use super::m20261124_000001_begin::{index, instant, optional_instant, text, uuid};

#[derive(DeriveMigrationName)]
pub(super) struct Migration;

fn person() -> ForeignKeyCreateStatement {
    ForeignKey::create()
        .from_col("person_id")
        .to("person", "id")
        .on_delete(ForeignKeyAction::Cascade)
        .take()
}

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let step = Table::create()
            .table("second_step")
            .col(ColumnDef::new("person_id").uuid().not_null().primary_key())
            .col(text("secret"))
            .col(instant("made_at"))
            .col(optional_instant("confirmed_at"))
            .col(ColumnDef::new("last_step").big_integer().null())
            .col(ColumnDef::new("tries").integer().not_null())
            .col(optional_instant("tries_from"))
            .foreign_key(&mut person())
            .take();
        let code = Table::create()
            .table("recovery_code")
            .col(ColumnDef::new("code_hash").string().not_null().primary_key())
            .col(uuid("person_id"))
            .foreign_key(&mut person())
            .take();
        let first = Table::create()
            .table("sign_in_step")
            .col(ColumnDef::new("token_hash").string().not_null().primary_key())
            .col(uuid("person_id"))
            .col(instant("expires_at"))
            .foreign_key(&mut person())
            .take();
        for table in [step, code, first] {
            manager.create_table(table).await?;
        }
        manager
            .create_index(index("ix_recovery_code_person", "recovery_code", &["person_id"]))
            .await?;
        manager
            .create_index(index("ix_sign_in_step_person", "sign_in_step", &["person_id"]))
            .await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for table in ["sign_in_step", "recovery_code", "second_step"] {
            manager.drop_table(Table::drop().table(table).take()).await?;
        }
        Ok(())
    }
}
