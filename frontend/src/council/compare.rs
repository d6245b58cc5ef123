//! Councils side by side: whom each stands for, and what it did. Up to four are chosen; the address keeps them.

use super::words;
use crate::address;
use crate::api;
use crate::contract::schema;
use crate::format;
use crate::language::{Text, t};
use crate::ui::chips::{ChipOption, FilterChips, Status};
use crate::ui::page::{Crumb, Page};
use crate::ui::sign::Sign;
use crate::ui::state::Loaded;
use cynic::QueryBuilder;
use domain::council::{Category, Progress, Status as State};
use leptos::prelude::*;

#[derive(Clone, cynic::QueryFragment)]
#[cynic(graphql_type = "Query")]
struct Found {
    #[arguments(first: 100)]
    councils: Rows,
}

crate::api::document!(query Found(()));

#[derive(Clone, Debug, PartialEq, cynic::QueryFragment)]
#[cynic(graphql_type = "CouncilConnection")]
struct Rows {
    nodes: Vec<Row>,
}

#[derive(Clone, Debug, PartialEq, cynic::QueryFragment)]
#[cynic(graphql_type = "Council")]
struct Row {
    id: cynic::Id,
    name: String,
    status: State,
    representativity: Whom,
    figures: CouncilFigures,
}

#[derive(Clone, Debug, PartialEq, cynic::QueryFragment)]
#[cynic(graphql_type = "CouncilRepresentativity")]
struct Whom {
    seats: i32,
    categories: Vec<CategorySeats>,
    communes: Vec<CommuneSeats>,
}

#[derive(Clone, Debug, PartialEq, cynic::QueryFragment)]
struct CategorySeats {
    category: Category,
    seats: i32,
}

#[derive(Clone, Debug, PartialEq, cynic::QueryFragment)]
struct CommuneSeats {
    seats: i32,
}

#[derive(Clone, Debug, PartialEq, cynic::QueryFragment)]
struct CouncilFigures {
    meetings_held: i32,
    votes_closed: i32,
    decisions: i32,
    actions: Vec<CouncilActionCount>,
    evaluations: i32,
    endorsed: i32,
}

#[derive(Clone, Debug, PartialEq, cynic::QueryFragment)]
struct CouncilActionCount {
    progress: Progress,
    count: i32,
}

/// The most that are put side by side.
const MOST: usize = 4;

#[component]
pub fn Screen() -> impl IntoView {
    let found = api::load(|| Found::build(()));
    let load = Memo::new(move |_| found.load.get().map(|it| it.councils.nodes));
    let (chosen, choose) = address::words("conseil");
    let choose = Callback::new(move |mut ids: Vec<String>| {
        let beyond = ids.len().saturating_sub(MOST);
        ids.drain(..beyond);
        choose.run(ids);
    });
    let options = Signal::derive(move || {
        let rows = load.with(|load| load.value().cloned()).unwrap_or_default();
        rows.into_iter()
            .map(|it| ChipOption {
                value: it.id.into_inner(),
                label: it.name,
                count: None,
            })
            .collect::<Vec<_>>()
    });
    let crumbs = vec![Crumb::new(t::councils_title, "/conseils")];
    view! {
        <Page title=t::councils_compare lead=t::councils_compare_question crumbs sign=Sign::Councils>
            <FilterChips label=t::councils_compare_choose options on=chosen on_change=choose />
            <Loaded load on_retry=found.reload view={move |rows: Vec<Row>| {
                let ids = chosen.get();
                let rows: Vec<Row> = ids.iter().filter_map(|id| rows.iter().find(|it| it.id.inner() == id).cloned()).collect();
                if rows.is_empty() {
                    return view! { <p class="muted">{t::councils_compare_hint}</p> }.into_any();
                }
                table(&rows)
            }} />
        </Page>
    }
}

fn line(label: impl Fn() -> String + Send + Sync + 'static, cells: Vec<AnyView>) -> AnyView {
    view! { <tr><th scope="row">{label}</th>{cells.into_iter().map(|cell| view! { <td class="number">{cell}</td> }).collect_view()}</tr> }.into_any()
}

