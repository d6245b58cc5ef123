//! What every record has in common, and the macro that declares one: its fields stand once, and the record,
//! the input that makes it and the input that changes it follow from them.

use chrono::{DateTime, Utc};
use serde::Serialize;
use serde::de::DeserializeOwned;
use uuid::Uuid;

use crate::change::RecordType;
use crate::check::Checks;
use crate::facet::Facets;
use crate::id::RecordId;
use crate::policy::Action;

/// What somebody wants to do with a record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verb {
    /// Make it.
    Create,
    /// Change its fields.
    Update,
    /// Remove it.
    Delete,
}

/// A record: identified, numbered by revision, made and changed through its inputs.
pub trait Record:
    Clone + PartialEq + std::fmt::Debug + Send + Sync + Serialize + DeserializeOwned + 'static
{
    /// Its kind.
    const TYPE: RecordType;
    /// Its typed identifier.
    type Id: Copy
        + Send
        + Sync
        + std::fmt::Debug
        + std::fmt::Display
        + Eq
        + std::hash::Hash
        + From<Uuid>
        + Into<Uuid>
        + Into<RecordId>;
    /// The input that makes it.
    type New: Send + Sync + Serialize;
    /// The input that changes it.
    type Patch: Send + Sync;

    /// Its identifier.
    fn id(&self) -> Self::Id;

    /// The number of its present state: 1, and one more at each change.
    fn revision(&self) -> i32;

    /// When it was last changed.
    fn updated_at(&self) -> DateTime<Utc>;

    /// Numbers and dates a new state.
    fn restate(&mut self, revision: i32, now: DateTime<Utc>);

    /// A new record from its input.
    fn made(new: Self::New, id: Self::Id, now: DateTime<Utc>) -> Self;

    /// The record and revision that an update is about.
    fn target(patch: &Self::Patch) -> (Self::Id, i32);

    /// The client's own name for a creation, which makes a retry safe.
    fn client_mutation_id(new: &Self::New) -> Option<&str>;

    /// Applies an update; refuses to empty what cannot be empty.
    fn apply(&mut self, patch: Self::Patch, checks: &mut Checks);
}

/// What a record adds of its own: its rules, what it is found by, who may touch it.
pub trait Rules: Record {
    /// Tidies the fields and collects what is wrong with them.
    fn check(&mut self, checks: &mut Checks);

    /// What it is found by.
    fn facets(&self) -> Facets;

    /// What doing this to it asks of the policy.
    fn action(&self, verb: Verb) -> Action;

    /// What follows from an edit of this record, or cannot be done by one.
    fn edited(&mut self, _before: &Self, _checks: &mut Checks) {}

    /// What is kept of the present state although a change is taken back.
    fn taken_back(&mut self, _present: &Self, _now: DateTime<Utc>) {}

    /// The fields of its present state whose changes are not taken back.
    fn lasting(&self) -> &'static [&'static str] {
        &[]
    }

    /// What reading it asks of the policy, where not everybody may: to the others it does not exist.
    fn reading(&self) -> Option<Action> {
        None
    }
}

