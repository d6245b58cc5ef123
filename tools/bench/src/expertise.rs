//! `bench expertise`: the matching of 5,000 offers of expertise with 5,000 needs: how long one record's matches take, how
//! long everything takes anew in the background, and how much slower other requests are meanwhile.

use std::sync::Arc;
use std::sync::atomic::AtomicUsize;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, bail};
use rand::rngs::StdRng;
use rand::seq::IndexedRandom as _;
use rand::{Rng as _, SeedableRng as _};
use serde_json::{Value, json};

use crate::Places;
use crate::load::{Call, Calls, Connection, Measured, Target, measure};
use crate::server::Server;

const OFFERS: usize = 5_000;
const NEEDS: usize = 5_000;
const ORGANISATIONS: usize = 200;
/// So many are sent at a time.
const AT_ONCE: usize = 4;
/// How long requests are measured without anything beside them.
const ALONE: Duration = Duration::from_secs(10);

const ORGANISATION: &str = "mutation($input: NewOrganisation!) { organisationCreate(input: $input) { organisation { id } userErrors { message } } }";
const OFFER: &str = "mutation($input: NewExpertise!) { expertiseCreate(input: $input) { expertise { id } userErrors { field message } } }";
const NEED: &str = "mutation($input: NewExpertiseNeed!) { expertiseNeedCreate(input: $input) { expertiseNeed { id } userErrors { field message } } }";
const MATCHES: &str = "query($id: ID!) { expertiseNeed(id: $id) { matches(first: 20) { score expertise { title } parts { kind score sentence } } } }";
const BACK: &str = "query($id: ID!) { expertise(id: $id) { matches(first: 20) { score need { title } parts { kind score sentence } } } }";
const PAGE: &str =
    "{ expertises(first: 20) { nodes { title forms cost organisation { name } territory { label } } } }";

fn call(query: &str, variables: &Value) -> Call {
    let body = json!({ "query": query, "variables": variables }).to_string();
    Call::post("/graphql", "application/json", body)
}

/// What rows are drawn from.
struct Drawn {
    communes: Vec<String>,
    topics: Vec<String>,
    organisations: Vec<String>,
}

impl Drawn {
    fn read(places: &Places) -> Result<Self> {
        let first = |file: &str| -> Result<Vec<String>> {
            let mut reader = csv::Reader::from_path(places.reference.join(file)).context(file.to_owned())?;
            reader.records().map(|row| Ok(row?[0].to_owned())).collect()
        };
        Ok(Self {
            communes: first("communes.csv")?,
            topics: first("expertise_topics.csv")?,
            organisations: Vec::new(),
        })
    }

    /// What an offer and a need have in common; `seed` tells them apart.
    fn both(&self, seed: u64) -> (StdRng, Value) {
        let mut rng = StdRng::seed_from_u64(seed);
        let topics: Vec<&String> = self
            .topics
            .choose_multiple(&mut rng, 1 + (seed % 3) as usize)
            .collect();
        let forms = ["ADVICE", "TRAINING", "STUDY", "TOOL", "FACILITATION", "LEGAL"];
        let forms: Vec<&&str> = forms.choose_multiple(&mut rng, 2).collect();
        let languages: Vec<&&str> = ["FR", "NL", "DE"]
            .choose_multiple(&mut rng, 1 + (seed % 2) as usize)
            .collect();
        let row = json!({
            "title": format!("Numéro {seed}"),
            "topics": topics,
            "forms": forms,
            "languages": languages,
            "territoryId": self.communes.choose(&mut rng),
            "organisationId": self.organisations.choose(&mut rng),
        });
        (rng, row)
    }

    fn offer(&self, number: usize) -> Value {
        let (mut rng, mut row) = self.both(number as u64);
        row["cost"] = json!(["FREE", "PAID", "FUNDED"].choose(&mut rng));
        row["capacity"] = json!(rng.random_range(1..6));
        row["availableFrom"] = json!(format!("2026-{:02}", rng.random_range(1..13)));
        row
    }

    fn need(&self, number: usize) -> Value {
        let (mut rng, mut row) = self.both(1 << 40 | number as u64);
        row["budget"] = json!(["NOTHING", "UP_TO_1000", "UP_TO_5000", "MORE"].choose(&mut rng));
        row["deadline"] = json!(format!("2099-{:02}", rng.random_range(1..13)));
        row
    }
}

/// Sends all of them, and answers the identifiers they were given, in any order.
async fn made(
    target: &Target,
    query: &'static str,
    path: &'static str,
    rows: Vec<Value>,
) -> Result<Vec<String>> {
    let mut tasks = Vec::new();
    for part in 0..AT_ONCE {
        let mine: Vec<Value> = rows.iter().skip(part).step_by(AT_ONCE).cloned().collect();
        let target = target.clone();
        tasks.push(tokio::spawn(async move {
            let mut connection = Connection::open(target.address, target.token.clone()).await?;
            let mut ids = Vec::with_capacity(mine.len());
            for row in mine {
                let answer = connection.ask(&call(query, &json!({ "input": row }))).await?;
                let answer: Value = serde_json::from_slice(&answer)?;
                let id = answer.pointer(path).and_then(Value::as_str);
                ids.push(id.with_context(|| answer.to_string())?.to_owned());
            }
            Ok::<_, anyhow::Error>(ids)
        }));
    }
    let mut ids = Vec::new();
    for task in tasks {
        ids.extend(task.await??);
    }
    Ok(ids)
}

