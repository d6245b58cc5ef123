//! One cell of the gap, in full: what is offered and needed in each unit, how many records stand behind it, and the way
//! to them.

use super::read::GapMonth;
use super::sheet::{Line, behind, signed};
use crate::exchange::{Side, words};
use crate::format::{decimal, month_name};
use crate::language::t;
use crate::ui::dialog::Dialog;
use crate::ui::facts::Known;
use leptos::prelude::*;
use rust_decimal::Decimal;

/// The list of one side's records of a product, in a month and a territory.
pub fn href(side: Side, line: &Line, month: i32) -> String {
    let mut href = format!("{}?produit={}&mois={month}", side.href(), line.product);
    if let Some(territory) = &line.territory {
        href.push_str("&territoire=");
        href.push_str(&territory_id(territory));
    }
    href
}

/// Lists are narrowed by an identifier; that of an official territory follows from its code.
fn territory_id(territory: &str) -> String {
    territory.parse::<domain::territory::Nis>().map_or_else(
        |_| territory.to_owned(),
        |nis| domain::TerritoryId::from(nis).to_string(),
    )
}

#[component]
pub fn Cell(open: RwSignal<bool>, shown: RwSignal<Option<(Line, GapMonth)>>) -> impl IntoView {
    let title = move || {
        shown.with(|it| {
            it.as_ref().map_or_else(String::new, |(line, month)| {
                let name = month_name(u8::try_from(month.month).unwrap_or_default());
                t::gap_in_month(&line.label, name)
            })
        })
    };
    view! {
        <Dialog open title>
            {move || shown.get().map(|(line, month)| view! { <Inside line month /> })}
        </Dialog>
    }
}

#[component]
fn Inside(line: Line, month: GapMonth) -> impl IntoView {
    let (offers, needs) = (month.offers, month.needs);
    let has_place = line.territory.is_some();
    let links = [
        (Side::Offers, offers, t::exchange_offers_all(offers)),
        (Side::Needs, needs, t::exchange_needs_all(needs)),
    ];
    let silence = month.clone();
    let much = |value: Option<Decimal>| value.map(|it| decimal(&it.round_dp(1).normalize().to_string()));
    view! {
        <div class="stack">
            <p>{move || behind(&silence)} "."</p>
            {(!month.amounts.is_empty()).then(|| view! {
                <div class="table-wrap">
                    <table class="table gap-amounts">
                        <thead><tr>
                            <th scope="col">{t::gap_unit}</th>
                            <th scope="col" class="number">{t::gap_offered}</th>
                            <th scope="col" class="number">{t::gap_needed}</th>
                            <th scope="col" class="number">{t::gap_difference}</th>
                        </tr></thead>
                        <tbody>
                            {month.amounts.into_iter().map(|it| view! {
                                <tr>
                                    <th scope="row">{words::unit(it.unit)}</th>
                                    <td class="number" data-label=t::gap_offered><Known value=much(it.offered) /></td>
                                    <td class="number" data-label=t::gap_needed><Known value=much(it.needed) /></td>
                                    <td class="number" data-label=t::gap_difference><strong>{signed(it.difference)}</strong></td>
                                </tr>
                            }).collect_view()}
                        </tbody>
                    </table>
                </div>
            })}
            <div class="button-row">
                {links.into_iter().filter(|it| it.1 > 0).map(|(side, _, text)| view! { <a class="button primary" href=href(side, &line, month.month)>{text}</a> }).collect_view()}
            </div>
            {has_place.then(|| view! { <p class="muted small">{t::gap_seat_note}</p> })}
        </div>
    }
}
