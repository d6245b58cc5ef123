//! The product taxonomy: what is offered and needed, from the widest family to the single product. Read from the
//! reference file (its source and licence stand in `crates/store/reference/SOURCES.md`), the same in the server and in
//! the browser.

use std::collections::HashMap;
use std::sync::LazyLock;

use crate::text::{Lang, fold};

/// One product type.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProductType {
    /// Its code, as the Data Food Consortium writes it.
    pub code: &'static str,
    /// The wider types it belongs to; none for a family.
    pub parents: Vec<&'static str>,
    label_fr: &'static str,
    label_en: &'static str,
    /// Other names, in English.
    pub synonyms: Vec<&'static str>,
}

impl ProductType {
    /// Its name: in French or English where the taxonomy has it (it has no Dutch or German), else in the other.
    #[must_use]
    pub fn label(&self, lang: Lang) -> &'static str {
        match lang {
            Lang::Fr | Lang::Nl | Lang::De if !self.label_fr.is_empty() => self.label_fr,
            Lang::Fr | Lang::Nl | Lang::De | Lang::En => self.label_en,
        }
    }

    /// All its names, for the search.
    pub fn names(&self) -> impl Iterator<Item = &'static str> + '_ {
        [self.label_fr, self.label_en]
            .into_iter()
            .chain(self.synonyms.iter().copied())
            .filter(|name| !name.is_empty())
    }
}

/// The whole taxonomy.
#[derive(Debug)]
pub struct Taxonomy {
    types: Vec<ProductType>,
    places: HashMap<&'static str, usize>,
    narrower: Vec<Vec<usize>>,
    /// By type, itself and everything narrower, by code.
    below: Vec<Vec<&'static str>>,
    /// By type, itself and everything wider, with the steps to it.
    above: Vec<Vec<(&'static str, usize)>>,
}

/// The taxonomy as it stands in the reference file.
pub static TAXONOMY: LazyLock<Taxonomy> =
    LazyLock::new(|| Taxonomy::read(include_str!("../../store/reference/product_types.csv")));

impl Taxonomy {
    fn read(file: &'static str) -> Self {
        let types: Vec<ProductType> = file
            .lines()
            .skip(1)
            .map(|line| {
                let mut cells = line.split(',');
                let mut cell = || cells.next().unwrap_or_default();
                ProductType {
                    code: cell(),
                    parents: cell().split(' ').filter(|parent| !parent.is_empty()).collect(),
                    label_fr: cell(),
                    label_en: cell(),
                    synonyms: cell().split(';').filter(|name| !name.is_empty()).collect(),
                }
            })
            .collect();
        let places: HashMap<&str, usize> = types
            .iter()
            .enumerate()
            .map(|(place, of)| (of.code, place))
            .collect();
        let mut narrower = vec![Vec::new(); types.len()];
        for (place, of) in types.iter().enumerate() {
            for parent in &of.parents {
                if let Some(parent) = places.get(parent) {
                    narrower[*parent].push(place);
                }
            }
        }
        let walk = |from: usize, next: &dyn Fn(usize) -> Vec<usize>| {
            let mut found = vec![(from, 0)];
            let mut at = 0;
            while let Some((place, steps)) = found.get(at).copied() {
                for further in next(place) {
                    if found.iter().all(|(known, _)| *known != further) {
                        found.push((further, steps + 1));
                    }
                }
                at += 1;
            }
            found
        };
        let up = |place: usize| {
            let parents = types[place].parents.iter();
            parents.filter_map(|parent| places.get(parent).copied()).collect()
        };
        let down = |place: usize| narrower[place].clone();
        let code = |place: usize| types[place].code;
        let below = (0..types.len())
            .map(|from| {
                walk(from, &down)
                    .into_iter()
                    .map(|(place, _)| code(place))
                    .collect()
            })
            .collect();
        let above = (0..types.len())
            .map(|from| {
                let up = walk(from, &up);
                up.into_iter()
                    .map(|(place, steps)| (code(place), steps))
                    .collect()
            })
            .collect();
        Self {
            places,
            narrower,
            below,
            above,
            types,
        }
    }

    /// Every type, wider before narrower.
    #[must_use]
    pub fn all(&self) -> &[ProductType] {
        &self.types
    }

    /// The widest types: the families.
    pub fn families(&self) -> impl Iterator<Item = &ProductType> {
        self.types.iter().filter(|of| of.parents.is_empty())
    }

    /// The type with this code.
    #[must_use]
    pub fn get(&self, code: &str) -> Option<&ProductType> {
        self.places.get(code).map(|place| &self.types[*place])
    }

    /// The types right below one.
    #[must_use]
    pub fn narrower(&self, code: &str) -> Vec<&ProductType> {
        let Some(place) = self.places.get(code) else {
            return Vec::new();
        };
        self.narrower[*place]
            .iter()
            .map(|place| &self.types[*place])
            .collect()
    }

    /// A type and everything narrower, by code.
    #[must_use]
    pub fn below(&self, code: &str) -> &[&'static str] {
        self.places.get(code).map_or(&[], |place| &self.below[*place])
    }

