//! The outbox: messages to people, kept until they are sent.

use sea_orm_migration::prelude::*;

#[derive(DeriveMigrationName)]
pub(super) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let mail = Table::create()
            .table("mail")
            .col(ColumnDef::new("id").uuid().not_null().primary_key())
            .col(ColumnDef::new("kind").string().not_null())
            .col(ColumnDef::new("person_id").uuid().not_null())
            .col(ColumnDef::new("to").string().not_null())
            .col(ColumnDef::new("language").string().not_null())
            .col(ColumnDef::new("subject").string().not_null())
            .col(ColumnDef::new("text").string().null())
            .col(ColumnDef::new("made_at").timestamp_with_time_zone().not_null())
            .col(ColumnDef::new("sent_at").timestamp_with_time_zone().null())
            .col(ColumnDef::new("attempts").integer().not_null())
            .col(ColumnDef::new("next_attempt").timestamp_with_time_zone().null())
            .col(ColumnDef::new("last_error").string().null())
            .foreign_key(
                ForeignKey::create()
                    .from_col("person_id")
                    .to("person", "id")
                    .on_delete(ForeignKeyAction::Cascade),
            )
            .take();
        manager.create_table(mail).await?;
        for (name, columns) in [
            ("ix_mail_made", ["made_at", "id"]),
            ("ix_mail_next", ["next_attempt", "id"]),
            ("ix_mail_person", ["person_id", "kind"]),
        ] {
            let mut index = Index::create();
            index.name(name).table("mail");
            for column in columns {
                index.col(column);
            }
            manager.create_index(index.take()).await?;
        }
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.drop_table(Table::drop().table("mail").take()).await
    }
}
