//! The report that is asked again and again: one dated table with its sources, to print or to take away.

use super::list::{amount, bound_record};
use super::place;
use super::read::{MoneyRow, PhaseRow, Place};
use super::words;
use crate::address;
use crate::api;
use crate::browser;
use crate::contract::{PageInfo, schema};
use crate::format;
use crate::language::{language, t};
use crate::organisation::read::Bodies;
use crate::provenance::{self, Source, Sources};
use crate::records::{self, RecordField};
use crate::ui::button::Button;
use crate::ui::chips::Status;
use crate::ui::icon::Icon;
use crate::ui::more::More;
use crate::ui::page::Page;
use crate::ui::state::{Empty, Loaded, Shape};
use crate::ui::table::{Column, Sort, Table};
use cynic::QueryBuilder;
use domain::RecordType;
use domain::project::{Filter, Status as State};
use leptos::prelude::*;
use leptos_router::{LazyRoute, lazy_route};

#[derive(cynic::QueryVariables)]
struct Narrowed {
    filter: Option<Filter>,
    after: Option<String>,
}

#[derive(Clone, cynic::QueryFragment)]
#[cynic(graphql_type = "Query", variables = "Narrowed")]
struct Asked {
    #[arguments(where: $filter, first: 100, after: $after)]
    projects: Rows,
    projects_selected: i32,
}

crate::api::document!(query Asked(Narrowed));

#[derive(Clone, cynic::QueryFragment)]
#[cynic(graphql_type = "ProjectConnection")]
struct Rows {
    nodes: Vec<Row>,
    page_info: PageInfo,
    total_count: i32,
}

#[derive(Clone, Debug, PartialEq, cynic::QueryFragment)]
#[cynic(graphql_type = "Project")]
struct Row {
    id: cynic::Id,
    title: String,
    code: Option<String>,
    #[arguments(first: 20)]
    leads: Bodies,
    #[arguments(first: 50)]
    partners: Bodies,
    territories: Vec<Place>,
    grant: Option<MoneyRow>,
    summary: Option<String>,
    status: State,
    phases: Vec<PhaseRow>,
    #[arguments(first: 20)]
    sources: Sources,
}

type Shown = api::Page<Row>;

pub struct ReportPage;

#[lazy_route]
impl LazyRoute for ReportPage {
    fn data() -> Self {
        Self
    }

    fn view(_this: Self) -> AnyView {
        view! { <Screen /> }.into_any()
    }
}

#[component]
fn Screen() -> impl IntoView {
    let territory = address::word("territoire");
    let (sort, set_sort) = address::word("tri");
    let place = territory.0;
    let selected = RwSignal::new(0);
    let paged = api::pages(
        move |after| {
            Asked::build(Narrowed {
                filter: Some(Filter {
                    territory: place.get().parse().ok(),
                    ..Filter::default()
                }),
                after,
            })
        },
        move |asked: Asked| {
            selected.set(asked.projects_selected);
            api::Page {
                total: Some(i64::from(asked.projects.total_count)),
                next: asked.projects.page_info.next(),
                rows: asked.projects.nodes,
            }
        },
    );
    let file = move |kind: &str| {
        let place = place.get();
        let of = if place.is_empty() {
            String::new()
        } else {
            format!("&territory={place}")
        };
        format!("/v1/exports/report.{kind}?lang={}{of}", language().tag())
    };
    let tools = move || {
        view! {
            <Button text=t::project_print mark=Icon::Print on_press=|()| { let _ = window().print(); } />
            <a class="button" href=move || file("csv") download="" rel="external">"CSV"</a>
            <a class="button" href=move || file("xlsx") download="" rel="external">"XLSX"</a>
        }
    };
    let today = format::day_of(browser::now());
    let scope = move || {
        let place = place.get();
        if place.is_empty() {
            t::report_everywhere().to_owned()
        } else {
            records::title(&place).unwrap_or_else(|| "…".to_owned())
        }
    };
    view! {
        <Page title=t::report_title lead=t::report_question tools>
            <div class="report">
                <div class="report-scope no-print">
                    <RecordField label=t::projects_filter_territory kinds=&[RecordType::Territory] taken=bound_record(territory) />
                </div>
                <Loaded load=paged.load shape=Shape::Lines on_retry=paged.reload view=move |page: Shown| {
                    let (shown, total, has_more) = (page.rows.len(), page.total, page.next.is_some());
                    if page.rows.is_empty() {
                        return view! { <Empty title=t::projects_none text=t::projects_none_text /> }.into_any();
                    }
                    let with_grant = page.rows.iter().filter(|it| it.grant.is_some()).count();
                    let sum: rust_decimal::Decimal = page.rows.iter().filter_map(|it| it.grant.as_ref()).map(|it| it.amount).sum();
                    let caption = move || t::report_caption(scope(), format::day(today));
                    view! {
                        <p class="project-documented">
                            {move || t::report_documented(shown, selected.get())} " "
                            {move || t::report_grants(with_grant, shown, format::euros(&sum.to_string()))}
                        </p>
                        <Table caption columns=columns() rows=page.rows sort=Signal::derive(move || Sort::parse(&sort.get())) on_sort=move |sort: Sort| set_sort.run(sort.written()) />
                        <div class="no-print"><More shown=shown total=total has_more=has_more busy=paged.busy on_more=paged.more /></div>
                    }
                    .into_any()
                } />
            </div>
        </Page>
    }
}

