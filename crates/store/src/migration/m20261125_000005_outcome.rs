//! Outcomes: what came of an offer and a need.

use sea_orm_migration::prelude::*;

use super::m20261124_000001_begin::{index, json, names, optional, optional_uuid, record, text};

#[derive(DeriveMigrationName)]
pub(super) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let mut outcome = record(
            "outcome",
            vec![
                optional_uuid("need_id"),
                optional_uuid("offer_id"),
                optional_uuid("buyer_id"),
                optional_uuid("supplier_id"),
                optional("note"),
                json("quantity"),
                json("amount"),
                json("steps"),
                text("stage"),
            ],
        );
        names(&mut outcome, "need_id", "need");
        names(&mut outcome, "offer_id", "offer");
        names(&mut outcome, "buyer_id", "organisation");
        names(&mut outcome, "supplier_id", "organisation");
        manager.create_table(outcome).await?;
        for index in [
            index("ix_outcome_updated", "outcome", &["updated_at", "id"]),
            index("ix_outcome_need", "outcome", &["need_id"]),
            index("ix_outcome_offer", "outcome", &["offer_id"]),
            index("ix_outcome_buyer", "outcome", &["buyer_id", "updated_at", "id"]),
            index(
                "ix_outcome_supplier",
                "outcome",
                &["supplier_id", "updated_at", "id"],
            ),
        ] {
            manager.create_index(index).await?;
        }
        Ok(())
    }

    async fn down(&self, _manager: &SchemaManager) -> Result<(), DbErr> {
        Err(DbErr::Migration(
            "outcomes are not taken away: restore a backup instead".to_owned(),
        ))
    }
}
