//! The gap as a grid: products by months in one territory, or provinces by months for one product; what lacks most is
//! said first, and a cell leads to the records behind it.

use super::cell::Cell;
use super::read::{Asked, ByProduct, ByProvince, GapMonth, Kind, PROVINCES, ProductAsked, Products};
use super::sheet::{Line, Sheet, lacks};
use crate::address;
use crate::api;
use crate::exchange::places::Places;
use crate::exchange::words;
use crate::format::month_short;
use crate::language::t;
use crate::project::list::{bound, bound_record};
use crate::records::{self, RecordField};
use crate::ui::combobox::{Choice, Combobox};
use crate::ui::field::SelectField;
use crate::ui::matrix::HeatGrid;
use crate::ui::page::Page;
use crate::ui::state::{Empty, Load, Loaded, Shape};
use cynic::QueryBuilder;
use domain::RecordType;
use domain::measure::Unit;
use leptos::prelude::*;

/// The word of the address for the grid of provinces.
const PROVINCE: &str = "province";
/// What the grid of provinces shows unless a product is chosen.
const USUAL: &str = "vegetable";
/// So many product types are asked for at once.
const MOST: usize = 100;

/// The product types to ask for: what is right below the chosen one, with itself; the families where none is chosen.
fn asked_types(kinds: &[Kind], chosen: &str) -> Option<Vec<String>> {
    if chosen.is_empty() {
        return None;
    }
    let below = kinds
        .iter()
        .filter(|kind| kind.parents.iter().any(|it| it.code == chosen))
        .map(|kind| kind.code.clone());
    Some(
        std::iter::once(chosen.to_owned())
            .chain(below)
            .take(MOST)
            .collect(),
    )
}

#[component]
pub fn Screen() -> impl IntoView {
    let (view_word, product, territory, unit) = (
        address::word("vue"),
        address::word("produit"),
        address::word("territoire"),
        address::word("unite"),
    );
    let products = api::load(|| Products::build(()));
    let kinds = Memo::new(move |_| {
        products
            .load
            .with(|it| it.value().map(|it| it.product_types.clone()).unwrap_or_default())
    });
    let choices = Signal::derive(move || {
        let mut all: Vec<Choice> = kinds
            .get()
            .into_iter()
            .map(|it| Choice::new(it.code, it.label))
            .collect();
        all.sort_by_key(|it| domain::text::fold(&it.label));
        all
    });
    let by_province = Memo::new(move |_| view_word.0.get() == PROVINCE);
    let views = Signal::derive(|| {
        vec![
            (String::new(), t::gap_by_product().to_owned()),
            (PROVINCE.to_owned(), t::gap_by_province().to_owned()),
        ]
    });
    view! {
        <Page title=t::gap_title lead=t::gap_question tools=|| view! { <Places here="/manques" /> }>
            <div class="gap-filters no-print">
                <SelectField label=t::gap_view value=bound(view_word) options=views required=true />
                <Combobox label=t::exchange_filter_product options=choices taken=bound_record(product) required=true />
                <div hidden=by_province>
                    <RecordField label=t::projects_filter_territory kinds=&[RecordType::Territory] taken=bound_record(territory) required=true />
                </div>
            </div>
            {move || if by_province.get() {
                view! { <Provinces product=product.0 unit /> }.into_any()
            } else {
                view! { <Territory kinds product=product.0 territory=territory.0 unit /> }.into_any()
            }}
        </Page>
    }
}

type Word = (Signal<String>, Callback<String>);

/// Products by months, in one territory or everywhere.
#[component]
fn Territory(
    kinds: Memo<Vec<Kind>>,
    product: Signal<String>,
    territory: Signal<String>,
    unit: Word,
) -> impl IntoView {
    let found = api::load(move || {
        let territory = territory.get();
        ByProduct::build(Asked {
            territory: (!territory.is_empty()).then(|| cynic::Id::new(territory)),
            product_types: kinds.with(|kinds| asked_types(kinds, &product.get())),
        })
    });
    let sheet = Memo::new(move |_| {
        let chosen = territory.get_untracked();
        let chosen = (!chosen.is_empty()).then_some(chosen);
        let narrowed = !product.get_untracked().is_empty();
        found.load.get().map(|it| {
            let mut sheet = Sheet::by_product(it.gap, chosen.as_deref());
            if narrowed {
                // The chosen one stays; what is below it only where something is there.
                let mut first = true;
                sheet
                    .lines
                    .retain(|line| std::mem::take(&mut first) || !line.is_empty());
            } else {
                // Families of which nothing is said come last.
                sheet.lines.sort_by_key(Line::is_empty);
            }
            sheet
        })
    });
    view! { <Grid sheet unit reload=found.reload /> }
}

