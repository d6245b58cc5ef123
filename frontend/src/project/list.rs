//! The list of projects beside their map: one narrows both, and pointing at one shows it in the other.

use super::place;
use super::read::Place;
use super::words;
use crate::address;
use crate::api;
use crate::browser;
use crate::chantier::read::{ChantierName, Shares};
use crate::chantier::words::part as part_word;
use crate::contract::{PageInfo, schema};
use crate::format;
use crate::language::{Text, t};
use crate::organisation::read::Bodies;
use crate::records::{self, RecordField};
use crate::ui::button::Button;
use crate::ui::chips::{ActiveFilters, Chip, ChipOption, FilterChips, NewMark, Status};
use crate::ui::field::{SelectField, TextField};
use crate::ui::icon::Icon;
use crate::ui::map::frame::View;
use crate::ui::map::{Map, Pin};
use crate::ui::more::More;
use crate::ui::page::Page;
use crate::ui::sign::{Sign, SignMark, Size};
use crate::ui::state::{Empty, Failed, Loaded, Shape};
use crate::viewer::may;
use crate::visit;
use chrono::{DateTime, Utc};
use cynic::QueryBuilder;
use domain::RecordType;
use domain::chantier::Part;
use domain::policy::Action;
use domain::project::{Filter, Known, Order, Status as State, Type};
use leptos::prelude::*;
use leptos_router::{LazyRoute, lazy_route};

#[derive(cynic::QueryVariables)]
struct Narrowed {
    filter: Option<Filter>,
    order: Option<Order>,
    after: Option<String>,
}

#[derive(Clone, cynic::QueryFragment)]
#[cynic(graphql_type = "Query", variables = "Narrowed")]
struct Twelve {
    #[arguments(where: $filter, orderBy: $order, first: 12, after: $after)]
    projects: Cards,
}

crate::api::document!(query Twelve(Narrowed));

#[derive(Clone, Debug, PartialEq, cynic::QueryFragment)]
#[cynic(graphql_type = "ProjectConnection")]
struct Cards {
    nodes: Vec<Card>,
    page_info: PageInfo,
    total_count: i32,
}

#[derive(Clone, Debug, PartialEq, cynic::QueryFragment)]
#[cynic(graphql_type = "Project")]
struct Card {
    id: cynic::Id,
    title: String,
    acronym: Option<String>,
    summary: Option<String>,
    types: Vec<Type>,
    status: State,
    updated_at: DateTime<Utc>,
    #[arguments(first: 10)]
    leads: Bodies,
    territories: Vec<Place>,
    #[arguments(first: 20)]
    participations: Shares,
}

#[derive(cynic::QueryVariables)]
struct Everywhere {
    filter: Option<Filter>,
}

#[derive(Clone, cynic::QueryFragment)]
#[cynic(graphql_type = "Query", variables = "Everywhere")]
struct OnMap {
    #[arguments(where: $filter, first: 100)]
    projects: Dots,
}

crate::api::document!(query OnMap(Everywhere));

#[derive(Clone, Debug, PartialEq, cynic::QueryFragment)]
#[cynic(graphql_type = "ProjectConnection")]
struct Dots {
    nodes: Vec<Dot>,
}

#[derive(Clone, Debug, PartialEq, cynic::QueryFragment)]
#[cynic(graphql_type = "Project")]
struct Dot {
    id: cynic::Id,
    title: String,
    acronym: Option<String>,
    territories: Vec<Place>,
    #[arguments(first: 20)]
    participations: Shares,
}

#[derive(Clone, cynic::QueryFragment)]
#[cynic(graphql_type = "Query")]
struct Documented {
    #[arguments(first: 1)]
    projects: Counted,
    projects_selected: i32,
    #[arguments(first: 100)]
    chantiers: Chantiers,
}

crate::api::document!(query Documented(()));

#[derive(Clone, cynic::QueryFragment)]
#[cynic(graphql_type = "ProjectConnection")]
struct Counted {
    total_count: i32,
}

