//! A territory: what exists there and next door, its place in the ladder, and the way to any other. Named ones are
//! made and changed here too.

pub mod edit;
pub mod neighbours;
pub mod words;

use crate::api;
use crate::contract::{schema, typed};
use crate::format;
use crate::language::t;
use crate::provenance::{SourceList, Sources};
use crate::records::{self, RecordField};
use crate::ui::button::Button;
use crate::ui::chips::Chip;
use crate::ui::facts::{Fact, Facts};
use crate::ui::icon::Icon;
use crate::ui::map::frame::View;
use crate::ui::map::{Map, Pin};
use crate::ui::page::{Crumb, Page, Section};
use crate::ui::provenance::{Sourced, Tip};
use crate::ui::sign::{Sign, SignMark, Size};
use crate::ui::state::{Empty, Loaded, Shape};
use crate::viewer;
use crate::{address, organisation};
use chrono::{DateTime, Utc};
use cynic::QueryBuilder;
use domain::policy::Action;
use domain::territory::{Extent, Kind, Nis};
use domain::{PartialDate, RecordType, TerritoryId};
use edit::{Change, Create};
use leptos::prelude::*;
use leptos_router::NavigateOptions;
use leptos_router::hooks::{use_navigate, use_params_map};
use leptos_router::{LazyRoute, lazy_route};
use neighbours::Neighbours;

#[derive(cynic::QueryVariables)]
struct One {
    id: cynic::Id,
}

#[derive(Clone, cynic::QueryFragment)]
#[cynic(graphql_type = "Query", variables = "One")]
struct Found {
    #[arguments(id: $id)]
    territory: Option<Territory>,
}

#[derive(Clone, Debug, PartialEq, cynic::QueryFragment)]
struct LocalName {
    fr: String,
    nl: Option<String>,
    de: Option<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, cynic::QueryFragment)]
pub(crate) struct Point {
    pub(crate) lat: f64,
    pub(crate) lon: f64,
}

#[derive(Clone, Debug, PartialEq, cynic::QueryFragment)]
pub struct Territory {
    id: cynic::Id,
    revision: i32,
    created_at: DateTime<Utc>,
    updated_at: DateTime<Utc>,
    kind: Kind,
    name: LocalName,
    label: String,
    extent: Extent,
    commune_codes: Vec<Nis>,
    within_codes: Vec<Nis>,
    note: Option<String>,
    nis: Option<Nis>,
    point: Option<Point>,
    postcodes: Vec<String>,
    within: Vec<Place>,
    overlapping: Vec<Other>,
    #[arguments(first: 100)]
    projects: ProjectConnection,
    #[arguments(first: 100)]
    organisations: OrganisationConnection,
    #[arguments(first: 50)]
    steps: StepConnection,
    #[arguments(first: 20)]
    sources: Sources,
}

/// An official territory above.
#[derive(Clone, Debug, PartialEq, cynic::QueryFragment)]
#[cynic(graphql_type = "Territory")]
struct Place {
    nis: Option<Nis>,
    label: String,
    kind: Kind,
}

/// A territory that shares a commune.
#[derive(Clone, Debug, PartialEq, cynic::QueryFragment)]
#[cynic(graphql_type = "Territory")]
struct Other {
    id: cynic::Id,
    nis: Option<Nis>,
    label: String,
    kind: Kind,
    extent: Extent,
    commune_codes: Vec<Nis>,
}

#[derive(Clone, Debug, PartialEq, cynic::QueryFragment)]
struct ProjectConnection {
    nodes: Vec<Project>,
}

#[derive(Clone, Debug, PartialEq, cynic::QueryFragment)]
struct Project {
    id: cynic::Id,
    title: String,
    summary: Option<String>,
    territory_ids: Vec<cynic::Id>,
    #[arguments(first: 5)]
    leads: LeadConnection,
    #[arguments(first: 12)]
    participations: ParticipationConnection,
}

#[derive(Clone, Debug, PartialEq, cynic::QueryFragment)]
#[cynic(graphql_type = "OrganisationConnection")]
struct LeadConnection {
    nodes: Vec<Lead>,
}