/// Provinces by months, for one product.
#[component]
fn Provinces(product: Signal<String>, unit: Word) -> impl IntoView {
    let chosen = move || {
        Some(product.get())
            .filter(|it| !it.is_empty())
            .unwrap_or_else(|| USUAL.to_owned())
    };
    let found = api::load(move || ByProvince::build(ProductAsked::of(chosen())));
    let sheet = Memo::new(move |_| {
        found.load.get().map(|it| {
            let named = PROVINCES.into_iter().zip(it.gaps());
            Sheet::by_territory(named.map(|((code, name), gap)| (code.to_owned(), province(code, name), gap)))
        })
    });
    let of = move || {
        sheet.with(|it| {
            let line = it.value()?.lines.first()?;
            line.row.product_type.as_ref().map(|it| it.label.clone())
        })
    };
    view! {
        {move || of().map(|label| view! { <p class="gap-of">{t::gap_of(label)}</p> })}
        <Grid sheet unit reload=found.reload />
    }
}

/// What a province is called in the reader's language, as soon as that is known.
fn province(code: &str, name: &str) -> String {
    code.parse::<domain::territory::Nis>()
        .ok()
        .and_then(|nis| records::title(&domain::TerritoryId::from(nis).to_string()))
        .unwrap_or_else(|| name.to_owned())
}

#[component]
fn Grid(sheet: Memo<Load<Sheet>>, unit: Word, reload: Callback<()>) -> impl IntoView {
    let open = RwSignal::new(false);
    let shown = RwSignal::new(None::<(Line, GapMonth)>);
    view! {
        <Loaded load=sheet shape=Shape::Picture on_retry=reload view=move |sheet: Sheet| {
            if sheet.is_empty() {
                return view! {
                    <Empty title=t::gap_empty text=t::gap_empty_text>
                        <div class="button-row">
                            <a class="button" href="/offres">{t::exchange_offers}</a>
                            <a class="button" href="/demandes">{t::exchange_needs}</a>
                        </div>
                    </Empty>
                }.into_any();
            }
            view! { <Filled sheet unit open shown /> }.into_any()
        } />
        <Cell open shown />
    }
}

#[component]
fn Filled(
    sheet: Sheet,
    unit: Word,
    open: RwSignal<bool>,
    shown: RwSignal<Option<(Line, GapMonth)>>,
) -> impl IntoView {
    let units = sheet.units();
    let first = units.first().copied();
    let counted = {
        let units = units.clone();
        Memo::new(move |_| {
            unit.0
                .get()
                .parse::<Unit>()
                .ok()
                .filter(|it| units.contains(it))
                .or(first)
        })
    };
    let options = Signal::derive(move || {
        units
            .iter()
            .map(|it| (it.to_string(), words::unit_group(*it).to_owned()))
            .collect::<Vec<_>>()
    });
    let taken = RwSignal::new(
        counted
            .get_untracked()
            .map(|it| it.to_string())
            .unwrap_or_default(),
    );
    Effect::new(move |before: Option<()>| {
        let now = taken.get();
        if before.is_some() {
            unit.1.run(now);
        }
    });
    let sheet = StoredValue::new(sheet);
    let columns = (1..=12_u8)
        .map(|month| (month.to_string(), month_short(month).to_owned()))
        .collect();
    let rows = Signal::derive(move || {
        sheet.with_value(|sheet| {
            sheet
                .lines
                .iter()
                .enumerate()
                .map(|(y, line)| (y.to_string(), line.label.clone(), line.heats(counted.get())))
                .collect::<Vec<_>>()
        })
    });
    let look = move |y: usize, x: usize| {
        let found = sheet.with_value(|sheet| {
            let line = sheet.lines.get(y)?;
            Some((line.clone(), line.row.months.get(x)?.clone()))
        });
        if found.is_some() {
            shown.set(found);
            open.set(true);
        }
    };
    let on_open = move |(row, month): (String, String)| {
        if let (Ok(y), Ok(month)) = (row.parse::<usize>(), month.parse::<usize>()) {
            look(y, month.saturating_sub(1));
        }
    };
    let worst = move || {
        counted.get().map(|unit| {
            sheet.with_value(|sheet| {
                let cells = sheet.worst(unit).into_iter();
                cells
                    .filter_map(|(y, x)| Some((y, x, lacks(sheet.lines.get(y)?, x, unit)?)))
                    .collect::<Vec<_>>()
            })
        })
    };
    let caption = move || {
        counted.get().map_or_else(
            || t::gap_caption_none().to_owned(),
            |unit| t::gap_caption(words::unit(unit)),
        )
    };
    view! {
        <div class="stack">
            <div class="gap-first">
                {move || match worst() {
                    Some(cells) if !cells.is_empty() => view! {
                        <h2>{t::gap_worst}</h2>
                        <ol>{cells.into_iter().map(|(y, x, text)| view! { <li><button type="button" class="link" on:click=move |_| look(y, x)>{text}</button></li> }).collect_view()}</ol>
                    }.into_any(),
                    Some(_) => view! { <h2>{t::gap_enough}</h2> }.into_any(),
                    None => view! { <h2>{t::gap_no_quantity}</h2> }.into_any(),
                }}
            </div>
            <div class="spread">
                <Legend />
                <div class="gap-unit no-print"><SelectField label=t::gap_counted_in value=taken options required=true /></div>
            </div>
            <HeatGrid caption rows columns on_open />
            <Unplaced sheet />
            <p class="muted small prose">{t::gap_how}</p>
        </div>
    }
}

