//! Who reads what and who may do what, over the real schema: each query, each field of each kind of object, each mutation, as
//! each kind of caller, found by introspection, so that a new one is asked without being listed. What came out is the
//! committed file `matrix.txt`, which this test writes anew.
//!
//! On one database: what is asked here are the policy and the conditions that the store puts into its statements, which are
//! the same for both; that both answer them alike is what the store's own tests show.

#![expect(clippy::unwrap_used, reason = "a story stops at the first surprise")]

use std::collections::BTreeMap;
use std::fmt::Write as _;

use serde_json::{Map, Value, json};
use stories::scene::{SETTINGS, Scene};
use stories::schema::{Field, Path};
use testing::{Server, TestClient};

const LEGEND: &str = "# Who reads what and who may do what: asked of a running server, each field of the schema by each caller. Written by
# tests/stories/matrix.rs; read the difference before you commit it.
#
# yes      it answers, or it is done        sign in  UNAUTHENTICATED: sign in first
# null     it answers nothing               no       FORBIDDEN: not for this caller
# empty    a list with nothing in it        hidden   NOT_FOUND: to this caller it does not exist
# -        the object around it is hidden   refused  allowed to ask, but not like this (a stale revision, a wrong value)
#
# visitor    nobody signed in                     partner    works for the organisation of the scene
# stranger   takes part in another project        outsider   a partner of another organisation
# member     takes part in the project            alien      a machine of another organisation, with every scope
# the last   machines of the organisation, one with each scope alone
";

/// What an answer is, in a word.
fn word(code: &str) -> &'static str {
    match code {
        "UNAUTHENTICATED" => "sign in",
        "FORBIDDEN" => "no",
        "NOT_FOUND" => "hidden",
        _ => "refused",
    }
}

fn of_value(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Array(all) if all.is_empty() => "empty",
        Value::Object(members) => match (
            members.get("nodes").and_then(Value::as_array),
            members.get("totalCount"),
        ) {
            (Some(nodes), Some(count)) if nodes.is_empty() && count != 0 => {
                panic!("what is not shown is counted: {value}")
            }
            (Some(nodes), _) if nodes.is_empty() => "empty",
            (Some(_) | None, _) => "yes",
        },
        Value::Array(_) | Value::Bool(_) | Value::Number(_) | Value::String(_) => "yes",
    }
}

/// Goes through an answer to the object whose fields were asked.
fn reached<'a>(data: &'a Value, path: &Path) -> &'a Value {
    path.steps.iter().fold(data, |at, step| {
        let at = at
            .as_array()
            .map_or(at, |all| all.first().unwrap_or(&Value::Null));
        &at[step]
    })
}

/// What became of each of the fields, in the order they were asked in.
async fn fields(client: &TestClient, path: &Path, asked: &[String], names: &[&str]) -> Vec<&'static str> {
    let answer = client.ask(&path.document(&asked.join(" ")), json!({})).await;
    let errors = answer["errors"].as_array().map_or(&[][..], Vec::as_slice);
    let object = reached(&answer["data"], path);
    let object = object
        .as_array()
        .map_or(object, |all| all.first().unwrap_or(&Value::Null));
    let Some(object) = object.as_object() else {
        if errors.is_empty() {
            return vec!["-"; names.len()];
        }
        let code = |error: &Value| error["extensions"]["code"].as_str().unwrap().to_owned();
        let Some(inside) = errors.iter().find(|error| {
            error["path"]
                .as_array()
                .is_some_and(|at| at.iter().filter(|step| step.is_string()).count() > path.steps.len())
        }) else {
            let code = code(&errors[0]);
            assert!(
                ["UNAUTHENTICATED", "FORBIDDEN", "NOT_FOUND"].contains(&code.as_str()),
                "{answer}"
            );
            return vec![if path.steps.is_empty() { word(&code) } else { "-" }; names.len()];
        };
        // One field's refusal took the object with it: each is asked for itself.
        if asked.len() == 1 {
            return vec![word(&code(inside))];
        }
        let mut all = Vec::new();
        for (one, name) in asked.iter().zip(names) {
            all.extend(Box::pin(fields(client, path, std::slice::from_ref(one), &[name])).await);
        }
        return all;
    };
    let of = |name: &&str| {
        let refused = errors.iter().find(|error| {
            error["path"]
                .as_array()
                .is_some_and(|at| at.iter().any(|step| step == *name))
        });
        match refused.map(|error| error["extensions"]["code"].as_str().unwrap()) {
            Some(code @ ("UNAUTHENTICATED" | "FORBIDDEN" | "NOT_FOUND")) => word(code),
            Some(_) => panic!("{answer}"),
            None => of_value(&object[*name]),
        }
    };
    names.iter().map(of).collect()
}

