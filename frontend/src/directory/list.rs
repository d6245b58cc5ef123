//! The sources from A to Z: who keeps each, what it holds here, and how fresh that is.

use super::compare::Compare;
use super::read::{Asked, Health, Listed, Row};
use super::words;
use crate::address;
use crate::api;
use crate::exchange::places::Places;
use crate::format;
use crate::language::t;
use crate::project::list::bound;
use crate::ui::chips::{ActiveFilters, Course, Status};
use crate::ui::facts::Known;
use crate::ui::field::{SelectField, TextField};
use crate::ui::more::More;
use crate::ui::page::Page;
use crate::ui::state::{Empty, Failed, Loaded, Shape};
use cynic::QueryBuilder;
use domain::PartialDate;
use domain::source::{Filter, Standing};
use leptos::prelude::*;

type Shown = api::Page<Row>;

#[component]
pub fn Screen() -> impl IntoView {
    let [text, standing] = ["q", "etat"].map(address::word);
    let found = api::pages(
        move |after| {
            let words = text.0.get().trim().to_owned();
            Listed::build(Asked {
                filter: Some(Filter {
                    standings: standing.0.get().parse().ok().map(|it| vec![it]),
                    text: (!words.is_empty()).then_some(words),
                    ..Filter::default()
                }),
                after,
            })
        },
        |Listed { sources }| api::Page {
            total: Some(i64::from(sources.total_count)),
            next: sources.page_info.next(),
            rows: sources.nodes,
        },
    );
    let options = Signal::derive(|| {
        std::iter::once((String::new(), t::directory_any_standing().to_owned()))
            .chain(
                Standing::ALL
                    .iter()
                    .map(|it| (it.to_string(), words::standing(*it).to_owned())),
            )
            .collect::<Vec<_>>()
    });
    let active = Signal::derive(move || {
        let typed = text.0.get();
        let typed = typed.trim();
        (!typed.is_empty())
            .then(|| ("q".to_owned(), format!("« {typed} »")))
            .into_iter()
            .chain(
                standing
                    .0
                    .get()
                    .parse()
                    .ok()
                    .map(|it| ("etat".to_owned(), words::standing(it).to_owned())),
            )
            .collect::<Vec<_>>()
    });
    let remove = move |key: String| {
        let (_, set) = if key == "q" { text } else { standing };
        set.run(String::new());
    };
    let clear = Callback::new(move |()| {
        text.1.run(String::new());
        standing.1.run(String::new());
    });
    let tools = || view! { <Places here="/sources" /> };
    view! {
        <Page title=t::directory_title lead=t::directory_question tools>
            <div class="filters no-print">
                <TextField label=t::projects_filter_text value=bound(text) kind="search" required=true />
                <SelectField label=t::directory_field_standing value=bound(standing) options required=true />
            </div>
            <ActiveFilters filters=active on_remove=remove on_clear=clear />
            <Loaded load=found.load shape=Shape::Cards on_retry=found.reload view=move |page: Shown| {
                let (shown, total, has_more) = (page.rows.len(), page.total, page.next.is_some());
                if page.rows.is_empty() {
                    return view! {
                        <Empty title=t::directory_none text=t::directory_none_text>
                            <button type="button" class="button" on:click=move |_| clear.run(())>{t::chip_clear}</button>
                        </Empty>
                    }.into_any();
                }
                view! {
                    <ul class="columns directory-cards" role="list">{page.rows.into_iter().map(card).collect_view()}</ul>
                    {move || found.failed.get().map(|failure| view! { <Failed failure on_retry=found.more /> })}
                    <More shown=shown total=total has_more=has_more busy=found.busy on_more=found.more />
                }
                .into_any()
            } />
            <Compare />
        </Page>
    }
}

/// How many producers it says it lists, and as of when.
pub fn producers(count: Option<i32>, as_of: Option<PartialDate>) -> Option<String> {
    let count = format::number(count?);
    Some(match as_of {
        Some(_) => t::directory_producers_as_of(count, format::partial(as_of)),
        None => count,
    })
}

/// What it holds here, in words; « rien pour l’instant » is known, not unknown.
pub fn holds(health: &Health) -> String {
    if health.organisations + health.offers + health.needs == 0 {
        return t::directory_holds_nothing().to_owned();
    }
    [
        t::directory_organisations(health.organisations),
        t::exchange_offers_count(health.offers),
        t::exchange_needs_count(health.needs),
    ]
    .join(" · ")
}

/// Later than its own cadence.
pub fn late(health: &Health) -> impl IntoView + use<> {
    (health.is_late == Some(true)).then(|| view! { <Status course=Course::Late text=t::directory_late /> })
}

fn card(row: Row) -> impl IntoView {
    let Row {
        id,
        name,
        standing,
        sort,
        audience,
        operator,
        operator_note,
        producers_listed,
        producers_as_of,
        health,
    } = row;
    let operator = operator.map(|it| it.name).or(operator_note);
    let about = [sort, audience]
        .into_iter()
        .flatten()
        .collect::<Vec<_>>()
        .join(" · ");
    let mark = late(&health);
    let pushed = health.last_push_at;
    view! {
        <li class="card">
            <div class="spread">
                <h2 class="project-name"><a class="cover" href=format!("/sources/{}", id.inner())>{name}</a></h2>
                <span class="row-tight">{mark}<Status course=words::course(standing) text=move || words::standing(standing) /></span>
            </div>
            {(!about.is_empty()).then(|| view! { <p class="small clip">{about}</p> })}
            <dl class="exchange-facts directory-facts">
                <div><dt>{t::directory_field_operator}</dt><dd><Known value=operator /></dd></div>
                <div><dt>{t::directory_field_producers}</dt><dd><Known value=producers(producers_listed, producers_as_of) /></dd></div>
                <div><dt>{t::directory_field_holds}</dt><dd>{holds(&health)}</dd></div>
                <div><dt>{t::directory_field_fresh}</dt><dd><Known value=Signal::derive(move || pushed.map(|at| words::last_push(Some(at)))) /></dd></div>
            </dl>
        </li>
    }
}
