//! The exchange: sources, offers and needs; a source's own identifiers with what it said of them; its runs and pushes;
//! the machines of partners; and in the feed, where a record lies and lay.

use sea_orm_migration::prelude::*;
use sea_orm_migration::sea_orm::{ConnectionTrait, DbBackend};

use super::m20261124_000001_begin::{
    flag, index, instant, json, names, number, optional, optional_instant, optional_uuid, record, text,
    unique, uuid,
};

#[derive(DeriveMigrationName)]
pub(super) struct Migration;

fn optional_day(name: &'static str) -> ColumnDef {
    ColumnDef::new(name).date().null().take()
}

fn optional_flag(name: &'static str) -> ColumnDef {
    ColumnDef::new(name).boolean().null().take()
}

fn optional_number(name: &'static str) -> ColumnDef {
    ColumnDef::new(name).integer().null().take()
}

fn optional_json(name: &'static str) -> ColumnDef {
    ColumnDef::new(name).json_binary().null().take()
}

fn records() -> Vec<TableCreateStatement> {
    let mut source = record(
        "source",
        vec![
            text("code"),
            text("name"),
            optional_uuid("operator_id"),
            optional("operator_note"),
            text("standing"),
            optional("sort"),
            optional("audience"),
            optional("summary"),
            optional("website"),
            optional("launched"),
            optional("state_note"),
            optional_number("producers_listed"),
            optional("producers_as_of"),
            optional("figures"),
            optional("complaints"),
            optional("licence"),
            optional("cadence"),
            optional("contact_role"),
            text("order_key"),
        ],
    );
    names(&mut source, "operator_id", "organisation");
    // Offers and needs come by the ten thousand: what they name is checked and locked by the one door for changes,
    // once for many rows, and not once more row by row.
    let offer = record(
        "offer",
        vec![
            uuid("organisation_id"),
            text("product_type"),
            text("title"),
            optional("description"),
            optional_day("available_from"),
            optional_day("available_to"),
            optional_flag("organic"),
            optional("packaging"),
            optional_uuid("commune_id"),
            text("status"),
            optional_instant("expires_at"),
            optional_instant("confirmed_at"),
            optional_uuid("source_id"),
            json("quantity"),
            json("price"),
            json("months"),
            json("labels"),
            json("delivery"),
            json("minimum_order"),
            json("audiences"),
            number("months_mask"),
            number("labels_mask"),
            number("audiences_mask"),
            optional_uuid("hub_id"),
            instant("expires_key"),
        ],
    );
    let need = record(
        "need",
        vec![
            uuid("organisation_id"),
            text("product_type"),
            text("title"),
            optional("description"),
            optional("period"),
            optional_day("needed_from"),
            optional_day("needed_to"),
            optional_uuid("commune_id"),
            optional_flag("organic"),
            optional_day("deadline"),
            text("status"),
            optional("reason"),
            optional_instant("expires_at"),
            optional_instant("confirmed_at"),
            optional_uuid("source_id"),
            json("quantity"),
            json("months"),
            json("budget"),
            json("local"),
            json("required_labels"),
            number("months_mask"),
            number("labels_mask"),
            optional_uuid("local_territory_id"),
            instant("deadline_key"),
        ],
    );
    vec![source, offer, need]
}