#[derive(Clone, Debug, PartialEq, cynic::QueryFragment)]
#[cynic(graphql_type = "Organisation")]
struct Lead {
    name: String,
}

#[derive(Clone, Debug, PartialEq, cynic::QueryFragment)]
struct ParticipationConnection {
    nodes: Vec<Participation>,
}

#[derive(Clone, Debug, PartialEq, cynic::QueryFragment)]
struct Participation {
    chantier: Option<Chantier>,
}

#[derive(Clone, Debug, PartialEq, cynic::QueryFragment)]
struct Chantier {
    code: String,
    title: String,
}

#[derive(Clone, Debug, PartialEq, cynic::QueryFragment)]
struct OrganisationConnection {
    nodes: Vec<Organisation>,
}

#[derive(Clone, Debug, PartialEq, cynic::QueryFragment)]
struct Organisation {
    id: cynic::Id,
    name: String,
    acronym: Option<String>,
    kinds: Vec<domain::organisation::Kind>,
    state: domain::organisation::State,
    point: Option<Point>,
    commune_id: Option<cynic::Id>,
    territory_ids: Vec<cynic::Id>,
}

#[derive(Clone, Debug, PartialEq, cynic::QueryFragment)]
struct StepConnection {
    nodes: Vec<Step>,
}

#[derive(Clone, Debug, PartialEq, cynic::QueryFragment)]
struct Step {
    title: String,
    starts: Option<PartialDate>,
    chantier: Option<Chantier>,
}

/// The identifier of the whole region, whose projects and organisations are everybody's.
fn region() -> cynic::Id {
    cynic::Id::new(TerritoryId::from(Nis::WALLONIA).to_string())
}

impl Territory {
    /// The record, for a form.
    fn record(&self) -> Option<domain::territory::Territory> {
        Some(domain::territory::Territory {
            id: typed(&self.id)?,
            revision: self.revision,
            created_at: self.created_at,
            updated_at: self.updated_at,
            kind: self.kind,
            name: domain::text::LocalName {
                fr: self.name.fr.clone(),
                nl: self.name.nl.clone(),
                de: self.name.de.clone(),
            },
            extent: self.extent,
            commune_codes: self.commune_codes.clone(),
            within_codes: self.within_codes.clone(),
            note: self.note.clone(),
            nis: self.nis,
            point: self.point.map(|it| domain::territory::Point {
                lat: it.lat,
                lon: it.lon,
            }),
            postcodes: self.postcodes.clone(),
        })
    }

    /// Its shapes on the map: communes, else the provinces it lies in.
    fn shapes(&self) -> Vec<String> {
        let codes = if self.commune_codes.is_empty() {
            &self.within_codes
        } else {
            &self.commune_codes
        };
        codes.iter().map(ToString::to_string).collect()
    }

    /// The official territories above, the largest first.
    fn above(&self) -> Vec<Place> {
        let mut above = self.within.clone();
        above.sort_by_key(|it| rank(it.kind));
        above
    }

    /// The official territories right below.
    fn below(&self) -> Vec<Other> {
        let kind = match self.kind {
            Kind::Region => Kind::Province,
            Kind::Province => Kind::Arrondissement,
            Kind::Commune => return Vec::new(),
            Kind::Arrondissement
            | Kind::Council
            | Kind::NaturePark
            | Kind::ActionGroup
            | Kind::LivingArea
            | Kind::Other => Kind::Commune,
        };
        let mine = |it: &&Other| {
            it.kind == kind
                && it
                    .commune_codes
                    .iter()
                    .all(|code| self.commune_codes.contains(code))
        };
        let mut below: Vec<Other> = self.overlapping.iter().filter(mine).cloned().collect();
        below.sort_by_key(|it| domain::text::fold(&it.label));
        below
    }

    /// Named territories that share a commune, or may, the most shared first.
    fn named(&self) -> Vec<(usize, Other)> {
        let mut named: Vec<(usize, Other)> = self
            .overlapping
            .iter()
            .filter(|it| !it.kind.is_official())
            .map(|it| {
                let shared = it
                    .commune_codes
                    .iter()
                    .filter(|code| self.commune_codes.contains(code));
                (shared.count(), it.clone())
            })
            .collect();
        named.sort_by(|a, b| {
            let names = || domain::text::fold(&a.1.label).cmp(&domain::text::fold(&b.1.label));
            b.0.cmp(&a.0).then_with(names)
        });
        named
    }
}

