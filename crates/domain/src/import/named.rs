//! What people write where a code is meant: the name of a product or a commune, a number among others.

use std::collections::HashMap;
use std::sync::LazyLock;

use super::words::one;
use crate::gazetteer::GAZETTEER;
use crate::product::TAXONOMY;
use crate::text::fold;

/// The product types by their names, folded and in the singular; wider ones first.
static PRODUCTS: LazyLock<HashMap<String, &'static str>> = LazyLock::new(|| {
    let mut products = HashMap::new();
    for of in TAXONOMY.all() {
        for name in std::iter::once(of.code).chain(of.names()) {
            products.entry(singular(name)).or_insert(of.code);
        }
    }
    products
});

fn singular(name: &str) -> String {
    let folded = fold(name);
    folded.split(' ').map(one).collect::<Vec<_>>().join(" ")
}

/// The code of the product that is named; what is not known is said as it is, and refused where it is looked up.
pub(super) fn product(text: &str) -> String {
    let text = text.trim();
    if TAXONOMY.get(text).is_some() {
        return text.to_owned();
    }
    PRODUCTS
        .get(&singular(text))
        .map_or_else(|| text.to_owned(), |code| (*code).to_owned())
}

/// The communes by their names, folded.
static COMMUNES: LazyLock<HashMap<String, String>> = LazyLock::new(|| {
    let communes = GAZETTEER.all().iter();
    communes
        .map(|commune| (fold(commune.name), commune.nis.to_string()))
        .collect()
});

/// The code of the commune that is named, with or without a post code before it.
pub(super) fn commune(text: &str) -> String {
    let text = text.trim();
    let name = text.trim_start_matches(|c: char| c.is_ascii_digit() || matches!(c, ' ' | '-' | '.'));
    COMMUNES
        .get(&fold(name))
        .map_or_else(|| text.to_owned(), Clone::clone)
}

/// The enterprise number in a cell: alone, or among the numbers as the exports write them.
pub(super) fn enterprise_number(text: &str) -> Option<String> {
    if !text.contains(':') {
        return Some(text.trim().to_owned());
    }
    let mut numbers = text.split(';').map(str::trim);
    numbers
        .find_map(|number| number.strip_prefix("ENTERPRISE:"))
        .map(str::to_owned)
}
