//! The offers, or the needs, as cards beside the map of their communes, narrowed by what the address says. What can
//! still be had, or is still looked for, comes first: other states are asked for.

use super::filters::{self, ALL, Filters, RADII, USUAL_RADIUS};
use super::places::Places;
use super::read::{Card, NeedsAsked, NeedsFound, OffersAsked, OffersFound, Products, State};
use super::saved::Saved;
use super::{Side, words};
use crate::address;
use crate::api;
use crate::browser;
use crate::format::month_short;
use crate::language::{Text, t};
use crate::project::list::{bound, bound_record};
use crate::records::{self, RecordField};
use crate::session;
use crate::ui::button::Button;
use crate::ui::chips::{ActiveFilters, Chip, ChipOption, FilterChips, NewMark, Status};
use crate::ui::combobox::{Choice, Combobox};
use crate::ui::facts::Known;
use crate::ui::field::{SelectField, TextField};
use crate::ui::icon::Icon;
use crate::ui::map::atlas::Atlas;
use crate::ui::map::frame::View;
use crate::ui::map::{Map, Pin};
use crate::ui::months::{self, MonthStrip};
use crate::ui::more::More;
use crate::ui::page::Page;
use crate::ui::state::{Empty, Failed, Loaded, Shape};
use crate::visit;
use cynic::QueryBuilder;
use domain::RecordType;
use domain::offer::Label;
use domain::territory::Kind;
use domain::{need, offer};
use leptos::prelude::*;

/// Cards shown at once.
const FIRST: i32 = 24;
type Shown = api::Page<Card>;

fn cards(side: Side, filters: Filters) -> api::Paged<Card> {
    match side {
        Side::Offers => api::pages(
            move |after| {
                OffersFound::build(OffersAsked {
                    filter: Some(filters.words().offers()),
                    first: FIRST,
                    after,
                })
            },
            |OffersFound { offers }| api::Page {
                total: Some(i64::from(offers.total_count)),
                next: offers.page_info.next(),
                rows: offers.nodes.into_iter().map(Card::from).collect(),
            },
        ),
        Side::Needs => api::pages(
            move |after| {
                NeedsFound::build(NeedsAsked {
                    filter: Some(filters.words().needs()),
                    first: FIRST,
                    after,
                })
            },
            |NeedsFound { needs }| api::Page {
                total: Some(i64::from(needs.total_count)),
                next: needs.page_info.next(),
                rows: needs.nodes.into_iter().map(Card::from).collect(),
            },
        ),
    }
}

/// The states of one side: its word, and how it is called.
fn states(side: Side) -> Vec<(String, &'static str)> {
    match side {
        Side::Offers => offer::Status::ALL
            .iter()
            .map(|it| (it.to_string(), words::state(State::Offer(*it))))
            .collect(),
        Side::Needs => need::Status::ALL
            .iter()
            .map(|it| (it.to_string(), words::state(State::Need(*it))))
            .collect(),
    }
}