#[derive(Clone, cynic::QueryFragment)]
#[cynic(graphql_type = "ChantierConnection")]
struct Chantiers {
    nodes: Vec<ChantierName>,
}

type Shown = api::Page<Card>;

pub struct ListPage;

#[lazy_route]
impl LazyRoute for ListPage {
    fn data() -> Self {
        Self
    }

    fn view(_this: Self) -> AnyView {
        let tools = || {
            view! {
                {move || may(Action::KeepProjects).then(|| view! { <a class="button" href="/projets/nouveau">{t::project_create}</a> })}
                <a class="button quiet" href="/matrice">{t::matrix_title}</a>
                <a class="button quiet" href="/rapport">{t::report_title}</a>
            }
        };
        view! { <Page title=t::projects_title lead=t::projects_question tools><Screen /></Page> }.into_any()
    }
}

/// The signs of the chantiers that a project has a part in, each once.
pub fn signs(parts: &Shares) -> Vec<Sign> {
    let mut signs = Vec::new();
    for chantier in parts.nodes.iter().filter_map(|it| it.chantier.as_ref()) {
        let sign = Sign::of(&chantier.code);
        if !signs.contains(&sign) {
            signs.push(sign);
        }
    }
    signs
}

/// A word of the address as a field's value: each follows the other.
pub fn bound((value, set): (Signal<String>, Callback<String>)) -> RwSignal<String> {
    let own = RwSignal::new(value.get_untracked());
    Effect::new(move |before: Option<()>| {
        let now = own.get();
        if before.is_some() && now != value.get_untracked() {
            set.run(now);
        }
    });
    Effect::new(move |_| {
        let now = value.get();
        if own.get_untracked().trim() != now.trim() {
            own.set(now);
        }
    });
    own
}

/// The same for a field that picks one record.
pub fn bound_record((value, set): (Signal<String>, Callback<String>)) -> RwSignal<Vec<String>> {
    let ids = |text: String| {
        Some(text)
            .filter(|it| !it.is_empty())
            .into_iter()
            .collect::<Vec<_>>()
    };
    let own = RwSignal::new(ids(value.get_untracked()));
    Effect::new(move |before: Option<()>| {
        let now = own.get().first().cloned().unwrap_or_default();
        if before.is_some() && now != value.get_untracked() {
            set.run(now);
        }
    });
    Effect::new(move |_| {
        let now = ids(value.get());
        if own.get_untracked() != now {
            own.set(now);
        }
    });
    own
}

fn choices<W: Copy + std::fmt::Display + Send + Sync + 'static>(
    all: &'static [W],
    any: Text,
    word: fn(W) -> &'static str,
) -> Signal<Vec<(String, String)>> {
    Signal::derive(move || {
        std::iter::once((String::new(), any().to_owned()))
            .chain(all.iter().map(|it| (it.to_string(), word(*it).to_owned())))
            .collect()
    })
}

