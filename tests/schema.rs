//! The schema as the server tells it, and what follows from it: documents that ask every field, arguments made up from the
//! input types. So a new field is asked without being listed.

#![expect(clippy::unwrap_used, reason = "a story stops at the first surprise")]

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use serde::Deserialize;
use serde_json::{Map, Value, json};
use testing::TestClient;

use crate::scene::Ids;

const INTROSPECTION: &str = "{ __schema { types { name kind interfaces { name } enumValues { name } inputFields { name defaultValue type { ...T } } \
    fields(includeDeprecated: true) { name type { ...T } args { name defaultValue type { ...T } } } } } } \
    fragment T on __Type { kind name ofType { kind name ofType { kind name ofType { kind name } } } }";

/// The types of the schema, by name.
#[derive(Debug)]
pub struct Schema(BTreeMap<String, Type>);

/// A type.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Type {
    name: String,
    kind: String,
    fields: Option<Vec<Field>>,
    input_fields: Option<Vec<Argument>>,
    enum_values: Option<Vec<Named>>,
    interfaces: Option<Vec<Named>>,
}

/// A field of an object.
#[derive(Debug, Deserialize)]
pub struct Field {
    /// Its name.
    pub name: String,
    /// What it takes.
    pub args: Vec<Argument>,
    /// What it is.
    #[serde(rename = "type")]
    pub of: Of,
}

/// An argument, or a field of an input.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Argument {
    name: String,
    default_value: Option<String>,
    #[serde(rename = "type")]
    of: Of,
}

/// What a field is: a named type, or something of one.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Of {
    kind: String,
    name: Option<String>,
    of_type: Option<Box<Of>>,
}

#[derive(Debug, Deserialize)]
struct Named {
    name: String,
}

impl Of {
    /// The name at its heart.
    #[must_use]
    pub fn named(&self) -> &str {
        let inner = self.of_type.as_deref().map(Self::named);
        self.name.as_deref().or(inner).unwrap_or_default()
    }

    fn is(&self, kind: &str) -> bool {
        self.kind == kind || self.of_type.as_deref().is_some_and(|inner| inner.is(kind))
    }
}

impl Argument {
    fn is_required(&self) -> bool {
        self.of.kind == "NON_NULL" && self.default_value.is_none()
    }

    fn is_id(&self) -> bool {
        self.of.named() == "ID" && !self.of.is("LIST")
    }
}

/// A document, and where in its answer the object stands whose fields it asks.
#[derive(Clone, Debug)]
pub struct Path {
    before: String,
    after: String,
    /// The members to go through; a list is gone into at its first.
    pub steps: Vec<String>,
}

impl Path {
    /// The document that asks this of the object.
    #[must_use]
    pub fn document(&self, asked: &str) -> String {
        format!("{} {asked} {}", self.before, self.after)
    }

    fn deeper(&self, field: &str, called: &str, is_connection: bool) -> Self {
        let (open, close) = if is_connection {
            (" nodes {", " }")
        } else {
            ("", "")
        };
        let mut steps = self.steps.clone();
        steps.push(field.to_owned());
        if is_connection {
            steps.push("nodes".to_owned());
        }
        Self {
            before: format!("{} {called} {{{open}", self.before),
            after: format!("{close} }} {}", self.after),
            steps,
        }
    }
}

impl Schema {
    /// Asks the server.
    pub async fn of(client: &TestClient) -> Self {
        let mut told = client.data(INTROSPECTION, json!({})).await;
        let types: Vec<Type> = serde_json::from_value(told["__schema"]["types"].take()).unwrap();
        Self(types.into_iter().map(|of| (of.name.clone(), of)).collect())
    }

    /// The fields of an object.
    #[must_use]
    pub fn fields(&self, of: &str) -> &[Field] {
        self.0[of].fields.as_deref().unwrap_or_default()
    }

    /// The words of an enum.
    #[must_use]
    pub fn words(&self, of: &str) -> Vec<&str> {
        let words = self.0[of].enum_values.iter().flatten();
        words.map(|word| word.name.as_str()).collect()
    }

