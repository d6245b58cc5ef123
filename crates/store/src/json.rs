//! A column that holds a value as JSON: lists and small structures that are read whole.

use sea_orm::sea_query::{ArrayType, ColumnType, Nullable, Value, ValueType, ValueTypeErr};
use sea_orm::sqlx::types::Json as Text;
use sea_orm::{ColIdx, QueryResult, TryGetError, TryGetable};
use serde::Serialize;
use serde::de::DeserializeOwned;

/// A value kept as JSON.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Json<T>(pub T);

impl<T: Serialize> From<Json<T>> for Value {
    fn from(json: Json<T>) -> Self {
        let value = serde_json::to_value(json.0).expect("our own types have string keys only");
        Self::Json(Some(Box::new(value)))
    }
}

impl<T: DeserializeOwned + 'static> TryGetable for Json<T> {
    fn try_get_by<I: ColIdx>(row: &QueryResult, index: I) -> Result<Self, TryGetError> {
        // Straight from the text that PostgreSQL sends, without a tree between.
        if let Some(value) = row.try_get_from_sqlx_postgres::<Text<T>, _>(index) {
            return value.map(|Text(value)| Self(value));
        }
        let value = serde_json::Value::try_get_by(row, index)?;
        serde_json::from_value(value)
            .map(Self)
            .map_err(|error| TryGetError::DbErr(sea_orm::DbErr::Json(error.to_string())))
    }
}

impl<T: DeserializeOwned> ValueType for Json<T> {
    fn try_from(value: Value) -> Result<Self, ValueTypeErr> {
        let Value::Json(Some(value)) = value else {
            return Err(ValueTypeErr);
        };
        serde_json::from_value(*value).map(Self).map_err(|_| ValueTypeErr)
    }

    fn type_name() -> String {
        "Json".to_owned()
    }

    fn array_type() -> ArrayType {
        ArrayType::Json
    }

    fn column_type() -> ColumnType {
        ColumnType::JsonBinary
    }
}

impl<T> Nullable for Json<T> {
    fn null() -> Value {
        Value::Json(None)
    }
}
