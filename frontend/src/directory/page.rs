//! One source: who keeps it, how fresh it is, what is said against it; and for those who may, what it sent lately and
//! which rows were refused, with the reason.

use super::list::{holds, late, producers};
use super::read::{Found, One, Push, RejectedRow, Source};
use super::scorecard::Card;
use super::words;
use crate::api;
use crate::contract::typed;
use crate::format;
use crate::import;
use crate::language::t;
use crate::provenance::{SourceList, sourced};
use crate::ui::chips::Status;
use crate::ui::facts::{Fact, Facts, Figures};
use crate::ui::page::{Crumb, Page, Section};
use crate::ui::state::Loaded;
use crate::ui::table::{Column, Table};
use crate::viewer;
use cynic::QueryBuilder;
use domain::policy::Action;
use domain::{OrganisationId, SourceId};
use leptos::prelude::*;
use leptos_router::hooks::use_params_map;

#[component]
pub fn Screen() -> impl IntoView {
    let params = use_params_map();
    let id = Memo::new(move |_| params.with(|params| params.get("id")).unwrap_or_default());
    let found = api::load(move || {
        Found::build(One {
            id: cynic::Id::new(id.get()),
        })
    });
    let load = Signal::derive(move || found.load.get().map(|it| it.source).present());
    let title = move || {
        load.with(|it| it.value().map(|it| it.name.clone()))
            .unwrap_or_default()
    };
    let lead = move || {
        load.with(|it| it.value().and_then(|it| it.sort.clone()))
            .unwrap_or_else(|| t::directory_question().to_owned())
    };
    let may_push = move || {
        let found = load.with(|it| it.value().map(|it| (it.id.clone(), it.operator_id.clone())));
        found.is_some_and(|(id, operator)| {
            let operator = operator.as_ref().and_then(typed::<OrganisationId>);
            typed::<SourceId>(&id).is_some_and(|source| viewer::may(Action::Push { source, operator }))
        })
    };
    let operator = move || {
        let operator = load.with(|it| it.value().and_then(|it| it.operator_id.clone()))?;
        let organisation = typed::<OrganisationId>(&operator)?;
        viewer::may(Action::ReadWebhooks { organisation }).then_some(organisation)
    };
    let tools = move || {
        view! {
            <a class="button" href=move || format!("/offres?source={}", id.get())>{t::exchange_offers}</a>
            <a class="button" href=move || format!("/demandes?source={}", id.get())>{t::exchange_needs}</a>
            {move || may_push().then(|| view! { <a class="button" href=move || format!("/sources/{}/importer", id.get())>{t::import_title}</a> })}
            {move || operator().map(|it| view! { <a class="button" href=format!("/webhooks?organisation={it}")>{t::webhook_title}</a> })}
            <a class="button quiet" href=move || format!("/historique/{}", id.get())>{t::action_history}</a>
        }
    };
    let crumbs = vec![Crumb::new(t::directory_title, "/sources")];
    view! {
        <Page title lead crumbs tools>
            <Loaded load on_retry=found.reload view=move |source| view! { <Body source reload=found.reload /> } />
        </Page>
    }
}

#[component]
fn Body(source: Source, reload: Callback<()>) -> impl IntoView {
    let health = source.health.clone();
    let figures = Signal::derive({
        let (health, count, as_of) = (health.clone(), source.producers_listed, source.producers_as_of);
        move || {
            vec![
                (
                    t::directory_figure_organisations().to_owned(),
                    Some(format::number(health.organisations)),
                ),
                (
                    t::exchange_offers().to_owned(),
                    Some(format::number(health.offers)),
                ),
                (t::exchange_needs().to_owned(), Some(format::number(health.needs))),
                (t::directory_field_producers().to_owned(), producers(count, as_of)),
            ]
        }
    });
    let (pushed, mark) = (health.last_push_at, late(&health));
    let standing = source.standing;
    let typed_id = typed::<SourceId>(&source.id);
    let operator = source.operator_id.as_ref().and_then(typed::<OrganisationId>);
    let may = move || typed_id.is_some_and(|source| viewer::may(Action::ReadRuns { source, operator }));
    let (pushes, rejected) = (source.pushes.clone(), source.rejected_rows.clone());
    let imports = source.imports.clone();
    let (summary, complaints) = (source.summary.clone(), source.complaints.clone());
    let (sources, scorecard) = (source.sources.clone(), source.scorecard.clone());
    view! {
        <div class="sheet exchange-holds">
            <p class="row-tight">
                <Status course=words::course(standing) text=move || words::standing(standing) />
                {mark}
                <span>{move || words::last_push(pushed)}</span>
                <span aria-hidden="true">"·"</span>
                <span>{holds(&health)}</span>
            </p>
        </div>
        {summary.map(|text| view! { <Section title=t::directory_field_summary><div class="prose"><p class="exchange-text">{text}</p></div></Section> })}
        <Section title=t::directory_held broad=true><Figures figures /></Section>
        <Section title=t::scorecard_title note=t::scorecard_note_source broad=true><Card card=scorecard of_source=true /></Section>
        <Section title=t::directory_about><About source /></Section>
        <Section title=t::directory_field_complaints>
            {match complaints {
                Some(text) => view! { <div class="prose"><p class="exchange-text">{text}</p></div> }.into_any(),
                None => view! { <p class="muted">{t::directory_no_complaint}</p> }.into_any(),
            }}
        </Section>
        {move || may().then(|| {
            let (pushes, rejected) = (pushes.clone().unwrap_or_default(), rejected.clone().unwrap_or_default());
            let imports = imports.clone().unwrap_or_default();
            view! {
                <Section title=t::import_last><Imports imports /></Section>
                <Section title=t::directory_pushes note=t::directory_pushes_note broad=true><Pushes pushes /></Section>
                <Section title=t::directory_rejected note=t::directory_rejected_note><Rejected rows=rejected /></Section>
            }
        })}
        <Section title=t::provenance_section>
            <SourceList sources word=words::field on_confirmed=reload
                may_confirm=Signal::derive(move || viewer::may(Action::EditProvenance { project: None })) />
        </Section>
    }
}

