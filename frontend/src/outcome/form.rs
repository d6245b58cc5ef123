//! The form of an outcome: how much, for how much in all, and what else is to be said of it.

use crate::edit::{Edit, EditForm, options};
use crate::exchange::words::unit as unit_word;
use crate::language::t;
use crate::ui::field::{NumberField, SelectField, TextField};
use domain::measure::{Currency, Money, Quantity, Unit};
use domain::outcome::Outcome;
use leptos::prelude::*;

#[component]
pub fn Change(record: Outcome, #[prop(into)] on_end: Callback<()>) -> impl IntoView {
    let edit = Edit::of(record, move |_| on_end.run(()));
    let refusals = edit.refusals;
    // The unit stands beside a quantity that may not be there yet.
    let unit = RwSignal::new(Unit::Kilogram.to_string());
    let chosen = move || unit.get_untracked().parse().unwrap_or(Unit::Kilogram);
    Effect::new(move |_| {
        let known = edit
            .draft
            .value
            .with(|it| it.quantity.map(|it| it.unit.to_string()));
        if let Some(known) = known.filter(|it| unit.with_untracked(|unit| unit != it)) {
            unit.set(known);
        }
    });
    Effect::new(move |before: Option<String>| {
        let now = unit.get();
        if before.is_some_and(|before| before != now) {
            edit.draft.value.update(|it| {
                if let Some(quantity) = &mut it.quantity {
                    quantity.unit = chosen();
                }
            });
        }
        now
    });
    let value = edit.number(
        "quantity.value",
        |it| it.quantity.map(|it| it.value.normalize()),
        move |it, value| {
            it.quantity = value.map(|value| Quantity {
                value,
                unit: chosen(),
            });
        },
    );
    let amount = edit.number(
        "amount.amount",
        |it| it.amount.map(|it| it.amount.normalize()),
        |it, amount| {
            it.amount = amount.map(|amount| Money {
                amount,
                currency: Currency::Eur,
            });
        },
    );
    view! {
        <EditForm edit paths=vec!["quantity.value", "amount.amount", "note"] on_cancel=on_end>
            <div class="two">
                <NumberField label=t::exchange_field_quantity path="quantity.value" refusals value />
                <SelectField label=t::outcome_field_unit required=true options=options(Unit::ALL, unit_word) value=unit />
            </div>
            <NumberField label=t::outcome_field_amount hint=t::outcome_amount_hint path="amount.amount" refusals value=amount unit="€" />
            <TextField label=t::organisation_field_note path="note" refusals multiline=true value=edit.text(|it| it.note.clone(), |it, text| it.note = text) />
        </EditForm>
    }
}
