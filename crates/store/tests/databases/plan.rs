//! How the databases read the lists that grow: through the index that is meant for them.

#![expect(clippy::unwrap_used, reason = "a test stops where it fails")]

use domain::page::Page;
use domain::project::{Filter, Order, Project};
use domain::{RecordId, TerritoryId};
use sea_orm::{ConnectionTrait, Statement};
use serde_json::{Value, json};
use store::{Engine, Relation, Store};
use testing::{input, kept};

/// So many projects.
const MANY: usize = 6_000;

/// Projects spread over 600 territories, with 10 steps in each of 600 chantiers, inserted without ceremony: only
/// their number and spread matter.
async fn seed(store: &Store) {
    let connection = store.connection();
    let (uuid, json, now) = match store.engine() {
        Engine::Postgres => ("lpad(to_hex(BASE + n), 32, '0')::uuid", "'[]'::jsonb", "now()"),
        Engine::Sqlite => (
            "unhex(printf('%032x', BASE + n))",
            "'[]'",
            "'2026-11-24T00:00:00+00:00'",
        ),
    };
    let id = |base: usize, of: &str| uuid.replace("BASE + n", &format!("{base} + {of}"));
    let series = format!("WITH RECURSIVE s(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM s WHERE n < {MANY})");
    let title = "'projet ' || (n * 7919 % 6007)";
    for sql in [
        format!(
            "INSERT INTO project (id, revision, created_at, updated_at, title, social_purpose, aliases, types, themes, lead_ids, \
             partner_ids, territory_ids, \"grant\", publics, phases, order_key, code_key, status) {series} \
             SELECT {}, 1, {now}, {now}, {title}, 'UNKNOWN', {json}, {json}, {json}, {json}, {json}, {json}, {null}, {json}, {json}, {title}, '~', \
             'UNKNOWN' FROM s",
            id(1_000_000, "n"),
            null = json.replace("[]", "null"),
        ),
        format!(
            "INSERT INTO words (record_id, record_kind, title, names, text) {series} \
             SELECT {}, 'PROJECT', {title}, {title}, {title} || ' essai ' || (n * 31) FROM s",
            id(1_000_000, "n"),
        ),
        format!(
            "INSERT INTO place (record_id, record_kind, territory_id) {series} SELECT {}, 'PROJECT', {} FROM s",
            id(1_000_000, "n"),
            id(2_000_000, "n % 600"),
        ),
        format!(
            "INSERT INTO territory_area (territory_id, area, whole) {series} \
             SELECT {}, 'x' || (n % 5990), {} FROM s WHERE n <= 5990",
            id(2_000_000, "n"),
            if store.engine() == Engine::Postgres {
                "true"
            } else {
                "1"
            },
        ),
        format!(
            "INSERT INTO chantier (id, revision, created_at, updated_at, code, position, title, stage, lead_ids, partner_ids, related_ids, \
             order_key) {series} SELECT {}, 1, {now}, {now}, 'c' || n, n, 'c' || n, 'OPEN', {json}, {json}, {json}, 'c' || n FROM s WHERE n <= 600",
            id(3_000_000, "n"),
        ),
        format!(
            "INSERT INTO step (id, revision, created_at, updated_at, chantier_id, title, position, status, responsible_ids, dependency_ids, \
             slips, starts_on, ends_on) {series} SELECT {}, 1, {now}, {now}, {}, 'e' || n, n / 600, 'PLANNED', {json}, {json}, {json}, \
             '9999-12-31', '9999-12-31' FROM s",
            id(4_000_000, "n"),
            id(3_000_001, "n % 600"),
        ),
        format!(
            "INSERT INTO link (record_id, record_kind, field, target_id, target_kind) {series} \
             SELECT {}, 'STEP', 'chantierId', {}, 'CHANTIER' FROM s",
            id(4_000_000, "n"),
            id(3_000_001, "n % 600"),
        ),
        // As the server does by itself in time: the statistics, and the text index's waiting entries.
        match store.engine() {
            Engine::Postgres => "VACUUM ANALYZE".to_owned(),
            Engine::Sqlite => "ANALYZE".to_owned(),
        },
    ] {
        connection
            .execute_unprepared(&sql)
            .await
            .unwrap_or_else(|error| panic!("{error}: {sql}"));
    }
}

