//! What a file's headers and first lines suggest: which column feeds which field, and how numbers, days and lists are written.

use super::field::{Field, Of, fields};
use super::mapping::{Column, DateOrder, DecimalMark, FieldMapping, Mapping};
use super::words::{Closed, one};
use crate::push::Pushed;
use crate::text::fold;

/// How well a header names a field: 100 where it is its very name, 0 where it does not.
fn fit(field: &Field, header: &str) -> u32 {
    let folded = fold(header);
    if header == field.name {
        return 100;
    }
    let bare = fold(header.split(['(', '[']).next().unwrap_or_default());
    let names = || {
        let labels = field.labels.iter().map(|label| fold(label));
        labels.chain(field.also().map(str::to_owned))
    };
    let alike = |written: &str, name: &str| {
        let same = |(written, name): (&str, &str)| one(written) == one(name);
        written.split(' ').count() == name.split(' ').count()
            && written.split(' ').zip(name.split(' ')).all(same)
    };
    if folded == fold(field.name) {
        95
    } else if names().any(|name| name == folded) {
        90
    } else if names().any(|name| !bare.is_empty() && alike(&bare, &name)) {
        80
    } else if names().any(|name| name.len() >= 4 && format!(" {bare} ").contains(&format!(" {name} "))) {
        60
    } else {
        0
    }
}

impl Mapping {
    /// The mapping that a file's headers and first lines suggest.
    #[must_use]
    pub fn guess(what: Pushed, columns: &[Column]) -> Self {
        let mut fits: Vec<(u32, usize, usize)> = Vec::new();
        for (place, field) in fields(what).iter().enumerate() {
            for (at, column) in columns.iter().enumerate() {
                fits.push((fit(field, &column.name), place, at));
            }
        }
        fits.retain(|(fit, ..)| *fit > 0);
        fits.sort_by_key(|(fit, place, at)| (std::cmp::Reverse(*fit), *place, *at));
        let (mut fed, mut used) = (vec![None; fields(what).len()], vec![false; columns.len()]);
        for (_, place, at) in fits {
            if fed[place].is_none() && !used[at] {
                (fed[place], used[at]) = (Some(at), true);
            }
        }
        let column = |name: &str| {
            let place = fields(what).iter().position(|field| field.name == name)?;
            fed[place].map(|at: usize| &columns[at])
        };
        let mut mapping = Self::default();
        for (field, at) in fields(what).iter().zip(&fed) {
            // An identifier of ours is of use only where the source's own is not there.
            let instead = match field.name {
                "id" => Some("externalId"),
                "organisationId" => Some("organisationExternalId"),
                _ => None,
            };
            if instead.is_some_and(|other| column(other).is_some()) {
                continue;
            }
            let constant = match (at, field.name) {
                (None, "quantity.unit") => column("quantity.value").and_then(unit_in_header),
                (None, "price.per") => column("price.amount").and_then(unit_in_header),
                (None, "budget.per") => column("budget.max").and_then(unit_in_header),
                (Some(_) | None, _) => None,
            };
            if at.is_some() || constant.is_some() {
                mapping.fields.push(FieldMapping {
                    field: field.name.to_owned(),
                    column: at.map(|at| columns[at].name.clone()),
                    constant: constant.map(str::to_owned),
                    values: Vec::new(),
                });
            }
        }
        mapping.settle(what, columns);
        mapping
    }

    /// Reads off the first lines how numbers, days and lists are written.
    fn settle(&mut self, what: Pushed, columns: &[Column]) {
        let samples = |holds: &dyn Fn(Of) -> bool| -> Vec<&str> {
            let fed = self.fields.iter().filter(|fed| {
                let field = fields(what).iter().find(|field| field.name == fed.field);
                field.is_some_and(|field| holds(field.of))
            });
            fed.filter_map(|fed| {
                columns
                    .iter()
                    .find(|column| Some(&column.name) == fed.column.as_ref())
            })
            .flat_map(|column| column.samples.iter().map(String::as_str))
            .collect()
        };
        let numbers = samples(&|of| matches!(of, Of::Number | Of::Degrees));
        let (commas, points) = (
            numbers.iter().any(|text| text.contains(',')),
            numbers.iter().any(|text| text.contains('.')),
        );
        let decimal = match (commas, points) {
            (false, true) => DecimalMark::Point,
            (true, true) => numbers
                .iter()
                .find(|text| text.contains(',') && text.contains('.'))
                .filter(|text| text.rfind('.') > text.rfind(','))
                .map_or(DecimalMark::Comma, |_| DecimalMark::Point),
            (true | false, false) => DecimalMark::Comma,
        };
        let days = samples(&|of| matches!(of, Of::Day | Of::Instant));
        let part = |text: &str, place: usize| -> Option<u32> {
            text.split(['/', '.', '-', ' ']).nth(place)?.parse().ok()
        };
        let beyond = |place: usize| {
            days.iter()
                .any(|text| part(text, place).is_some_and(|n| (13..=31).contains(&n)))
        };
        let dates = if beyond(1) && !beyond(0) {
            DateOrder::MonthFirst
        } else {
            DateOrder::DayFirst
        };
        let lists = samples(&|of| matches!(of, Of::Texts | Of::Words(_)));
        let separator = [";", "|", "\n", ",", "/"]
            .into_iter()
            .find(|mark| lists.iter().any(|text| text.contains(mark)))
            .unwrap_or(";");
        (self.decimal, self.dates) = (decimal, dates);
        separator.clone_into(&mut self.separator);
    }
}

/// The unit that a header names beside what it is: "Prix (€/kg)".
fn unit_in_header(column: &Column) -> Option<&'static str> {
    let rest = column.name.split_once(['(', '[', '/'])?.1;
    Closed::Unit.named_in(rest)
}