#[component]
fn Screen() -> impl IntoView {
    let (types, set_types) = address::words("type");
    let [chantier, part, state, social, territory, text, order] =
        ["chantier", "part", "etat", "social", "territoire", "q", "ordre"].map(address::word);
    let known = api::load(|| Documented::build(()));
    let chantiers = Signal::derive(move || {
        known.load.with(|it| {
            it.value()
                .map(|it| it.chantiers.nodes.clone())
                .unwrap_or_default()
        })
    });

    let filter = Memo::new(move |_| {
        let one = |(value, _): (Signal<String>, Callback<String>)| value.get();
        let types: Vec<Type> = types.get().iter().filter_map(|it| it.parse().ok()).collect();
        let code = one(chantier);
        let chosen = chantiers.with(|all| {
            all.iter()
                .find(|it| it.code == code)
                .and_then(|it| crate::contract::typed(&it.id))
        });
        let text = one(text).trim().to_owned();
        Filter {
            types: (!types.is_empty()).then_some(types),
            statuses: one(state).parse().ok().map(|it| vec![it]),
            social_purpose: one(social).parse().ok().map(|it| vec![it]),
            publics: None,
            chantiers: chosen.map(|it| vec![it]),
            parts: one(part).parse().ok().map(|it| vec![it]),
            organisation: None,
            territory: one(territory).parse().ok(),
            text: (!text.is_empty()).then_some(text),
        }
    });
    let paged = api::pages(
        move |after| {
            Twelve::build(Narrowed {
                filter: Some(filter.get()),
                order: order.0.get().parse().ok(),
                after,
            })
        },
        |Twelve { projects }| api::Page {
            total: Some(i64::from(projects.total_count)),
            next: projects.page_info.next(),
            rows: projects.nodes,
        },
    );
    let pointed = RwSignal::new(None::<String>);

    let type_options = Signal::derive(|| {
        Type::ALL
            .iter()
            .map(|it| ChipOption {
                value: it.word().to_owned(),
                label: words::kind(*it).to_owned(),
                count: None,
            })
            .collect::<Vec<_>>()
    });
    let chantier_options = Signal::derive(move || {
        std::iter::once((String::new(), t::projects_any_chantier().to_owned()))
            .chain(chantiers.get().into_iter().map(|it| (it.code, it.title)))
            .collect::<Vec<_>>()
    });
    let filters = Signal::derive(move || {
        let mut filters: Vec<(String, String)> = types
            .get()
            .into_iter()
            .filter_map(|word| Some((word.clone(), words::kind(word.parse().ok()?).to_owned())))
            .collect();
        let code = chantier.0.get();
        if !code.is_empty() {
            let title =
                chantiers.with(|all| all.iter().find(|it| it.code == code).map(|it| it.title.clone()));
            filters.push(("chantier".to_owned(), title.unwrap_or(code)));
        }
        if let Ok(it) = part.0.get().parse::<Part>() {
            filters.push(("part".to_owned(), part_word(it).to_owned()));
        }
        if let Ok(it) = state.0.get().parse::<State>() {
            filters.push(("etat".to_owned(), words::status(it).to_owned()));
        }
        if let Ok(it) = social.0.get().parse::<Known>() {
            filters.push(("social".to_owned(), words::social(it).to_owned()));
        }
        let place = territory.0.get();
        if !place.is_empty() {
            filters.push((
                "territoire".to_owned(),
                records::title(&place).unwrap_or_else(|| "…".to_owned()),
            ));
        }
        let text = text.0.get();
        if !text.trim().is_empty() {
            filters.push(("q".to_owned(), format!("« {} »", text.trim())));
        }
        filters
    });
    let remove = move |key: String| {
        let set = match key.as_str() {
            "chantier" => chantier.1,
            "part" => part.1,
            "etat" => state.1,
            "social" => social.1,
            "territoire" => territory.1,
            "q" => text.1,
            _ => {
                set_types.run(
                    types
                        .get_untracked()
                        .into_iter()
                        .filter(|it| *it != key)
                        .collect(),
                );
                return;
            }
        };
        set.run(String::new());
    };
    let clear = move |()| {
        set_types.run(Vec::new());
        for (_, set) in [chantier, part, state, social, territory, text] {
            set.run(String::new());
        }
    };
    let more_filters = RwSignal::new(false);
    let view_of_map = address::word("carte");
    view! {
        <p class="project-documented">
            {move || known.load.with(|it| it.value().map(|it| t::projects_documented(it.projects.total_count, it.projects_selected)))}
        </p>
        <div class="project-filters no-print">
            <TextField label=t::projects_filter_text value=bound(text) kind="search" />
            <RecordField label=t::projects_filter_territory kinds=&[RecordType::Territory] taken=bound_record(territory) />
            <div class="project-filters-toggle">
                <Button text=move || if more_filters.get() { t::projects_filters_less() } else { t::projects_filters_more() }
                    on_press=move |()| more_filters.update(|it| *it = !*it) />
            </div>
            <div class="project-filters-rest" class:open=more_filters>
                <SelectField label=t::projects_filter_chantier value=bound(chantier) options=chantier_options />
                <SelectField label=t::projects_filter_part value=bound(part) options=choices(Part::ALL, t::projects_any_part, part_word) />
                <SelectField label=t::projects_filter_state value=bound(state) options=choices(State::ALL, t::projects_any_state, words::status) />
                <SelectField label=t::projects_filter_social value=bound(social) options=choices(Known::ALL, t::projects_any_social, words::social) />
                <SelectField label=t::projects_order value=bound(order) options=choices(Order::ALL, t::projects_order_usual, order_word) />
                <div class="field project-types">
                    <p class="project-filter-name">{t::history_field_types}</p>
                    <FilterChips label=t::history_field_types options=type_options on=types on_change=set_types />
                </div>
            </div>
        </div>
        <ActiveFilters filters on_remove=remove on_clear=clear />
        <div class="project-beside">
            <div class="project-list">
                <Loaded load=paged.load shape=Shape::Cards on_retry=paged.reload view=move |page: Shown| {
                    let (shown, total, has_more) = (page.rows.len(), page.total, page.next.is_some());
                    if page.rows.is_empty() {
                        return view! { <Empty title=t::projects_none text=t::projects_none_text /> }.into_any();
                    }
                    view! {
                        <ol class="stack" role="list">
                            {page.rows.into_iter().map(|row| card(row, pointed)).collect_view()}
                        </ol>
                        {move || paged.failed.get().map(|failure| view! { <Failed failure on_retry=paged.more /> })}
                        <More shown=shown total=total has_more=has_more busy=paged.busy on_more=paged.more />
                    }
                    .into_any()
                } />
            </div>
            <Aside filter pointed view_of_map />
        </div>
    }
}

