//! The rows of the measured database: always the same ones, of the size of a region's directories.

use std::fmt::Write as _;
use std::path::Path;

use anyhow::{Context as _, Result};
use rand::rngs::StdRng;
use rand::seq::IndexedRandom as _;
use rand::{Rng as _, SeedableRng as _};
use serde_json::{Map, Value, json};

pub(crate) const ORGANISATIONS: usize = 20_000;
pub(crate) const OFFERS: usize = 200_000;
pub(crate) const NEEDS: usize = 100_000;
/// The source that holds them.
pub(crate) const SOURCE: &str = "mesure";

const MANNERS: [&str; 12] = [
    "fermier",
    "artisanal",
    "précoce",
    "tardif",
    "de plein champ",
    "sous abri",
    "séché",
    "fumé",
    "cru",
    "lavé",
    "en vrac",
    "de garde",
];
const BEGINNINGS: [&str; 20] = [
    "bra", "cho", "del", "fra", "gri", "hou", "jal", "kel", "lum", "mor", "nis", "ors", "pla", "que", "rou",
    "sau", "tri", "val", "wan", "yer",
];
const ENDINGS: [&str; 20] = [
    "bize", "court", "delle", "fosse", "gnies", "heid", "inne", "jolle", "lette", "mont", "neux", "oye",
    "pré", "quet", "rue", "sart", "ture", "vaux", "ville", "zée",
];

/// What rows are drawn from.
pub(crate) struct Seed {
    communes: Vec<String>,
    /// The products that have none below them, with their French names.
    pub(crate) products: Vec<(String, String)>,
    /// The families: products at the top.
    pub(crate) families: Vec<String>,
}

impl Seed {
    pub(crate) fn read(reference: &Path) -> Result<Self> {
        let column = |file: &str, names: &[&str]| -> Result<Vec<Vec<String>>> {
            let mut reader = csv::Reader::from_path(reference.join(file)).context(file.to_owned())?;
            let headers = reader.headers()?.clone();
            let places: Vec<usize> = names
                .iter()
                .map(|name| {
                    headers
                        .iter()
                        .position(|header| header == *name)
                        .context(file.to_owned())
                })
                .collect::<Result<_>>()?;
            reader
                .records()
                .map(|row| {
                    let row = row?;
                    Ok(places.iter().map(|place| row[*place].to_owned()).collect())
                })
                .collect()
        };
        let communes = column("communes.csv", &["nis"])?
            .into_iter()
            .map(|mut row| row.remove(0))
            .collect();
        let types = column("product_types.csv", &["id", "parent_ids", "label_fr"])?;
        let parents: std::collections::HashSet<String> = types
            .iter()
            .flat_map(|row| row[1].split_whitespace().map(str::to_owned))
            .collect();
        let families = types
            .iter()
            .filter(|row| row[1].is_empty())
            .map(|row| row[0].clone())
            .collect();
        let products = types
            .into_iter()
            .filter(|row| !parents.contains(&row[0]) && !row[1].is_empty())
            .map(|mut row| (row.remove(0), row.remove(1)))
            .collect();
        Ok(Self {
            communes,
            products,
            families,
        })
    }

    /// A word that stands in a few hundred titles.
    pub(crate) fn word(number: usize) -> String {
        format!("{}{}", BEGINNINGS[number % 20], ENDINGS[(number / 20) % 20])
    }

    fn organisation(&self, number: usize) -> Value {
        let mut rng = StdRng::seed_from_u64(number as u64);
        let kind = ["PRODUCER", "PRODUCER", "PRODUCER", "PROCESSOR", "BUYER", "HUB"];
        json!({
            "externalId": format!("org-{number}"),
            "name": format!("Ferme {} {number}", Self::word(rng.random_range(0..400))),
            "kinds": [kind.choose(&mut rng)],
            "commune": self.communes.choose(&mut rng),
        })
    }

    /// An offer; another `state` is another price and quantity.
    pub(crate) fn offer(&self, number: usize, state: u64) -> Value {
        let mut rng = StdRng::seed_from_u64(1 << 40 | number as u64);
        let (code, name) = self.products.choose(&mut rng).cloned().unwrap_or_default();
        let word = Self::word(rng.random_range(0..400));
        let mut row = json!({
            "externalId": format!("offer-{number}"),
            "organisationExternalId": format!("org-{}", rng.random_range(0..ORGANISATIONS)),
            "productType": code,
            "title": format!("{name} {} {word}", MANNERS.choose(&mut rng).unwrap_or(&"")),
            "commune": self.communes.choose(&mut rng),
            "organic": rng.random_bool(0.4),
            "months": months(&mut rng),
            "audiences": (if rng.random_bool(0.5) { vec!["COLLECTIVE_CATERING", "SHOPS"] } else { vec!["CONSUMERS"] }),
        });
        let said: &mut Map<String, Value> = row.as_object_mut().expect("it was just made");
        // Some say no quantity, some no price, as directories do.
        if rng.random_bool(0.8) {
            let value = rng.random_range(1_u64..2_000) + state;
            said.insert(
                "quantity".into(),
                json!({ "value": value.to_string(), "unit": "KILOGRAM" }),
            );
        }
        let cents = rng.random_range(80_u64..4_000) + state;
        let amount = format!("{}.{:02}", cents / 100, cents % 100);
        said.insert(
            "price".into(),
            json!({ "amount": amount, "currency": "EUR", "per": "KILOGRAM" }),
        );
        row
    }

    fn need(&self, number: usize) -> Value {
        let mut rng = StdRng::seed_from_u64(2 << 40 | number as u64);
        let (code, name) = self.products.choose(&mut rng).cloned().unwrap_or_default();
        json!({
            "externalId": format!("need-{number}"),
            "organisationExternalId": format!("org-{}", rng.random_range(0..ORGANISATIONS)),
            "productType": code,
            "title": format!("{name} pour {}", Self::word(rng.random_range(0..400))),
            "commune": self.communes.choose(&mut rng),
            "months": months(&mut rng),
            "quantity": { "value": rng.random_range(1..500).to_string(), "unit": "KILOGRAM" },
            "period": "MONTH",
            "local": { "rule": "RADIUS", "radiusKm": rng.random_range(10..60) },
        })
    }

    /// Part of everything, as lines: organisations first.
    pub(crate) fn lines(&self, from: usize, to: usize) -> String {
        let mut lines = String::new();
        for number in from..to.min(ORGANISATIONS + OFFERS + NEEDS) {
            let line = if number < ORGANISATIONS {
                json!({ "organisation": self.organisation(number) })
            } else if number < ORGANISATIONS + OFFERS {
                json!({ "offer": self.offer(number - ORGANISATIONS, 0) })
            } else {
                json!({ "need": self.need(number - ORGANISATIONS - OFFERS) })
            };
            let _ = writeln!(lines, "{line}");
        }
        lines
    }

    /// Offers in another state, as lines.
    pub(crate) fn offers(&self, from: usize, count: usize, state: u64) -> String {
        let mut lines = String::new();
        for number in from..from + count {
            let _ = writeln!(
                lines,
                "{}",
                json!({ "offer": self.offer(number % OFFERS, state) })
            );
        }
        lines
    }
}

fn months(rng: &mut StdRng) -> Vec<i32> {
    let from = rng.random_range(1..=12);
    let mut months: Vec<i32> = (from..from + rng.random_range(1..7))
        .map(|month| (month - 1) % 12 + 1)
        .collect();
    months.sort_unstable();
    months
}