#[component]
fn About(source: Source) -> impl IntoView {
    let Source {
        code,
        operator,
        operator_note,
        audience,
        website,
        launched,
        state_note,
        figures,
        licence,
        cadence,
        contact_role,
        sources,
        ..
    } = source;
    let shown = |value: Option<String>| match value {
        Some(value) => view! { <span>{value}</span> }.into_any(),
        None => view! { <span class="unknown">{t::fact_unknown}</span> }.into_any(),
    };
    let state = sourced(t::directory_field_state, &sources, "stateNote", shown(state_note));
    view! {
        <div class="sheet">
            <Facts>
                <Fact label=t::directory_field_operator>
                    {match (operator, operator_note) {
                        (Some(it), note) => view! {
                            <a href=format!("/organisations/{}", it.id.inner())>{it.name}</a>
                            {note.map(|note| view! { <p class="muted small">{note}</p> })}
                        }.into_any(),
                        (None, note) => shown(note),
                    }}
                </Fact>
                <Fact label=t::directory_field_audience value=audience />
                <Fact label=t::organisation_field_website>
                    {match website {
                        Some(website) => {
                            let name = website.trim_start_matches("https://").trim_start_matches("http://").trim_end_matches('/').to_owned();
                            view! { <a href=website rel="external noopener" target="_blank">{name}</a> }.into_any()
                        }
                        None => shown(None),
                    }}
                </Fact>
                <Fact label=t::directory_field_launched value=Signal::derive(move || launched.map(|it| format::partial(Some(it)))) />
                <Fact label=t::directory_field_state>{state}</Fact>
                <Fact label=t::directory_field_figures value=figures />
                <Fact label=t::directory_field_licence value=licence />
                <Fact label=t::directory_field_cadence value=Signal::derive(move || cadence.map(|it| words::cadence(it).to_owned())) />
                <Fact label=t::directory_field_contact value=contact_role />
                <Fact label=t::history_field_code value=Some(code) />
            </Facts>
        </div>
    }
}

#[component]
fn Pushes(pushes: Vec<Push>) -> impl IntoView {
    if pushes.is_empty() {
        return view! { <p class="muted">{t::directory_pushes_none}</p> }.into_any();
    }
    let count = |of: fn(&Push) -> i32| move |it: &Push| format::number(of(it));
    let columns = vec![
        Column::new("at", t::directory_push_at, |it: &Push| format::instant(it.at)),
        Column::new(
            "created",
            t::directory_push_created,
            count(|it| it.counts.created),
        )
        .number(),
        Column::new(
            "updated",
            t::directory_push_updated,
            count(|it| it.counts.updated),
        )
        .number(),
        Column::new(
            "unchanged",
            t::directory_push_unchanged,
            count(|it| it.counts.unchanged),
        )
        .number(),
        Column::new("stale", t::directory_push_stale, count(|it| it.counts.stale)).number(),
        Column::new(
            "deleted",
            t::directory_push_deleted,
            count(|it| it.counts.deleted),
        )
        .number(),
        Column::new(
            "rejected",
            t::directory_push_rejected,
            count(|it| it.counts.rejected),
        )
        .number(),
    ];
    view! { <Table caption=t::directory_pushes columns rows=Signal::stored(pushes) /> }.into_any()
}

#[component]
fn Imports(imports: Vec<import::read::Listed>) -> impl IntoView {
    if imports.is_empty() {
        return view! { <p class="muted">{t::import_last_none}</p> }.into_any();
    }
    view! {
        <ul class="plain-list" role="list">
            {imports.into_iter().take(10).map(|it| view! {
                <li>
                    <a href=format!("/imports/{}", it.id.inner())>{it.file_name}</a>
                    <Status course=import::words::course(it.state) text=move || import::words::state(it.state) />
                    <span class="muted small">{move || import::words::kind(it.record_type)} " · " {move || t::import_lines(i64::from(it.lines))} " · " {move || format::instant(it.made_at)}</span>
                </li>
            }).collect_view()}
        </ul>
    }
    .into_any()
}

#[component]
fn Rejected(rows: Vec<RejectedRow>) -> impl IntoView {
    if rows.is_empty() {
        return view! { <p class="muted">{t::directory_rejected_none}</p> }.into_any();
    }
    view! {
        <ul class="plain-list" role="list">
            {rows.into_iter().map(|row| {
                let RejectedRow { at, record_type, external_id, errors } = row;
                let name = external_id.unwrap_or_else(|| t::directory_row_unnamed().to_owned());
                view! {
                    <li>
                        <strong>{name}</strong>
                        <span class="muted small">{move || words::pushed(record_type)} " · " {move || format::instant(at)}</span>
                        <ul class="directory-errors">{errors.into_iter().map(|it| view! { <li>{it.field.join(".")} " : " {it.message}</li> }).collect_view()}</ul>
                    </li>
                }
            }).collect_view()}
        </ul>
    }
    .into_any()
}
