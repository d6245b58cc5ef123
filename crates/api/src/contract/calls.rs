//! Which deprecated members of the schema a document uses: fields, arguments, fields of inputs, words of closed lists, also
//! those in its variables.

use std::collections::{BTreeSet, HashSet};
use std::convert::Infallible;

use async_graphql::parser::types::{ExecutableDocument, Field, OperationType, Selection, SelectionSet};
use async_graphql::registry::{MetaInputValue, MetaType, MetaTypeName, Registry};
use async_graphql::{Name, Value, Variables};

/// Whether anything that clients send is deprecated: only then need their variables be read.
pub(crate) fn is_any_input_deprecated(registry: &Registry) -> bool {
    registry.types.values().any(|of| match of {
        MetaType::InputObject { input_fields, .. } => input_fields
            .values()
            .any(|field| field.deprecation.is_deprecated()),
        MetaType::Enum { enum_values, .. } => {
            enum_values.values().any(|word| word.deprecation.is_deprecated())
        }
        MetaType::Scalar { .. }
        | MetaType::Object { .. }
        | MetaType::Interface { .. }
        | MetaType::Union { .. } => false,
    })
}

/// By their coordinates. The document may still be one that does not fit the schema.
pub(crate) fn deprecated_calls(
    registry: &Registry,
    document: &ExecutableDocument,
    variables: Option<&Variables>,
) -> BTreeSet<String> {
    let mut reader = Reader {
        registry,
        document,
        fragments: HashSet::new(),
        found: BTreeSet::new(),
    };
    for (_, operation) in document.operations.iter() {
        let operation = &operation.node;
        let root = match operation.ty {
            OperationType::Query => Some(&registry.query_type),
            OperationType::Mutation => registry.mutation_type.as_ref(),
            OperationType::Subscription => registry.subscription_type.as_ref(),
        };
        if let Some(root) = root {
            reader.selection(root, &operation.selection_set.node);
        }
        for variable in &operation.variable_definitions {
            let variable = &variable.node;
            if let Some(value) = variables.and_then(|sent| sent.get(&variable.name.node)) {
                reader.value(&variable.var_type.node.to_string(), value);
            }
        }
    }
    reader.found
}

struct Reader<'a> {
    registry: &'a Registry,
    document: &'a ExecutableDocument,
    /// Those that were read: one that spreads itself is read once.
    fragments: HashSet<&'a Name>,
    found: BTreeSet<String>,
}

impl<'a> Reader<'a> {
    fn selection(&mut self, of: &str, set: &'a SelectionSet) {
        for item in &set.items {
            match &item.node {
                Selection::Field(field) => self.field(of, &field.node),
                Selection::InlineFragment(part) => {
                    let on = part.node.type_condition.as_ref();
                    let of = on.map_or(of, |on| on.node.on.node.as_str());
                    self.selection(of, &part.node.selection_set.node);
                }
                Selection::FragmentSpread(spread) => {
                    let found = self
                        .document
                        .fragments
                        .get_key_value(&spread.node.fragment_name.node);
                    if let Some((name, part)) = found
                        && self.fragments.insert(name)
                    {
                        let on = part.node.type_condition.node.on.node.as_str();
                        self.selection(on, &part.node.selection_set.node);
                    }
                }
            }
        }
    }

    fn field(&mut self, of: &str, field: &'a Field) {
        let registry = self.registry;
        let name = field.name.node.as_str();
        let Some(known) = registry.types.get(of).and_then(|of| of.field_by_name(name)) else {
            return;
        };
        if known.deprecation.is_deprecated() {
            self.found.insert(format!("{of}.{name}"));
        }
        for (argument, value) in &field.arguments {
            if let Some(known) = known.args.get(argument.node.as_str()) {
                self.sent(known, || format!("{of}.{name}({}:)", known.name));
                // Variables are read by themselves.
                let Ok(value) = value
                    .node
                    .clone()
                    .into_const_with(|_| Ok::<_, Infallible>(Value::Null));
                self.value(&known.ty, &value);
            }
        }
        self.selection(
            MetaTypeName::concrete_typename(&known.ty),
            &field.selection_set.node,
        );
    }

    fn sent(&mut self, known: &MetaInputValue, coordinate: impl FnOnce() -> String) {
        if known.deprecation.is_deprecated() {
            self.found.insert(coordinate());
        }
    }

    /// A value that is sent.
    fn value(&mut self, ty: &str, value: &Value) {
        match value {
            Value::List(values) => {
                for value in values {
                    self.value(ty, value);
                }
            }
            Value::Object(fields) => {
                for (name, value) in fields {
                    if let Some(known) = self.input_field(ty, name) {
                        self.value(&known.ty, value);
                    }
                }
            }
            Value::String(word) => self.word(ty, word),
            Value::Enum(word) => self.word(ty, word),
            Value::Null | Value::Number(_) | Value::Boolean(_) | Value::Binary(_) => {}
        }
    }

