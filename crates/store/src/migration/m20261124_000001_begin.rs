//! The first tables: records, what they are found by, their history and feed, accounts.

use sea_orm_migration::prelude::*;
use sea_orm_migration::sea_orm::{ConnectionTrait, DbBackend};

#[derive(DeriveMigrationName)]
pub(super) struct Migration;

/// A record's table with what all records have.
pub(super) fn record(name: &'static str, columns: Vec<ColumnDef>) -> TableCreateStatement {
    let mut table = Table::create();
    table
        .table(name)
        .col(ColumnDef::new("id").uuid().not_null().primary_key())
        .col(ColumnDef::new("revision").integer().not_null())
        .col(instant("created_at"))
        .col(instant("updated_at"));
    for mut column in columns {
        table.col(&mut column);
    }
    table
}

pub(super) fn text(name: &'static str) -> ColumnDef {
    ColumnDef::new(name).string().not_null().take()
}

pub(super) fn optional(name: &'static str) -> ColumnDef {
    ColumnDef::new(name).string().null().take()
}

pub(super) fn json(name: &'static str) -> ColumnDef {
    ColumnDef::new(name).json_binary().not_null().take()
}

pub(super) fn number(name: &'static str) -> ColumnDef {
    ColumnDef::new(name).integer().not_null().take()
}

pub(super) fn flag(name: &'static str) -> ColumnDef {
    ColumnDef::new(name).boolean().not_null().take()
}

pub(super) fn uuid(name: &'static str) -> ColumnDef {
    ColumnDef::new(name).uuid().not_null().take()
}

pub(super) fn optional_uuid(name: &'static str) -> ColumnDef {
    ColumnDef::new(name).uuid().null().take()
}

pub(super) fn instant(name: &'static str) -> ColumnDef {
    ColumnDef::new(name).timestamp_with_time_zone().not_null().take()
}

pub(super) fn optional_instant(name: &'static str) -> ColumnDef {
    ColumnDef::new(name).timestamp_with_time_zone().null().take()
}

/// A column that names a record of another table.
pub(super) fn names(table: &mut TableCreateStatement, column: &'static str, other: &'static str) {
    table.foreign_key(
        ForeignKey::create()
            .from_col(column)
            .to(other, "id")
            .on_delete(ForeignKeyAction::Restrict),
    );
}

