//! What is read of an import, and what is asked to be done with it.

use crate::api;
use crate::contract::schema;
use crate::directory::read::Counts;
use crate::language::t;
use crate::refusal::{UserError, failed, refused};
use crate::ui::field::Refused;
use chrono::{DateTime, Utc};
use cynic::MutationBuilder;
use domain::import::{self, DateOrder, DecimalMark, FieldMapping, Format, State, ValueMapping};
use domain::push::{Mode, Notice, Outcome, Pushed};
use domain::refusal::Code;
use serde_json::Value;

#[derive(cynic::QueryVariables)]
pub struct One {
    pub id: cynic::Id,
}

#[derive(Clone, cynic::QueryFragment)]
#[cynic(graphql_type = "Query", variables = "One")]
pub struct Found {
    #[arguments(id: $id)]
    pub import: Option<Import>,
}

crate::api::document!(query Found(One));

#[derive(Clone, Debug, cynic::QueryFragment)]
pub struct Import {
    pub id: cynic::Id,
    pub source: Option<Source>,
    pub record_type: Pushed,
    pub file_name: String,
    pub format: Format,
    pub encoding: Option<String>,
    pub columns: Vec<ImportColumn>,
    pub mapping: ImportMapping,
    pub mode: Mode,
    pub state: State,
    pub lines: i32,
    pub done: i32,
    pub counts: Counts,
    pub preview: Option<Counts>,
    pub absent: Option<i32>,
    pub failure: Option<UserError>,
    pub is_cleared: bool,
}

#[derive(Clone, Debug, cynic::QueryFragment)]
pub struct Source {
    pub id: cynic::Id,
    pub code: String,
    pub name: String,
}

#[derive(Clone, Debug, PartialEq, cynic::QueryFragment)]
pub struct ImportColumn {
    pub name: String,
    pub samples: Vec<String>,
}

#[derive(Clone, Debug, cynic::QueryFragment)]
pub struct ImportMapping {
    pub fields: Vec<ImportFieldMapping>,
    pub decimal: DecimalMark,
    pub separator: String,
    pub dates: DateOrder,
}

#[derive(Clone, Debug, cynic::QueryFragment)]
pub struct ImportFieldMapping {
    pub field: String,
    pub column: Option<String>,
    pub constant: Option<String>,
    pub values: Vec<ImportValue>,
}

#[derive(Clone, Debug, cynic::QueryFragment)]
pub struct ImportValue {
    pub from: String,
    pub to: String,
}

impl From<ImportMapping> for import::Mapping {
    fn from(mapping: ImportMapping) -> Self {
        let ImportMapping {
            fields,
            decimal,
            separator,
            dates,
        } = mapping;
        let value = |ImportValue { from, to }| ValueMapping { from, to };
        let field = |fed: ImportFieldMapping| FieldMapping {
            field: fed.field,
            column: fed.column,
            constant: fed.constant,
            values: fed.values.into_iter().map(value).collect(),
        };
        Self {
            fields: fields.into_iter().map(field).collect(),
            decimal,
            separator,
            dates,
        }
    }
}

#[derive(cynic::QueryVariables)]
pub struct AskedRows {
    pub id: cynic::Id,
    pub outcomes: Option<Vec<Outcome>>,
    pub after: Option<i32>,
}

#[derive(Clone, cynic::QueryFragment)]
#[cynic(graphql_type = "Query", variables = "AskedRows")]
pub struct FoundRows {
    #[arguments(id: $id)]
    pub import: Option<WithRows>,
}

crate::api::document!(query FoundRows(AskedRows));

#[derive(Clone, cynic::QueryFragment)]
#[cynic(graphql_type = "Import", variables = "AskedRows")]
pub struct WithRows {
    #[arguments(outcomes: $outcomes, first: 100, after: $after)]
    pub rows: Vec<ImportRow>,
}

#[derive(Clone, Debug, PartialEq, cynic::QueryFragment)]
pub struct ImportRow {
    pub line: i32,
    pub external_id: Option<String>,
    pub outcome: Outcome,
    pub errors: Vec<ImportRowError>,
    pub notices: Vec<Notice>,
    pub changes: Vec<FieldChange>,
}

#[derive(Clone, Debug, PartialEq, cynic::QueryFragment)]
pub struct ImportRowError {
    pub code: Code,
    pub column: Option<String>,
    pub message: String,
}

#[derive(Clone, Debug, PartialEq, cynic::QueryFragment)]
pub struct FieldChange {
    pub field: String,
    pub from: Value,
    pub to: Value,
}

#[derive(cynic::QueryFragment)]
struct ImportPayload {
    user_errors: Vec<UserError>,
}

#[derive(cynic::InputObject)]
struct ImportMapInput {
    id: cynic::Id,
    mapping: ImportMappingInput,
}

#[derive(cynic::InputObject)]
struct ImportMappingInput {
    fields: Vec<ImportFieldMappingInput>,
    decimal: DecimalMark,
    separator: String,
    dates: DateOrder,
}

#[derive(cynic::InputObject)]
struct ImportFieldMappingInput {
    field: String,
    column: Option<String>,
    constant: Option<String>,
    values: Vec<ImportValueInput>,
}