#[component]
fn Legend() -> impl IntoView {
    let one = |class: &'static str, sign: &'static str, text: fn() -> &'static str| {
        view! { <li><span class=format!("heat {class}") aria-hidden="true">{sign}</span> {text}</li> }
    };
    view! {
        <ul class="gap-legend" role="list">
            {one("lack-3", "−", t::gap_legend_lack)}
            {one("have-2", "+", t::gap_legend_have)}
            {one("unsure", "?", t::gap_legend_unsure)}
            <li><span aria-hidden="true">"3/2*"</span> {t::gap_legend_records}</li>
        </ul>
    }
}

/// What stands in no cell: without a month, without a place.
#[component]
fn Unplaced(sheet: StoredValue<Sheet>) -> impl IntoView {
    let lines = move || {
        sheet.with_value(|sheet| {
            let mut said: Vec<String> = sheet
                .lines
                .iter()
                .filter(|it| it.row.offers_without_month + it.row.needs_without_month > 0)
                .map(|it| {
                    t::gap_without_month(
                        &it.label,
                        t::exchange_offers_count(it.row.offers_without_month),
                        t::exchange_needs_count(it.row.needs_without_month),
                    )
                })
                .collect();
            if sheet.offers_without_place + sheet.needs_without_place > 0 {
                said.push(t::gap_without_place(
                    t::exchange_offers_count(sheet.offers_without_place),
                    t::exchange_needs_count(sheet.needs_without_place),
                ));
            }
            said
        })
    };
    move || {
        let lines = lines();
        (!lines.is_empty()).then(|| {
            view! {
                <div class="gap-outside">
                    <h3>{t::gap_outside}</h3>
                    <ul>{lines.into_iter().map(|it| view! { <li>{it}</li> }).collect_view()}</ul>
                </div>
            }
        })
    }
}

#[cfg(test)]
mod tests {
    use super::super::read::Parent;
    use super::*;

    #[test]
    fn a_chosen_product_is_asked_for_with_what_is_right_below_it() {
        let kind = |code: &str, parent: Option<&str>| Kind {
            code: code.to_owned(),
            label: code.to_owned(),
            parents: parent
                .map(|code| Parent {
                    code: code.to_owned(),
                })
                .into_iter()
                .collect(),
        };
        let kinds = [
            kind("vegetable", None),
            kind("carrot", Some("vegetable")),
            kind("bread", Some("bakery")),
        ];
        assert_eq!(asked_types(&kinds, ""), None);
        assert_eq!(
            asked_types(&kinds, "vegetable"),
            Some(vec!["vegetable".to_owned(), "carrot".to_owned()])
        );
    }
}
