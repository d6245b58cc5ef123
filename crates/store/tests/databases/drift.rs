//! The tables that the migrations make are those that the entities declare, on both databases; and the indexes
//! are there that lists and filters need.

#![expect(clippy::unwrap_used, reason = "a test stops where it fails")]

use std::collections::{BTreeMap, BTreeSet};

use sea_orm::{ConnectionTrait, Statement};
use store::{Engine, Store, drift};
use testing::Database;

/// Of each column: its type, whether it must be there, its place in the primary key.
type Columns = BTreeMap<String, (String, bool, i32)>;

async fn columns(store: &Store, table: &str) -> Columns {
    let connection = store.connection();
    let backend = connection.get_database_backend();
    let sql = match store.engine() {
        Engine::Postgres => format!(
            "SELECT a.attname AS name, format_type(a.atttypid, NULL) AS type, a.attnotnull AS needed, \
             coalesce(array_position(i.indkey::int2[], a.attnum) + 1, 0) AS key \
             FROM pg_attribute a LEFT JOIN pg_index i ON i.indrelid = a.attrelid AND i.indisprimary \
             WHERE a.attrelid = '\"{table}\"'::regclass AND a.attnum > 0 AND NOT a.attisdropped"
        ),
        Engine::Sqlite => format!(
            "SELECT name, type, \"notnull\" = 1 AS needed, pk AS key FROM pragma_table_info('{table}')"
        ),
    };
    let rows = connection
        .query_all_raw(Statement::from_string(backend, sql))
        .await
        .unwrap();
    rows.iter()
        .map(|row| {
            let name: String = row.try_get("", "name").unwrap();
            let kind: String = row.try_get("", "type").unwrap();
            let needed: bool = row.try_get("", "needed").unwrap();
            (
                name,
                (kind.to_lowercase(), needed, row.try_get("", "key").unwrap()),
            )
        })
        .collect()
}

async fn drift(migrated: Database, empty: Database) {
    let (store, declared) = (migrated.store(), empty.store());
    let backend = store.connection().get_database_backend();
    for (table, create) in drift::declared(backend) {
        declared.connection().execute(&create).await.unwrap();
        let [there, meant] = [columns(&store, table).await, columns(&declared, table).await];
        assert!(there.len() > 3, "{table}: {there:?}");
        assert_eq!(there, meant, "{table}");
    }
    migrated.close().await;
    empty.close().await;
}

#[tokio::test]
async fn the_tables_are_those_of_the_entities_on_sqlite() {
    drift(Database::sqlite().await, Database::sqlite_empty().await).await;
}

#[tokio::test]
async fn the_tables_are_those_of_the_entities_on_postgres() {
    drift(Database::postgres().await, Database::postgres_empty().await).await;
}

async fn at_once(database: Database) {
    let store = database.store();
    let (one, other) = tokio::join!(store.migrate(), store.migrate());
    assert!(one.is_ok() && other.is_ok(), "{one:?} {other:?}");
    assert!(store.is_ready().await.unwrap());
    database.close().await;
}

#[tokio::test]
async fn two_servers_that_start_at_once_migrate_once_on_sqlite() {
    at_once(Database::sqlite_empty().await).await;
}

#[tokio::test]
async fn two_servers_that_start_at_once_migrate_once_on_postgres() {
    at_once(Database::postgres_empty().await).await;
}