fn counts(label: Text, rows: &[Row], count: fn(&Row) -> i32) -> AnyView {
    let cells = rows
        .iter()
        .map(|row| {
            let count = count(row);
            view! { {move || format::number(count)} }.into_any()
        })
        .collect();
    line(move || label().to_owned(), cells)
}

fn table(rows: &[Row]) -> AnyView {
    let heads: Vec<_> = rows
        .iter()
        .map(|row| (row.id.inner().to_owned(), row.name.clone(), row.status))
        .collect();
    let communes = rows.iter().map(|row| {
        let (with, all) = (row.representativity.communes.iter().filter(|it| it.seats > 0).count(), row.representativity.communes.len());
        if all == 0 {
            view! { <span class="unknown">{t::fact_unknown}</span> }.into_any()
        } else {
            view! { {move || t::councils_communes_of(format::number(i64::try_from(with).unwrap_or(0)), format::number(i64::try_from(all).unwrap_or(0)))} }.into_any()
        }
    }).collect();
    let covered = rows.iter().map(|row| {
        let with = row.representativity.categories.iter().filter(|it| it.seats > 0).count();
        view! { {move || t::councils_communes_of(format::number(i64::try_from(with).unwrap_or(0)), format::number(i64::try_from(Category::ALL.len()).unwrap_or(0)))} }.into_any()
    }).collect();
    let categories: Vec<AnyView> = Category::ALL.iter().map(|category| {
        let cells = rows.iter().map(|row| {
            let seats = row.representativity.categories.iter().find(|it| it.category == *category).map_or(0, |it| it.seats);
            let class = if seats == 0 { "none" } else { "" };
            view! { <span class=class>{move || if seats == 0 { t::council_no_seat().to_owned() } else { format::number(seats) }}</span> }.into_any()
        }).collect();
        line(move || words::category(*category).to_owned(), cells)
    }).collect();
    let actions: Vec<AnyView> = Progress::ALL
        .iter()
        .map(|progress| {
            let cells = rows
                .iter()
                .map(|row| {
                    let count = row
                        .figures
                        .actions
                        .iter()
                        .find(|it| it.progress == *progress)
                        .map_or(0, |it| it.count);
                    view! { {move || format::number(count)} }.into_any()
                })
                .collect();
            line(move || words::progress(*progress).to_owned(), cells)
        })
        .collect();
    let span = rows.len() + 1;
    view! {
        <div class="table-wrap" tabindex="0" role="region" aria-label=t::councils_compare>
            <table class="table council-compare">
                <thead>
                    <tr><td></td>{heads.into_iter().map(|(id, name, status)| view! {
                        <th scope="col"><a href=format!("/conseils/{id}")>{name}</a> <Status course=words::course(status) text=move || words::status(status) /></th>
                    }).collect_view()}</tr>
                </thead>
                <tbody>
                    <tr><th colspan=span scope="colgroup">{t::council_who_sits}</th></tr>
                    {counts(t::councils_seats, rows, |row| row.representativity.seats)}
                    {line(|| t::council_communes().to_owned(), communes)}
                    {line(|| t::councils_categories().to_owned(), covered)}
                    {categories}
                    <tr><th colspan=span scope="colgroup">{t::councils_did}</th></tr>
                    {counts(t::councils_meetings, rows, |row| row.figures.meetings_held)}
                    {counts(t::councils_votes, rows, |row| row.figures.votes_closed)}
                    {counts(t::council_decisions, rows, |row| row.figures.decisions)}
                    {counts(t::council_evaluations, rows, |row| row.figures.evaluations)}
                    {counts(t::councils_endorsed, rows, |row| row.figures.endorsed)}
                    <tr><th colspan=span scope="colgroup">{t::councils_actions}</th></tr>
                    {actions}
                </tbody>
            </table>
        </div>
    }
    .into_any()
}
