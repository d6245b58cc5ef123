//! The product taxonomy over GraphQL.

use async_graphql::{Context, Object};
use domain::Lang;
use domain::product::{ProductType, TAXONOMY};

use crate::ctx::caller;

/// A product type, or a family of them, of the Data Food Consortium's taxonomy.
pub(crate) struct ProductTypeNode(pub(crate) &'static ProductType);

/// The type with this code. A record's code was checked when it was kept.
pub(crate) fn product_type(code: &str) -> Option<ProductTypeNode> {
    TAXONOMY.get(code).map(ProductTypeNode)
}

#[Object(name = "ProductType")]
impl ProductTypeNode {
    /// Its code, lasting: what offers and needs name.
    async fn code(&self) -> &str {
        self.0.code
    }

    /// Its name. The taxonomy has French and English names; in Dutch and German the French one is given.
    async fn label(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "In this language; the reader's unless given.")] language: Option<Lang>,
    ) -> &str {
        self.0.label(language.unwrap_or(caller(ctx).lang))
    }

    /// Other names it is found by.
    async fn synonyms(&self) -> &[&'static str] {
        &self.0.synonyms
    }

    /// The wider types it belongs to; none for a family.
    #[graphql(complexity = "2 * child_complexity")]
    async fn parents(&self) -> Vec<Self> {
        self.0
            .parents
            .iter()
            .filter_map(|code| product_type(code))
            .collect()
    }

    /// The types right below it.
    #[graphql(complexity = "20 * child_complexity")]
    async fn children(&self) -> Vec<Self> {
        TAXONOMY
            .narrower(self.0.code)
            .into_iter()
            .map(ProductTypeNode)
            .collect()
    }
}

#[derive(Default)]
pub(crate) struct ProductQuery;

#[Object]
impl ProductQuery {
    /// The product taxonomy, wider types before narrower ones: 255 types in nine families.
    #[graphql(complexity = "255 * child_complexity")]
    async fn product_types(
        &self,
        #[graphql(desc = "Only those whose names hold these words, without regard to accents and case.")]
        text: Option<String>,
        #[graphql(desc = "Only the families.", default)] families_only: bool,
    ) -> Vec<ProductTypeNode> {
        let found = match &text {
            Some(text) => TAXONOMY.search(text),
            None => TAXONOMY.all().iter().collect(),
        };
        found
            .into_iter()
            .filter(|of| !families_only || of.parents.is_empty())
            .map(ProductTypeNode)
            .collect()
    }

    /// The product type with this code.
    async fn product_type(&self, code: String) -> Option<ProductTypeNode> {
        product_type(&code)
    }
}
