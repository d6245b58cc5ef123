//! The floor of an upsert on PostgreSQL: what is known, the rows' new state, the history, the feed and the push, each by
//! one statement, in one transaction that takes the locks that the product takes. Nothing is checked.

use std::collections::HashMap;
use std::fmt::Write as _;

use anyhow::{Context as _, Result};
use axum::body::Bytes;
use serde_json::{Value, json};
use sqlx::{PgPool, Row as _};
use uuid::Uuid;

/// Applies a request's offers.
pub(super) async fn apply(pool: &PgPool, body: &Bytes) -> Result<String> {
    let body: Value = serde_json::from_slice(body)?;
    let offers = body["offers"].as_array().context("offers")?;
    let names: Vec<&str> = offers
        .iter()
        .filter_map(|offer| offer["externalId"].as_str())
        .collect();
    let mut tx = pool.begin().await?;
    sqlx::query("SELECT pg_advisory_xact_lock(1)")
        .execute(&mut *tx)
        .await?;
    let known = sqlx::query(
        "SELECT external_id, record_id, source_updated_at, source_revision, digest, deleted_at, made_it FROM external_id \
         WHERE source = $1 AND record_kind = 'OFFER' AND external_id = ANY($2)",
    );
    let known = known
        .bind(crate::seed::SOURCE)
        .bind(&names[..])
        .fetch_all(&mut *tx)
        .await?;
    let known: HashMap<String, Uuid> = known
        .iter()
        .map(|row| Ok((row.try_get(0)?, row.try_get(1)?)))
        .collect::<Result<_, sqlx::Error>>()?;
    let ids: Vec<Uuid> = known.values().copied().collect();
    let before = sqlx::query(
        "SELECT *, CAST(quantity AS TEXT) AS q, CAST(price AS TEXT) AS p FROM offer WHERE id = ANY($1) FOR UPDATE",
    );
    let before = before.bind(&ids[..]).fetch_all(&mut *tx).await?;
    let before: HashMap<Uuid, (i32, String, String, String)> = before
        .iter()
        .map(|row| {
            let state = (
                row.try_get("revision")?,
                row.try_get("title")?,
                row.try_get("q")?,
                row.try_get("p")?,
            );
            Ok((row.try_get("id")?, state))
        })
        .collect::<Result<_, sqlx::Error>>()?;
    let now = chrono::Utc::now().to_rfc3339_opts(chrono::SecondsFormat::Micros, true);
    let (mut rows, mut changes, mut names, mut feed) = (
        String::from("["),
        String::from("["),
        String::from("["),
        String::from("["),
    );
    let mut answer = String::from("{\"rows\":[");
    for (place, offer) in offers.iter().enumerate() {
        let name = offer["externalId"].as_str().context("externalId")?;
        let id = known.get(name).context("a known offer")?;
        let (revision, title, quantity, price) = before.get(id).context("a present offer")?;
        let revision = revision + 1;
        let comma = if place == 0 { "" } else { "," };
        let null = Value::Null;
        let (to_quantity, to_price) = (offer.get("quantity").unwrap_or(&null), &offer["price"]);
        write!(
            rows,
            "{comma}{{\"id\":\"{id}\",\"revision\":{revision},\"updated_at\":\"{now}\",\"quantity\":{to_quantity},\"price\":{to_price}}}"
        )?;
        write!(
            changes,
            "{comma}{{\"id\":\"{}\",\"at\":\"{now}\",\"record_kind\":\"OFFER\",\"record_id\":\"{id}\",\"title\":{},\
             \"kind\":\"UPDATED\",\"revision\":{revision},\"fields\":[{{\"field\":\"price\",\"from\":{price},\"to\":{to_price}}},\
             {{\"field\":\"quantity\",\"from\":{quantity},\"to\":{to_quantity}}}]}}",
            Uuid::now_v7(),
            Value::from(title.as_str()),
        )?;
        write!(
            names,
            "{comma}{{\"source\":\"{}\",\"record_kind\":\"OFFER\",\"external_id\":\"{name}\",\"record_id\":\"{id}\",\
             \"digest\":\"{place:032x}\",\"made_it\":true,\"pushed_at\":\"{now}\"}}",
            crate::seed::SOURCE
        )?;
        write!(
            feed,
            "{comma}{{\"at\":\"{now}\",\"record_kind\":\"OFFER\",\"record_id\":\"{id}\",\"kind\":\"UPSERT\",\
             \"revision\":{revision},\"places\":[],\"left_places\":[],\"detail\":{{}}}}"
        )?;
        write!(
            answer,
            "{comma}{{\"externalId\":\"{name}\",\"outcome\":\"UPDATED\",\"recordId\":\"{id}\",\"revision\":{revision}}}"
        )?;
    }
    for text in [&mut rows, &mut changes, &mut names, &mut feed] {
        text.push(']');
    }
    let set = "revision = fresh.revision, updated_at = fresh.updated_at, \
        quantity = coalesce(fresh.quantity, 'null'::jsonb), price = coalesce(fresh.price, 'null'::jsonb)";
    let statements = [
        (
            format!(
                "UPDATE offer AS present SET {set} FROM json_populate_recordset(NULL::offer, $1::json) AS fresh \
                 WHERE present.id = fresh.id AND present.revision = fresh.revision - 1"
            ),
            rows,
        ),
        (
            "INSERT INTO change SELECT * FROM json_populate_recordset(NULL::change, $1::json)".to_owned(),
            changes,
        ),
        (
            "INSERT INTO external_id (source, record_kind, external_id, record_id, digest, made_it, pushed_at) \
             SELECT source, record_kind, external_id, record_id, digest, made_it, pushed_at \
             FROM json_populate_recordset(NULL::external_id, $1::json) AS fresh \
             ON CONFLICT (source, record_kind, external_id) DO UPDATE SET record_id = excluded.record_id, \
             digest = excluded.digest, made_it = excluded.made_it, pushed_at = excluded.pushed_at"
                .to_owned(),
            names,
        ),
        (
            "INSERT INTO push (id, source, at, counts) SELECT id, source, at, counts \
             FROM json_populate_recordset(NULL::push, $1::json)"
                .to_owned(),
            json!([{ "id": Uuid::now_v7(), "source": crate::seed::SOURCE, "at": now, "counts": { "updated": offers.len() } }])
                .to_string(),
        ),
        ("SELECT pg_advisory_xact_lock(2) WHERE $1 = ''".to_owned(), String::new()),
        (
            "INSERT INTO feed (at, record_kind, record_id, kind, revision, places, left_places, detail) \
             SELECT at, record_kind, record_id, kind, revision, places, left_places, detail \
             FROM json_populate_recordset(NULL::feed, $1::json)"
                .to_owned(),
            feed,
        ),
    ];
    for (sql, rows) in statements {
        sqlx::query(sqlx::AssertSqlSafe(sql))
            .bind(rows)
            .execute(&mut *tx)
            .await?;
    }
    tx.commit().await?;
    write!(answer, "],\"counts\":{{\"updated\":{}}}}}", offers.len())?;
    Ok(answer)
}