pub(super) fn index(
    name: &'static str,
    table: &'static str,
    columns: &[&'static str],
) -> IndexCreateStatement {
    let mut index = Index::create();
    index.name(name).table(table);
    for column in columns {
        index.col(*column);
    }
    index
}

pub(super) fn unique(
    name: &'static str,
    table: &'static str,
    columns: &[&'static str],
) -> IndexCreateStatement {
    index(name, table, columns).unique().take()
}

fn records() -> Vec<TableCreateStatement> {
    let territory = record(
        "territory",
        vec![
            text("kind"),
            text("extent"),
            optional("nis"),
            optional("note"),
            json("name"),
            json("point"),
            json("postcodes"),
            json("commune_codes"),
            json("within_codes"),
            text("order_key"),
        ],
    );
    let mut organisation = record(
        "organisation",
        vec![
            text("name"),
            optional("acronym"),
            optional("role"),
            optional("website"),
            optional_uuid("commune_id"),
            text("state"),
            optional("state_since"),
            optional("note"),
            json("aliases"),
            json("kinds"),
            json("numbers"),
            json("address"),
            json("point"),
            json("territory_ids"),
            text("order_key"),
        ],
    );
    names(&mut organisation, "commune_id", "territory");
    let mut person = record(
        "person",
        vec![
            text("name"),
            text("email"),
            text("role"),
            text("state"),
            optional_uuid("organisation_id"),
            text("language"),
            json("territory_ids"),
            text("order_key"),
        ],
    );
    names(&mut person, "organisation_id", "organisation");
    let chantier = record(
        "chantier",
        vec![
            text("code"),
            number("position"),
            text("title"),
            text("stage"),
            optional("objective"),
            optional("description"),
            optional("partners_note"),
            ColumnDef::new("projects_concerned").integer().null().take(),
            optional("note"),
            json("lead_ids"),
            json("partner_ids"),
            json("related_ids"),
            text("order_key"),
        ],
    );
    let project = record(
        "project",
        vec![
            text("title"),
            optional("code"),
            optional("acronym"),
            optional("leads_note"),
            optional("partners_note"),
            optional("territory_note"),
            optional("started"),
            optional("planned_end"),
            optional("ended"),
            optional("funding_note"),
            text("social_purpose"),
            optional("website"),
            optional("summary"),
            optional("learnt"),
            json("aliases"),
            json("types"),
            json("themes"),
            json("lead_ids"),
            json("partner_ids"),
            json("territory_ids"),
            json("grant"),
            json("publics"),
            json("phases"),
            text("order_key"),
            text("code_key"),
            text("status"),
        ],
    );
    let mut step = record(
        "step",
        vec![
            uuid("chantier_id"),
            text("title"),
            number("position"),
            optional("description"),
            optional("starts"),
            optional("ends"),
            optional("start_time"),
            text("status"),
            optional_uuid("territory_id"),
            optional("note"),
            json("responsible_ids"),
            json("dependency_ids"),
            json("slips"),
            text("starts_on"),
            text("ends_on"),
        ],
    );
    names(&mut step, "chantier_id", "chantier");
    names(&mut step, "territory_id", "territory");
    let mut resource = record(
        "resource",
        vec![
            text("title"),
            text("kind"),
            optional_uuid("chantier_id"),
            optional_uuid("project_id"),
            optional("url"),
            text("link_state"),
            optional("published"),
            optional("note"),
            optional_instant("link_checked_at"),
            json("provider_ids"),
            json("languages"),
            text("order_key"),
        ],
    );
    names(&mut resource, "chantier_id", "chantier");
    names(&mut resource, "project_id", "project");
    let mut participation = record(
        "participation",
        vec![
            uuid("chantier_id"),
            uuid("project_id"),
            text("part"),
            optional("note"),
            flag("inferred"),
        ],
    );
    names(&mut participation, "chantier_id", "chantier");
    names(&mut participation, "project_id", "project");
    let mut contact = record(
        "contact",
        vec![
            text("purpose"),
            optional_uuid("organisation_id"),
            optional_uuid("project_id"),
            optional("name"),
            optional("email"),
            optional("phone"),
        ],
    );
    names(&mut contact, "organisation_id", "organisation");
    names(&mut contact, "project_id", "project");
    let mut membership = record(
        "membership",
        vec![uuid("project_id"), uuid("person_id"), text("role")],
    );
    names(&mut membership, "project_id", "project");
    names(&mut membership, "person_id", "person");
    let mut note = record(
        "note",
        vec![
            uuid("project_id"),
            text("body"),
            optional("on"),
            optional_uuid("author_id"),
        ],
    );
    names(&mut note, "project_id", "project");
    names(&mut note, "author_id", "person");
    let provenance = record(
        "provenance",
        vec![
            optional("field"),
            text("source"),
            optional("url"),
            optional("as_of"),
            optional("confidence"),
            optional("note"),
            optional_instant("confirmed_at"),
            optional_uuid("confirmed_by"),
            json("record_id"),
        ],
    );
    vec![
        territory,
        organisation,
        person,
        chantier,
        project,
        step,
        resource,
        participation,
        contact,
        membership,
        note,
        provenance,
    ]
}

/// A table that says by what a record is found.
fn facet(name: &'static str, columns: Vec<ColumnDef>) -> TableCreateStatement {
    let mut table = Table::create();
    table.table(name).col(uuid("record_id")).col(text("record_kind"));
    for mut column in columns {
        table.col(&mut column);
    }
    table
}

fn others() -> Vec<TableCreateStatement> {
    let tag = facet("tag", vec![text("field"), text("word")]);
    let link = facet(
        "link",
        vec![text("field"), uuid("target_id"), text("target_kind")],
    );
    let place = facet("place", vec![uuid("territory_id")]);
    let words = facet("words", vec![text("title"), text("names"), text("text")]);
    let territory_area = Table::create()
        .table("territory_area")
        .col(uuid("territory_id"))
        .col(text("area"))
        .col(flag("whole"))
        .primary_key(Index::create().col("territory_id").col("area"))
        .take();
    let change = Table::create()
        .table("change")
        .col(ColumnDef::new("id").uuid().not_null().primary_key())
        .col(instant("at"))
        .col(optional_uuid("person_id"))
        .col(optional("role"))
        .col(text("record_kind"))
        .col(uuid("record_id"))
        .col(text("title"))
        .col(text("kind"))
        .col(number("revision"))
        .col(json("fields"))
        .col(optional_uuid("undoes"))
        .take();
    let feed = Table::create()
        .table("feed")
        .col(
            ColumnDef::new("seq")
                .big_integer()
                .not_null()
                .auto_increment()
                .primary_key(),
        )
        .col(instant("at"))
        .col(text("record_kind"))
        .col(uuid("record_id"))
        .col(text("kind"))
        .col(number("revision"))
        .take();
    let external_id = Table::create()
        .table("external_id")
        .col(text("source"))
        .col(text("external_id"))
        .col(text("record_kind"))
        .col(uuid("record_id"))
        .primary_key(Index::create().col("source").col("external_id"))
        .take();
    let retry = Table::create()
        .table("retry")
        .col(uuid("caller"))
        .col(text("name"))
        .col(text("digest"))
        .col(uuid("record_id"))
        .col(instant("at"))
        .primary_key(Index::create().col("caller").col("name"))
        .take();
    let credential = Table::create()
        .table("credential")
        .col(ColumnDef::new("person_id").uuid().not_null().primary_key())
        .col(text("password_hash"))
        .col(instant("changed_at"))
        .foreign_key(
            ForeignKey::create()
                .from_col("person_id")
                .to("person", "id")
                .on_delete(ForeignKeyAction::Cascade),
        )
        .take();
    let session = Table::create()
        .table("session")
        .col(ColumnDef::new("token_hash").string().not_null().primary_key())
        .col(uuid("family"))
        .col(uuid("person_id"))
        .col(instant("created_at"))
        .col(instant("expires_at"))
        .col(optional_instant("used_at"))
        .foreign_key(
            ForeignKey::create()
                .from_col("person_id")
                .to("person", "id")
                .on_delete(ForeignKeyAction::Cascade),
        )
        .take();
    let invitation = Table::create()
        .table("invitation")
        .col(ColumnDef::new("token_hash").string().not_null().primary_key())
        .col(uuid("person_id"))
        .col(instant("expires_at"))
        .foreign_key(
            ForeignKey::create()
                .from_col("person_id")
                .to("person", "id")
                .on_delete(ForeignKeyAction::Cascade),
        )
        .take();
    let setting = Table::create()
        .table("setting")
        .col(ColumnDef::new("name").string().not_null().primary_key())
        .col(text("value"))
        .take();
    vec![
        tag,
        link,
        place,
        words,
        territory_area,
        change,
        feed,
        external_id,
        retry,
        credential,
        session,
        invitation,
        setting,
    ]
}

fn indexes() -> Vec<IndexCreateStatement> {
    vec![
        unique("uq_territory_nis", "territory", &["nis"]),
        index("ix_territory_order", "territory", &["order_key", "id"]),
        index("ix_territory_kind", "territory", &["kind", "order_key"]),
        index("ix_organisation_order", "organisation", &["order_key", "id"]),
        index("ix_organisation_updated", "organisation", &["updated_at", "id"]),
        unique("uq_person_email", "person", &["email"]),
        unique("uq_chantier_code", "chantier", &["code"]),
        unique("uq_project_code", "project", &["code"]),
        index("ix_project_order", "project", &["order_key", "id"]),
        index("ix_project_code", "project", &["code_key", "id"]),
        index("ix_project_updated", "project", &["updated_at", "id"]),
        index("ix_step_chantier", "step", &["chantier_id", "position", "id"]),
        index("ix_step_starts", "step", &["starts_on", "id"]),
        index("ix_resource_order", "resource", &["order_key", "id"]),
        index("ix_resource_chantier", "resource", &["chantier_id"]),
        index("ix_resource_project", "resource", &["project_id"]),
        unique(
            "uq_participation",
            "participation",
            &["chantier_id", "project_id", "part"],
        ),
        index("ix_participation_project", "participation", &["project_id"]),
        unique("uq_membership", "membership", &["project_id", "person_id"]),
        index("ix_membership_person", "membership", &["person_id"]),
        index("ix_tag_record", "tag", &["record_id"]),
        index("ix_tag_word", "tag", &["field", "word", "record_id"]),
        index("ix_link_record", "link", &["record_id"]),
        index(
            "ix_link_target",
            "link",
            &["target_id", "field", "record_kind", "record_id"],
        ),
        index("ix_place_record", "place", &["record_id"]),
        index("ix_place_territory", "place", &["territory_id", "record_id"]),
        index("ix_territory_area", "territory_area", &["area", "territory_id"]),
        unique("uq_words_record", "words", &["record_id"]),
        index("ix_change_record", "change", &["record_id", "at"]),
        index("ix_change_at", "change", &["at", "id"]),
        index("ix_feed_record", "feed", &["record_id"]),
        index("ix_external_record", "external_id", &["record_id"]),
        index("ix_session_person", "session", &["person_id"]),
        index("ix_session_family", "session", &["family"]),
        index("ix_invitation_person", "invitation", &["person_id"]),
    ]
}

/// Columns that lists are ordered by: compared by code point, so that both databases agree.
const ORDERED: [(&str, &str); 9] = [
    ("territory", "order_key"),
    ("organisation", "order_key"),
    ("person", "order_key"),
    ("chantier", "order_key"),
    ("project", "order_key"),
    ("project", "code_key"),
    ("resource", "order_key"),
    ("step", "starts_on"),
    ("step", "ends_on"),
];

/// The search's indexes on PostgreSQL: whole words by tsvector, pieces of words by trigram.
const POSTGRES_SEARCH: [&str; 6] = [
    "CREATE EXTENSION IF NOT EXISTS pg_trgm",
    "ALTER TABLE words ADD COLUMN lexemes tsvector GENERATED ALWAYS AS (to_tsvector('simple', text)) STORED",
    "CREATE INDEX ix_words_lexemes ON words USING gin (lexemes)",
    "CREATE INDEX ix_words_names ON words USING gin (names gin_trgm_ops)",
    "CREATE INDEX ix_words_text ON words USING gin (text gin_trgm_ops)",
    // By the name under which SQLite has its own, so that a list is narrowed by text in the same words.
    "CREATE VIEW words_pieces AS SELECT record_id, names, text FROM words",
];

/// The search's index on SQLite: FTS5 over pieces of words, kept by triggers.
const SQLITE_SEARCH: [&str; 4] = [
    "CREATE VIRTUAL TABLE words_pieces USING fts5(names, text, record_id UNINDEXED, content='words', content_rowid='rowid', tokenize='trigram')",
    "CREATE TRIGGER words_inserted AFTER INSERT ON words BEGIN \
     INSERT INTO words_pieces(rowid, names, text) VALUES (new.rowid, new.names, new.text); END",
    "CREATE TRIGGER words_deleted AFTER DELETE ON words BEGIN \
     INSERT INTO words_pieces(words_pieces, rowid, names, text) VALUES ('delete', old.rowid, old.names, old.text); END",
    "CREATE TRIGGER words_updated AFTER UPDATE ON words BEGIN \
     INSERT INTO words_pieces(words_pieces, rowid, names, text) VALUES ('delete', old.rowid, old.names, old.text); \
     INSERT INTO words_pieces(rowid, names, text) VALUES (new.rowid, new.names, new.text); END",
];

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for table in records().into_iter().chain(others()) {
            manager.create_table(table).await?;
        }
        let db = manager.get_connection();
        if db.get_database_backend() == DbBackend::Postgres {
            for (table, column) in ORDERED {
                let ordered =
                    format!(r#"ALTER TABLE "{table}" ALTER COLUMN "{column}" TYPE varchar COLLATE "C""#);
                db.execute_unprepared(&ordered).await?;
            }
        }
        for index in indexes() {
            manager.create_index(index).await?;
        }
        let search: &[&str] = if db.get_database_backend() == DbBackend::Postgres {
            &POSTGRES_SEARCH
        } else {
            &SQLITE_SEARCH
        };
        for statement in search {
            db.execute_unprepared(statement).await?;
        }
        Ok(())
    }

    async fn down(&self, _manager: &SchemaManager) -> Result<(), DbErr> {
        Err(DbErr::Migration(
            "the first tables are not taken away: restore a backup instead".to_owned(),
        ))
    }
}
