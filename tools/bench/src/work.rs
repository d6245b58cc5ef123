//! What is measured, in which order: reading in rounds that alternate between the product and the floor, then writing.

use std::collections::HashSet;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::AtomicUsize;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result};
use serde_json::{Value, json};

use crate::Places;
use crate::floor::Keys;
use crate::load::{Call, Calls, Connection, Measured, Target, measure, memory};
use crate::report::{Engine, Line, Memory, write};
use crate::seed::{NEEDS, OFFERS, ORGANISATIONS, SOURCE, Seed};
use crate::server::Server;

/// How long is measured, and how often.
struct Pace {
    rounds: usize,
    time: Duration,
    /// Upserts of 500 rows in a round.
    upserts: usize,
}

/// What the floor is asked by number.
pub(crate) fn keys(places: &Places) -> Result<Keys> {
    let seed = Seed::read(&places.reference)?;
    let below = below(&places.reference)?;
    Ok(Keys {
        families: seed
            .families
            .iter()
            .map(|family| {
                let codes: Vec<String> = below(family)
                    .into_iter()
                    .map(|code| format!("'{code}'"))
                    .collect();
                codes.join(", ")
            })
            .collect(),
        words: (0..400).map(Seed::word).collect(),
    })
}

/// A product type and all narrower ones.
fn below(reference: &Path) -> Result<impl Fn(&str) -> Vec<String> + use<>> {
    let mut reader = csv::Reader::from_path(reference.join("product_types.csv"))?;
    let pairs: Vec<(String, Vec<String>)> = reader
        .records()
        .map(|row| {
            let row = row?;
            Ok((
                row[0].to_owned(),
                row[1].split_whitespace().map(str::to_owned).collect(),
            ))
        })
        .collect::<Result<_>>()?;
    Ok(move |family: &str| {
        let mut found: HashSet<String> = HashSet::from([family.to_owned()]);
        loop {
            let more: Vec<String> = pairs
                .iter()
                .filter(|(code, parents)| {
                    !found.contains(code) && parents.iter().any(|parent| found.contains(parent))
                })
                .map(|(code, _)| code.clone())
                .collect();
            if more.is_empty() {
                let mut found: Vec<String> = found.into_iter().collect();
                found.sort_unstable();
                return found;
            }
            found.extend(more);
        }
    })
}

/// Measures on SQLite, and on the PostgreSQL that `CHANTIERS_TEST_POSTGRES_URL` names, where there is one.
pub(crate) async fn run(places: &Places, is_quick: bool) -> Result<()> {
    let pace = if is_quick {
        Pace {
            rounds: 1,
            time: Duration::from_secs(2),
            upserts: 20,
        }
    } else {
        Pace {
            rounds: 3,
            time: Duration::from_secs(4),
            upserts: 50,
        }
    };
    let only = std::env::var("CHANTIERS_BENCH_ONLY").unwrap_or_default();
    let mut engines = Vec::new();
    if let Ok(url) = std::env::var("CHANTIERS_TEST_POSTGRES_URL")
        && only != "sqlite"
    {
        let pool = sqlx::PgPool::connect(&url).await?;
        let there: Option<i32> = sqlx::query_scalar("SELECT 1 FROM pg_database WHERE datname = 'mesure'")
            .fetch_optional(&pool)
            .await?;
        if there.is_none() {
            sqlx::query("CREATE DATABASE mesure").execute(&pool).await?;
        }
        pool.close().await;
        let (server, _) = url.rsplit_once('/').context("the address of PostgreSQL")?;
        engines.push(of(places, &pace, "PostgreSQL", &format!("{server}/mesure")).await?);
    }
    if only != "postgres" {
        let folder = std::env::temp_dir().join(format!("chantiers-bench-{}", std::process::id()));
        std::fs::create_dir_all(&folder)?;
        let database = format!("sqlite://{}", folder.join("chantiers.db").display());
        let measured = of(places, &pace, "SQLite", &database).await;
        std::fs::remove_dir_all(&folder)?;
        engines.push(measured?);
    }
    let text = write(&engines);
    print!("{text}");
    if !is_quick {
        std::fs::write(&places.report, text)?;
    }
    Ok(())
}