#[derive(cynic::InputObject)]
struct ImportValueInput {
    from: String,
    to: String,
}

impl From<import::Mapping> for ImportMappingInput {
    fn from(mapping: import::Mapping) -> Self {
        let import::Mapping {
            fields,
            decimal,
            separator,
            dates,
        } = mapping;
        let value = |ValueMapping { from, to }| ImportValueInput { from, to };
        let field = |fed: FieldMapping| ImportFieldMappingInput {
            field: fed.field,
            column: fed.column,
            constant: fed.constant,
            values: fed.values.into_iter().map(value).collect(),
        };
        Self {
            fields: fields.into_iter().map(field).collect(),
            decimal,
            separator,
            dates,
        }
    }
}

#[derive(cynic::QueryVariables)]
struct Mapping {
    input: ImportMapInput,
}

#[derive(cynic::QueryFragment)]
#[cynic(graphql_type = "Mutation", variables = "Mapping")]
struct Map {
    #[arguments(input: $input)]
    import_map: ImportPayload,
}

crate::api::document!(mutation Map(Mapping));

#[derive(cynic::InputObject)]
struct ImportPreviewInput {
    id: cynic::Id,
}

#[derive(cynic::QueryVariables)]
struct Previewing {
    input: ImportPreviewInput,
}

#[derive(cynic::QueryFragment)]
#[cynic(graphql_type = "Mutation", variables = "Previewing")]
struct Preview {
    #[arguments(input: $input)]
    import_preview: ImportPayload,
}

crate::api::document!(mutation Preview(Previewing));

#[derive(cynic::InputObject)]
struct ImportStartInput {
    id: cynic::Id,
    mode: Mode,
    confirm: Option<String>,
}

#[derive(cynic::QueryVariables)]
struct Starting {
    input: ImportStartInput,
}

#[derive(cynic::QueryFragment)]
#[cynic(graphql_type = "Mutation", variables = "Starting")]
struct Start {
    #[arguments(input: $input)]
    import_start: ImportPayload,
}

crate::api::document!(mutation Start(Starting));

#[derive(cynic::InputObject)]
struct ImportCancelInput {
    id: cynic::Id,
}

#[derive(cynic::QueryVariables)]
struct Cancelling {
    input: ImportCancelInput,
}

#[derive(cynic::QueryFragment)]
#[cynic(graphql_type = "Mutation", variables = "Cancelling")]
struct Cancel {
    #[arguments(input: $input)]
    import_cancel: ImportPayload,
}

crate::api::document!(mutation Cancel(Cancelling));

/// What is asked to be done with an import.
#[derive(Clone)]
pub enum Ask {
    /// Read it so, and work out what it would do.
    Preview(import::Mapping),
    Start {
        mode: Mode,
        confirm: Option<String>,
    },
    Cancel,
}

/// Asks for it; what was refused comes back.
pub async fn ask(id: cynic::Id, what: Ask) -> Result<(), Vec<Refused>> {
    let done = match what {
        Ask::Preview(mapping) => {
            let input = ImportMapInput {
                id: id.clone(),
                mapping: mapping.into(),
            };
            let mapped = api::mutate(&Map::build(Mapping { input }))
                .await
                .map(|it| it.import_map);
            match mapped {
                Ok(mapped) if mapped.user_errors.is_empty() => {
                    let input = ImportPreviewInput { id };
                    api::mutate(&Preview::build(Previewing { input }))
                        .await
                        .map(|it| it.import_preview)
                }
                other => other,
            }
        }
        Ask::Start { mode, confirm } => {
            let input = ImportStartInput { id, mode, confirm };
            api::mutate(&Start::build(Starting { input }))
                .await
                .map(|it| it.import_start)
        }
        Ask::Cancel => {
            let input = ImportCancelInput { id };
            api::mutate(&Cancel::build(Cancelling { input }))
                .await
                .map(|it| it.import_cancel)
        }
    };
    match done {
        Ok(done) if done.user_errors.is_empty() => Ok(()),
        Ok(done) => Err(refused(done.user_errors)),
        Err(failure) => Err(failed(&failure)),
    }
}

#[derive(Clone, cynic::QueryFragment)]
#[cynic(graphql_type = "Import")]
pub struct Listed {
    pub id: cynic::Id,
    pub file_name: String,
    pub record_type: Pushed,
    pub state: State,
    pub lines: i32,
    pub counts: Counts,
    pub made_at: DateTime<Utc>,
}

impl std::fmt::Debug for Listed {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("Listed").field(&self.id).finish()
    }
}

/// A file came: its import.
#[derive(serde::Deserialize)]
pub struct Came {
    pub id: String,
}

/// What of a kind a file can hold, for a choice.
pub fn kinds() -> Vec<(String, String)> {
    [
        (Pushed::Organisation, t::import_organisations()),
        (Pushed::Offer, t::exchange_offers()),
        (Pushed::Need, t::exchange_needs()),
    ]
    .map(|(what, label)| (what.plural().to_owned(), label.to_owned()))
    .to_vec()
}
