//! The GraphQL library, but for one function: a record's node answers where it stands what is at hand, and only its
//! relations run beside each other. `node!` and the `Node` interface name this module as the library (`crate = …`).

use std::future::Future;

pub(crate) use async_graphql::*;
use domain::graphql::{Answers, selected};
use futures::future::{BoxFuture, join_all};

/// As the library's, with the function that is ours.
pub(crate) mod resolver_utils {
    pub(crate) use super::resolve as resolve_container;
    pub(crate) use async_graphql::resolver_utils::*;
}

/// What answers its plain fields at once.
pub(crate) trait Answered: ContainerType {
    /// The answer to a field that is at hand; nothing to one that is not.
    fn at_hand(&self, ctx: &Context<'_>) -> impl Future<Output = ServerResult<Option<Value>>> + Send;

    /// The answer to all fields that are asked for.
    fn answered(&self, ctx: &ContextSelectionSet<'_>) -> impl Future<Output = ServerResult<Value>> + Send {
        async move {
            let name = Self::type_name();
            let fields = selected(ctx, &name);
            let mut answers = Answers::to(&fields);
            let mut others = Vec::new();
            for field in fields {
                let ctx = ctx.with_field(field);
                let answer = if field.node.name.node == "__typename" {
                    Ok(Some(Value::from(name.as_ref())))
                } else {
                    self.at_hand(&ctx).await
                };
                if matches!(answer, Ok(None)) {
                    others.push(field);
                }
                // Also where it is to come: the answers stand in the order of the fields.
                answers.put(&ctx, answer);
            }
            // Each in a box of its own: what a relation leads to has relations in its turn.
            let others = others.into_iter().map(|field| -> BoxFuture<'_, _> {
                Box::pin(async move {
                    let ctx = ctx.with_field(field);
                    (field, self.resolve_field(&ctx).await)
                })
            });
            for (field, answer) in join_all(others).await {
                answers.put(&ctx.with_field(field), answer);
            }
            Ok(answers.into())
        }
    }
}

pub(crate) async fn resolve<T: Answered>(ctx: &ContextSelectionSet<'_>, node: &T) -> ServerResult<Value> {
    node.answered(ctx).await
}

#[cfg(test)]
mod tests {
    use async_graphql::{EmptyMutation, EmptySubscription, Error, Object, Result, Schema, SimpleObject};
    use serde_json::json;

    use super::*;

    #[derive(Clone, SimpleObject)]
    #[graphql(crate = "domain::graphql")]
    struct Amount {
        value: i32,
        unit: String,
    }

    #[derive(Clone, SimpleObject)]
    #[graphql(name_type, crate = "domain::graphql")]
    struct Record {
        title: String,
        amount: Option<Amount>,
        amounts: Vec<Amount>,
    }

    impl TypeName for Record {
        fn type_name() -> std::borrow::Cow<'static, str> {
            "Record".into()
        }
    }

    #[derive(Clone, SimpleObject)]
    #[graphql(name = "Offer", complex, crate = "crate::answered")]
    struct Offer {
        #[graphql(flatten)]
        record: Record,
    }

    #[async_graphql::ComplexObject]
    impl Offer {
        async fn next(&self) -> Self {
            tokio::task::yield_now().await;
            self.clone()
        }

        async fn broken(&self) -> Result<Option<i32>> {
            Err(Error::new("no"))
        }
    }

    impl Answered for Offer {
        async fn at_hand(&self, ctx: &Context<'_>) -> ServerResult<Option<Value>> {
            self.record.resolve_field(ctx).await
        }
    }

    struct Query;

    #[Object]
    impl Query {
        async fn offer(&self) -> Offer {
            let amount = |value| Amount {
                value,
                unit: "KG".to_owned(),
            };
            Offer {
                record: Record {
                    title: "pommes".to_owned(),
                    amount: Some(amount(3)),
                    amounts: vec![amount(1), amount(2)],
                },
            }
        }
    }

    async fn asked(query: &str) -> Response {
        let schema = Schema::new(Query, EmptyMutation, EmptySubscription);
        schema.execute(query).await
    }

    #[tokio::test]
    async fn the_answers_stand_in_the_order_of_the_fields() {
        let answer =
            asked("{ offer { next { title } __typename title aside: amount { unit __typename } } }").await;
        assert_eq!(
            serde_json::to_string(&answer.data).unwrap(),
            r#"{"offer":{"next":{"title":"pommes"},"__typename":"Offer","title":"pommes","aside":{"unit":"KG","__typename":"Amount"}}}"#
        );
    }

    #[tokio::test]
    async fn fragments_and_what_is_asked_twice_are_one_answer() {
        let answer = asked(
            "{ offer { amount { value } ...More ... on Offer { amounts { value } next { next { title } } } ... { title } } } \
             fragment More on Offer { title amount { unit } amounts { unit } next { title } }",
        )
        .await;
        assert_eq!(
            answer.data.into_json().unwrap(),
            json!({ "offer": {
                "title": "pommes", "amount": { "value": 3, "unit": "KG" },
                "amounts": [{ "value": 1, "unit": "KG" }, { "value": 2, "unit": "KG" }],
                "next": { "title": "pommes", "next": { "title": "pommes" } },
            } })
        );
    }

    #[tokio::test]
    async fn what_fails_is_told_beside_what_does_not() {
        let answer = asked("{ offer { title broken } }").await;
        assert_eq!(answer.errors.len(), 1);
        assert_eq!(answer.errors[0].path.len(), 2);
        assert_eq!(
            answer.data.into_json().unwrap(),
            json!({ "offer": { "title": "pommes", "broken": null } })
        );
    }
}
