//! Webhooks: the record; where each stands in the feed and how it does; its keys; its messages with every attempt to send
//! them.

use sea_orm_migration::prelude::*;

use super::m20261124_000001_begin::{
    index, instant, json, names, number, optional, optional_instant, optional_uuid, record, text, uuid,
};

#[derive(DeriveMigrationName)]
pub(super) struct Migration;

/// A table of what belongs to a row of another and goes with it.
fn of(mut table: TableCreateStatement, column: &'static str, owner: &'static str) -> TableCreateStatement {
    table
        .foreign_key(
            ForeignKey::create()
                .from_col(column)
                .to(owner, "id")
                .on_delete(ForeignKeyAction::Cascade),
        )
        .take()
}

fn tables() -> Vec<TableCreateStatement> {
    let key = |name: &'static str| ColumnDef::new(name).uuid().not_null().primary_key().take();
    let mut webhook = record(
        "webhook",
        vec![
            uuid("organisation_id"),
            text("url"),
            optional("description"),
            text("state"),
            json("types"),
            json("provinces"),
            json("communes"),
        ],
    );
    names(&mut webhook, "organisation_id", "organisation");
    let standing = Table::create()
        .table("webhook_standing")
        .col(key("webhook_id"))
        .col(ColumnDef::new("place").big_integer().not_null())
        .col(number("failures"))
        .col(optional_instant("failing_since"))
        .col(optional_instant("delivered_at"))
        .col(optional_instant("resting_until"))
        .col(optional_instant("disabled_at"))
        .col(optional("disabled_reason"))
        .take();
    let secret = Table::create()
        .table("webhook_key")
        .col(key("id"))
        .col(uuid("webhook_id"))
        .col(text("secret"))
        .col(text("seed"))
        .col(instant("created_at"))
        .col(optional_instant("expires_at"))
        .take();
    let delivery = Table::create()
        .table("webhook_delivery")
        .col(key("id"))
        .col(uuid("webhook_id"))
        .col(text("type"))
        .col(optional("record_kind"))
        .col(optional_uuid("record_id"))
        .col(ColumnDef::new("revision").integer().null())
        .col(ColumnDef::new("place").big_integer().not_null())
        .col(instant("happened_at"))
        .col(instant("made_at"))
        .col(text("state"))
        .col(number("attempts"))
        .col(number("tries"))
        .col(optional_instant("next_attempt"))
        .col(optional_instant("delivered_at"))
        .take();
    let attempt = Table::create()
        .table("webhook_attempt")
        .col(key("id"))
        .col(uuid("delivery_id"))
        .col(instant("at"))
        .col(number("milliseconds"))
        .col(ColumnDef::new("status").integer().null())
        .col(optional("error"))
        .col(optional("answer"))
        .take();
    vec![
        webhook,
        of(standing, "webhook_id", "webhook"),
        of(secret, "webhook_id", "webhook"),
        of(delivery, "webhook_id", "webhook"),
        of(attempt, "delivery_id", "webhook_delivery"),
    ]
}

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for table in tables() {
            manager.create_table(table).await?;
        }
        for index in [
            index("ix_webhook_updated", "webhook", &["updated_at", "id"]),
            index(
                "ix_webhook_organisation",
                "webhook",
                &["organisation_id", "updated_at", "id"],
            ),
            index("ix_webhook_key", "webhook_key", &["webhook_id"]),
            // What is due, webhook by webhook; what does not wait has no next attempt.
            index(
                "ix_webhook_delivery_due",
                "webhook_delivery",
                &["webhook_id", "next_attempt", "id"],
            ),
            index(
                "ix_webhook_delivery_made",
                "webhook_delivery",
                &["webhook_id", "made_at", "id"],
            ),
            index("ix_webhook_delivery_old", "webhook_delivery", &["made_at"]),
            index(
                "ix_webhook_attempt",
                "webhook_attempt",
                &["delivery_id", "at", "id"],
            ),
        ] {
            manager.create_index(index).await?;
        }
        Ok(())
    }

    async fn down(&self, _manager: &SchemaManager) -> Result<(), DbErr> {
        Err(DbErr::Migration(
            "webhooks are not taken away: restore a backup instead".to_owned(),
        ))
    }
}