    fn input_field(&mut self, ty: &str, name: &str) -> Option<&'a MetaInputValue> {
        let registry = self.registry;
        let ty = MetaTypeName::concrete_typename(ty);
        let Some(MetaType::InputObject { input_fields, .. }) = registry.types.get(ty) else {
            return None;
        };
        let known = input_fields.get(name)?;
        self.sent(known, || format!("{ty}.{name}"));
        Some(known)
    }

    fn word(&mut self, ty: &str, word: &str) {
        let ty = MetaTypeName::concrete_typename(ty);
        if let Some(MetaType::Enum { enum_values, .. }) = self.registry.types.get(ty)
            && enum_values
                .get(word)
                .is_some_and(|known| known.deprecation.is_deprecated())
        {
            self.found.insert(format!("{ty}.{word}"));
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::{Arc, Mutex};

    use async_graphql::extensions::{Extension, ExtensionContext, ExtensionFactory, NextParseQuery};
    use async_graphql::{
        EmptyMutation, EmptySubscription, Enum, InputObject, Object, Request, Schema, ServerResult,
    };

    use super::*;

    #[derive(Clone, Copy, PartialEq, Eq, Enum)]
    enum Unit {
        #[graphql(deprecation = "Use `KILOGRAM`; removed after 2027-06-30.")]
        Kilo,
        Kilogram,
    }

    #[derive(InputObject)]
    struct Wanted {
        #[graphql(deprecation = "Use `unit`; removed after 2027-06-30.")]
        measure: Option<Unit>,
        unit: Option<Unit>,
    }

    struct Row;

    #[Object]
    impl Row {
        #[graphql(deprecation = "Use `title`; removed after 2027-06-30.")]
        async fn name(&self) -> &str {
            "row"
        }

        async fn title(&self) -> &str {
            "row"
        }
    }

    struct Root;

    #[Object]
    impl Root {
        async fn rows(
            &self,
            #[graphql(deprecation = "Use `wanted`; removed after 2027-06-30.")] unit: Option<Unit>,
            wanted: Option<Vec<Wanted>>,
        ) -> Vec<Row> {
            let _ = (
                unit,
                wanted.map(|all| {
                    all.into_iter()
                        .map(|one| (one.measure, one.unit))
                        .collect::<Vec<_>>()
                }),
            );
            vec![Row]
        }
    }

    #[derive(Default)]
    struct Noted(Mutex<BTreeSet<String>>);

    struct Note(Arc<Noted>);

    impl ExtensionFactory for Note {
        fn create(&self) -> Arc<dyn Extension> {
            Arc::new(Self(Arc::clone(&self.0)))
        }
    }

    #[async_trait::async_trait]
    impl Extension for Note {
        async fn parse_query(
            &self,
            ctx: &ExtensionContext<'_>,
            query: &str,
            variables: &Variables,
            next: NextParseQuery<'_>,
        ) -> ServerResult<ExecutableDocument> {
            let document = next.run(ctx, query, variables).await?;
            let registry = &ctx.schema_env.registry;
            assert!(is_any_input_deprecated(registry));
            *self.0.0.lock().unwrap() = deprecated_calls(registry, &document, Some(variables));
            Ok(document)
        }
    }

    async fn found(query: &str, variables: serde_json::Value) -> Vec<String> {
        let noted = Arc::new(Noted::default());
        let schema = Schema::build(Root, EmptyMutation, EmptySubscription)
            .extension(Note(Arc::clone(&noted)))
            .finish();
        let answer = schema
            .execute(Request::new(query).variables(Variables::from_json(variables)))
            .await;
        assert!(answer.is_ok(), "{query}: {answer:?}");
        let found = noted.0.lock().unwrap();
        found.iter().cloned().collect()
    }

    #[tokio::test]
    async fn every_deprecated_member_is_found_wherever_it_stands() {
        let none = serde_json::json!({});
        assert!(
            found("{ rows(wanted: [{unit: KILOGRAM}]) { title } }", none.clone())
                .await
                .is_empty()
        );
        assert_eq!(
            found("{ rows { again: name title } }", none.clone()).await,
            ["Row.name"]
        );
        assert_eq!(
            found(
                "{ rows { ...R } } fragment R on Row { ... { name } }",
                none.clone()
            )
            .await,
            ["Row.name"]
        );
        assert_eq!(
            found(
                "{ rows(unit: KILO, wanted: [{measure: KILOGRAM}]) { title } }",
                none
            )
            .await,
            ["Root.rows(unit:)", "Unit.KILO", "Wanted.measure"]
        );
        let variables = serde_json::json!({"wanted": [{"unit": "KILOGRAM"}, {"measure": "KILO"}]});
        assert_eq!(
            found(
                "query($wanted: [Wanted!]) { rows(wanted: $wanted) { title } }",
                variables
            )
            .await,
            ["Unit.KILO", "Wanted.measure"]
        );
    }
}