fn with_any(any: Text, rest: impl IntoIterator<Item = (String, &'static str)>) -> Vec<(String, String)> {
    std::iter::once((String::new(), any().to_owned()))
        .chain(rest.into_iter().map(|(value, word)| (value, word.to_owned())))
        .collect()
}

#[component]
pub fn Screen(side: Side) -> impl IntoView {
    let filters = Filters::of_address();
    let paged = cards(side, filters);
    let pointed = RwSignal::new(None::<String>);
    let products = api::load(|| Products::build(()));
    let choices = Signal::derive(move || {
        let all = products
            .load
            .with(|it| it.value().map(|it| it.product_types.clone()).unwrap_or_default());
        let mut all: Vec<Choice> = all
            .into_iter()
            .map(|it| {
                let within = it.parents.into_iter().map(|it| it.label).collect::<Vec<_>>();
                let detail = if within.is_empty() {
                    t::exchange_family().to_owned()
                } else {
                    within.join(", ")
                };
                Choice::new(it.code, it.label).detail(detail)
            })
            .collect();
        all.sort_by_key(|it| domain::text::fold(&it.label));
        all
    });
    let product_word = move |code: &str| {
        choices.with(|all| {
            all.iter()
                .find(|it| it.value == code)
                .map_or_else(|| code.to_owned(), |it| it.label.clone())
        })
    };
    let active = Signal::derive(move || {
        let word = move |key: &'static str, value: String| match key {
            "q" => format!("« {} »", value.trim()),
            "produit" => product_word(&value),
            "mois" => months::words(&filters::months(&value)),
            "pres" => t::exchange_near(
                filters.words().kilometres(),
                records::title(&value).unwrap_or_else(|| "…".to_owned()),
            ),
            "bio" => words::organic(Some(value == "oui")).unwrap_or_default(),
            "label" => value
                .parse::<Label>()
                .map_or_else(|_| value.clone(), |it| words::label(it).to_owned()),
            "etat" if value == ALL => t::exchange_any_state().to_owned(),
            "etat" => states(side)
                .into_iter()
                .find(|it| it.0 == value)
                .map_or_else(|| value.clone(), |it| it.1.to_owned()),
            _ => records::title(&value).unwrap_or_else(|| "…".to_owned()),
        };
        filters
            .words()
            .iter()
            // The distance is said with the place.
            .filter(|(key, _)| *key != "rayon")
            .map(|(key, value)| (key.to_owned(), word(key, value.to_owned())))
            .collect::<Vec<_>>()
    });
    let called = Signal::derive(move || {
        let words: Vec<String> = active.get().into_iter().map(|it| it.1).collect();
        words.join(", ")
    });
    let remove = move |key: String| {
        if key == "pres" {
            filters.set("rayon", String::new());
        }
        filters.set(&key, String::new());
    };
    let clear = Callback::new(move |()| filters.clear());
    let state_options = Signal::derive(move || {
        let mut all = states(side);
        // The first is what the list shows unless asked otherwise.
        let usual = if all.is_empty() { "" } else { all.remove(0).1 };
        std::iter::once((String::new(), usual.to_owned()))
            .chain(all.into_iter().map(|(value, word)| (value, word.to_owned())))
            .chain(std::iter::once((
                ALL.to_owned(),
                t::exchange_any_state().to_owned(),
            )))
            .collect::<Vec<_>>()
    });
    let month_options = Signal::derive(|| {
        (1..=12_u8)
            .map(|month| ChipOption {
                value: month.to_string(),
                label: month_short(month).to_owned(),
                count: None,
            })
            .collect::<Vec<_>>()
    });
    let months_on = Signal::derive(move || {
        filters::months(&filters.word("mois").0.get())
            .iter()
            .map(ToString::to_string)
            .collect::<Vec<_>>()
    });
    let on_months = move |on: Vec<String>| {
        let mut on = filters::months(&on.join(","));
        on.sort_unstable();
        let words: Vec<String> = on.iter().map(ToString::to_string).collect();
        filters.set("mois", words.join(","));
    };
    let radius_options = Signal::derive(|| {
        std::iter::once((String::new(), t::exchange_within(USUAL_RADIUS)))
            .chain(
                RADII
                    .iter()
                    .filter(|it| **it != USUAL_RADIUS)
                    .map(|it| (it.to_string(), t::exchange_within(*it))),
            )
            .collect::<Vec<_>>()
    });
    let organic_options = Signal::derive(|| {
        with_any(
            t::exchange_any_organic,
            [
                ("oui".to_owned(), t::exchange_organic_yes()),
                ("non".to_owned(), t::exchange_organic_no()),
            ],
        )
    });
    let label_options = Signal::derive(|| {
        with_any(
            t::exchange_any_label,
            Label::ALL.iter().map(|it| (it.to_string(), words::label(*it))),
        )
    });
    let more_filters = RwSignal::new(false);
    let tools = move || view! { <Places here=side.href() /> };
    view! {
        <Page title=move || words::title(side) lead=move || words::question(side) tools>
            <div class="project-filters no-print">
                <TextField label=t::projects_filter_text value=bound(filters.word("q")) kind="search" required=true />
                <Combobox label=t::exchange_filter_product options=choices taken=bound_record(filters.word("produit")) required=true />
                <div class="project-filters-toggle">
                    <Button text=move || if more_filters.get() { t::projects_filters_less() } else { t::projects_filters_more() }
                        on_press=move |()| more_filters.update(|it| *it = !*it) />
                </div>
                <div class="project-filters-rest" class:open=more_filters>
                    <RecordField label=t::projects_filter_territory kinds=&[RecordType::Territory] taken=bound_record(filters.word("territoire")) required=true />
                    <RecordField label=t::exchange_filter_near kinds=&[RecordType::Territory] of=&[Kind::Commune] taken=bound_record(filters.word("pres")) required=true />
                    <SelectField label=t::exchange_filter_radius value=bound(filters.word("rayon")) options=radius_options required=true />
                    <SelectField label=t::exchange_field_organic value=bound(filters.word("bio")) options=organic_options required=true />
                    <SelectField label=t::exchange_filter_label value=bound(filters.word("label")) options=label_options required=true />
                    <SelectField label=t::exchange_field_status value=bound(filters.word("etat")) options=state_options required=true />
                    <div class="exchange-filter-months">
                        <span class="project-filter-name">{t::exchange_filter_month}</span>
                        <FilterChips label=t::exchange_filter_month options=month_options on=months_on on_change=on_months />
                    </div>
                </div>
            </div>
            <ActiveFilters filters=active on_remove=remove on_clear=clear />
            <Saved side words=Signal::derive(move || filters.words()) called />
            <div class="project-beside">
                <div class="project-list">
                    <Loaded load=paged.load shape=Shape::Cards on_retry=paged.reload view=move |page: Shown| {
                        let (shown, total, has_more) = (page.rows.len(), page.total, page.next.is_some());
                        if page.rows.is_empty() {
                            return nothing(side, active, clear);
                        }
                        view! {
                            <ol class="stack" role="list">
                                {page.rows.into_iter().map(|row| view! { <li class="exchange-item">{card(row, Some(pointed))}</li> }).collect_view()}
                            </ol>
                            {move || paged.failed.get().map(|failure| view! { <Failed failure on_retry=paged.more /> })}
                            <More shown=shown total=total has_more=has_more busy=paged.busy on_more=paged.more />
                        }
                        .into_any()
                    } />
                </div>
                <Aside side rows=Signal::derive(move || paged.load.with(|it| it.value().map(|it| it.rows.clone()).unwrap_or_default())) pointed set_territory=filters.word("territoire").1 />
            </div>
        </Page>
    }
}

