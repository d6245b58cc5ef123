//! One macro for every closed list of values: its words on the wire, in the database and in the schema are
//! the same and written once.

/// Declares an enumeration whose variants are written as given everywhere outside Rust; `default` names the one
/// that stands where nothing is said.
macro_rules! choices {
    (
        $(#[$meta:meta])*
        pub enum $name:ident as $graphql:literal $(default $default:ident)? {
            $( $(#[$vmeta:meta])* $variant:ident = $word:literal ),+ $(,)?
        }
    ) => {
        $(#[$meta])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, serde::Serialize, serde::Deserialize)]
        #[cfg_attr(feature = "graphql", derive(async_graphql::Enum))]
        #[cfg_attr(feature = "graphql", graphql(name = $graphql))]
        #[cfg_attr(feature = "db", derive(sea_orm::DeriveValueType))]
        #[cfg_attr(feature = "db", sea_orm(value_type = "String"))]
        pub enum $name {
            $(
                $(#[$vmeta])*
                #[serde(rename = $word)]
                #[cfg_attr(feature = "graphql", graphql(name = $word))]
                $variant
            ),+
        }

        $(
            impl Default for $name {
                fn default() -> Self {
                    Self::$default
                }
            }
        )?

        impl $name {
            /// Every value, in the order of declaration.
            pub const ALL: &'static [Self] = &[$(Self::$variant),+];

            /// The word used on the wire, in the database and in the schema.
            #[must_use]
            pub const fn word(self) -> &'static str {
                match self { $(Self::$variant => $word),+ }
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(self.word())
            }
        }

        impl std::str::FromStr for $name {
            type Err = $crate::refusal::UnknownWord;

            fn from_str(word: &str) -> Result<Self, Self::Err> {
                match word {
                    $($word => Ok(Self::$variant),)+
                    _ => Err($crate::refusal::UnknownWord),
                }
            }
        }

        impl $crate::patch::Slot for $name {
            type Value = Self;
            fn set(&mut self, value: Option<Self>) -> bool {
                value.map(|value| *self = value).is_some()
            }
        }
    };
}