    fn is_connection(&self, of: &str) -> bool {
        of.ends_with("Connection") && self.fields(of).iter().any(|field| field.name == "nodes")
    }

    /// Whether it is a kind of record, which `node` answers.
    #[must_use]
    pub fn is_record(&self, of: &str) -> bool {
        let interfaces = self.0.get(of).and_then(|of| of.interfaces.as_ref());
        interfaces.into_iter().flatten().any(|one| one.name == "Node")
    }

    fn has_members(&self, of: &str) -> bool {
        ["OBJECT", "INTERFACE", "UNION"].contains(&self.0[of].kind.as_str())
    }

    /// The least that shows whether a field answers.
    #[must_use]
    pub fn least(&self, field: &Field) -> &'static str {
        let of = field.of.named();
        if self.is_connection(of) {
            "{ nodes { __typename } totalCount }"
        } else if self.has_members(of) {
            "{ __typename }"
        } else {
            ""
        }
    }

    /// All that a field holds, down to so many levels; a record that it names only to its own plain fields.
    #[must_use]
    pub fn whole(&self, of: &str, ids: &Ids, levels: usize) -> String {
        let fields = self.fields(of).iter().filter_map(|field| {
            let inner = field.of.named();
            let called = self.called(field, ids, false);
            if !self.has_members(inner) {
                Some(called)
            } else if levels == 0 || ["edges", "pageInfo"].contains(&field.name.as_str()) {
                None
            } else {
                // A list's members are no level of their own.
                let levels = if self.is_connection(of) {
                    levels
                } else {
                    levels - 1
                };
                Some(format!(
                    "{called} {{ __typename {} }}",
                    self.whole(inner, ids, levels)
                ))
            }
        });
        fields.collect::<Vec<_>>().join(" ")
    }

    /// A field as it is written in a document, with the arguments it cannot do without; with `more` also the identifiers that
    /// it takes.
    #[must_use]
    pub fn called(&self, field: &Field, ids: &Ids, more: bool) -> String {
        let given = field
            .args
            .iter()
            .filter(|argument| argument.is_required() || (more && argument.is_id()));
        let given: Vec<String> = given
            .map(|argument| {
                let value = self.value(&argument.of, &argument.name, &field.name, ids);
                format!("{}: {}", argument.name, self.literal(&argument.of, &value))
            })
            .collect();
        if given.is_empty() {
            field.name.clone()
        } else {
            format!("{}({})", field.name, given.join(", "))
        }
    }

    fn literal(&self, of: &Of, value: &Value) -> String {
        match value.as_str() {
            Some(word) if self.0[of.named()].kind == "ENUM" => word.to_owned(),
            Some(_) | None => value.to_string(),
        }
    }

    /// How each kind of object can be come to: a record by its identifier, what is none by the shortest way.
    #[must_use]
    pub fn paths(&self, ids: &Ids) -> BTreeMap<&str, Path> {
        let mut known: BTreeMap<&str, Path> = BTreeMap::new();
        let mut next: VecDeque<&str> = VecDeque::new();
        for name in self.0.keys().filter(|name| self.is_record(name)) {
            let Some(id) = ids.of_type(name) else { continue };
            let path = Path {
                before: format!("{{ node(id: {id}) {{ ... on {name} {{"),
                after: "} } }".to_owned(),
                steps: vec!["node".to_owned()],
            };
            known.insert(name, path);
        }
        let root = Path {
            before: "{".to_owned(),
            after: "}".to_owned(),
            steps: Vec::new(),
        };
        known.insert("Query", root);
        next.push_back("Query");
        next.extend(
            known
                .keys()
                .copied()
                .filter(|name| *name != "Query")
                .collect::<Vec<_>>(),
        );
        while let Some(of) = next.pop_front() {
            let path = known[of].clone();
            for field in self.fields(of) {
                let mut to = field.of.named();
                let is_connection = self.is_connection(to);
                if is_connection {
                    let nodes = self
                        .fields(to)
                        .iter()
                        .find(|field| field.name == "nodes")
                        .unwrap();
                    to = nodes.of.named();
                }
                if self.0[to].kind == "OBJECT" && !to.starts_with("__") && !known.contains_key(to) {
                    let called = self.called(field, ids, of == "Query");
                    known.insert(to, path.deeper(&field.name, &called, is_connection));
                    next.push_back(to);
                }
            }
        }
        let shapes = known
            .keys()
            .copied()
            .filter(|of| of.ends_with("Edge") || *of == "PageInfo");
        for shape in shapes.collect::<BTreeSet<_>>() {
            known.remove(shape);
        }
        known
    }

    /// The inputs with which a mutation is asked, each with a word for it where there are several: one that may belong to
    /// a project or to an organisation is asked for both.
    #[must_use]
    pub fn inputs(&self, mutation: &Field, ids: &Ids) -> Vec<(&'static str, Map<String, Value>)> {
        let takes = |name: &str| {
            let mut inputs = mutation
                .args
                .iter()
                .filter_map(|argument| self.0[argument.of.named()].input_fields.as_deref());
            inputs.any(|fields| {
                fields
                    .iter()
                    .any(|field| field.name == name && !field.is_required())
            })
        };
        let variants: &[(&str, &[&str])] = if takes("projectId") && takes("organisationId") {
            &[
                (" of project", &["organisationId"]),
                (" of organisation", &["projectId"]),
            ]
        } else {
            &[("", &[])]
        };
        let with = |without: &[&str]| {
            let mut ids = ids.clone();
            ids.leave_out(without);
            let arguments = mutation.args.iter().filter(|argument| argument.is_required());
            let given = arguments.map(|argument| {
                let value = self.value(&argument.of, &argument.name, &mutation.name, &ids);
                (argument.name.clone(), value)
            });
            given.collect()
        };
        variants
            .iter()
            .map(|(word, without)| (*word, with(without)))
            .collect()
    }

    /// A mutation with its variables declared, those that it cannot do without.
    #[must_use]
    pub fn mutation(&self, mutation: &Field, asked: &str) -> String {
        let required = || mutation.args.iter().filter(|argument| argument.is_required());
        let declared: Vec<String> = required()
            .map(|argument| format!("${}: {}!", argument.name, argument.of.named()))
            .collect();
        let given: Vec<String> = required()
            .map(|argument| format!("{0}: ${0}", argument.name))
            .collect();
        if declared.is_empty() {
            return format!("mutation {{ {} {{ {asked} }} }}", mutation.name);
        }
        let (declared, given) = (declared.join(", "), given.join(", "));
        format!(
            "mutation({declared}) {{ {}({given}) {{ {asked} }} }}",
            mutation.name
        )
    }

    /// A value for an argument or a field of an input: real identifiers where it names a record, nothing that could take
    /// effect on a revision that exists.
    fn value(&self, of: &Of, name: &str, about: &str, ids: &Ids) -> Value {
        if of.kind == "NON_NULL" {
            return self.value(of.of_type.as_deref().unwrap(), name, about, ids);
        }
        let named = of.named();
        let of_type = &self.0[named];
        if of.kind == "LIST" {
            return json!([]);
        }
        match (of_type.kind.as_str(), named) {
            ("ENUM", _) => json!(self.words(named)[0]),
            ("INPUT_OBJECT", _) => {
                let fields = of_type.input_fields.iter().flatten();
                let fields =
                    fields.filter(|field| field.is_required() || (field.is_id() && ids.gives(&field.name)));
                let fields =
                    fields.map(|field| (field.name.clone(), self.value(&field.of, &field.name, about, ids)));
                Value::Object(fields.collect())
            }
            (_, "ID") => ids.named(name, about),
            (_, "Int") if name.to_lowercase().ends_with("revision") => json!(999),
            (_, "Int") => json!(1),
            (_, "Float") => json!(50.4),
            (_, "Boolean") => json!(true),
            (_, "PartialDate") => json!("2027"),
            (_, "NaiveDate") => json!("2027-01-01"),
            (_, "DateTime") => json!("2027-01-01T00:00:00Z"),
            (_, "UUID") => json!("00000000-0000-0000-0000-000000000000"),
            _ => ids.text(name, about),
        }
    }
}