async fn indexes(store: &Store) -> BTreeSet<(String, String)> {
    let connection = store.connection();
    let backend = connection.get_database_backend();
    let sql = match store.engine() {
        Engine::Postgres => {
            "SELECT t.relname AS of, string_agg(a.attname, ',' ORDER BY k.place) AS columns FROM pg_index i \
             JOIN pg_class t ON t.oid = i.indrelid JOIN pg_namespace n ON n.oid = t.relnamespace AND n.nspname = 'public' \
             CROSS JOIN LATERAL unnest(i.indkey::int2[]) WITH ORDINALITY AS k(number, place) \
             JOIN pg_attribute a ON a.attrelid = t.oid AND a.attnum = k.number GROUP BY i.indexrelid, t.relname"
        }
        Engine::Sqlite => {
            "SELECT t.name AS of, (SELECT group_concat(name) FROM (SELECT name FROM pragma_index_info(i.name) ORDER BY seqno)) AS columns \
             FROM sqlite_schema t, pragma_index_list(t.name) i WHERE t.type = 'table'"
        }
    };
    let rows = connection
        .query_all_raw(Statement::from_string(backend, sql.to_owned()))
        .await
        .unwrap();
    rows.iter()
        .map(|row| {
            (
                row.try_get("", "of").unwrap(),
                row.try_get("", "columns").unwrap(),
            )
        })
        .collect()
}

testing::both! {
    async fn the_indexes_are_there_that_lists_and_filters_need(store: Store) {
        let there = indexes(&store).await;
        for (table, columns) in [
            ("territory", "nis"),
            ("territory", "order_key,id"),
            ("territory_area", "territory_id,area"),
            ("territory_area", "area,territory_id"),
            ("organisation", "order_key,id"),
            ("organisation", "updated_at,id"),
            ("project", "order_key,id"),
            ("project", "code_key,id"),
            ("project", "updated_at,id"),
            ("project", "code"),
            ("resource", "order_key,id"),
            ("step", "chantier_id,position,id"),
            ("step", "starts_on,id"),
            ("tag", "record_id"),
            ("tag", "field,word,record_id"),
            ("link", "record_id"),
            ("link", "target_id,field,record_kind,record_id"),
            ("place", "record_id"),
            ("place", "territory_id,record_id"),
            ("words", "record_id"),
            ("change", "record_id,at"),
            ("change", "at,id"),
            ("feed", "record_id"),
            ("external_id", "source,record_kind,external_id"),
            ("source", "code"),
            ("source", "order_key,id"),
            ("offer", "updated_at,id"),
            ("offer", "expires_key,id"),
            ("offer", "organisation_id,updated_at,id"),
            ("offer", "product_type,updated_at,id"),
            ("offer", "commune_id,updated_at,id"),
            ("outcome", "updated_at,id"),
            ("outcome", "buyer_id,updated_at,id"),
            ("outcome", "supplier_id,updated_at,id"),
            ("webhook", "updated_at,id"),
            ("webhook", "organisation_id,updated_at,id"),
            ("webhook_delivery", "webhook_id,next_attempt,id"),
            ("webhook_delivery", "webhook_id,made_at,id"),
            ("webhook_delivery", "made_at"),
            ("webhook_attempt", "delivery_id,at,id"),
            ("need", "updated_at,id"),
            ("need", "deadline_key,id"),
            ("need", "organisation_id,updated_at,id"),
            ("need", "product_type,updated_at,id"),
            ("need", "commune_id,updated_at,id"),
            ("expertise", "order_key,id"),
            ("expertise", "updated_at,id"),
            ("expertise_need", "updated_at,id"),
            ("expertise_need", "deadline_key,id"),
            ("introduction", "updated_at,id"),
            ("introduction", "need_id,expertise_id"),
            ("introduction", "stage,moved_at"),
            ("expertise_match", "need_id,expertise_id"),
            ("expertise_match", "expertise_id,need_id"),
            ("expertise_match", "found_at"),
            ("rematch", "at"),
            ("push", "source,at,id"),
            ("push_key", "source,name"),
            ("external_id", "record_id"),
            ("retry", "caller,name"),
            ("person", "email"),
            ("council", "order_key,id"),
            ("council", "updated_at,id"),
            ("seat", "council_id,created_at,id"),
            ("seat_holder", "seat_id,created_at,id"),
            ("council_action", "decision_id,created_at,id"),
            ("vote_cast", "vote_id,seat_id"),
            ("session", "family"),
            ("session", "person_id"),
            ("invitation", "person_id"),
        ] {
            assert!(there.contains(&(table.to_owned(), columns.to_owned())), "{table} ({columns}): {there:#?}");
        }
    }
}
