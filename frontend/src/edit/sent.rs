//! How a record is sent: the mutations that make and change it, each declared once with the fields that come back.

/// One mutation: its variables, its document, and what it answers.
macro_rules! mutation {
    ($module:ident: $verb:ident($given:ident) -> $payload:tt { $field:ident: $row:ident => $record:ident }) => {
        mod $module {
            use super::*;
            use $crate::contract::schema;
            use $crate::edit::record;
            use $crate::refusal::UserError;

            #[derive(cynic::QueryVariables)]
            struct Variables {
                input: $given,
            }

            #[derive(cynic::QueryFragment)]
            #[cynic(graphql_type = "Mutation", variables = "Variables")]
            struct Document {
                #[arguments(input: $input)]
                $verb: Payload,
            }

            $crate::api::document!(mutation Document(Variables));

            #[derive(cynic::QueryFragment)]
            #[cynic(graphql_type = $payload)]
            struct Payload {
                $field: Option<$row>,
                user_errors: Vec<UserError>,
                change_id: Option<cynic::Id>,
            }

            pub(super) async fn send(
                input: $given,
            ) -> Result<$crate::edit::Outcome<$record>, $crate::ui::state::Failure> {
                let sent = <Document as cynic::MutationBuilder<_>>::build(Variables { input });
                let Payload {
                    $field: row,
                    user_errors,
                    change_id,
                } = $crate::api::mutate(&sent).await?.$verb;
                Ok($crate::edit::Outcome {
                    record: row.as_ref().and_then(record),
                    errors: user_errors,
                    change: change_id,
                })
            }
        }
    };
}

/// A record that a form makes and changes, with the fields that it compares.
macro_rules! kept {
    (
        $record:ident as $row:ident, $payload:tt $field:ident;
        $make:ident: $create:ident($new:ident), $change:ident: $update:ident($patch:ident);
        $fields:expr
    ) => {
        $crate::edit::sent::mutation!($make: $create($new) -> $payload { $field: $row => $record });
        $crate::edit::sent::mutation!($change: $update($patch) -> $payload { $field: $row => $record });

        impl $crate::edit::Keeps for $record {
            const FIELDS: &'static [(&'static str, $crate::language::Text)] = $fields;

            async fn send(
                sent: $crate::edit::Sent<Self>,
            ) -> Result<$crate::edit::Outcome<Self>, $crate::ui::state::Failure> {
                match sent {
                    $crate::edit::Sent::Make(input) => $make::send(input).await,
                    $crate::edit::Sent::Change(input) => $change::send(input).await,
                }
            }
        }
    };
}

pub(crate) use {kept, mutation};