fn others() -> Vec<TableCreateStatement> {
    let external_id = Table::create()
        .table("external_id")
        .col(text("source"))
        .col(text("record_kind"))
        .col(text("external_id"))
        .col(uuid("record_id"))
        .col(optional_instant("source_updated_at"))
        .col(ColumnDef::new("source_revision").big_integer().null())
        .col(optional("digest"))
        .col(optional_uuid("run_id"))
        .col(ColumnDef::new("made_it").boolean().not_null().default(true))
        .col(optional_instant("pushed_at"))
        .col(optional_instant("deleted_at"))
        .primary_key(
            Index::create()
                .col("source")
                .col("record_kind")
                .col("external_id"),
        )
        .take();
    let run = Table::create()
        .table("run")
        .col(ColumnDef::new("id").uuid().not_null().primary_key())
        .col(text("source"))
        .col(text("state"))
        .col(instant("opened_at"))
        .col(optional_instant("closed_at"))
        .col(json("counts"))
        .take();
    let push = Table::create()
        .table("push")
        .col(ColumnDef::new("id").uuid().not_null().primary_key())
        .col(text("source"))
        .col(optional_uuid("run_id"))
        .col(instant("at"))
        .col(optional_uuid("person_id"))
        .col(optional_uuid("client_id"))
        .col(json("counts"))
        .take();
    let rejection = Table::create()
        .table("rejection")
        .col(uuid("push_id"))
        .col(number("place"))
        .col(text("record_kind"))
        .col(optional("external_id"))
        .col(json("errors"))
        .primary_key(Index::create().col("push_id").col("place"))
        .foreign_key(
            ForeignKey::create()
                .from_col("push_id")
                .to("push", "id")
                .on_delete(ForeignKeyAction::Cascade),
        )
        .take();
    let push_key = Table::create()
        .table("push_key")
        .col(text("source"))
        .col(text("name"))
        .col(text("digest"))
        .col(text("answer"))
        .col(instant("at"))
        .primary_key(Index::create().col("source").col("name"))
        .take();
    let client = Table::create()
        .table("client")
        .col(ColumnDef::new("id").uuid().not_null().primary_key())
        .col(text("name"))
        .col(optional_uuid("organisation_id"))
        .col(json("source_ids"))
        .col(json("scopes"))
        .col(flag("is_active"))
        .col(instant("created_at"))
        .take();
    let secret = Table::create()
        .table("client_secret")
        .col(ColumnDef::new("secret_hash").string().not_null().primary_key())
        .col(uuid("client_id"))
        .col(instant("created_at"))
        .col(instant("expires_at"))
        .col(optional_instant("used_at"))
        .foreign_key(
            ForeignKey::create()
                .from_col("client_id")
                .to("client", "id")
                .on_delete(ForeignKeyAction::Cascade),
        )
        .take();
    vec![external_id, run, push, rejection, push_key, client, secret]
}

fn indexes() -> Vec<IndexCreateStatement> {
    vec![
        unique("uq_source_code", "source", &["code"]),
        index("ix_source_order", "source", &["order_key", "id"]),
        index("ix_offer_updated", "offer", &["updated_at", "id"]),
        index("ix_offer_expires", "offer", &["expires_key", "id"]),
        index(
            "ix_offer_organisation",
            "offer",
            &["organisation_id", "updated_at", "id"],
        ),
        index("ix_offer_product", "offer", &["product_type", "updated_at", "id"]),
        index("ix_offer_commune", "offer", &["commune_id", "updated_at", "id"]),
        index("ix_need_updated", "need", &["updated_at", "id"]),
        index("ix_need_deadline", "need", &["deadline_key", "id"]),
        index(
            "ix_need_organisation",
            "need",
            &["organisation_id", "updated_at", "id"],
        ),
        index("ix_need_product", "need", &["product_type", "updated_at", "id"]),
        index("ix_need_commune", "need", &["commune_id", "updated_at", "id"]),
        index("ix_external_record", "external_id", &["record_id"]),
        index("ix_run_source", "run", &["source", "opened_at"]),
        index("ix_push_source", "push", &["source", "at", "id"]),
        index("ix_client_secret_client", "client_secret", &["client_id"]),
    ]
}

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let db = manager.get_connection();
        // A source may call an organisation and an offer by the same name, so the kind belongs to the key.
        db.execute_unprepared("DROP INDEX ix_external_record").await?;
        db.execute_unprepared("ALTER TABLE external_id RENAME TO external_id_before")
            .await?;
        for table in records().into_iter().chain(others()) {
            manager.create_table(table).await?;
        }
        db.execute_unprepared(
            "INSERT INTO external_id (source, record_kind, external_id, record_id) \
             SELECT source, record_kind, external_id, record_id FROM external_id_before",
        )
        .await?;
        db.execute_unprepared("DROP TABLE external_id_before").await?;
        if db.get_database_backend() == DbBackend::Postgres {
            db.execute_unprepared(r#"ALTER TABLE source ALTER COLUMN order_key TYPE varchar COLLATE "C""#)
                .await?;
        }
        for index in indexes() {
            manager.create_index(index).await?;
        }
        for column in [
            optional_json("places"),
            optional_json("left_places"),
            optional_json("detail"),
        ] {
            let mut alter = Table::alter();
            alter.table("feed").add_column(column);
            manager.alter_table(alter).await?;
        }
        let mut alter = Table::alter();
        alter.table("change").add_column(optional_uuid("client_id"));
        manager.alter_table(alter).await
    }

    async fn down(&self, _manager: &SchemaManager) -> Result<(), DbErr> {
        Err(DbErr::Migration(
            "the exchange's tables are not taken away: restore a backup instead".to_owned(),
        ))
    }
}
