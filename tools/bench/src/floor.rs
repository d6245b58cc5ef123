//! The floor: the same answers by one hand-written statement each behind the same HTTP server, rows written as JSON by
//! hand. About the most that a server can do with this database on this machine; no record, no rule, no type between.

mod upsert;

use std::fmt::Write as _;
use std::net::SocketAddr;
use std::sync::Arc;

use anyhow::Result;
use axum::Router;
use axum::extract::{Path, State};
use axum::http::header::CONTENT_TYPE;
use axum::response::IntoResponse;
use axum::routing::get;
use uuid::Uuid;

/// Every column of an offer that its readers see, as text where it is JSON or a time.
const OFFER: &str = "o.id, o.revision, o.title, o.product_type, o.status, o.organic, CAST(o.quantity AS TEXT), \
    CAST(o.price AS TEXT), CAST(o.months AS TEXT), CAST(o.updated_at AS TEXT)";
const NESTED: &str = "g.id, g.name, c.nis, c.name->>'fr', p.nis, p.name->>'fr'";
const JOINS: &str = "JOIN organisation g ON g.id = o.organisation_id LEFT JOIN territory c ON c.id = o.commune_id \
    LEFT JOIN territory p ON p.nis = c.within_codes->>1";

/// As many as the product opens.
const CONNECTIONS: u32 = 10;

/// What the floor is asked, by number.
#[derive(Clone, Debug)]
pub(crate) struct Keys {
    /// The lists of product codes of each family.
    pub(crate) families: Vec<String>,
    /// Words in titles.
    pub(crate) words: Vec<String>,
}

fn text(into: &mut String, text: &str) {
    let _ = write!(into, "{}", serde_json::Value::from(text));
}