/// One caller after the other: what became of the fields, a line for each.
async fn columns(
    scene: &Scene,
    path: &Path,
    all: &[&Field],
    with_ids: bool,
) -> Vec<(String, Vec<&'static str>)> {
    let called = |field: &&Field| {
        format!(
            "{} {}",
            scene.schema.called(field, &scene.ids, with_ids),
            scene.schema.least(field)
        )
    };
    let asked: Vec<String> = all.iter().map(called).collect();
    let names: Vec<&str> = all.iter().map(|field| field.name.as_str()).collect();
    let mut lines: Vec<(String, Vec<&str>)> = names
        .iter()
        .map(|name| ((*name).to_owned(), Vec::new()))
        .collect();
    for (_, client) in &scene.columns {
        let told = fields(client, path, &asked, &names).await;
        for (line, word) in lines.iter_mut().zip(told) {
            line.1.push(word);
        }
    }
    lines
}

/// What became of a mutation.
async fn done(client: &TestClient, document: &str, name: &str, input: &Map<String, Value>) -> &'static str {
    let answer = client.ask(document, Value::Object(input.clone())).await;
    let code = answer["errors"][0]["extensions"]["code"].as_str();
    assert!(
        code.is_none_or(|code| ["UNAUTHENTICATED", "FORBIDDEN", "NOT_FOUND"].contains(&code)),
        "{name}: {answer}"
    );
    let refused = answer["data"][name]["userErrors"][0]["code"].as_str();
    code.or(refused).map_or("yes", word)
}

struct Table {
    text: String,
}

impl Table {
    fn section(&mut self, title: &str, scene: &Scene) {
        write!(self.text, "\n{title:<36}").unwrap();
        self.row(scene.columns.iter().map(|(word, _)| word.as_str()));
    }

    fn line(&mut self, name: &str, words: &[&str]) {
        write!(self.text, "  {name:<34}").unwrap();
        self.row(words.iter().copied());
    }

    fn row<'a>(&mut self, words: impl Iterator<Item = &'a str>) {
        let row: String = words.map(|word| format!("{word:<15}")).collect();
        writeln!(self.text, "{}", row.trim_end()).unwrap();
    }

    fn names(&mut self, what: &str, names: &[String]) {
        if names.is_empty() {
            return;
        }
        let mut line = format!("  {what}:");
        for name in names {
            if line.len() + name.len() > 118 {
                writeln!(self.text, "{line}").unwrap();
                line = "   ".to_owned();
            }
            write!(line, " {name}").unwrap();
        }
        writeln!(self.text, "{line}").unwrap();
    }
}

#[tokio::test]
async fn the_matrix_is_what_the_file_says() {
    let server = Server::on_sqlite_with(&SETTINGS[..2]).await;
    let scene = Scene::set(&server).await;
    let mut table = Table {
        text: LEGEND.to_owned(),
    };
    let paths: BTreeMap<&str, Path> = scene.schema.paths(&scene.ids);

    table.section("Query", &scene);
    for field in scene.schema.fields("Query") {
        for (name, words) in columns(&scene, &paths["Query"], &[field], true).await {
            table.line(&name, &words);
        }
    }
    for (of, path) in paths.iter().filter(|(of, _)| **of != "Query") {
        let all: Vec<&Field> = scene.schema.fields(of).iter().collect();
        let mut lines = columns(&scene, path, &all, false).await;
        let mut same = |word: &str| {
            let (same, other): (Vec<_>, Vec<_>) = lines
                .drain(..)
                .partition(|(_, words)| words.iter().all(|one| *one == word));
            lines = other;
            same.into_iter().map(|(name, _)| name).collect::<Vec<String>>()
        };
        let (everybody, nothing, none) = (same("yes"), same("null"), same("empty"));
        table.section(of, &scene);
        for (name, words) in &lines {
            table.line(name, words);
        }
        table.names("yes to everybody", &everybody);
        table.names("null here", &nothing);
        table.names("empty here", &none);
    }
    table.section("Mutation", &scene);
    for field in scene.schema.fields("Mutation") {
        let document = scene.schema.mutation(field, "userErrors { code }");
        for (variant, input) in scene.schema.inputs(field, &scene.ids) {
            let mut words = Vec::new();
            for (who, client) in &scene.columns {
                if field.name.starts_with("import") {
                    // What may be done with a file hangs on what is being done with it.
                    scene.file_rests().await;
                }
                let word = done(client, &document, &field.name, &input).await;
                let is_refused = ["sign in", "no", "hidden"].contains(&word);
                assert!(
                    who != "visitor" || is_refused,
                    "{} with {input:?} by a visitor: {word}",
                    field.name
                );
                words.push(word);
            }
            table.line(&format!("{}{variant}", field.name), &words);
        }
    }
    let file = concat!(env!("CARGO_MANIFEST_DIR"), "/matrix.txt");
    let known = std::fs::read_to_string(file).unwrap_or_default();
    if known != table.text {
        std::fs::write(file, &table.text).unwrap();
    }
    assert!(
        known == table.text,
        "matrix.txt was written anew: read the difference and commit it"
    );
    server.close().await;
}