const fn rank(kind: Kind) -> u8 {
    match kind {
        Kind::Region => 0,
        Kind::Province => 1,
        Kind::Arrondissement => 2,
        Kind::Commune => 3,
        Kind::Council | Kind::NaturePark | Kind::ActionGroup | Kind::LivingArea | Kind::Other => 4,
    }
}

/// Official territories by their code, which people can read; the others by their identifier.
fn href(nis: Option<Nis>, id: &str) -> String {
    nis.map_or_else(
        || format!("/territoires/{id}"),
        |nis| format!("/territoires/{nis}"),
    )
}

pub struct Sheet;

#[lazy_route]
impl LazyRoute for Sheet {
    fn data() -> Self {
        Self
    }

    fn view(_this: Self) -> AnyView {
        view! { <Screen /> }.into_any()
    }
}

pub struct New;

#[lazy_route]
impl LazyRoute for New {
    fn data() -> Self {
        Self
    }

    fn view(_this: Self) -> AnyView {
        view! { <Create /> }.into_any()
    }
}

#[component]
fn Screen() -> impl IntoView {
    let params = use_params_map();
    // Without a name in the address: the whole region.
    let id = Memo::new(move |_| {
        params
            .with(|params| params.get("id"))
            .unwrap_or_else(|| Nis::WALLONIA.to_string())
    });
    let found = api::load(move || {
        Found::build(One {
            id: cynic::Id::new(id.get()),
        })
    });
    let load = Memo::new(move |_| found.load.get().map(|it| it.territory).present());
    let title = move || {
        load.with(|it| it.value().map(|it| it.label.clone()))
            .unwrap_or_default()
    };
    let lead = move || {
        load.with(|it| it.value().map(|it| t::territory_lead(words::kind(it.kind))))
            .unwrap_or_else(|| t::territory_question().to_owned())
    };
    let crumbs = Signal::derive(move || {
        let above = load
            .with(|it| it.value().map(Territory::above))
            .unwrap_or_default();
        above
            .into_iter()
            .map(|it| Crumb::new(it.label, href(it.nis, "")))
            .collect::<Vec<_>>()
    });
    let editing = RwSignal::new(false);
    Effect::new(move |_| {
        id.track();
        editing.set(false);
    });
    let is_named = move || load.with(|it| it.value().is_some_and(|it| !it.kind.is_official()));
    let record = move || load.with(|it| it.value().map(|it| it.id.inner().to_owned()));
    let tools = move || {
        view! {
            {move || (is_named() && viewer::may(Action::EditTerritory) && !editing.get()).then(|| view! {
                <Button text=t::action_edit mark=Icon::Edit on_press=move |()| editing.set(true) />
            })}
            {move || viewer::may(Action::EditTerritory).then(|| view! { <a class="button" href="/territoires/nouveau">{t::territory_create}</a> })}
            {move || record().map(|id| view! { <a class="button quiet" href=format!("/historique/{id}")>{t::action_history}</a> })}
        }
    };
    view! {
        <Page title lead crumbs tools>
            <Picker />
            {move || editing.get().then(|| load.with_untracked(|it| it.value().and_then(Territory::record)).map(|record| view! {
                <Change record on_end=move |()| editing.set(false) />
            }))}
            <Loaded load shape=Shape::Picture on_retry=found.reload view=move |territory| view! { <Body territory reload=found.reload /> } />
        </Page>
    }
}

/// The way to any other territory.
#[component]
fn Picker() -> impl IntoView {
    let taken = RwSignal::new(Vec::<String>::new());
    let navigate = use_navigate();
    Effect::new(move |_| {
        if let Some(id) = taken.get().into_iter().next() {
            taken.set(Vec::new());
            navigate(&format!("/territoires/{id}"), NavigateOptions::default());
        }
    });
    view! {
        <div class="territory-picker no-print">
            <RecordField label=t::territory_pick hint=t::territory_pick_hint kinds=&[RecordType::Territory] taken required=true />
        </div>
    }
}