/// Whether everything is being matched anew, and how many changed records wait.
async fn standing(server: &Server) -> Result<(bool, u64)> {
    let answer = server
        .ask("{ expertiseMatching { underWay waiting } }", &Value::Null)
        .await?;
    let of = &answer["expertiseMatching"];
    Ok((of["underWay"] == true, of["waiting"].as_u64().context("a count")?))
}

/// Waits until nothing is matched in the background; answers how long that took.
async fn quiet(server: &Server) -> Result<Duration> {
    let began = Instant::now();
    while began.elapsed() < Duration::from_secs(600) {
        if standing(server).await? == (false, 0) {
            return Ok(began.elapsed());
        }
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
    bail!("matching did not come to an end")
}

/// One after the other, each another record.
async fn each(target: &Target, query: &str, ids: &[String]) -> Result<Measured> {
    let mut connection = Connection::open(target.address, target.token.clone()).await?;
    let mut all = Measured::default();
    for id in ids {
        let sent = Instant::now();
        connection.ask(&call(query, &json!({ "id": id }))).await?;
        all.add(Measured::of(sent.elapsed()));
    }
    Ok(all)
}

pub(crate) async fn run(places: &Places) -> Result<()> {
    let folder = std::env::temp_dir().join(format!("chantiers-expertise-{}", std::process::id()));
    std::fs::create_dir_all(&folder)?;
    let database = std::env::var("CHANTIERS_BENCH_DATABASE")
        .unwrap_or_else(|_| format!("sqlite://{}", folder.join("chantiers.db").display()));
    let measured = on(places, &database, &folder).await;
    std::fs::remove_dir_all(&folder)?;
    measured
}

async fn on(places: &Places, database: &str, folder: &std::path::Path) -> Result<()> {
    let server = Server::product(&places.server, database, folder).await?;
    let target = server.target(Some(server.token().await?));
    let mut drawn = Drawn::read(places)?;
    let houses = (0..ORGANISATIONS).map(|number| json!({ "name": format!("Maison {number}") }));
    drawn.organisations = made(
        &target,
        ORGANISATION,
        "/data/organisationCreate/organisation/id",
        houses.collect(),
    )
    .await?;
    let began = Instant::now();
    let offers = (0..OFFERS).map(|number| drawn.offer(number)).collect();
    let offers = made(&target, OFFER, "/data/expertiseCreate/expertise/id", offers).await?;
    // A token is good for some minutes.
    let target = server.target(Some(server.token().await?));
    let needs = (0..NEEDS).map(|number| drawn.need(number)).collect();
    let needs = made(&target, NEED, "/data/expertiseNeedCreate/expertiseNeed/id", needs).await?;
    println!(
        "{database}: {OFFERS} offers and {NEEDS} needs written in {:.0} s",
        began.elapsed().as_secs_f64()
    );
    println!(
        "what changed was matched {:.0} s after that",
        quiet(&server).await?.as_secs_f64()
    );

    let target = server.target(Some(server.token().await?));
    for (what, query, ids) in [("a need", MATCHES, &needs), ("an offer", BACK, &offers)] {
        each(&target, query, &ids[..50]).await?;
        let taken = each(&target, query, &ids[50..350]).await?;
        println!(
            "matches of {what}: median {:.1} ms, 99 of 100 within {:.1} ms",
            taken.quantile(0.5),
            taken.quantile(0.99)
        );
    }

    let calls: Calls = Arc::new(|_| call(PAGE, &Value::Null));
    let counter = Arc::new(AtomicUsize::new(0));
    for connections in [1, 4] {
        let target = server.target(Some(server.token().await?));
        let before = measure(&target, connections, ALONE, &counter, &calls).await?;
        let anew = "mutation { expertiseRematch(input: { scope: ALL }) { begun } }";
        let began = Instant::now();
        server.ask(anew, &Value::Null).await?;
        let mut beside = Measured::default();
        while standing(&server).await?.0 {
            beside.add(measure(&target, connections, Duration::from_secs(1), &counter, &calls).await?);
        }
        let whole = began.elapsed();
        let after = measure(&target, connections, ALONE, &counter, &calls).await?;
        let alone = f64::midpoint(before.rate(), after.rate());
        println!(
            "everything anew: {:.1} s; a page on {connections} connection(s): {:.0}/s and {:.2} ms alone, {:.0}/s and {:.2} ms meanwhile ({:+.1} %)",
            whole.as_secs_f64(),
            alone,
            f64::midpoint(before.quantile(0.5), after.quantile(0.5)),
            beside.rate(),
            beside.quantile(0.5),
            (beside.rate() / alone - 1.0) * 100.0,
        );
    }
    Ok(())
}
