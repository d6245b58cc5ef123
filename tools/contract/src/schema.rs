//! What clients can name in a GraphQL schema.

use anyhow::{Context as _, Result};
use async_graphql_parser::Positioned;
use async_graphql_parser::types::{
    BaseType, ConstDirective, FieldDefinition, InputValueDefinition, Type, TypeDefinition, TypeKind,
    TypeSystemDefinition,
};

use crate::member::{Contract, Form, Member, Of, Promise, Shape};

/// Reads a schema.
pub(crate) fn read(sdl: &str) -> Result<Contract> {
    let document = async_graphql_parser::parse_schema(sdl).context("the schema cannot be read")?;
    let mut contract = Contract::new();
    for definition in document.definitions {
        match definition {
            TypeSystemDefinition::Type(definition) => add_type(&mut contract, &definition.node),
            TypeSystemDefinition::Directive(directive) => {
                let name = format!("@{}", directive.node.name.node);
                add_values(
                    &mut contract,
                    &name,
                    &directive.node.arguments,
                    |name, argument| format!("{name}({argument}:)"),
                );
                contract.insert(name, Member::new(None, Form::Thing("directive")));
            }
            TypeSystemDefinition::Schema(_) => {}
        }
    }
    Ok(contract)
}

fn add_type(contract: &mut Contract, definition: &TypeDefinition) {
    let name = definition.name.node.as_str();
    let mut part = |coordinate: String, thing| {
        contract.insert(coordinate, Member::new(Some(name), Form::Thing(thing)));
    };
    let kind = match &definition.kind {
        TypeKind::Scalar => "scalar",
        TypeKind::Object(object) => {
            for interface in &object.implements {
                part(format!("{name} implements {}", interface.node), "interface");
            }
            add_fields(contract, name, &object.fields);
            "object"
        }
        TypeKind::Interface(interface) => {
            for over in &interface.implements {
                part(format!("{name} implements {}", over.node), "interface");
            }
            add_fields(contract, name, &interface.fields);
            "interface"
        }
        TypeKind::Union(union) => {
            for member in &union.members {
                part(format!("{name} may be {}", member.node), "member");
            }
            "union"
        }
        TypeKind::Enum(words) => {
            for word in &words.values {
                let member = Member {
                    deprecated: deprecation(&word.node.directives),
                    description: described(word.node.description.as_ref()),
                    ..Member::new(Some(name), Form::Thing("word"))
                };
                contract.insert(format!("{name}.{}", word.node.value.node), member);
            }
            "enum"
        }
        TypeKind::InputObject(input) => {
            add_values(contract, name, &input.fields, |name, field| {
                format!("{name}.{field}")
            });
            "input"
        }
    };
    let member = Member {
        description: described(definition.description.as_ref()),
        ..Member::new(None, Form::Thing(kind))
    };
    contract.insert(name.to_owned(), member);
}

fn add_fields(contract: &mut Contract, name: &str, fields: &[Positioned<FieldDefinition>]) {
    for field in fields {
        let coordinate = format!("{name}.{}", field.node.name.node);
        add_values(contract, &coordinate, &field.node.arguments, |field, argument| {
            format!("{field}({argument}:)")
        });
        let promise = Promise {
            shape: shape(&field.node.ty.node),
            is_sent: false,
            is_received: true,
            is_optional: false,
        };
        let member = Member {
            deprecated: deprecation(&field.node.directives),
            description: described(field.node.description.as_ref()),
            ..Member::new(Some(name), Form::Value(promise))
        };
        contract.insert(coordinate, member);
    }
}

/// What is sent: arguments, and the fields of an input.
fn add_values(
    contract: &mut Contract,
    owner: &str,
    values: &[Positioned<InputValueDefinition>],
    coordinate: impl Fn(&str, &str) -> String,
) {
    for value in values {
        let promise = Promise {
            shape: shape(&value.node.ty.node),
            is_sent: true,
            is_received: false,
            is_optional: value.node.ty.node.nullable || value.node.default_value.is_some(),
        };
        let member = Member {
            deprecated: deprecation(&value.node.directives),
            description: described(value.node.description.as_ref()),
            ..Member::new(Some(owner), Form::Value(promise))
        };
        contract.insert(coordinate(owner, &value.node.name.node), member);
    }
}

fn shape(written: &Type) -> Shape {
    Shape {
        may_be_null: written.nullable,
        of: match &written.base {
            BaseType::Named(name) => Of::One(name.to_string()),
            BaseType::List(of) => Of::Many(Box::new(shape(of))),
        },
    }
}

fn described(description: Option<&Positioned<String>>) -> String {
    description.map_or_else(String::new, |text| {
        text.node.split_whitespace().collect::<Vec<_>>().join(" ")
    })
}

fn deprecation(directives: &[Positioned<ConstDirective>]) -> Option<String> {
    let found = directives
        .iter()
        .find(|directive| directive.node.name.node == "deprecated")?;
    let reason = found
        .node
        .arguments
        .iter()
        .find(|(name, _)| name.node == "reason");
    Some(reason.map_or_else(String::new, |(_, reason)| {
        reason.node.to_string().trim_matches('"').to_owned()
    }))
}
