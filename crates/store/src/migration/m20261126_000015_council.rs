//! Food policy councils: seats and who sits on them, meetings, votes with their ballots, decisions and what came of them,
//! what councils share.

use sea_orm_migration::prelude::*;

use super::m20261124_000001_begin::{
    flag, index, json, names, number, optional, optional_instant, optional_uuid, record, text, unique, uuid,
};

#[derive(DeriveMigrationName)]
pub(super) struct Migration;

fn optional_number(name: &'static str) -> ColumnDef {
    ColumnDef::new(name).integer().null().take()
}

/// The columns of a table that name a record of another one.
type Names = &'static [(&'static str, &'static str)];

fn tables() -> Vec<(TableCreateStatement, Names)> {
    vec![
        (
            record(
                "council",
                vec![
                    text("name"),
                    text("level"),
                    optional_uuid("territory_id"),
                    optional("coordination_note"),
                    optional("created"),
                    optional_number("members_count"),
                    optional("members_as_of"),
                    optional("mode_of_work"),
                    optional_number("quorum"),
                    optional("website"),
                    optional("summary"),
                    json("aliases"),
                    json("coordinator_ids"),
                    json("partner_ids"),
                    json("project_ids"),
                    json("texts"),
                    json("method"),
                    json("phases"),
                    text("order_key"),
                    text("status"),
                ],
            ),
            &[("territory_id", "territory")],
        ),
        (
            record(
                "seat",
                vec![
                    uuid("council_id"),
                    text("category"),
                    text("label"),
                    optional_uuid("organisation_id"),
                    optional_uuid("commune_id"),
                    optional("mandate_from"),
                    optional("mandate_to"),
                ],
            ),
            &[
                ("council_id", "council"),
                ("organisation_id", "organisation"),
                ("commune_id", "territory"),
            ],
        ),
        (
            record(
                "seat_holder",
                vec![
                    uuid("seat_id"),
                    optional_uuid("council_id"),
                    text("name"),
                    text("role"),
                    optional_uuid("person_id"),
                    optional_uuid("holder_of"),
                ],
            ),
            &[
                ("seat_id", "seat"),
                ("council_id", "council"),
                ("person_id", "person"),
            ],
        ),
        (
            record(
                "council_meeting",
                vec![
                    uuid("council_id"),
                    text("title"),
                    optional("on"),
                    optional("time"),
                    optional("place"),
                    text("state"),
                    optional("minutes"),
                    json("agenda"),
                    json("attendance"),
                    json("documents"),
                ],
            ),
            &[("council_id", "council")],
        ),
        (
            record(
                "vote",
                vec![
                    uuid("council_id"),
                    text("question"),
                    text("method"),
                    text("secrecy"),
                    optional_uuid("meeting_id"),
                    optional_instant("closes_at"),
                    optional("note"),
                    text("state"),
                    optional_instant("opened_at"),
                    optional_instant("ended_at"),
                    optional("reason"),
                    json("options"),
                    json("seat_ids"),
                    json("result"),
                ],
            ),
            &[("council_id", "council"), ("meeting_id", "council_meeting")],
        ),
        (
            record(
                "decision",
                vec![
                    uuid("council_id"),
                    text("title"),
                    optional("text"),
                    optional("on"),
                    optional_uuid("meeting_id"),
                    optional_uuid("vote_id"),
                ],
            ),
            &[
                ("council_id", "council"),
                ("meeting_id", "council_meeting"),
                ("vote_id", "vote"),
            ],
        ),
        (
            record(
                "council_action",
                vec![
                    uuid("decision_id"),
                    optional_uuid("council_id"),
                    text("title"),
                    optional_uuid("responsible_id"),
                    optional("responsible_note"),
                    optional("due"),
                    optional("note"),
                    json("steps"),
                    text("progress"),
                ],
            ),
            &[
                ("decision_id", "decision"),
                ("council_id", "council"),
                ("responsible_id", "organisation"),
            ],
        ),
        (
            record(
                "evaluation",
                vec![
                    uuid("council_id"),
                    number("year"),
                    text("achieved"),
                    optional("failed"),
                    flag("nothing_failed"),
                    optional("learnt"),
                ],
            ),
            &[("council_id", "council")],
        ),
        (
            record(
                "shared_item",
                vec![
                    text("kind"),
                    text("title"),
                    optional_uuid("proposer_id"),
                    optional("text"),
                    optional("on"),
                    optional("place"),
                    json("documents"),
                    text("order_key"),
                ],
            ),
            &[("proposer_id", "council")],
        ),
        (
            record(
                "endorsement",
                vec![
                    uuid("item_id"),
                    uuid("council_id"),
                    text("state"),
                    optional("on"),
                    optional("reason"),
                ],
            ),
            &[("item_id", "shared_item"), ("council_id", "council")],
        ),
        // Which seats have voted: of an open vote with the ballot and who cast it, of a secret one without either.
        (
            Table::create()
                .table("vote_cast")
                .col(uuid("vote_id"))
                .col(uuid("seat_id"))
                .col(optional_uuid("person_id"))
                .col(json("choices"))
                .primary_key(Index::create().col("vote_id").col("seat_id"))
                .take(),
            &[("vote_id", "vote"), ("seat_id", "seat"), ("person_id", "person")],
        ),
        // The ballots of secret votes: of no seat, at no time, under a random name.
        (
            Table::create()
                .table("ballot")
                .col(uuid("id").primary_key())
                .col(uuid("vote_id"))
                .col(json("choices"))
                .take(),
            &[("vote_id", "vote")],
        ),
    ]
}

fn indexes() -> Vec<IndexCreateStatement> {
    vec![
        index("ix_council_order", "council", &["order_key", "id"]),
        index("ix_council_updated", "council", &["updated_at", "id"]),
        index("ix_seat_council", "seat", &["council_id", "created_at", "id"]),
        index(
            "ix_seat_holder_seat",
            "seat_holder",
            &["seat_id", "created_at", "id"],
        ),
        index("ix_seat_holder_person", "seat_holder", &["person_id"]),
        unique("uq_seat_holder", "seat_holder", &["holder_of"]),
        index(
            "ix_council_meeting_council",
            "council_meeting",
            &["council_id", "created_at", "id"],
        ),
        index("ix_vote_council", "vote", &["council_id", "created_at", "id"]),
        index(
            "ix_decision_council",
            "decision",
            &["council_id", "created_at", "id"],
        ),
        index(
            "ix_council_action_decision",
            "council_action",
            &["decision_id", "created_at", "id"],
        ),
        index("ix_council_action_council", "council_action", &["council_id"]),
        unique("uq_evaluation", "evaluation", &["council_id", "year"]),
        index("ix_shared_item_order", "shared_item", &["order_key", "id"]),
        unique("uq_endorsement", "endorsement", &["item_id", "council_id"]),
        index(
            "ix_endorsement_council",
            "endorsement",
            &["council_id", "created_at", "id"],
        ),
        index("ix_vote_cast_seat", "vote_cast", &["seat_id"]),
        index("ix_ballot_vote", "ballot", &["vote_id"]),
    ]
}

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for (mut table, columns) in tables() {
            for (column, other) in columns {
                names(&mut table, column, other);
            }
            manager.create_table(table).await?;
        }
        for index in indexes() {
            manager.create_index(index).await?;
        }
        Ok(())
    }

    async fn down(&self, _manager: &SchemaManager) -> Result<(), DbErr> {
        Err(DbErr::Migration(
            "councils are not taken away: restore a backup instead".to_owned(),
        ))
    }
}