#[component]
fn Body(territory: Territory, reload: Callback<()>) -> impl IntoView {
    let territory = StoredValue::new(territory);
    let get = move || territory.get_value();
    records::know(get().id.inner(), &get().label);
    view! {
        <div class="beside territory-top">
            <div class="stack"><About territory=get() /> <Ladder territory=get() /></div>
            <Around territory=get() />
        </div>
        <Projects territory=get() />
        <Neighbours territory=get() />
        <Organisations territory=get() />
        <Steps steps=get().steps.nodes />
        <Named territory=get() />
        <Section title=t::provenance_section>
            <SourceList sources=get().sources word=words::field on_confirmed=reload
                may_confirm=Signal::derive(move || viewer::may(Action::EditProvenance { project: None })) />
        </Section>
    }
}

#[component]
fn About(territory: Territory) -> impl IntoView {
    let Territory {
        kind,
        extent,
        nis,
        postcodes,
        note,
        sources,
        commune_codes,
        ..
    } = territory;
    let codes = (!postcodes.is_empty()).then(|| postcodes.join(", "));
    let named = !kind.is_official();
    let count = commune_codes.len();
    view! {
        <div class="sheet">
            <Facts>
                <Fact label=t::territory_field_kind><span>{move || words::kind(kind)}</span></Fact>
                {codes.map(|codes| view! { <Fact label=t::territory_field_postcodes value=Some(codes) /> })}
                {nis.map(|nis| view! { <Fact label=t::territory_field_nis value=Some(nis.to_string()) /> })}
                {(kind != Kind::Commune).then(|| view! {
                    <Fact label=t::territory_field_communes>
                        {if count == 0 { view! { <span class="unknown">{t::fact_unknown}</span> }.into_any() } else { view! { <span>{move || t::territory_down_more(count)}</span> }.into_any() }}
                    </Fact>
                })}
                {named.then(|| match sources.of("extent") {
                    Some(provenance) => view! { <Fact label=t::territory_field_extent><Sourced about=t::territory_field_extent provenance><span>{move || words::extent(extent)}</span></Sourced></Fact> }.into_any(),
                    None => view! { <Fact label=t::territory_field_extent><span>{move || words::extent(extent)}</span></Fact> }.into_any(),
                })}
                {note.map(|note| view! { <Fact label=t::territory_field_note value=Some(note) /> })}
            </Facts>
        </div>
    }
}

/// Upward and downward.
#[component]
fn Ladder(territory: Territory) -> impl IntoView {
    let (above, below) = (territory.above(), territory.below());
    let many = below.len() > 24;
    let (above_is_empty, below_is_empty) = (above.is_empty(), below.is_empty());
    let chips = |list: Vec<Other>| {
        view! {
            <ul class="chips" role="list">
                {list.into_iter().map(|it| view! { <li><Chip text=it.label href=href(it.nis, it.id.inner()) /></li> }).collect_view()}
            </ul>
        }
    };
    let count = below.len();
    view! {
        <nav class="sheet stack" aria-label=t::territory_ladder>
            {(!above_is_empty).then(|| view! {
                <div class="stack-tight">
                    <h3>{t::territory_up}</h3>
                    <ul class="chips" role="list">
                        {above.into_iter().map(|it| view! { <li><Chip text=it.label href=href(it.nis, "") /></li> }).collect_view()}
                    </ul>
                </div>
            })}
            {(!below_is_empty).then(|| view! {
                <div class="stack-tight">
                    <h3>{t::territory_down}</h3>
                    {if many {
                        view! { <details><summary>{move || t::territory_down_more(count)}</summary>{chips(below)}</details> }.into_any()
                    } else {
                        chips(below).into_any()
                    }}
                </div>
            })}
        </nav>
    }
}