macro_rules! floor {
    ($module:ident, $database:ident, $pool:ident, $row:ident, $more:expr) => {
        pub(crate) mod $module {
            use sqlx::Row as _;
            use sqlx::$database::{$pool, $row};

            use super::*;

            struct Floor {
                pool: $pool,
                keys: Keys,
                ids: Vec<Uuid>,
                organisations: Vec<(String, Uuid)>,
                deep: (String, Uuid),
                feed: Vec<i64>,
            }

            fn string(row: &$row, place: usize) -> String {
                row.try_get_unchecked(place).unwrap_or_default()
            }

            fn uuid(row: &$row, place: usize) -> Uuid {
                row.try_get_unchecked(place).unwrap_or_default()
            }

            /// The fields of an offer from this column on.
            fn offer(row: &$row, from: usize, into: &mut String) {
                let organic: Option<bool> = row.try_get_unchecked(from + 5).unwrap_or_default();
                let _ = write!(
                    into,
                    "{{\"id\":\"{}\",\"revision\":{},\"title\":",
                    uuid(row, from),
                    row.try_get_unchecked::<i32, _>(from + 1).unwrap_or_default()
                );
                text(into, &string(row, from + 2));
                let _ = write!(
                    into,
                    ",\"productType\":\"{}\",\"status\":\"{}\",\"organic\":",
                    string(row, from + 3),
                    string(row, from + 4)
                );
                into.push_str(match organic {
                    Some(true) => "true",
                    Some(false) => "false",
                    None => "null",
                });
                let _ = write!(
                    into,
                    ",\"quantity\":{},\"price\":{},\"months\":{},\"updatedAt\":\"{}\"",
                    string(row, from + 6),
                    string(row, from + 7),
                    string(row, from + 8),
                    string(row, from + 9)
                );
            }

            fn nested(row: &$row, into: &mut String) {
                offer(row, 0, into);
                let _ = write!(into, ",\"organisation\":{{\"id\":\"{}\",\"name\":", uuid(row, 10));
                text(into, &string(row, 11));
                let _ = write!(into, "}},\"commune\":{{\"nis\":\"{}\",\"name\":", string(row, 12));
                text(into, &string(row, 13));
                let _ = write!(into, ",\"province\":{{\"nis\":\"{}\",\"name\":", string(row, 14));
                text(into, &string(row, 15));
                into.push_str("}}}");
            }

            fn list(rows: &[$row], write: fn(&$row, &mut String)) -> String {
                let mut json = String::with_capacity(rows.len() * 400);
                json.push('[');
                for (place, row) in rows.iter().enumerate() {
                    if place > 0 {
                        json.push(',');
                    }
                    write(row, &mut json);
                }
                json.push(']');
                json
            }

            fn closed(row: &$row, into: &mut String) {
                offer(row, 0, into);
                into.push('}');
            }

            fn answer(json: Result<String, sqlx::Error>) -> axum::response::Response {
                match json {
                    Ok(json) => ([(CONTENT_TYPE, "application/json")], json).into_response(),
                    Err(error) => (axum::http::StatusCode::INTERNAL_SERVER_ERROR, error.to_string()).into_response(),
                }
            }

            async fn page(State(floor): State<Arc<Floor>>, Path(number): Path<usize>) -> axum::response::Response {
                let family = &floor.keys.families[number % floor.keys.families.len()];
                let sql = format!(
                    "SELECT {OFFER}, {NESTED} FROM offer o {JOINS} WHERE o.status = 'OPEN' AND o.organic = true \
                     AND o.product_type IN ({family}) ORDER BY o.updated_at DESC, o.id DESC LIMIT 51"
                );
                let rows = sqlx::query(sqlx::AssertSqlSafe(sql)).fetch_all(&floor.pool).await;
                answer(rows.map(|rows| list(&rows, nested)))
            }

            async fn deep(State(floor): State<Arc<Floor>>) -> axum::response::Response {
                let sql = format!(
                    "SELECT {OFFER} FROM offer o WHERE o.updated_at <= $1 AND (o.updated_at < $1 OR o.id < $2) \
                     ORDER BY o.updated_at DESC, o.id DESC LIMIT 51"
                );
                let rows = sqlx::query(sqlx::AssertSqlSafe(sql)).bind(instant(&floor.deep.0)).bind(floor.deep.1);
                answer(rows.fetch_all(&floor.pool).await.map(|rows| list(&rows, closed)))
            }

            async fn first(State(floor): State<Arc<Floor>>) -> axum::response::Response {
                let sql = format!("SELECT {OFFER} FROM offer o ORDER BY o.updated_at DESC, o.id DESC LIMIT 51");
                let rows = sqlx::query(sqlx::AssertSqlSafe(sql)).fetch_all(&floor.pool).await;
                answer(rows.map(|rows| list(&rows, closed)))
            }

            async fn one(State(floor): State<Arc<Floor>>, Path(number): Path<usize>) -> axum::response::Response {
                let sql = format!("SELECT {OFFER}, {NESTED} FROM offer o {JOINS} WHERE o.id = $1");
                let row = sqlx::query(sqlx::AssertSqlSafe(sql)).bind(floor.ids[number % floor.ids.len()]);
                answer(row.fetch_one(&floor.pool).await.map(|row| {
                    let mut json = String::with_capacity(500);
                    nested(&row, &mut json);
                    json
                }))
            }

            async fn organisations(State(floor): State<Arc<Floor>>, Path(number): Path<usize>) -> axum::response::Response {
                let (key, id) = &floor.organisations[number % floor.organisations.len()];
                let sql = format!(
                    "SELECT g.id, g.name, {OFFER} FROM (SELECT id, name, order_key FROM organisation \
                     WHERE order_key >= $1 AND (order_key > $1 OR id > $2) ORDER BY order_key, id LIMIT 20) g \
                     LEFT JOIN (SELECT o.*, ROW_NUMBER() OVER (PARTITION BY o.organisation_id \
                       ORDER BY o.updated_at DESC, o.id DESC) AS place FROM offer o WHERE o.organisation_id IN \
                       (SELECT id FROM organisation WHERE order_key >= $1 AND (order_key > $1 OR id > $2) \
                        ORDER BY order_key, id LIMIT 20)) o ON o.organisation_id = g.id AND o.place <= 10 \
                     ORDER BY g.order_key, g.id, o.place"
                );
                let rows = sqlx::query(sqlx::AssertSqlSafe(sql)).bind(key).bind(*id).fetch_all(&floor.pool).await;
                answer(rows.map(|rows| {
                    let mut json = String::with_capacity(rows.len() * 400);
                    let mut last = None;
                    json.push('[');
                    for row in &rows {
                        let id = uuid(row, 0);
                        if last == Some(id) {
                            json.push(',');
                        } else {
                            if last.is_some() {
                                json.push_str("]},");
                            }
                            let _ = write!(json, "{{\"id\":\"{id}\",\"name\":");
                            text(&mut json, &string(row, 1));
                            json.push_str(",\"offers\":[");
                            last = Some(id);
                        }
                        if row.try_get_unchecked::<Option<Uuid>, _>(2).is_ok_and(|id| id.is_some()) {
                            offer(row, 2, &mut json);
                            json.push('}');
                        }
                    }
                    json.push_str(if last.is_some() { "]}]" } else { "]" });
                    json
                }))
            }

            async fn words(State(floor): State<Arc<Floor>>, Path(number): Path<usize>) -> axum::response::Response {
                let word = &floor.keys.words[number % floor.keys.words.len()];
                let sql = format!(
                    "SELECT {OFFER} FROM offer o WHERE o.id IN (SELECT record_id FROM words_pieces \
                     WHERE text LIKE '%{word}%') ORDER BY o.updated_at DESC, o.id DESC LIMIT 21"
                );
                let rows = sqlx::query(sqlx::AssertSqlSafe(sql)).persistent(false).fetch_all(&floor.pool).await;
                answer(rows.map(|rows| list(&rows, closed)))
            }

            async fn feed(State(floor): State<Arc<Floor>>, Path(number): Path<usize>) -> axum::response::Response {
                let sql = format!(
                    "SELECT f.seq, CAST(f.at AS TEXT), f.kind, f.revision, {OFFER}, o.organisation_id, o.commune_id, \
                     o.source_id, CAST(o.created_at AS TEXT), CAST(o.labels AS TEXT), CAST(o.audiences AS TEXT), \
                     CAST(o.delivery AS TEXT), CAST(o.minimum_order AS TEXT), o.description, o.packaging, \
                     CAST(o.available_from AS TEXT), CAST(o.available_to AS TEXT), CAST(o.expires_at AS TEXT), \
                     CAST(o.confirmed_at AS TEXT) \
                     FROM feed f LEFT JOIN offer o ON o.id = f.record_id \
                     WHERE f.seq > $1 ORDER BY f.seq LIMIT 501"
                );
                let rows = sqlx::query(sqlx::AssertSqlSafe(sql)).bind(floor.feed[number % floor.feed.len()]);
                answer(rows.fetch_all(&floor.pool).await.map(|rows| list(&rows, |row, into| {
                    let _ = write!(
                        into,
                        "{{\"seq\":{},\"at\":\"{}\",\"kind\":\"{}\",\"revision\":{},\"record\":",
                        row.try_get_unchecked::<i64, _>(0).unwrap_or_default(),
                        string(row, 1),
                        string(row, 2),
                        row.try_get_unchecked::<i32, _>(3).unwrap_or_default()
                    );
                    offer(row, 4, into);
                    for (place, name) in ["organisationId", "communeId", "sourceId"].into_iter().enumerate() {
                        let _ = write!(into, ",\"{name}\":\"{}\"", uuid(row, 14 + place));
                    }
                    let _ = write!(into, ",\"createdAt\":\"{}\"", string(row, 17));
                    let json = ["labels", "audiences", "delivery", "minimumOrder"];
                    for (place, name) in json.into_iter().enumerate() {
                        let _ = write!(into, ",\"{name}\":{}", string(row, 18 + place));
                    }
                    let rest = ["description", "packaging", "availableFrom", "availableTo", "expiresAt", "confirmedAt"];
                    for (place, name) in rest.into_iter().enumerate() {
                        let value: Option<String> = row.try_get_unchecked(22 + place).unwrap_or_default();
                        let _ = write!(into, ",\"{name}\":");
                        match value {
                            Some(value) => text(into, &value),
                            None => into.push_str("null"),
                        }
                    }
                    into.push_str("}}");
                })))
            }

            /// Serves until the process is killed.
            pub(crate) async fn serve(pool: $pool, address: SocketAddr, keys: Keys) -> Result<()> {
                let some_ids = sqlx::query("SELECT id FROM offer ORDER BY id LIMIT 10000").fetch_all(&pool).await?;
                let some_organisations =                     sqlx::query("SELECT order_key, id FROM organisation ORDER BY order_key, id").fetch_all(&pool).await?;
                let last = sqlx::query(
                    "SELECT CAST(updated_at AS TEXT), id FROM offer ORDER BY updated_at DESC, id DESC LIMIT 1 OFFSET 49949",
                );
                let last = last.fetch_one(&pool).await?;
                let numbers = sqlx::query("SELECT seq FROM feed WHERE record_kind = 'OFFER' ORDER BY seq LIMIT 100000");
                let numbers = numbers.fetch_all(&pool).await?;
                let floor = Floor {
                    ids: some_ids.iter().map(|row| uuid(row, 0)).collect(),
                    organisations: some_organisations.iter().step_by(20).map(|row| (string(row, 0), uuid(row, 1))).collect(),
                    deep: (string(&last, 0), uuid(&last, 1)),
                    feed: numbers.iter().step_by(500).map(|row| row.try_get_unchecked(0)).collect::<Result<_, _>>()?,
                    pool,
                    keys,
                };
                let router = $more(Router::new(), floor.pool.clone())
                    .route("/page/{number}", get(page))
                    .route("/first", get(first))
                    .route("/deep", get(deep))
                    .route("/one/{number}", get(one))
                    .route("/organisations/{number}", get(organisations))
                    .route("/words/{number}", get(words))
                    .route("/feed/{number}", get(feed))
                    .with_state(Arc::new(floor));
                let listener = tokio::net::TcpListener::bind(address).await?;
                println!("ready");
                axum::serve(listener, router).await?;
                Ok(())
            }
        }
    };
}

