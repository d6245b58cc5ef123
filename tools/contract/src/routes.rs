//! What clients can name in an OpenAPI document: routes, what they are sent, what they answer, and the records of both.

use std::collections::BTreeSet;

use anyhow::{Context as _, Result};
use serde_json::Value;

use crate::member::{Contract, Form, Member, Of, Promise, Shape};

const METHODS: [&str; 7] = ["get", "put", "post", "delete", "patch", "head", "options"];
/// Where the records of the JSON routes stand; in a coordinate they are `json:Name`.
const SCHEMAS: &str = "#/components/schemas/";

/// Reads an OpenAPI document.
pub(crate) fn read(text: &str) -> Result<Contract> {
    let document: Value = serde_json::from_str(text).context("the OpenAPI document cannot be read")?;
    let mut reader = Reader {
        document: &document,
        contract: Contract::new(),
        sent: BTreeSet::new(),
        received: BTreeSet::new(),
    };
    for (path, methods) in object(&document["paths"]) {
        for method in METHODS {
            if let Some(route) = methods.get(method) {
                reader.route(&format!("{} {path}", method.to_uppercase()), route);
            }
        }
    }
    let (sent, received) = (reader.sent.clone(), reader.received.clone());
    for name in sent.union(&received) {
        reader.record(name, sent.contains(name), received.contains(name));
    }
    Ok(reader.contract)
}

struct Reader<'a> {
    document: &'a Value,
    contract: Contract,
    /// The records that clients send.
    sent: BTreeSet<String>,
    /// The records that clients receive.
    received: BTreeSet<String>,
}

impl Reader<'_> {
    fn add(&mut self, coordinate: &str, owner: Option<&str>, form: Form, said: &Value) {
        let description = [&said["summary"], &said["description"]]
            .into_iter()
            .find_map(Value::as_str)
            .unwrap_or_default();
        let description = description.split_whitespace().collect::<Vec<_>>().join(" ");
        let deprecated = said["deprecated"] == true;
        let member = Member {
            deprecated: deprecated.then(|| description.clone()),
            description,
            ..Member::new(owner, form)
        };
        self.contract.insert(coordinate.to_owned(), member);
    }

    fn route(&mut self, name: &str, route: &Value) {
        for parameter in list(&route["parameters"]) {
            let place = parameter["in"].as_str().unwrap_or_default();
            let called = parameter["name"].as_str().unwrap_or_default();
            // What stands in the path is part of the route.
            let coordinate = match place {
                "path" => continue,
                "query" => format!("{name}?{called}"),
                other => format!("{name} {other} {called}"),
            };
            self.value(
                &coordinate,
                name,
                (true, false),
                parameter["required"] != true,
                (&parameter["schema"], parameter),
            );
        }
        let body = &route["requestBody"];
        for (kind, content) in object(&body["content"]) {
            let coordinate = format!("{name} body {kind}");
            let is_optional = body["required"] != true;
            self.value(
                &coordinate,
                name,
                (true, false),
                is_optional,
                (&content["schema"], content),
            );
        }
        for (status, answer) in object(&route["responses"]) {
            // How a request is refused is said by its code, which stands in the errors' own list.
            if !status.starts_with(['2', '3']) {
                continue;
            }
            let coordinate = format!("{name} {status}");
            self.add(&coordinate, Some(name), Form::Thing("answer"), answer);
            for (kind, content) in object(&answer["content"]) {
                let coordinate = format!("{coordinate} {kind}");
                self.value(
                    &coordinate,
                    name,
                    (false, true),
                    false,
                    (&content["schema"], content),
                );
            }
        }
        self.add(name, None, Form::Thing("route"), route);
    }

    fn record(&mut self, name: &str, is_sent: bool, is_received: bool) {
        let schema = self.document["components"]["schemas"][name].clone();
        let coordinate = format!("json:{name}");
        let required: Vec<&str> = list(&schema["required"]).filter_map(Value::as_str).collect();
        for (field, said) in object(&schema["properties"]) {
            let of_field = format!("{coordinate}.{field}");
            let is_optional = !required.contains(&field.as_str());
            self.value(
                &of_field,
                &coordinate,
                (is_sent, is_received),
                is_optional,
                (said, said),
            );
        }
        self.add(&coordinate, None, Form::Thing("record"), &schema);
    }

    /// A value of this schema, with what is said of it.
    fn value(
        &mut self,
        coordinate: &str,
        owner: &str,
        (is_sent, is_received): (bool, bool),
        is_optional: bool,
        (schema, said): (&Value, &Value),
    ) {
        for word in list(&schema["enum"]).filter_map(Value::as_str) {
            self.add(
                &format!("{coordinate}={word}"),
                Some(coordinate),
                Form::Thing("word"),
                &Value::Null,
            );
        }
        let promise = Promise {
            shape: shape(schema),
            is_sent,
            is_received,
            is_optional,
        };
        self.add(coordinate, Some(owner), Form::Value(promise), said);
        self.follow(schema, is_sent, is_received);
    }

    /// Notes the records that a schema names, and those that they name.
    fn follow(&mut self, schema: &Value, is_sent: bool, is_received: bool) {
        match schema {
            Value::Object(fields) => {
                let named = fields.get("$ref").and_then(Value::as_str);
                if let Some(name) = named.and_then(|place| place.strip_prefix(SCHEMAS)) {
                    let sent = is_sent && self.sent.insert(name.to_owned());
                    let received = is_received && self.received.insert(name.to_owned());
                    if sent || received {
                        let record = self.document["components"]["schemas"][name].clone();
                        self.follow(&record, sent, received);
                    }
                }
                for part in fields.values() {
                    self.follow(part, is_sent, is_received);
                }
            }
            Value::Array(parts) => {
                for part in parts {
                    self.follow(part, is_sent, is_received);
                }
            }
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
        }
    }
}

fn object(value: &Value) -> impl Iterator<Item = (&String, &Value)> {
    value.as_object().into_iter().flatten()
}

fn list(value: &Value) -> impl Iterator<Item = &Value> {
    value.as_array().into_iter().flatten()
}

/// What a schema says a value looks like: lists and null apart, the rest as it is written.
fn shape(schema: &Value) -> Shape {
    let one = schema["type"].as_str();
    let kinds: Vec<&str> = list(&schema["type"])
        .filter_map(Value::as_str)
        .chain(one)
        .collect();
    // `oneOf: [null, X]`, as the generator writes an optional record.
    let choices: Vec<&Value> = list(&schema["oneOf"]).collect();
    if let [first, second] = choices[..] {
        for (null, other) in [(first, second), (second, first)] {
            if null["type"] == "null" {
                return Shape {
                    may_be_null: true,
                    ..shape(other)
                };
            }
        }
    }
    let may_be_null = kinds.contains(&"null");
    if kinds.contains(&"array") {
        let of = Of::Many(Box::new(shape(&schema["items"])));
        return Shape { of, may_be_null };
    }
    let named = schema["$ref"]
        .as_str()
        .and_then(|place| place.strip_prefix(SCHEMAS));
    let of = match named {
        Some(name) => format!("json:{name}"),
        None => {
            let kind = kinds.into_iter().find(|kind| *kind != "null").unwrap_or("any");
            match schema["format"].as_str() {
                Some(format) => format!("{kind} {format}"),
                None => kind.to_owned(),
            }
        }
    };
    Shape {
        of: Of::One(of),
        may_be_null,
    }
}