/// Everything on one database.
async fn of(places: &Places, pace: &Pace, name: &'static str, database: &str) -> Result<Engine> {
    let folder = std::env::temp_dir();
    let seed = Arc::new(Seed::read(&places.reference)?);
    let server = Server::product(&places.server, database, &folder).await?;
    let seeded = fill(&server, &seed).await?;
    eprintln!("{name}: filled at {seeded:.0} rows a second");
    drop(server);
    tidy(database).await?;
    // What is measured is a server that finds all of it there, not the one that loaded it.
    let server = Server::product(&places.server, database, &folder).await?;
    tokio::time::sleep(Duration::from_secs(2)).await;
    let at_rest = memory(server.process(), "VmRSS")?;
    let floor = Server::floor(database).await?;
    let mut lines = Vec::new();
    let wanted = std::env::var("CHANTIERS_BENCH_WORK").unwrap_or_default();
    for work in reading(&server, &seed).await? {
        if !work.name.contains(&wanted) {
            continue;
        }
        for connections in [1, 32] {
            let line = alternate(pace, &server, &floor, &work, connections).await?;
            eprintln!("{name}: {line:?}");
            lines.push(line);
        }
    }
    for line in writing(
        pace,
        &server,
        database.starts_with("postgres").then_some(&floor),
        &seed,
    )
    .await?
    {
        eprintln!("{name}: {line:?}");
        lines.push(line);
    }
    drop(floor);
    let (before, after) = repeated(&server, &seed).await?;
    Ok(Engine {
        name,
        seeded,
        lines,
        memory: Memory {
            at_rest,
            before,
            after,
            most: memory(server.process(), "VmHWM")?,
        },
    })
}

/// Statistics, as the database would gather them by itself over time.
async fn tidy(database: &str) -> Result<()> {
    if database.starts_with("postgres") {
        let pool = sqlx::PgPool::connect(database).await?;
        sqlx::query("VACUUM ANALYZE").execute(&pool).await?;
        pool.close().await;
    } else {
        let pool = sqlx::SqlitePool::connect(database).await?;
        sqlx::query("PRAGMA wal_checkpoint(TRUNCATE)")
            .execute(&pool)
            .await?;
        pool.close().await;
    }
    Ok(())
}

/// Pushes lines; answers rows a second.
async fn push(server: &Server, lines: String) -> Result<f64> {
    let rows = lines.lines().count();
    let mut connection = Connection::open(server.address, Some(server.token().await?)).await?;
    let began = Instant::now();
    let path = format!("/v1/sources/{SOURCE}/records");
    let answer = connection
        .ask(&Call::post(path, "application/x-ndjson", lines))
        .await?;
    let took = began.elapsed();
    let last = answer
        .trim_ascii_end()
        .rsplit(|byte| *byte == b'\n')
        .next()
        .unwrap_or_default();
    let done: Value = serde_json::from_slice(last)?;
    let counts = &done["done"]["counts"];
    anyhow::ensure!(
        counts["rejected"] == 0 && done["done"]["applied"] == true,
        "rows were refused: {done} {}",
        String::from_utf8_lossy(&answer[..answer.len().min(500)])
    );
    Ok(rows as f64 / took.as_secs_f64())
}