/// The map, on the territory with what lies around it; a commune pressed is where one goes.
#[component]
fn Around(territory: Territory) -> impl IntoView {
    let atlas = api::atlas();
    let (view, on_view) = address::word("carte");
    let navigate = use_navigate();
    let shapes = territory.shapes();
    let whole = territory.kind == Kind::Region;
    let name = territory.label.clone();
    let pins: Vec<Pin> = territory
        .organisations
        .nodes
        .iter()
        .filter(|it| it.commune_id.as_ref().is_some_and(|id| in_it(&territory, id)))
        .filter_map(|it| {
            let Point { lat, lon } = it.point?;
            Some(Pin {
                id: it.id.inner().to_owned(),
                label: it.name.clone(),
                detail: it
                    .kinds
                    .first()
                    .map(|kind| organisation::words::kind(*kind).to_owned())
                    .unwrap_or_default(),
                href: format!("/organisations/{}", it.id.inner()),
                lat,
                lon,
                signs: Vec::new(),
            })
        })
        .collect();
    let press = Callback::new(move |nis: String| {
        navigate(&format!("/territoires/{nis}"), NavigateOptions::default());
    });
    view! {
        <Loaded load=atlas.load shape=Shape::Picture on_retry=atlas.reload view=move |atlas| {
            let height = atlas.height;
            // A third of it on each side, so that the neighbours are seen.
            let first = if whole { None } else { atlas.bounds(&shapes).map(|bounds| wider(bounds, height)) };
            let seen = Signal::derive(move || View::parse(&view.get()).or(first));
            let look = move |seen: Option<View>| on_view.run(seen.map(View::written).unwrap_or_else(|| View::whole(height).written()));
            let (name, lit) = (name.clone(), if whole { Vec::new() } else { shapes.clone() });
            view! { <Map atlas label=move || t::territory_map(&name) pins=pins.clone() lit view=seen on_view=look on_commune=press without_list=true /> }
        } />
    }
}

/// Does a commune lie in the territory?
fn in_it(territory: &Territory, commune: &cynic::Id) -> bool {
    territory
        .commune_codes
        .iter()
        .any(|nis| TerritoryId::from(*nis).to_string() == commune.inner())
}

fn wider([left, top, right, bottom]: [f64; 4], height: f64) -> View {
    // At least a tenth of the country: a small commune among its neighbours.
    let (x, y) = (((right - left) * 0.6).max(36.0), ((bottom - top) * 0.6).max(24.0));
    View::around([left - x, top - y, right + x, bottom + y], height)
}

/// So many projects and organisations are shown at once; the rest is unfolded.
const SHOWN: usize = 12;

#[component]
fn Projects(territory: Territory) -> impl IntoView {
    let projects = territory.projects.nodes;
    let count = projects.len();
    if projects.is_empty() {
        return view! { <Section title=t::territory_projects broad=true><Empty title=t::territory_projects_none text=t::territory_projects_none_text /></Section> }.into_any();
    }
    let region = region();
    let mut projects = projects;
    projects.sort_by_key(|it| it.territory_ids.contains(&region));
    let rest = projects.split_off(projects.len().min(SHOWN));
    let more = rest.len();
    let card = move |it: Project| {
        let wide = it.territory_ids.contains(&region);
        let leads = it
            .leads
            .nodes
            .into_iter()
            .map(|it| it.name)
            .collect::<Vec<_>>()
            .join(", ");
        view! {
            <article class="card">
                <h3><a class="cover" href=format!("/projets/{}", it.id.inner())>{it.title}</a></h3>
                {(!leads.is_empty()).then(|| view! { <p class="muted small">{leads}</p> })}
                {it.summary.map(|summary| view! { <p class="small clip">{summary}</p> })}
                <div class="card-foot">
                    <span class="row-tight">{signs(it.participations.nodes)}</span>
                    {wide.then(|| view! { <span>{t::territory_wide}</span> })}
                </div>
            </article>
        }
    };
    view! {
        <Section title=t::territory_projects note=move || t::territory_projects_note(count) broad=true>
            <div class="columns">{projects.into_iter().map(card.clone()).collect_view()}</div>
            {(more > 0).then(|| view! {
                <details><summary>{move || t::territory_more(more)}</summary><div class="columns">{rest.into_iter().map(card).collect_view()}</div></details>
            })}
        </Section>
    }
    .into_any()
}