fn order_word(order: Order) -> &'static str {
    match order {
        Order::Title => t::projects_order_title(),
        Order::Code => t::projects_order_code(),
        Order::UpdatedLast => t::projects_order_updated(),
    }
}

fn card(row: Card, pointed: RwSignal<Option<String>>) -> impl IntoView {
    let id = row.id.inner().to_owned();
    let (here, over, focus) = (id.clone(), id.clone(), id.clone());
    let leads = row
        .leads
        .nodes
        .iter()
        .map(|it| it.acronym.clone().unwrap_or_else(|| it.name.clone()))
        .collect::<Vec<_>>()
        .join(", ");
    let places = place::names(&row.territories);
    let state = row.status;
    let types = row.types;
    let mut chantiers: Vec<(String, String)> = Vec::new();
    for it in row.participations.nodes.into_iter().filter_map(|it| it.chantier) {
        if !chantiers.iter().any(|known| known.0 == it.code) {
            chantiers.push((it.code, it.title));
        }
    }
    let first = chantiers.first().map_or("hue-0", |it| Sign::of(&it.0).hue());
    view! {
        <li class=format!("card hue-edge project-card {first}") class:pointed=move || pointed.with(|it| it.as_deref() == Some(here.as_str()))
            on:pointerenter=move |_| pointed.set(Some(over.clone())) on:pointerleave=move |_| pointed.set(None)
            on:focusin=move |_| pointed.set(Some(focus.clone())) on:focusout=move |_| pointed.set(None)>
            <div class="spread">
                <h2 class="project-name">
                    <a class="cover" href=format!("/projets/{id}")>{row.title}</a>
                    {row.acronym.map(|it| view! { <span class="muted">" (" {it} ")"</span> })}
                    {visit::is_new(row.updated_at).then(|| view! { " " <NewMark /> })}
                </h2>
                <Status course=words::course(state) text=move || words::status(state) />
            </div>
            <p class="muted small">
                {if leads.is_empty() { view! { <span class="unknown">{t::project_lead_unknown}</span> }.into_any() } else { leads.into_any() }}
                " · "
                {match places { Some(places) => places.into_any(), None => view! { <span class="unknown">{t::project_place_unknown}</span> }.into_any() }}
            </p>
            {row.summary.map(|it| view! { <p class="project-summary">{it}</p> })}
            <div class="row-tight">
                {chantiers.into_iter().map(|(code, title)| view! { <span class="project-sign" title=title.clone()><SignMark sign=Sign::of(&code) size=Size::Small /><span class="visually-hidden">{title.clone()}</span></span> }).collect_view()}
                {types.into_iter().map(|kind| view! { <Chip text=move || words::kind(kind) /> }).collect_view()}
            </div>
        </li>
    }
}