/// Fills the database through the product's own door.
async fn fill(server: &Server, seed: &Seed) -> Result<f64> {
    const STRETCH: usize = 20_000;
    let known = server.ask("{ needs { totalCount } }", &json!({})).await?;
    if known["needs"]["totalCount"].as_u64() >= Some(NEEDS as u64) {
        return Ok(f64::NAN);
    }
    let make = "mutation($input: NewSource!) { sourceCreate(input: $input) { userErrors { message } } }";
    let input = json!({ "input": { "code": SOURCE, "name": "Mesure", "standing": "CONNECTED" } });
    server.ask(make, &input).await?;
    let all = ORGANISATIONS + OFFERS + NEEDS;
    let mut took = 0.0;
    for from in (0..all).step_by(STRETCH) {
        let rate = push(server, seed.lines(from, from + STRETCH)).await?;
        took += STRETCH as f64 / rate;
    }
    Ok(all as f64 / took)
}

/// A workload of reading: how the product is asked, in one or two ways, and the floor.
struct Work {
    name: &'static str,
    ways: Vec<(&'static str, Calls)>,
    floor: Calls,
}

fn graphql(query: &str, variables: &Value) -> Call {
    Call::post(
        "/graphql",
        "application/json",
        json!({ "query": query, "variables": variables }).to_string(),
    )
}

const FIELDS: &str = "id revision title productType status organic quantity { value unit } \
    price { amount currency per } months updatedAt";

async fn reading(server: &Server, seed: &Seed) -> Result<Vec<Work>> {
    let nested = format!(
        "{FIELDS} organisation {{ id name }} commune {{ nis label(language: FR) within {{ nis label(language: FR) }} }}"
    );
    // Walk some lists once, for what is asked by number.
    let mut ids = Vec::new();
    let mut deep = None;
    let walk = "query($after: String) { offers(first: 100, after: $after) { nodes { id } edges { cursor } pageInfo { endCursor } } }";
    for page in 0..500 {
        let answer = server.ask(walk, &json!({ "after": deep })).await?;
        let offers = &answer["offers"];
        if page < 100 {
            let nodes = offers["nodes"].as_array().context("offers")?;
            ids.extend(
                nodes
                    .iter()
                    .map(|node| node["id"].as_str().unwrap_or_default().to_owned()),
            );
        }
        // The 1,000th page of 50 comes after the 999th.
        let last = &offers["edges"][49]["cursor"];
        deep = Some(
            if page == 499 {
                last
            } else {
                &offers["pageInfo"]["endCursor"]
            }
            .clone(),
        );
    }
    let mut organisations = vec![Value::Null];
    let walk = "query($after: String) { organisations(first: 20, after: $after) { pageInfo { endCursor } } }";
    for _ in 0..200 {
        let answer = server
            .ask(walk, &json!({ "after": organisations.last() }))
            .await?;
        organisations.push(answer["organisations"]["pageInfo"]["endCursor"].clone());
    }
    let mut feed = vec![Value::Null];
    let walk = "query($after: String) { changes(after: $after, first: 500, types: [OFFER]) { cursor } }";
    for _ in 0..200 {
        let answer = server.ask(walk, &json!({ "after": feed.last() })).await?;
        feed.push(answer["changes"]["cursor"].clone());
    }
    let families = seed.families.clone();
    let page = format!(
        "query($types: [String!]) {{ offers(first: 50, where: {{ statuses: [OPEN], organic: true, productTypes: $types }}) \
         {{ nodes {{ {nested} }} pageInfo {{ hasNextPage endCursor }} }} }}"
    );
    let one = format!("query($id: ID!) {{ offer(id: $id) {{ {nested} }} }}");
    let twenty = format!(
        "query($after: String) {{ organisations(first: 20, after: $after) {{ nodes {{ id name offers(first: 10) {{ nodes {{ {FIELDS} }} }} }} }} }}"
    );
    let text = format!(
        "query($text: String) {{ offers(first: 20, where: {{ text: $text }}) {{ nodes {{ {FIELDS} }} }} }}"
    );
    let plain = format!(
        "query($after: String) {{ offers(first: 50, after: $after) {{ nodes {{ {FIELDS} }} pageInfo {{ hasNextPage endCursor }} }} }}"
    );
    let whole = format!(
        "{FIELDS} organisationId communeId sourceId createdAt labels audiences delivery {{ pickUp radiusKm hubId note }} \
         minimumOrder {{ value unit }} description packaging availableFrom availableTo expiresAt confirmedAt"
    );
    let changes = format!(
        "query($after: String) {{ changes(after: $after, first: 500, types: [OFFER]) {{ cursor nodes {{ kind revision at \
         record {{ ... on Offer {{ {whole} }} }} }} }} }}"
    );
    let (first, deep) = (plain.clone(), json!({ "after": deep }));
    let feed_paths: Vec<String> = feed
        .iter()
        .map(|cursor| match cursor.as_str() {
            Some(cursor) => format!("/v1/changes?first=500&types=OFFER&after={cursor}"),
            None => "/v1/changes?first=500&types=OFFER".to_owned(),
        })
        .collect();
    fn calls(make: impl Fn(usize) -> Call + Send + Sync + 'static) -> Calls {
        Arc::new(make)
    }
    Ok(vec![
        Work {
            name: "page of 50 offers, filtered, with organisation, commune, province",
            ways: vec![(
                "GraphQL",
                calls(move |n| graphql(&page, &json!({ "types": [families[n % families.len()]] }))),
            )],
            floor: calls(|n| Call::get(format!("/page/{n}"))),
        },
        Work {
            name: "one offer by id, same nesting",
            ways: vec![(
                "GraphQL",
                calls(move |n| graphql(&one, &json!({ "id": ids[n % ids.len()] }))),
            )],
            floor: calls(|n| Call::get(format!("/one/{n}"))),
        },
        Work {
            name: "20 organisations with 10 offers each",
            ways: vec![(
                "GraphQL",
                calls(move |n| {
                    graphql(
                        &twenty,
                        &json!({ "after": organisations[n % organisations.len()] }),
                    )
                }),
            )],
            floor: calls(|n| Call::get(format!("/organisations/{n}"))),
        },
        Work {
            name: "text search, 20 offers",
            ways: vec![(
                "GraphQL",
                calls(move |n| graphql(&text, &json!({ "text": Seed::word(n % 400) }))),
            )],
            floor: calls(|n| Call::get(format!("/words/{n}"))),
        },
        Work {
            name: "page 1 of 50 offers, unfiltered",
            ways: vec![("GraphQL", calls(move |_| graphql(&first, &json!({}))))],
            floor: calls(|_| Call::get("/first")),
        },
        Work {
            name: "page 1,000 by cursor",
            ways: vec![("GraphQL", calls(move |_| graphql(&plain, &deep)))],
            floor: calls(|_| Call::get("/deep")),
        },
        Work {
            name: "feed page of 500 offers, whole",
            ways: vec![
                (
                    "GraphQL",
                    calls(move |n| graphql(&changes, &json!({ "after": feed[n % feed.len()] }))),
                ),
                (
                    "JSON",
                    calls(move |n| Call::get(feed_paths[n % feed_paths.len()].clone())),
                ),
            ],
            floor: calls(|n| Call::get(format!("/feed/{n}"))),
        },
    ])
}

async fn alternate(
    pace: &Pace,
    server: &Server,
    floor: &Server,
    work: &Work,
    connections: usize,
) -> Result<Line> {
    let mut ways: Vec<(&'static str, Measured)> = work
        .ways
        .iter()
        .map(|(way, _)| (*way, Measured::default()))
        .collect();
    let mut below = Measured::default();
    let visitor: Target = server.target(None);
    for _ in 0..pace.rounds {
        for ((_, calls), (_, measured)) in work.ways.iter().zip(&mut ways) {
            measured.add(
                measure(
                    &visitor,
                    connections,
                    pace.time,
                    &Arc::new(AtomicUsize::new(0)),
                    calls,
                )
                .await?,
            );
        }
        let counter = Arc::new(AtomicUsize::new(0));
        below.add(measure(&floor.target(None), connections, pace.time, &counter, &work.floor).await?);
    }
    Ok(Line {
        name: work.name,
        connections,
        ways,
        floor: Some(below),
    })
}

/// Upserts: 500 rows a request at 1 and 32 connections, each in a state of its own; then 10,000 as lines.
async fn writing(
    pace: &Pace,
    server: &Server,
    floor: Option<&Server>,
    seed: &Arc<Seed>,
) -> Result<Vec<Line>> {
    let mut lines = Vec::new();
    for connections in [1, 32] {
        let bodies = |round: usize| -> Vec<String> {
            (0..pace.upserts)
                .map(|number| {
                    let state = (1 + connections * 10 + round) as u64 * 1_000 + number as u64;
                    let offers: Vec<Value> = (0..500)
                        .map(|place| seed.offer((number * 500 + place) % OFFERS, state))
                        .collect();
                    json!({ "offers": offers }).to_string()
                })
                .collect()
        };
        let (mut measured, mut below) = (Measured::default(), Measured::default());
        for round in 0..pace.rounds {
            let target = server.target(Some(server.token().await?));
            let path = format!("/v1/sources/{SOURCE}/records");
            measured.add(each(&target, &path, connections, bodies(2 * round)).await?);
            if let Some(floor) = floor {
                below.add(each(&floor.target(None), "/upsert", connections, bodies(2 * round + 1)).await?);
            }
        }
        lines.push(Line {
            name: "upsert of 500 offers, all changed",
            connections,
            ways: vec![("JSON", measured)],
            floor: floor.map(|_| below),
        });
    }
    for (name, state) in [
        ("10,000 offers as lines, all changed", 7_777),
        ("10,000 offers as lines, nothing changed", 7_777),
    ] {
        let mut measured = Measured::default();
        for round in 0..pace.rounds {
            let rows = seed.offers(round * 10_000, 10_000, state);
            measured.add(Measured::of(Duration::from_secs_f64(
                10_000.0 / push(server, rows).await?,
            )));
        }
        lines.push(Line {
            name,
            connections: 1,
            ways: vec![("JSON", measured)],
            floor: None,
        });
    }
    Ok(lines)
}

/// Sends each body once.
async fn each(target: &Target, path: &str, connections: usize, bodies: Vec<String>) -> Result<Measured> {
    let bodies: Arc<Vec<Call>> = Arc::new(
        bodies
            .into_iter()
            .map(|body| Call::post(path, "application/json", body))
            .collect(),
    );
    let next = Arc::new(AtomicUsize::new(0));
    let began = Instant::now();
    let mut tasks = Vec::new();
    for _ in 0..connections {
        let (bodies, next) = (Arc::clone(&bodies), Arc::clone(&next));
        let mut connection = Connection::open(target.address, target.token.clone()).await?;
        tasks.push(tokio::spawn(async move {
            let mut measured = Measured::default();
            while let Some(call) = bodies.get(next.fetch_add(1, std::sync::atomic::Ordering::Relaxed)) {
                let sent = Instant::now();
                let answer = connection.ask(call).await?;
                measured.add(Measured::of(sent.elapsed()));
                let answer: Value = serde_json::from_slice(&answer)?;
                anyhow::ensure!(answer["counts"]["updated"] == 500, "{}", answer["counts"]);
            }
            Ok::<_, anyhow::Error>(measured)
        }));
    }
    let mut all = Measured::default();
    for task in tasks {
        all.add(task.await??);
    }
    Ok(all.within(began.elapsed()))
}

/// The memory before and after a hundred upserts.
async fn repeated(server: &Server, seed: &Seed) -> Result<(f64, f64)> {
    push(server, seed.offers(0, 10_000, 9_000)).await?;
    let before = memory(server.process(), "VmRSS")?;
    for number in 0..100 {
        push(server, seed.offers(number * 500, 500, 9_001)).await?;
    }
    Ok((before, memory(server.process(), "VmRSS")?))
}