    /// A type and everything wider, by code, each with the steps to it.
    #[must_use]
    pub fn above(&self, code: &str) -> &[(&'static str, usize)] {
        self.places.get(code).map_or(&[], |place| &self.above[*place])
    }

    /// The families a type belongs to: nearly always one.
    #[must_use]
    pub fn families_of(&self, code: &str) -> Vec<&'static str> {
        self.above(code)
            .iter()
            .map(|(code, _)| *code)
            .filter(|code| self.get(code).is_some_and(|of| of.parents.is_empty()))
            .collect()
    }

    /// The types whose names hold every asked word, accents and case aside; those whose name is just that first.
    #[must_use]
    pub fn search(&self, asked: &str) -> Vec<&ProductType> {
        let asked = fold(asked);
        let holds = |of: &&ProductType| {
            of.names().any(|name| {
                let name = fold(name);
                asked.split(' ').all(|word| name.contains(word))
            })
        };
        let mut found: Vec<&ProductType> = self.types.iter().filter(holds).collect();
        found.sort_by_key(|of| !of.names().any(|name| fold(name) == asked));
        found
    }
}

/// Some types of the taxonomy under which others are gathered: the families, or those that are asked for.
#[derive(Debug)]
pub struct Shelves {
    codes: Vec<&'static str>,
    /// By type, the shelves that it stands on.
    places: HashMap<&'static str, Vec<usize>>,
}

impl Shelves {
    /// A shelf for each of these types, with everything narrower; the families where none is named. What the taxonomy
    /// does not know has none.
    #[must_use]
    pub fn of(asked: Option<&[String]>) -> Self {
        let mut codes: Vec<&'static str> = Vec::new();
        match asked {
            None => codes.extend(TAXONOMY.families().map(|of| of.code)),
            Some(asked) => {
                for code in asked.iter().filter_map(|code| TAXONOMY.get(code)) {
                    if !codes.contains(&code.code) {
                        codes.push(code.code);
                    }
                }
            }
        }
        let mut places: HashMap<&'static str, Vec<usize>> = HashMap::new();
        for (place, code) in codes.iter().enumerate() {
            for narrower in TAXONOMY.below(code) {
                places.entry(narrower).or_default().push(place);
            }
        }
        Self { codes, places }
    }

    /// The types that the shelves are for, in the order they were asked.
    #[must_use]
    pub fn codes(&self) -> &[&'static str] {
        &self.codes
    }

    /// The shelves, by their place, that a type stands on: nearly always one.
    #[must_use]
    pub fn holding(&self, code: &str) -> &[usize] {
        self.places.get(code).map_or(&[], Vec::as_slice)
    }

    /// Every type on any of them, by code.
    #[must_use]
    pub fn types(&self) -> Vec<&'static str> {
        let mut types: Vec<&'static str> = self.places.keys().copied().collect();
        types.sort_unstable();
        types
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_file_is_read_whole() {
        let taxonomy = &*TAXONOMY;
        assert_eq!(taxonomy.all().len(), 255);
        assert_eq!(taxonomy.families().count(), 9);
        assert!(!include_str!("../../store/reference/product_types.csv").contains('"'));
        for of in taxonomy.all() {
            assert!(!of.label(Lang::Fr).is_empty(), "{}", of.code);
            assert!(
                of.parents.iter().all(|parent| taxonomy.get(parent).is_some()),
                "{}",
                of.code
            );
            assert!(!taxonomy.families_of(of.code).is_empty(), "{}", of.code);
        }
    }

    #[test]
    fn a_type_knows_what_is_wider_and_narrower() {
        assert!(TAXONOMY.below("bakery").contains(&"bread"));
        assert!(TAXONOMY.above("bread").contains(&("bakery", 1)));
        let wider: Vec<&str> = TAXONOMY.above("grain").iter().map(|(code, _)| *code).collect();
        assert!(
            wider.contains(&"dried_goods") && wider.contains(&"savory-groceries"),
            "it has two parents"
        );
        assert_eq!(
            TAXONOMY.families_of("grain"),
            ["local-grocery-store"],
            "of one family"
        );
        assert!(TAXONOMY.below("no such thing").is_empty());
    }

    #[test]
    fn a_shelf_holds_a_type_and_what_is_narrower() {
        let families = Shelves::of(None);
        assert_eq!(families.codes().len(), 9);
        assert!(
            TAXONOMY
                .all()
                .iter()
                .all(|of| !families.holding(of.code).is_empty())
        );
        assert_eq!(families.types().len(), TAXONOMY.all().len());
        let asked = ["tomato", "vegetable", "tomato", "no such thing"].map(str::to_owned);
        let some = Shelves::of(Some(&asked));
        assert_eq!(some.codes(), ["tomato", "vegetable"]);
        assert_eq!(some.holding("cherry-tomato"), [0, 1]);
        assert_eq!(some.holding("carrot"), [1]);
        assert!(some.holding("bread").is_empty());
    }

    #[test]
    fn it_is_found_by_its_names() {
        assert_eq!(TAXONOMY.search("Pain")[0].code, "bread");
        assert!(
            TAXONOMY
                .search("dairy PRODUCT")
                .iter()
                .any(|of| of.code == "dairy-product")
        );
    }
}