/// The map of all that are found, not only of those that are listed so far.
#[component]
fn Aside(
    filter: Memo<Filter>,
    pointed: RwSignal<Option<String>>,
    view_of_map: (Signal<String>, Callback<String>),
) -> impl IntoView {
    let atlas = api::atlas();
    let found = api::load(move || {
        OnMap::build(Everywhere {
            filter: Some(filter.get()),
        })
    });
    let dots = Signal::derive(move || {
        found
            .load
            .with(|it| it.value().map(|it| it.projects.nodes.clone()).unwrap_or_default())
    });
    let open = RwSignal::new(!browser::narrow());
    let (seen, look) = view_of_map;
    let lit = Signal::derive(move || {
        let Some(id) = pointed.get() else {
            return Vec::new();
        };
        dots.with(|dots| {
            let dot = dots.iter().find(|it| it.id.inner() == id);
            dot.map(|it| place::shapes(&it.territories)).unwrap_or_default()
        })
    });
    let elsewhere = move || {
        dots.with(|dots| {
            let (everywhere, rest): (Vec<&Dot>, Vec<&Dot>) =
                dots.iter().partition(|it| place::is_everywhere(&it.territories));
            (
                everywhere.len(),
                rest.iter()
                    .filter(|it| place::shapes(&it.territories).is_empty())
                    .count(),
            )
        })
    };
    view! {
        <div class="project-map" class:folded=move || !open.get()>
            <div class="project-map-toggle no-print">
                <Button text=move || if open.get() { t::map_fold() } else { t::map_unfold() } mark=Icon::Map on_press=move |()| open.update(|it| *it = !*it) />
            </div>
            {move || open.get().then(|| view! {
                <Loaded load=atlas.load shape=Shape::Picture on_retry=atlas.reload view=move |atlas| {
                    let shapes = atlas.clone();
                    let pins = Signal::derive(move || dots.with(|dots| dots.iter().filter_map(|dot| pin(&shapes, dot)).collect::<Vec<_>>()));
                    let on_view = move |view: Option<View>| look.run(view.map(View::written).unwrap_or_default());
                    view! {
                        <Map atlas label=t::projects_map pins lit pointed without_list=true
                            view=Signal::derive(move || View::parse(&seen.get())) on_view />
                    }
                } />
            })}
            <p class="muted small">
                {move || { let (everywhere, _) = elsewhere(); (everywhere > 0).then(|| t::projects_everywhere(everywhere)) }}
                " "
                {move || { let (_, nowhere) = elsewhere(); (nowhere > 0).then(|| t::projects_nowhere(nowhere)) }}
                " "
                {t::projects_pins}
            </p>
        </div>
    }
}

fn pin(atlas: &crate::ui::map::atlas::Atlas, dot: &Dot) -> Option<Pin> {
    let (lat, lon) = place::point(atlas, &dot.territories)?;
    Some(Pin {
        id: dot.id.inner().to_owned(),
        label: dot.acronym.clone().unwrap_or_else(|| dot.title.clone()),
        detail: place::names(&dot.territories).unwrap_or_else(|| t::fact_unknown().to_owned()),
        href: format!("/projets/{}", dot.id.inner()),
        lat,
        lon,
        signs: signs(&dot.participations),
    })
}

/// A figure, or that it is unknown, as plain text.
pub fn amount(grant: Option<&super::read::MoneyRow>) -> Option<String> {
    grant.map(|it| format::euros(&it.amount.to_string()))
}