fn instant(text: &str) -> chrono::DateTime<chrono::Utc> {
    let text = text.replacen(' ', "T", 1);
    let text = if text.ends_with("+00") {
        format!("{text}:00")
    } else {
        text
    };
    text.parse().unwrap_or_default()
}

floor!(on_postgres, postgres, PgPool, PgRow, |router: Router<_>, pool| {
    router.merge(upserts(pool))
});
floor!(
    on_sqlite,
    sqlite,
    SqlitePool,
    SqliteRow,
    |router: Router<_>, _| router
);

fn upserts<S: Clone + Send + Sync + 'static>(pool: sqlx::PgPool) -> Router<S> {
    let apply = move |body: axum::body::Bytes| async move {
        match upsert::apply(&pool, &body).await {
            Ok(json) => ([(CONTENT_TYPE, "application/json")], json).into_response(),
            Err(error) => (axum::http::StatusCode::INTERNAL_SERVER_ERROR, error.to_string()).into_response(),
        }
    };
    Router::new().route("/upsert", axum::routing::post(apply))
}

/// Serves this database, with as many connections as the product has.
pub(crate) async fn serve(database: &str, address: SocketAddr, keys: Keys) -> Result<()> {
    if database.starts_with("postgres") {
        let pool = sqlx::postgres::PgPoolOptions::new()
            .max_connections(CONNECTIONS)
            .test_before_acquire(false);
        on_postgres::serve(pool.connect(database).await?, address, keys).await
    } else {
        let pool = sqlx::sqlite::SqlitePoolOptions::new()
            .max_connections(CONNECTIONS)
            .test_before_acquire(false);
        on_sqlite::serve(pool.connect(database).await?, address, keys).await
    }
}