/// Declares a record with its two inputs. `required` and `optional` fields can be given and changed by
/// clients; `fixed` ones change only through verbs of their own.
macro_rules! record {
    (
        $(#[$meta:meta])*
        $name:ident, $id:ident, $kind:ident, $new:ident, $patch:ident;
        fixed { $( $(#[$fmeta:meta])* $fixed:ident: $fty:ty ),* $(,)? }
        required { $( $(#[$rmeta:meta])* $required:ident: $rty:ty ),* $(,)? }
        optional { $( $(#[$ometa:meta])* $optional:ident: $oty:ty ),* $(,)? }
    ) => {
        $(#[$meta])*
        #[derive(Clone, Debug, PartialEq, serde::Serialize, serde::Deserialize)]
        #[cfg_attr(feature = "graphql", derive(async_graphql::SimpleObject))]
        #[cfg_attr(feature = "graphql", graphql(name_type, crate = "crate::graphql"))]
        #[serde(rename_all = "camelCase")]
        pub struct $name {
            /// The record's identifier, opaque and lasting.
            pub id: $crate::id::$id,
            /// The number of this state: 1, and one more at each change.
            pub revision: i32,
            /// When the record was made here.
            pub created_at: chrono::DateTime<chrono::Utc>,
            /// When the record was last changed here.
            pub updated_at: chrono::DateTime<chrono::Utc>,
            $( $(#[$rmeta])* pub $required: $rty, )*
            $( $(#[$ometa])* #[serde(default)] pub $optional: $oty, )*
            $( $(#[$fmeta])* #[serde(default)] pub $fixed: $fty, )*
        }

        $(#[$meta])*
        ///
        /// This input makes one.
        #[derive(Clone, Debug, PartialEq, serde::Serialize, serde::Deserialize)]
        #[cfg_attr(feature = "graphql", derive(async_graphql::InputObject))]
        #[serde(rename_all = "camelCase")]
        pub struct $new {
            /// The client's own name for this request, at most 100 characters: the same again answers the record
            /// made the first time instead of making another.
            #[serde(default, skip_serializing_if = "Option::is_none")]
            pub client_mutation_id: Option<String>,
            $( $(#[$rmeta])* pub $required: $rty, )*
            $(
                $(#[$ometa])*
                #[serde(default)]
                #[cfg_attr(feature = "graphql", graphql(default))]
                pub $optional: $oty,
            )*
        }

        $(#[$meta])*
        ///
        /// This input changes one: an absent field stays as it is, null empties it.
        #[derive(Clone, Debug, PartialEq, serde::Serialize, serde::Deserialize)]
        #[cfg_attr(feature = "graphql", derive(async_graphql::InputObject))]
        #[serde(rename_all = "camelCase")]
        pub struct $patch {
            /// The record to change.
            pub id: $crate::id::$id,
            /// The revision the change was made on; another one is refused with `STALE_REVISION`.
            pub expected_revision: i32,
            $(
                $(#[$rmeta])*
                #[serde(default, skip_serializing_if = "crate::patch::Patch::is_absent")]
                pub $required: $crate::patch::Patch<<$rty as $crate::patch::Slot>::Value>,
            )*
            $(
                $(#[$ometa])*
                #[serde(default, skip_serializing_if = "crate::patch::Patch::is_absent")]
                pub $optional: $crate::patch::Patch<<$oty as $crate::patch::Slot>::Value>,
            )*
        }

        /// The schema knows the record by the object that adds its relations; this name never shows.
        #[cfg(feature = "graphql")]
        impl async_graphql::TypeName for $name {
            fn type_name() -> std::borrow::Cow<'static, str> {
                concat!(stringify!($name), "Record").into()
            }
        }

        impl $name {
            /// A record of which nothing more is said.
            #[must_use]
            pub fn bare(id: $crate::id::$id, now: chrono::DateTime<chrono::Utc>, $($required: $rty),*) -> Self {
                Self {
                    id,
                    revision: 1,
                    created_at: now,
                    updated_at: now,
                    $($required,)*
                    $($optional: Default::default(),)*
                    $($fixed: Default::default(),)*
                }
            }
        }

        impl $patch {
            /// An update that changes nothing yet.
            #[must_use]
            pub const fn of(id: $crate::id::$id, expected_revision: i32) -> Self {
                Self {
                    id,
                    expected_revision,
                    $( $required: $crate::patch::Patch::Absent, )*
                    $( $optional: $crate::patch::Patch::Absent, )*
                }
            }
        }

        impl $crate::record::Record for $name {
            const TYPE: $crate::change::RecordType = $crate::change::RecordType::$kind;
            type Id = $crate::id::$id;
            type New = $new;
            type Patch = $patch;

            fn id(&self) -> Self::Id {
                self.id
            }

            fn revision(&self) -> i32 {
                self.revision
            }

            fn updated_at(&self) -> chrono::DateTime<chrono::Utc> {
                self.updated_at
            }

            fn restate(&mut self, revision: i32, now: chrono::DateTime<chrono::Utc>) {
                self.revision = revision;
                self.updated_at = now;
            }

            fn made(new: $new, id: Self::Id, now: chrono::DateTime<chrono::Utc>) -> Self {
                let $new { client_mutation_id: _, $($required,)* $($optional,)* } = new;
                Self {
                    id,
                    revision: 1,
                    created_at: now,
                    updated_at: now,
                    $($required,)*
                    $($optional,)*
                    $($fixed: Default::default(),)*
                }
            }

            fn target(patch: &$patch) -> (Self::Id, i32) {
                (patch.id, patch.expected_revision)
            }

            fn client_mutation_id(new: &$new) -> Option<&str> {
                new.client_mutation_id.as_deref()
            }

            fn apply(&mut self, patch: $patch, checks: &mut $crate::check::Checks) {
                let $patch { id: _, expected_revision: _, $($required,)* $($optional,)* } = patch;
                $( $crate::record::assign(&mut self.$required, $required, stringify!($required), checks); )*
                $( $crate::record::assign(&mut self.$optional, $optional, stringify!($optional), checks); )*
            }
        }
    };
}

/// Sets one field as an update asks.
pub fn assign<S: crate::patch::Slot>(
    slot: &mut S,
    patch: crate::patch::Patch<S::Value>,
    field: &str,
    checks: &mut Checks,
) {
    let set = match patch {
        crate::patch::Patch::Absent => true,
        crate::patch::Patch::Null => slot.set(None),
        crate::patch::Patch::Value(value) => slot.set(Some(value)),
    };
    if !set {
        checks.refuse(crate::refusal::Refusal::Required { field: camel(field) });
    }
}

/// A Rust field's name as the schema writes it.
#[must_use]
pub fn camel(field: &str) -> String {
    let mut out = String::with_capacity(field.len());
    let mut raise = false;
    for c in field.chars() {
        if c == '_' {
            raise = true;
        } else if raise {
            out.push(c.to_ascii_uppercase());
            raise = false;
        } else {
            out.push(c);
        }
    }
    out
}