/// Nothing is found: because of the filters, or because nothing is there yet; and what to do then.
fn nothing(side: Side, active: Signal<Vec<(String, String)>>, clear: Callback<()>) -> AnyView {
    if !active.get_untracked().is_empty() {
        return view! {
            <Empty title=t::exchange_none_found text=t::exchange_none_found_text>
                <button type="button" class="button" on:click=move |_| clear.run(())>{t::chip_clear}</button>
            </Empty>
        }
        .into_any();
    }
    let (title, text): (Text, Text) = match side {
        Side::Offers => (t::exchange_no_offer, t::exchange_no_offer_text),
        Side::Needs => (t::exchange_no_need, t::exchange_no_need_text),
    };
    view! {
        <Empty title text>
            <div class="button-row">
                <a class="button primary" href="/sources">{t::exchange_see_sources}</a>
                {move || session::person().is_none().then(|| view! { <a class="button" href="/connexion">{t::action_sign_in}</a> })}
            </div>
        </Empty>
    }
    .into_any()
}

/// A commune as the map knows it.
fn place(card: &Card) -> Option<String> {
    card.commune
        .as_ref()
        .and_then(|it| it.nis)
        .map(|nis| nis.to_string())
}

/// What, from whom, where: the unknown is said.
pub fn card_line(card: &Card) -> AnyView {
    let (product, organisation, commune) = (
        card.product.clone(),
        card.organisation.clone(),
        card.commune.clone(),
    );
    view! {
        {product} " · " {match organisation { Some(it) => it.name.into_any(), None => view! { <span class="unknown">{t::exchange_organisation_unknown}</span> }.into_any() }}
        " · " {match commune { Some(it) => it.label.into_any(), None => view! { <span class="unknown">{t::exchange_commune_unknown}</span> }.into_any() }}
    }
    .into_any()
}