/// The signs of the chantiers that a project has a part in, with their names.
fn signs(participations: Vec<Participation>) -> impl IntoView {
    let mut chantiers: Vec<Chantier> = Vec::new();
    for chantier in participations.into_iter().filter_map(|it| it.chantier) {
        if !chantiers.contains(&chantier) {
            chantiers.push(chantier);
        }
    }
    chantiers
        .into_iter()
        .map(|it| view! { <Tip text=it.title><SignMark sign=Sign::of(&it.code) size=Size::Small /></Tip> })
        .collect_view()
}

#[component]
fn Organisations(territory: Territory) -> impl IntoView {
    let region = region();
    let whole = territory.kind == Kind::Region;
    let count = territory.organisations.nodes.len();
    let (here, wide): (Vec<_>, Vec<_>) = territory.organisations.nodes.into_iter().partition(|it| {
        whole || !it.territory_ids.contains(&region) || it.commune_id.is_some() && it.territory_ids.len() > 1
    });
    let rows = |list: Vec<Organisation>| {
        view! {
            <ul class="plain-list" role="list">
                {list.into_iter().map(|it| {
                    let kinds = it.kinds;
                    let said = move || kinds.iter().map(|kind| organisation::words::kind(*kind)).collect::<Vec<_>>().join(", ");
                    let name = match it.acronym { Some(acronym) => format!("{} ({acronym})", it.name), None => it.name };
                    view! {
                        <li>
                            <a href=format!("/organisations/{}", it.id.inner())>{name}</a>
                            <span class="muted small">{said}</span>
                            {organisation::state_mark(it.state)}
                        </li>
                    }
                }).collect_view()}
            </ul>
        }
    };
    let mut here = here;
    let rest = here.split_off(here.len().min(SHOWN));
    let more = rest.len();
    let (none_here, none_wide) = (here.is_empty(), wide.is_empty());
    view! {
        <Section title=t::territory_organisations note=move || t::territory_organisations_note(count)>
            <div class="stack">
                {(none_here && none_wide).then(|| view! { <p class="muted">{t::territory_organisations_none}</p> })}
                {(!none_here).then(|| view! { <h3>{t::territory_organisations_here}</h3> {rows(here)} })}
                {(more > 0).then(|| view! { <details><summary>{move || t::territory_more(more)}</summary>{rows(rest)}</details> })}
                {(!none_wide).then(|| view! { <details><summary>{t::territory_organisations_wide}</summary>{rows(wide)}</details> })}
            </div>
        </Section>
    }
}

#[component]
fn Steps(steps: Vec<Step>) -> impl IntoView {
    let none = steps.is_empty();
    view! {
        <Section title=t::territory_steps>
            {none.then(|| view! { <p class="muted">{t::territory_steps_none}</p> })}
            <ul class="plain-list" role="list">
                {steps.into_iter().map(|it| {
                    let starts = it.starts;
                    view! {
                        <li>
                            {it.chantier.map(|chantier| view! {
                                <a class="signed" href=format!("/chantiers/{}", chantier.code)><SignMark sign=Sign::of(&chantier.code) size=Size::Small /> <span>{it.title.clone()}</span></a>
                                <span class="muted small">{chantier.title}</span>
                            })}
                            <span class="muted small">{move || format::partial(starts)}</span>
                        </li>
                    }
                }).collect_view()}
            </ul>
        </Section>
    }
}

#[component]
fn Named(territory: Territory) -> impl IntoView {
    let named = territory.named();
    if named.is_empty() {
        return view! { <Section title=t::territory_named note=t::territory_named_note><p class="muted">{t::territory_named_none}</p></Section> }.into_any();
    }
    view! {
        <Section title=t::territory_named note=t::territory_named_note>
            <ul class="plain-list" role="list">
                {named.into_iter().map(|(shared, it)| {
                    let kind = it.kind;
                    view! {
                        <li>
                            <a href=href(it.nis, it.id.inner())>{it.label}</a>
                            <span class="muted small">{move || words::kind(kind)}</span>
                            <span class="muted small">{move || if shared > 0 { t::territory_shared_communes(shared) } else { t::territory_maybe().to_owned() }}</span>
                        </li>
                    }
                }).collect_view()}
            </ul>
        </Section>
    }
    .into_any()
}
