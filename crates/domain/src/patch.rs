//! A field of an update: absent, null and a value are three different things.

use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// What an update says of one field.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Patch<T> {
    /// Leave it as it is.
    #[default]
    Absent,
    /// Empty it.
    Null,
    /// Make it this.
    Value(T),
}

impl<T> Patch<T> {
    /// Whether the field is left alone.
    #[must_use]
    pub const fn is_absent(&self) -> bool {
        matches!(self, Self::Absent)
    }
}

impl<T> From<Option<T>> for Patch<T> {
    fn from(value: Option<T>) -> Self {
        value.map_or(Self::Null, Self::Value)
    }
}

impl<T: Serialize> Serialize for Patch<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Absent | Self::Null => serializer.serialize_none(),
            Self::Value(value) => value.serialize(serializer),
        }
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Patch<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Option::<T>::deserialize(deserializer).map(Self::from)
    }
}

/// A field that an update can set.
pub trait Slot {
    /// What a value given for it is.
    type Value;

    /// Sets or, with `None`, empties the field; false where it may not be empty.
    fn set(&mut self, value: Option<Self::Value>) -> bool;
}

impl<T> Slot for Option<T> {
    type Value = T;
    fn set(&mut self, value: Option<T>) -> bool {
        *self = value;
        true
    }
}

impl<T> Slot for Vec<T> {
    type Value = Self;
    fn set(&mut self, value: Option<Self>) -> bool {
        *self = value.unwrap_or_default();
        true
    }
}

/// Fields that cannot be empty.
macro_rules! required_slots {
    ($($ty:ty),+) => {$(
        impl Slot for $ty {
            type Value = Self;
            fn set(&mut self, value: Option<Self>) -> bool {
                value.map(|value| *self = value).is_some()
            }
        }
    )+};
}

required_slots!(String, bool, i32, chrono::NaiveDate);

#[cfg(feature = "graphql")]
const _: () = {
    use std::borrow::Cow;

    use async_graphql::registry::Registry;
    use async_graphql::{InputType, InputValueError, InputValueResult, Value};

    impl<T: InputType> InputType for Patch<T> {
        type RawValueType = T::RawValueType;

        fn type_name() -> Cow<'static, str> {
            T::type_name()
        }

        fn qualified_type_name() -> String {
            T::type_name().to_string()
        }

        fn create_type_info(registry: &mut Registry) -> String {
            T::create_type_info(registry);
            T::type_name().to_string()
        }

        fn parse(value: Option<Value>) -> InputValueResult<Self> {
            Ok(match value {
                None => Self::Absent,
                Some(Value::Null) => Self::Null,
                some => Self::Value(T::parse(some).map_err(InputValueError::propagate)?),
            })
        }

        fn to_value(&self) -> Value {
            match self {
                Self::Value(value) => value.to_value(),
                Self::Absent | Self::Null => Value::Null,
            }
        }

        fn as_raw_value(&self) -> Option<&Self::RawValueType> {
            match self {
                Self::Value(value) => value.as_raw_value(),
                Self::Absent | Self::Null => None,
            }
        }
    }
};