/// How the database would read it.
async fn plan(store: &Store, mut statement: Statement) -> String {
    let connection = store.connection();
    let (prefix, column) = match store.engine() {
        Engine::Postgres => ("EXPLAIN", "QUERY PLAN"),
        Engine::Sqlite => ("EXPLAIN QUERY PLAN", "detail"),
    };
    statement.sql = format!("{prefix} {}", statement.sql);
    let rows = connection.query_all_raw(statement).await.unwrap();
    let lines: Vec<String> = rows.iter().map(|row| row.try_get("", column).unwrap()).collect();
    lines.join("\n")
}

/// The tables that are read from end to end: `Seq Scan on project`, `SCAN project`.
fn scanned(plan: &str) -> Vec<&str> {
    plan.lines()
        .filter_map(|line| {
            let (_, rest) = line.split_once("Seq Scan on ").or_else(|| {
                line.split_once("SCAN ")
                    .filter(|(_, rest)| !rest.contains("USING") && !rest.contains("VIRTUAL TABLE INDEX"))
            })?;
            rest.split_whitespace().next()
        })
        .filter(|table| {
            [
                "project",
                "step",
                "link",
                "place",
                "words",
                "territory_area",
                "words_pieces",
                "ours",
                "theirs",
            ]
            .contains(table)
        })
        .collect()
}

async fn assert_plan(store: &Store, what: &str, statement: Statement, sqlite: &str, postgres: &str) {
    let plan = plan(store, statement).await;
    let index = if store.engine() == Engine::Postgres {
        postgres
    } else {
        sqlite
    };
    assert!(plan.contains(index), "{what}: {index} is not in\n{plan}");
    assert!(
        scanned(&plan).is_empty(),
        "{what}: {:?} read whole in\n{plan}",
        scanned(&plan)
    );
}

testing::both! {
    async fn lists_that_grow_are_read_through_their_indexes(store: Store) {
        seed(&store).await;
        let filter = |json: Value| input::<Filter>(json);
        let first = kept(store.list::<Project>(&Filter::default(), Order::Title, &Page::first(20)).await);
        let mut next = Page::first(20);
        next.cursor = Some(first.edges[19].cursor.clone());
        let place = TerritoryId(uuid::Uuid::from_u128(2_000_007));
        let list = |json: Value, order, page: &Page| kept(store.listing::<Project>(&filter(json), order, page));

        let page = Page::first(20);
        assert_plan(&store, "first page", list(json!({}), Order::Title, &page), "ix_project_order", "ix_project_order").await;
        assert_plan(&store, "next page", list(json!({}), Order::Title, &next), "ix_project_order (order_key>?)", "Index Cond").await;
        assert_plan(&store, "by code", list(json!({}), Order::Code, &page), "ix_project_code", "ix_project_code").await;
        assert_plan(&store, "last changed", list(json!({}), Order::UpdatedLast, &page), "ix_project_updated", "ix_project_updated").await;
        assert_plan(&store, "by territory", list(json!({"territory": place}), Order::Title, &page), "ix_place_territory", "ix_place_territory").await;
        assert_plan(&store, "by text", list(json!({"text": "92876"}), Order::Title, &page), "words_pieces VIRTUAL TABLE INDEX", "ix_words_text").await;

        let parents: Vec<RecordId> = (1..=3)
            .map(|n| domain::ChantierId(uuid::Uuid::from_u128(3_000_000 + n)).into())
            .collect();
        let related = kept(store.relating::<domain::chantier::Step>(
            Relation::Field("chantierId"), domain::chantier::StepOrder::Position, &Page::first(5), &parents,
        ));
        assert_plan(&store, "steps of chantiers", related, "ix_link_target", "ix_link_target").await;
    }
}