pub fn card(card: Card, pointed: Option<RwSignal<Option<String>>>) -> AnyView {
    let href = card.href();
    let at = place(&card);
    let here = at.clone();
    let is_pointed = move || {
        pointed.is_some_and(|pointed| here.is_some() && pointed.with(|it| it.is_some() && *it == here))
    };
    let point = move |at: Option<String>| {
        if let Some(pointed) = pointed {
            pointed.set(at);
        }
    };
    let (over, focus) = (at.clone(), at);
    let line = card_line(&card);
    let Card {
        side,
        title,
        quantity,
        money,
        months,
        organic,
        labels,
        state,
        expires_at,
        confirmed_at,
        updated_at,
        ..
    } = card;
    let money_name: Text = match side {
        Side::Offers => t::exchange_field_price,
        Side::Needs => t::exchange_field_budget,
    };
    // The label says it already.
    let organic = organic.filter(|_| !labels.contains(&Label::EuOrganic));
    let ending = words::is_ending(expires_at);
    view! {
        <article class="card exchange-card" class:pointed=is_pointed
            on:pointerenter=move |_| point(over.clone()) on:pointerleave=move |_| point(None)
            on:focusin=move |_| point(focus.clone()) on:focusout=move |_| point(None)>
            <div class="spread">
                <h2 class="project-name"><a class="cover" href=href>{title}</a>{visit::is_new(updated_at).then(|| view! { " " <NewMark /> })}</h2>
                <Status course=words::course(state) text=move || words::state(state) />
            </div>
            <p class="muted small">{line}</p>
            <dl class="exchange-facts">
                <div><dt>{t::exchange_field_quantity}</dt><dd><Known value=quantity /></dd></div>
                <div><dt>{money_name}</dt><dd><Known value=money /></dd></div>
                <div class="exchange-months"><dt>{t::exchange_field_months}</dt><dd><MonthStrip months now=words::this_month() /></dd></div>
            </dl>
            {(organic.is_some() || !labels.is_empty()).then(|| view! {
                <div class="row-tight">
                    {organic.map(|yes| view! { <Chip text=move || words::organic(Some(yes)).unwrap_or_default() /> })}
                    {labels.into_iter().map(|it| view! { <Chip text=move || words::label(it) /> }).collect_view()}
                </div>
            })}
            <div class="card-foot">
                <span>{move || words::confirmed(confirmed_at)}</span>
                <span class:exchange-ending=ending>{move || words::expires(expires_at)}</span>
            </div>
        </article>
    }
    .into_any()
}

/// The communes of what is listed, each with how many; one leads to the list of that commune alone.
#[component]
fn Aside(
    side: Side,
    rows: Signal<Vec<Card>>,
    pointed: RwSignal<Option<String>>,
    set_territory: Callback<String>,
) -> impl IntoView {
    let atlas = api::atlas();
    let open = RwSignal::new(!browser::narrow());
    let (seen, look) = address::word("carte");
    let lit = Signal::derive(move || pointed.get().into_iter().collect::<Vec<_>>());
    let nowhere = move || rows.with(|rows| rows.iter().filter(|it| place(it).is_none()).count());
    let commune = Callback::new(move |nis: String| {
        if let Ok(nis) = nis.parse::<domain::territory::Nis>() {
            set_territory.run(domain::TerritoryId::from(nis).to_string());
        }
    });
    view! {
        <div class="project-map" class:folded=move || !open.get()>
            <div class="project-map-toggle no-print">
                <Button text=move || if open.get() { t::map_fold() } else { t::map_unfold() } mark=Icon::Map on_press=move |()| open.update(|it| *it = !*it) />
            </div>
            {move || open.get().then(|| view! {
                <Loaded load=atlas.load shape=Shape::Picture on_retry=atlas.reload view=move |atlas| {
                    let shapes = atlas.clone();
                    let pins = Signal::derive(move || rows.with(|rows| pins(side, &shapes, rows)));
                    let on_view = move |view: Option<View>| look.run(view.map(View::written).unwrap_or_default());
                    view! {
                        <Map atlas label=move || t::exchange_map(words::title(side)) pins lit pointed without_list=true on_commune=commune
                            view=Signal::derive(move || View::parse(&seen.get())) on_view />
                    }
                } />
            })}
            <p class="muted small">
                {t::exchange_pins} " "
                {move || { let nowhere = nowhere(); (nowhere > 0).then(|| t::exchange_nowhere(nowhere)) }}
            </p>
        </div>
    }
}

fn pins(side: Side, atlas: &Atlas, rows: &[Card]) -> Vec<Pin> {
    let mut communes: Vec<(String, &Card, usize)> = Vec::new();
    for row in rows {
        let Some(nis) = place(row) else { continue };
        match communes.iter_mut().find(|it| it.0 == nis) {
            Some((_, _, count)) => *count += 1,
            None => communes.push((nis, row, 1)),
        }
    }
    communes
        .into_iter()
        .filter_map(|(nis, row, count)| {
            let commune = row.commune.as_ref()?;
            let [left, top, right, bottom] = atlas.bounds(std::slice::from_ref(&nis))?;
            let (lat, lon) = atlas.earth((f64::midpoint(left, right), f64::midpoint(top, bottom)));
            let href = if count == 1 {
                row.href()
            } else {
                format!("{}?territoire={}", side.href(), commune.id.inner())
            };
            Some(Pin {
                id: nis,
                label: commune.label.clone(),
                detail: if count == 1 {
                    row.title.clone()
                } else {
                    match side {
                        Side::Offers => t::exchange_offers_count(count),
                        Side::Needs => t::exchange_needs_count(count),
                    }
                },
                href,
                lat,
                lon,
                signs: Vec::new(),
            })
        })
        .collect()
}