fn unknown() -> AnyView {
    view! { <span class="unknown">{t::fact_unknown}</span> }.into_any()
}

fn names(bodies: &Bodies) -> Option<String> {
    (!bodies.nodes.is_empty()).then(|| {
        bodies
            .nodes
            .iter()
            .map(|it| it.name.as_str())
            .collect::<Vec<_>>()
            .join(", ")
    })
}

fn columns() -> Vec<Column<Row>> {
    let folded = |text: &str| domain::text::fold(text);
    vec![
        Column::new("projet", t::project_title, |row: &Row| {
            let code = row.code.clone();
            view! {
                <a href=format!("/projets/{}", row.id.inner())>{row.title.clone()}</a>
                {code.map(|code| view! { <small class="muted">" " {code}</small> })}
            }
        })
        .sorts_by(move |a, b| folded(&a.title).cmp(&folded(&b.title))),
        Column::new("organismes", t::report_bodies, |row: &Row| {
            let (leads, partners) = (names(&row.leads), names(&row.partners));
            view! {
                {leads.map_or_else(unknown, IntoAny::into_any)}
                {partners.map(|partners| view! { <small class="muted report-partners">{move || t::report_with(&partners)}</small> })}
            }
        }),
        Column::new("montant", t::history_field_grant, |row: &Row| {
            let grant = row.grant.clone();
            grant.map_or_else(unknown, |grant| (move || amount(Some(&grant))).into_any())
        })
        .number()
        .sorts_by(|a, b| a.grant.as_ref().map(|it| it.amount).cmp(&b.grant.as_ref().map(|it| it.amount))),
        Column::new("territoire", t::history_field_territory, |row: &Row| {
            place::names(&row.territories).map_or_else(unknown, IntoAny::into_any)
        })
        .sorts_by(move |a, b| place::names(&a.territories).map(|it| folded(&it)).cmp(&place::names(&b.territories).map(|it| folded(&it)))),
        Column::new("description", t::history_field_summary, |row: &Row| {
            row.summary.clone().map_or_else(unknown, |text| view! { <span class="report-summary">{text}</span> }.into_any())
        }),
        Column::new("etat", t::organisation_field_state, |row: &Row| {
            let (state, since) = (row.status, row.phases.last().and_then(|it| it.since));
            view! {
                <Status course=words::course(state) text=move || words::status(state) />
                {since.map(|_| view! { <small class="muted report-partners">{move || format::partial(since)}</small> })}
            }
        })
        .sorts_by(|a, b| words::status(a.status).cmp(words::status(b.status))),
        Column::new("source", t::provenance_source, |row: &Row| {
            row.sources.nodes.iter().find(|it| it.field.is_none()).or(row.sources.nodes.first()).map_or_else(unknown, source)
        }),
    ]
}

fn source(source: &Source) -> AnyView {
    let (date, sure, name) = (source.as_of, source.confidence, source.source.clone());
    view! {
        {match source.url.clone() {
            Some(url) => view! { <a href=url rel="external noopener" target="_blank">{name}</a> }.into_any(),
            None => view! { <span>{name}</span> }.into_any(),
        }}
        <small class="muted report-partners">
            {move || t::provenance_dated(format::partial(date))}
            {sure.map(|sure| view! { ", " {move || provenance::confidence(sure)} })}
        </small>
    }
    .into_any()
}
