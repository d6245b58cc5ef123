//! What is read of the gap: one territory by product, or one product by province.

use crate::contract::schema;
use domain::measure::Unit;
use rust_decimal::Decimal;

#[derive(cynic::QueryVariables)]
pub struct Asked {
    pub territory: Option<cynic::Id>,
    pub product_types: Option<Vec<String>>,
}

#[derive(Clone, cynic::QueryFragment)]
#[cynic(graphql_type = "Query", variables = "Asked")]
pub struct ByProduct {
    #[arguments(territory: $territory, productTypes: $product_types)]
    pub gap: Gap,
}

crate::api::document!(query ByProduct(Asked));

#[derive(cynic::QueryVariables)]
pub struct ProductAsked {
    pub product_types: Option<Vec<String>>,
    pub brabant: Option<cynic::Id>,
    pub hainaut: Option<cynic::Id>,
    pub liege: Option<cynic::Id>,
    pub luxembourg: Option<cynic::Id>,
    pub namur: Option<cynic::Id>,
}

/// The five provinces at once.
#[derive(Clone, cynic::QueryFragment)]
#[cynic(graphql_type = "Query", variables = "ProductAsked")]
pub struct ByProvince {
    #[cynic(alias, rename = "gap")]
    #[arguments(territory: $brabant, productTypes: $product_types)]
    brabant: Gap,
    #[cynic(alias, rename = "gap")]
    #[arguments(territory: $hainaut, productTypes: $product_types)]
    hainaut: Gap,
    #[cynic(alias, rename = "gap")]
    #[arguments(territory: $liege, productTypes: $product_types)]
    liege: Gap,
    #[cynic(alias, rename = "gap")]
    #[arguments(territory: $luxembourg, productTypes: $product_types)]
    luxembourg: Gap,
    #[cynic(alias, rename = "gap")]
    #[arguments(territory: $namur, productTypes: $product_types)]
    namur: Gap,
}

crate::api::document!(query ByProvince(ProductAsked));

/// The provinces by their official codes, as they are called.
pub const PROVINCES: [(&str, &str); 5] = [
    ("20002", "Brabant wallon"),
    ("50000", "Hainaut"),
    ("60000", "Liège"),
    ("80000", "Luxembourg"),
    ("90000", "Namur"),
];

impl ProductAsked {
    pub fn of(product: String) -> Self {
        let [brabant, hainaut, liege, luxembourg, namur] = PROVINCES.map(|it| Some(cynic::Id::new(it.0)));
        Self {
            product_types: Some(vec![product]),
            brabant,
            hainaut,
            liege,
            luxembourg,
            namur,
        }
    }
}

impl ByProvince {
    pub fn gaps(self) -> [Gap; 5] {
        [
            self.brabant,
            self.hainaut,
            self.liege,
            self.luxembourg,
            self.namur,
        ]
    }
}

#[derive(Clone, Debug, PartialEq, cynic::QueryFragment)]
pub struct Gap {
    pub rows: Vec<GapRow>,
    pub offers_without_place: i32,
    pub needs_without_place: i32,
}

#[derive(Clone, Debug, PartialEq, cynic::QueryFragment)]
pub struct GapRow {
    pub product_type: Option<Product>,
    pub months: Vec<GapMonth>,
    pub offers_without_month: i32,
    pub needs_without_month: i32,
}

#[derive(Clone, Debug, PartialEq, cynic::QueryFragment)]
#[cynic(graphql_type = "ProductType")]
pub struct Product {
    pub code: String,
    pub label: String,
}

#[derive(Clone, Debug, PartialEq, cynic::QueryFragment)]
pub struct GapMonth {
    pub month: i32,
    pub offers: i32,
    pub needs: i32,
    pub offers_without_quantity: i32,
    pub needs_without_quantity: i32,
    pub amounts: Vec<GapAmount>,
}

#[derive(Clone, Debug, PartialEq, cynic::QueryFragment)]
pub struct GapAmount {
    pub unit: Unit,
    pub offered: Option<Decimal>,
    pub needed: Option<Decimal>,
    pub difference: Decimal,
}

/// The product types, with what each is part of.
#[derive(Clone, cynic::QueryFragment)]
#[cynic(graphql_type = "Query")]
pub struct Products {
    pub product_types: Vec<Kind>,
}

crate::api::document!(query Products(()));

#[derive(Clone, Debug, PartialEq, cynic::QueryFragment)]
#[cynic(graphql_type = "ProductType")]
pub struct Kind {
    pub code: String,
    pub label: String,
    pub parents: Vec<Parent>,
}

#[derive(Clone, Debug, PartialEq, cynic::QueryFragment)]
#[cynic(graphql_type = "ProductType")]
pub struct Parent {
    pub code: String,
}
